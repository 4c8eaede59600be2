/**
 * Signs people in with OpenID Connect: Google, Okta, Keycloak, and others that say with `email_verified` whether the address is
 * the person's. The inbox asks `authenticate` who sends a request.
 *
 * The session is a signed cookie, so the server keeps nothing. It ends after eight hours. Signing out takes the cookie from the
 * browser; a copy of it works on until then.
 */
import { Hono } from 'hono';
import { deleteCookie, getSignedCookie, setSignedCookie } from 'hono/cookie';
import { csrf } from 'hono/csrf';
import { parseSigned, type CookieOptions } from 'hono/utils/cookie';
import type { Authenticate } from 'holdpoint/inbox';
import * as oidc from 'openid-client';

export interface SignInOptions {
  /** The address of the identity provider: `https://accounts.google.com`. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The public address of this server. `<url>/sign-in/callback` is known to the provider. */
  readonly url: string;
  /** Signs the cookies: at least 32 random bytes. */
  readonly cookieSecret: string;
}

export interface SignIn {
  /** `GET /sign-in`, `GET /sign-in/callback` and `POST /sign-out`. */
  readonly routes: Hono;
  readonly authenticate: Authenticate;
}

interface Session {
  readonly actor: string;
  readonly groups: readonly string[];
  /** When it ends, in milliseconds since the epoch. */
  readonly until: number;
}

/** What the provider's answer is checked against. */
interface Attempt {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

const SESSION_SECONDS = 8 * 60 * 60;
const ATTEMPT_SECONDS = 10 * 60;

export async function makeSignIn(options: SignInOptions): Promise<SignIn> {
  const { issuer, clientId, clientSecret, url, cookieSecret: secret } = options;
  const execute = issuer.startsWith('http://localhost') ? [oidc.allowInsecureRequests] : [];
  const config = await oidc.discovery(new URL(issuer), clientId, clientSecret, undefined, { execute });
  const redirectUri = new URL('/sign-in/callback', url).href;
  const secure = url.startsWith('https:');
  const cookie = { path: '/', httpOnly: true, secure } satisfies CookieOptions;
  const routes = new Hono();

  routes.get('/sign-in', async (c) => {
    const attempt = { state: oidc.randomState(), nonce: oidc.randomNonce(), verifier: oidc.randomPKCECodeVerifier() };
    // `Lax`: the browser comes back from the provider's site.
    const lax = { ...cookie, sameSite: 'Lax', maxAge: ATTEMPT_SECONDS } satisfies CookieOptions;
    await setSignedCookie(c, 'attempt', JSON.stringify(attempt), secret, lax);
    const { state, nonce } = attempt;
    const code_challenge = await oidc.calculatePKCECodeChallenge(attempt.verifier);
    const asked = { redirect_uri: redirectUri, scope: 'openid email', state, nonce, code_challenge };
    return c.redirect(oidc.buildAuthorizationUrl(config, { ...asked, code_challenge_method: 'S256' }).href);
  });

  routes.get('/sign-in/callback', async (c) => {
    const attempt = await getSignedCookie(c, secret, 'attempt');
    if (!attempt) return c.text('Sign in again: it took too long.', 400);
    deleteCookie(c, 'attempt', cookie);
    // It is signed, so it is what was set above.
    const { state, nonce, verifier } = JSON.parse(attempt) as Attempt;
    const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true };
    const claims = await oidc
      .authorizationCodeGrant(config, new URL(new URL(c.req.url).search, redirectUri), checks)
      .then((tokens) => tokens.claims())
      .catch(() => undefined);
    const person = claims && personOf(claims);
    if (!person) return c.text('The identity provider does not say who you are.', 403);
    const session: Session = { ...person, until: Date.now() + SESSION_SECONDS * 1000 };
    const strict = { ...cookie, sameSite: 'Strict', maxAge: SESSION_SECONDS } satisfies CookieOptions;
    await setSignedCookie(c, 'session', JSON.stringify(session), secret, strict);
    return c.redirect('/inbox');
  });

  routes.post('/sign-out', csrf({ origin: new URL(url).origin }), (c) => {
    deleteCookie(c, 'session', cookie);
    return c.redirect('/sign-in');
  });

  const authenticate: Authenticate = async (request) => {
    const { session } = await parseSigned(request.headers.get('cookie') ?? '', secret, 'session');
    // `false`: somebody else has made it.
    if (!session) return undefined;
    const { actor, groups, until } = JSON.parse(session) as Partial<Session>;
    return actor !== undefined && until !== undefined && Date.now() < until ? { actor, groups } : undefined;
  };
  return { routes, authenticate };
}

/** The name is the one that `assignees` have. A person may choose any name, but not an address that is verified. */
function personOf({
  email,
  email_verified: isVerified,
  groups,
}: oidc.IDToken): Pick<Session, 'actor' | 'groups'> | undefined {
  if (typeof email !== 'string' || isVerified !== true) return undefined;
  const names = Array.isArray(groups) ? groups.filter((group) => typeof group === 'string') : [];
  return { actor: email, groups: names };
}
