/**
 * The gate: which requests are let in, and who sends them.
 *
 * W3. The server says who a person is. Without `authenticate` it serves this machine only, and the person is its user.
 * W4. Whoever has a signed link is let in for its question alone.
 * W5. A request of another site changes nothing, and learns nothing.
 */
import { forbidden, HttpProblem } from '../web/problem.ts';
import { localUser, readActor, type Peer, type Visitor } from './actor.ts';
import type { SignedOut } from './api.ts';
import { readLink } from './links.ts';
import type { ReadSettings } from './options.ts';
import type { Rates } from './rates.ts';
import { Sessions, type CookieSettings } from './sessions.ts';
import type { TokenAuthenticate } from './tokens.ts';

const LOOPBACK: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];
const LOOPBACK_ADDRESS = /^(?:127\.|::1$|::ffff:127\.)/;

/** The header with the name that the page shows as signed in, as `encodeURIComponent` writes it. */
const PERSON = 'inbox-person';

/** A person who has signed in, and the cookie of the session. */
export interface SignedIn {
  readonly visitor: Visitor;
  readonly cookie: string;
}

/** Lets people in. */
export class Gate {
  readonly #settings: ReadSettings;
  readonly #rates: Rates;
  readonly #sessions = new Sessions();

  constructor(settings: ReadSettings, rates: Rates) {
    this.#settings = settings;
    this.#rates = rates;
  }

  /** @throws `HttpProblem`: 401 if nobody is signed in, 403 if the request is from elsewhere. */
  async admit(request: Request, peer: Peer): Promise<Visitor> {
    const [, link] = /^Link +(\S+)$/.exec(request.headers.get('authorization') ?? '') ?? [];
    if (link !== undefined) return this.#linked(link);
    const { authenticate } = this.#settings;
    if (!authenticate) {
      assertLocal(request, peer);
      return { actor: localUser(), groups: [], how: 'local' };
    }
    const actor = readActor(await authenticate(request, peer)) ?? this.#signedIn(request);
    if (!actor) {
      if (this.#tokens && hasToken(request)) this.#countWrongToken(peer, 'has sent the inbox a wrong token');
      throw this.#signedOut('Sign in first.');
    }
    return { actor: actor.actor, groups: actor.groups, how: howOf(authenticate) };
  }

  /**
   * A page says whom it shows. If another tab has signed somebody else in meanwhile, a request in that other name is
   * refused.
   *
   * @throws `HttpProblem` 401.
   */
  assertPerson(request: Request, { actor }: Visitor): void {
    const shown = request.headers.get(PERSON);
    if (shown !== null && shown !== encodeURIComponent(actor))
      throw this.#signedOut('Somebody else has signed in here meanwhile.');
  }

  /** @throws `HttpProblem`: 401 if nobody has this token, 404 if there is no sign-in with a token, 429 after some wrong tokens. */
  signIn(token: string, request: Request, peer: Peer): SignedIn {
    const tokens = this.#tokens;
    if (!tokens) throw new HttpProblem(404, { error: 'NotFound', message: 'This inbox has no sign-in with a token.' });
    const owner = tokens.owner(token);
    if (!owner) {
      this.#countWrongToken(peer, 'has tried to sign in to the inbox with a wrong token');
      throw this.#signedOut('Nobody has this token.');
    }
    const { actor, groups, hash } = owner;
    return { visitor: { actor, groups, how: 'token' }, cookie: this.#sessions.begin(hash, this.#cookieOf(request)) };
  }

  /**
   * Only wrong tokens count: whoever shares the address of somebody who guesses, as behind a proxy, still gets in.
   *
   * @throws `HttpProblem` 429 after some of them.
   */
  #countWrongToken({ address }: Peer, what: string): void {
    this.#rates.take('signIn', address ?? '');
    this.#settings.notify(`Somebody at ${address ?? 'an unknown address'} ${what}.`);
  }

  /** Ends the session. Returns the cookie that takes away the session's. */
  signOut(request: Request): string {
    return this.#sessions.end(request, this.#cookieOf(request));
  }

  get #tokens(): TokenAuthenticate | undefined {
    const { authenticate } = this.#settings;
    return authenticate && isTokens(authenticate) ? authenticate : undefined;
  }

  #signedIn(request: Request): Pick<Visitor, 'actor' | 'groups'> | undefined {
    const tokens = this.#tokens;
    const hash = tokens && this.#sessions.tokenOf(request, this.#cookieOf(request));
    return hash === undefined ? undefined : tokens?.ownerOfHash(hash);
  }

  #linked(token: string): Visitor {
    const link = readLink(this.#settings.linkKeys(), token);
    if (!link) throw this.#signedOut('This link is wrong, or its time has run out.');
    const { thread, run, id, actor, groups } = link;
    return { actor, groups, how: 'link', only: { thread, run, id }, link };
  }

  #cookieOf(request: Request): CookieSettings {
    const { url, base } = this.#settings;
    return { isHttps: (url ?? new URL(request.url)).protocol === 'https:', base };
  }

  #signedOut(message: string): HttpProblem {
    const { signInUrl: url } = this.#settings;
    const signIn = this.#tokens ? 'token' : 'elsewhere';
    const body: SignedOut = { error: 'SignedOut', message, signIn, ...(url === undefined ? {} : { url }) };
    return new HttpProblem(401, body);
  }
}

/** Whether the request has a token. A proxy may use other schemes. */
function hasToken(request: Request): boolean {
  return /^Bearer /i.test(request.headers.get('authorization') ?? '');
}

function isTokens(authenticate: NonNullable<ReadSettings['authenticate']>): authenticate is TokenAuthenticate {
  return 'how' in authenticate && authenticate.how === 'token';
}

function howOf(authenticate: NonNullable<ReadSettings['authenticate']>): Visitor['how'] {
  const { how } = authenticate as { readonly how?: unknown };
  return how === 'token' || how === 'proxy' ? how : 'custom';
}

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

/**
 * The name in the request must be this machine's, too: a page of another site may have a name that points to it.
 *
 * @throws `HttpProblem` 403.
 */
function assertLocal(request: Request, { address }: Peer): void {
  const origin = request.headers.get('origin');
  const isHere = address === undefined || LOOPBACK_ADDRESS.test(address);
  if (isHere && isLoopback(request.url) && (origin === null || isLoopback(origin))) return;
  throw forbidden('The inbox has no `authenticate`, and serves only requests to this machine, of its own page.');
}

function isLoopback(url: string): boolean {
  return LOOPBACK.includes(URL.parse(url)?.hostname ?? '');
}
