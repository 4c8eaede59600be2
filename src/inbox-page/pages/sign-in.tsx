/** Where one signs in. What was entered on other pages stays, and waits. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Me, SignedOut, SignIn } from '../../inbox/api.ts';
import { useTitle } from '../parts/title.ts';
import { api, get, post, troubleOf } from '../state/requests.ts';
import { sessionOf, signInUrl } from '../state/session.ts';

export function SignInPage({ way }: { readonly way: SignedOut['signIn'] }): JSX.Element {
  useTitle();
  return (
    <main class="narrow" id="main">
      <h1 tabIndex={-1}>Sign in</h1>
      {way === 'token' ? <TokenForm /> : <Elsewhere />}
    </main>
  );
}

const NOT_KEPT = 'This browser did not keep the sign-in. Allow cookies for this address.';

function TokenForm(): JSX.Element {
  const [trouble, setTrouble] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const signIn = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setTrouble(undefined);
    const reply = await post<Me>(api('session'), { token: input.current!.value.trim() } satisfies SignIn);
    const who = reply.kind === 'ok' ? await get<Me>(api('me')) : reply;
    setBusy(false);
    if (who.kind === 'ok') return sessionOf(who.value);
    const isForgotten = reply !== who && who.kind === 'refused' && who.status === 401;
    setTrouble(isForgotten ? NOT_KEPT : troubleOf(who));
    input.current?.focus();
  };
  return (
    <form class="stack card" onSubmit={(event) => void signIn(event)}>
      <label class="field">
        <span>Your token</span>
        <input
          ref={input}
          type="password"
          required
          autocomplete="current-password"
          aria-invalid={trouble !== undefined}
          aria-describedby="sign-in-help"
        />
        <small id="sign-in-help">You got it from whoever runs this inbox.</small>
      </label>
      {trouble !== undefined && (
        <p class="problem" role="alert">
          {trouble}
        </p>
      )}
      <button type="submit" class="primary" disabled={isBusy}>
        Sign in
      </button>
    </form>
  );
}

function Elsewhere(): JSX.Element {
  const signIn = (): void => (signInUrl.value === undefined ? location.reload() : location.assign(signInUrl.value));
  return (
    <div class="stack card">
      <p>You are signed out. What you entered is kept in this browser.</p>
      <button type="button" class="primary" onClick={signIn}>
        Sign in again
      </button>
    </div>
  );
}
