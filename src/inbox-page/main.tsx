/** The page of the inbox: where it begins. */
import { effect } from '@preact/signals';
import { render } from 'preact';
import type { Me } from '../inbox/api.ts';
import { App } from './app.tsx';
import { trouble } from './pages/link-page.tsx';
import { watchFocus } from './parts/focus.ts';
import { keepTextsInert } from './parts/inert-texts.ts';
import { startKeys } from './parts/keyboard.ts';
import { isLink } from './route.ts';
import { startClock } from './state/clock.ts';
import { list } from './state/list.ts';
import { joinTabs, startLive } from './state/live.ts';
import { putAway, recover } from './state/outbox.ts';
import { restored } from './state/pause.ts';
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

keepTextsInert();
holdTab();
startClock();
watchFocus();
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
/** Begins once it is known who looks, and before the list is asked for. The stream goes on where the list ends. */
let hasBegun = false;
effect(() => {
  if (!me.value || signedOut.value !== undefined || hasBegun) return;
  hasBegun = true;
  if (!isLink) joinTabs();
  queueMicrotask(() => void recover());
});
effect(() => {
  if (list.value.kind === 'ready') queueMicrotask(() => void startLive());
});
render(<App />, document.querySelector('#app')!);
await whoAmI();

/** Asks until the server says who looks. */
async function whoAmI(): Promise<void> {
  for (;;) {
    const reply = await get<Me>(api('me'));
    if (reply.kind === 'ok') {
      trouble.value = undefined;
      return sessionOf(reply.value);
    }
    // Too many requests, or a server that fails, says nothing about a link.
    const isFinal = reply.kind === 'refused' && (reply.status === 401 || (isLink && reply.status === 403));
    trouble.value = { message: troubleOf(reply), isFinal };
    if (isFinal) return;
    await restored((reply.kind === 'refused' && reply.pause) || RETRY_MS, 'online');
  }
}
