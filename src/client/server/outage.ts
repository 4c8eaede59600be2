/**
 * Reading on through an outage: a reader waits while the server is away, says so once, and goes on when it is back (S6).
 *
 * Only reads come here. A call that sends something fails with `NoServer` when Temporal's client gives up, so that its
 * caller knows; sent again with the same key it is not sent twice.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isServerAway, translate } from './errors.ts';
import type { NoticeSink } from './notices.ts';

/** Temporal's client has tried for some 20 seconds before each. */
const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 5_000;

export interface PatienceSettings {
  readonly notify: NoticeSink;
  readonly signal?: AbortSignal | undefined;
  /** Whose reads they are; without one their errors are in our words already. */
  readonly thread?: string;
}

export class Patience {
  readonly #settings: PatienceSettings;
  /** The outage at hand has been told. */
  #told = false;

  constructor(settings: PatienceSettings) {
    this.#settings = settings;
  }

  /** The result of a read, which is repeated for as long as no server answers. */
  async outlast<Value>(read: () => Promise<Value>): Promise<Value> {
    const { signal, thread } = this.#settings;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
      try {
        const value = await this.#unlessAborted(read);
        this.#told = false;
        return value;
      } catch (error) {
        signal?.throwIfAborted();
        const translated = thread === undefined ? error : translate(error, thread);
        if (!isServerAway(translated)) throw translated;
        this.#tell(translated);
      }
      await this.#unlessAborted(() => sleep(pauseMs, undefined, signal ? { signal } : {}));
    }
  }

  /** Between two tries of its own, Temporal's client does not notice that a signal aborts. */
  async #unlessAborted<Value>(wait: () => Promise<Value>): Promise<Value> {
    const { signal } = this.#settings;
    if (!signal) return wait();
    signal.throwIfAborted();
    const aborted = Promise.withResolvers<never>();
    const abort = (): void => aborted.reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    try {
      return await Promise.race([wait(), aborted.promise]);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  #tell(error: Error): void {
    if (this.#told) return;
    this.#told = true;
    this.#settings.notify(`${error.message} Reading goes on when it is back.`);
  }
}
