/**
 * The sessions of people who have signed in with a token on the page: a cookie with a random name, and behind it who it is.
 *
 * They are kept in the memory of this process, so they end with it, at sign-out, when the token leaves the file, when nobody
 * has used them for some time, and after half a day in any case.
 */
import { createHash, randomBytes } from 'node:crypto';

const LIFETIME_MS = 12 * 60 * 60_000;
const IDLE_MS = 60 * 60_000;
/** More than that, and the oldest ends. */
const MAX_SESSIONS = 10_000;

interface Session {
  /** The hash of the token with which it began. */
  readonly token: string;
  readonly endsMs: number;
  idleMs: number;
}

/** Which cookie a request has or gets. */
export interface CookieSettings {
  readonly isHttps: boolean;
  readonly base: string;
}

/** The sessions of this process. */
export class Sessions {
  /** By the hash of what the cookie has. */
  readonly #sessions = new Map<string, Session>();

  /** Begins a session, and returns its cookie. */
  begin(token: string, settings: CookieSettings): string {
    const secret = randomBytes(32).toString('base64url');
    const now = Date.now();
    this.#sessions.set(hashOf(secret), { token, endsMs: now + LIFETIME_MS, idleMs: now + IDLE_MS });
    for (const oldest of this.#sessions.keys()) {
      if (this.#sessions.size <= MAX_SESSIONS) break;
      this.#sessions.delete(oldest);
    }
    return cookie(secret, LIFETIME_MS / 1_000, settings);
  }

  /** The hash of the token of whoever has signed in. */
  tokenOf(request: Request, settings: CookieSettings): string | undefined {
    const key = keyIn(request, settings);
    const session = key === undefined ? undefined : this.#sessions.get(key);
    if (!session || key === undefined) return undefined;
    const now = Date.now();
    if (now >= session.endsMs || now >= session.idleMs) {
      this.#sessions.delete(key);
      return undefined;
    }
    session.idleMs = now + IDLE_MS;
    return session.token;
  }

  /** Ends the session of a request, and returns the cookie that takes its cookie away. */
  end(request: Request, settings: CookieSettings): string {
    const key = keyIn(request, settings);
    if (key !== undefined) this.#sessions.delete(key);
    return cookie('', 0, settings);
  }
}

function keyIn(request: Request, settings: CookieSettings): string | undefined {
  const name = nameOf(settings);
  const cookies = (request.headers.get('cookie') ?? '').split(';').map((one) => one.trim().split('='));
  const [, secret] = cookies.find(([one]) => one === name) ?? [];
  return secret ? hashOf(secret) : undefined;
}

function cookie(secret: string, seconds: number, settings: CookieSettings): string {
  const { isHttps, base } = settings;
  const name = nameOf(settings);
  const path = isHttps ? '/' : `${base}/`;
  return `${name}=${secret}; Path=${path}; Max-Age=${seconds}; HttpOnly; SameSite=Strict${isHttps ? '; Secure' : ''}`;
}

/**
 * Each inbox of a host has a name of its own. A browser keeps a cookie with the prefix only from this very host, and only over
 * HTTPS.
 */
function nameOf({ isHttps, base }: CookieSettings): string {
  const path = Buffer.from(base).toString('base64url');
  const name = `holdpoint-inbox${path === '' ? '' : `-${path}`}`;
  return isHttps ? `__Host-${name}` : name;
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
