/** The page of the inbox: where it begins. */
import { effect } from '@preact/signals';
import { render } from 'preact';
import type { Me } from '../inbox/api.ts';
import { App } from './app.tsx';
import { linkTrouble } from './pages/link-page.tsx';
import { startKeys } from './parts/keyboard.ts';
import { isLink } from './route.ts';
import { startClock } from './state/clock.ts';
import { list } from './state/list.ts';
import { startLive } from './state/live.ts';
import { putAway, recover } from './state/outbox.ts';
import { api, get, troubleOf, useLink } from './state/requests.ts';
import { me, sessionOf, signedOut } from './state/session.ts';
import { holdTab } from './state/tab.ts';
import './style/tokens.css';
import './style/base.css';
import './style/frame.css';
import './style/list.css';
import './style/item.css';
import './style/bars.css';

const RETRY_MS = 2000;

holdTab();
startClock();
startKeys();
addEventListener('pagehide', putAway);
addEventListener('pageshow', (event) => {
  if (event.persisted) void recover();
});
if (isLink) {
  useLink(location.hash.slice(1));
  // Another link that is opened in this tab changes only the fragment.
  addEventListener('hashchange', () => location.reload());
}
render(<App />, document.querySelector('#app')!);
await whoAmI();

/** Asks until the server says who looks. */
async function whoAmI(): Promise<void> {
  const reply = await get<Me>(api('me'));
  if (reply.kind === 'ok') sessionOf(reply.value);
  else if (isLink && reply.kind === 'refused') linkTrouble.value = reply.refused.message;
  else if (reply.kind === 'unreachable' || reply.status !== 401) setTimeout(() => void whoAmI(), RETRY_MS);
  if (reply.kind !== 'ok' && isLink) console.warn(troubleOf(reply));
}

/** Begins once it is known who looks. The stream goes on where the list ends. */
let hasBegun = false;
effect(() => {
  if (!me.value || signedOut.value !== undefined) return;
  if (!hasBegun) queueMicrotask(() => void recover());
  hasBegun = true;
});
let isFollowing = isLink;
effect(() => {
  if (list.value.kind !== 'ready' || isFollowing) return;
  isFollowing = true;
  queueMicrotask(startLive);
});
