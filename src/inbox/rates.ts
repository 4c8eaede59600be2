/**
 * How often somebody may do something: a bucket for each person and each address, which fills up again over time.
 */
import { HttpProblem } from '../web/problem.ts';

/** How many at once, and how many for each second after that. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** The rates of the inbox. */
export const RATES = {
  /** Requests of one address, signed in or not. */
  address: { burst: 600, perSecond: 60 },
  /** Wrong tokens of one address. */
  signIn: { burst: 10, perSecond: 0.1 },
  /** What one person reads. */
  read: { burst: 300, perSecond: 30 },
  /** What one person changes: each answer counts. */
  write: { burst: 200, perSecond: 5 },
} as const satisfies Readonly<Record<string, Rate>>;

interface Bucket {
  left: number;
  atMs: number;
}

/** The buckets that are kept: those that were used last. Whoever has no bucket has a full one. */
const MAX_BUCKETS = 20_000;

/** The buckets of all rates. */
export class Rates {
  readonly #buckets = new Map<string, Bucket>();

  /** Takes from the bucket of somebody. @throws `HttpProblem` 429 if it is empty. */
  take(rate: keyof typeof RATES, who: string, count = 1): void {
    const { burst, perSecond } = RATES[rate];
    const key = `${rate} ${who}`;
    const now = performance.now();
    const { left, atMs } = this.#buckets.get(key) ?? { left: burst, atMs: now };
    const full = Math.min(burst, left + ((now - atMs) / 1_000) * perSecond);
    const isEnough = full >= count;
    this.#buckets.delete(key);
    this.#buckets.set(key, { left: isEnough ? full - count : full, atMs: now });
    for (const oldest of this.#buckets.keys()) {
      if (this.#buckets.size <= MAX_BUCKETS) break;
      this.#buckets.delete(oldest);
    }
    if (!isEnough) throw tooMany(Math.ceil((count - full) / perSecond));
  }
}

/** How many of something somebody has open at the same time. */
export class Counts {
  readonly #counts = new Map<string, number>();

  /** @throws `HttpProblem` 429 if it is too many. */
  add(who: string, max: number): Disposable {
    const count = this.#counts.get(who) ?? 0;
    if (count >= max) throw tooMany(10);
    this.#counts.set(who, count + 1);
    let isOver = false;
    return {
      [Symbol.dispose]: () => {
        if (isOver) return;
        isOver = true;
        const left = (this.#counts.get(who) ?? 1) - 1;
        if (left > 0) this.#counts.set(who, left);
        else this.#counts.delete(who);
      },
    };
  }
}

function tooMany(seconds: number): HttpProblem {
  const message = `That was too much at once. Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`;
  return new HttpProblem(429, { error: 'TooMany', message }, { headers: { 'retry-after': String(seconds) } });
}
