/** The page as a whole: what stands around all of its pages. */
import type { JSX } from 'preact';
import { LocationProvider, Route, Router, useLocation } from 'preact-iso';
import { useEffect } from 'preact/hooks';
import { Banner } from './parts/banner.tsx';
import { Help } from './parts/help.tsx';
import { Icon } from './parts/icon.tsx';
import { isHelpOpen } from './parts/keyboard.ts';
import { SendingBar } from './parts/sending-bar.tsx';
import { DecisionsPage } from './pages/decisions-page.tsx';
import { Desk } from './pages/desk.tsx';
import { Arriving, LinkPage } from './pages/link-page.tsx';
import { SignInPage } from './pages/sign-in.tsx';
import { ThreadPage } from './pages/thread-page.tsx';
import { BASE, decisionsHref, isLink, listHref, setRouter } from './route.ts';
import { leave } from './state/live.ts';
import { isNewsShown, news, show } from './state/news.ts';
import { api, remove, troubleOf } from './state/requests.ts';
import { me, signedOut } from './state/session.ts';

export function App(): JSX.Element {
  return (
    <LocationProvider>
      <Frame />
    </LocationProvider>
  );
}

function Frame(): JSX.Element {
  const { route } = useLocation();
  useEffect(() => setRouter(route), [route]);
  return (
    <>
      <a class="skip" href="#main" onClick={skip}>
        Skip to the content
      </a>
      {!me.value?.only && <Header />}
      <Banner />
      <Pages />
      <SendingBar />
      <Help />
      <div class={isNewsShown.value ? 'hint' : 'visually-hidden'} role="status" aria-live="polite" data-news>
        {news.value}
      </div>
    </>
  );
}

/** A fragment is relative to the base of the page, which is another page. */
function skip(event: Event): void {
  event.preventDefault();
  const content = document.querySelector<HTMLElement>('#main')!;
  content.tabIndex = -1;
  content.focus();
}

function Pages(): JSX.Element {
  if (isLink) return <LinkPage />;
  const way = signedOut.value;
  if (way !== undefined) return <SignInPage way={way} />;
  if (!me.value) return <Arriving />;
  return (
    <Router>
      <Route path={`${BASE}/item`} component={Desk} />
      <Route path={`${BASE}/thread`} component={ThreadPage} />
      <Route path={`${BASE}/decisions`} component={DecisionsPage} />
      <Route default component={Desk} />
    </Router>
  );
}

function Header(): JSX.Element {
  const who = me.value;
  return (
    <header class="top">
      <a class="brand" href={listHref({})}>
        {who?.title ?? 'Inbox'}
      </a>
      {who && !signedOut.value && (
        <nav class="top-links" aria-label="Pages">
          <a class="quiet" href={decisionsHref()} aria-label="Decision times">
            <Icon name="chart" />
            <span class="wide-only">Decision times</span>
          </a>
          <button
            type="button"
            class="quiet square wide-only"
            aria-label="Keys"
            onClick={() => (isHelpOpen.value = true)}
          >
            <kbd>?</kbd>
          </button>
          <span class="whoami">
            <span class="visually-hidden">Signed in as </span>
            {who.actor}
          </span>
          {who.how === 'token' && (
            <button type="button" class="link" onClick={() => void signOut()}>
              Sign out
            </button>
          )}
        </nav>
      )}
    </header>
  );
}

async function signOut(): Promise<void> {
  const reply = await remove(api('session'));
  if (reply.kind === 'ok') leave();
  else show(troubleOf(reply));
}
