/** Who looks at the page. */
import { signal } from '@preact/signals';
import type { Me, Refused, SignedOut } from '../../inbox/api.ts';

export const me = signal<Me | undefined>(undefined);
/** How to sign in, while nobody is signed in. What was entered stays on the page and in the browser. */
export const signedOut = signal<SignedOut['signIn'] | undefined>(undefined);

/** Where one signs in, if the inbox has no page for that. */
export const signInUrl = signal<string | undefined>(undefined);

export function sessionOver(refused: Refused): void {
  // Every 401 of the inbox has this body.
  const { signIn, url } = refused as SignedOut;
  signInUrl.value = url;
  signedOut.value = signIn ?? 'elsewhere';
}

export function sessionOf(who: Me): void {
  // What this page has on its way is of the person before, and must not be sent in the name of another.
  if (me.peek() && me.peek()!.actor !== who.actor) return location.reload();
  me.value = who;
  signedOut.value = undefined;
}

/** Resolves once somebody is signed in. */
export function signedInAgain(): Promise<void> {
  return new Promise((resolve) => {
    const stop = signedOut.subscribe((way) => {
      if (way !== undefined) return;
      // The first call comes before `stop` is there.
      queueMicrotask(() => stop());
      resolve();
    });
  });
}
