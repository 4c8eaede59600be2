/**
 * Reading through an outage: a reader waits while the server is away, says so once, and goes on when the server is back (S6).
 *
 * Only reads are repeated. A call that sends something fails with `NoServer` when Temporal's client gives up, so that its
 * caller knows; the caller may repeat it with the same key, and it is not sent twice.
 */
import type { Client } from '@temporalio/client';
import { pause, withSignal } from './abort.ts';
import { isServerAway, translate } from './errors.ts';
import type { NoticeSink } from './notices.ts';

/** Before each of our pauses, Temporal's client has retried for some 20 seconds. */
const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 5_000;

/** What a reader does during an outage. */
export interface PatienceSettings {
  /** The client that reads. */
  readonly client: Client;
  /** Takes the notice of an outage. */
  readonly notify: NoticeSink;
  /** Stops waiting when it aborts. */
  readonly signal?: AbortSignal | undefined;
  /** The thread that is read, for the error messages. Without it the errors of the reads have been translated already. */
  readonly thread?: string;
}

/** Repeats reads for as long as no server answers. */
export class Patience {
  readonly #settings: PatienceSettings;
  /** The notice about the present outage has been given. */
  #noticed = false;

  constructor(settings: PatienceSettings) {
    this.#settings = settings;
  }

  /** The result of a read, whose requests carry the signal. Every error but an unreachable server's is thrown at once. */
  async outlast<Value>(read: () => Promise<Value>): Promise<Value> {
    const { client, signal, thread } = this.#settings;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
      try {
        const value = await withSignal(client, signal, read);
        this.#noticed = false;
        return value;
      } catch (error) {
        signal?.throwIfAborted();
        const translated = thread === undefined ? error : translate(error, thread);
        if (!isServerAway(translated)) throw translated;
        this.#notice(translated);
      }
      await pause(pauseMs, signal);
    }
  }

  #notice(error: Error): void {
    if (this.#noticed) return;
    this.#noticed = true;
    this.#settings.notify(`${error.message} Reading goes on when it is back.`);
  }
}
