/**
 * The gate: which requests are let in, and who sends them.
 *
 * W3. The server says who a person is. Without `authenticate` it serves this machine only, and the person is its user.
 * W5. A request of another site changes nothing, and learns nothing.
 */
import { HttpProblem } from '../web/problem.ts';
import { localUser, readActor, type Peer, type Visitor } from './actor.ts';
import type { SignedOut } from './api.ts';
import type { ReadSettings } from './options.ts';

const LOOPBACK: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];
const LOOPBACK_ADDRESS = /^(?:127\.|::1$|::ffff:127\.)/;

/**
 * Refuses what a page of another site has sent. A browser says so in `Sec-Fetch-Site` or `Origin`; a program sends neither,
 * and has no cookie either.
 *
 * @throws `HttpProblem` 403.
 */
export function assertSameSite(request: Request, { url }: Pick<ReadSettings, 'url'>): void {
  const site = request.headers.get('sec-fetch-site');
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  // A person who types an address, or follows a bookmark, comes from nowhere.
  if (site === 'same-origin' || (site === 'none' && isRead)) return;
  const origin = request.headers.get('origin');
  if (site === null && (origin === null || origin === (url ?? new URL(request.url)).origin)) return;
  throw forbidden(
    'The inbox takes requests of its own page only. Behind a proxy, it must know its address: set `url`.',
  );
}

/** @throws `HttpProblem`: 401 if nobody is signed in, 403 if the request is from elsewhere. */
export async function admit(request: Request, peer: Peer, settings: ReadSettings): Promise<Visitor> {
  const { authenticate, signInUrl } = settings;
  if (!authenticate) {
    assertLocal(request, peer);
    return { actor: localUser(), groups: [], how: 'local' };
  }
  const actor = readActor(await authenticate(request, peer));
  if (actor) return { ...actor, how: 'custom' };
  throw signedOut(signInUrl);
}

/**
 * The name in the request must be this machine's, too: a page of another site may have a name that points to it.
 *
 * @throws `HttpProblem` 403.
 */
export function assertLocal(request: Request, { address }: Peer): void {
  const origin = request.headers.get('origin');
  const isHere = typeof address !== 'string' || LOOPBACK_ADDRESS.test(address);
  if (isHere && isLoopback(request.url) && (origin === null || isLoopback(origin))) return;
  throw forbidden('The inbox has no `authenticate`, and serves only requests to this machine, of its own page.');
}

/** Whether the host of an address is this machine by name. */
export function isLoopback(url: string): boolean {
  return LOOPBACK.includes(URL.parse(url)?.hostname ?? '');
}

/** A refusal, without a reason that says more than the person knows. */
export function forbidden(message: string): HttpProblem {
  return new HttpProblem(403, { error: 'Forbidden', message });
}

function signedOut(url: string | undefined): HttpProblem {
  const body: SignedOut = {
    error: 'SignedOut',
    message: 'Sign in first.',
    signIn: 'elsewhere',
    ...(url === undefined ? {} : { url }),
  };
  return new HttpProblem(401, body);
}
