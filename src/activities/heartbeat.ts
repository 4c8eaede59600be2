/**
 * The heartbeats that the worker sends for a task, so that a cancellation reaches it and a killed worker is noticed (T4).
 *
 * A heartbeat is billed on Temporal Cloud, so there are as few as the promise allows. A running activity learns of its
 * cancellation only in the response to a heartbeat. A task that cannot notice a cancellation therefore needs only those that
 * show that its worker lives. A task begins to listen when it reads its cancellation from the context, and then gets more.
 *
 * A heartbeat replaces the recorded details, so each one repeats the task's own last details, or at first those of the
 * previous attempt.
 */
import type { Context } from '@temporalio/activity';

/** The longest time between two heartbeats of a task that listens. The rest of the ten seconds is for the server. */
export const LISTENING_MS = 7_500;
/** How long before its timeout a heartbeat is sent, so that a busy worker or network does not count as a dead one. */
const MARGIN_MS = 10_000;
/** The least number of heartbeats in one heartbeat timeout. */
const BEATS = 3;
/** A longer timer of Node's would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The getters by which a task learns of its cancellation. `sleep` of the context reads `cancelled`. */
const CANCELLATION = ['cancelled', 'cancellationSignal', 'cancellationDetails'] as const;

/** The heartbeats of a task, until they are disposed of. */
interface TaskHeartbeats extends Disposable {
  /** What the next heartbeat carries. */
  readonly details: unknown;
}

/** Sends heartbeats until it is disposed of. */
export function startHeartbeats(context: Context): TaskHeartbeats {
  // Without a heartbeat timeout the server refuses heartbeats.
  const { heartbeatTimeoutMs, heartbeatDetails: details } = context.info;
  if (!heartbeatTimeoutMs) return { details, [Symbol.dispose]: () => undefined };
  return new Heartbeats(context, heartbeatTimeoutMs);
}

class Heartbeats implements TaskHeartbeats {
  readonly #send: Context['heartbeat'];
  readonly #signal: AbortSignal;
  /** The time between two heartbeats that show that the worker lives. */
  readonly #livingMs: number;
  #details: unknown;
  #listens = false;
  #ended = false;
  #sentAt = Date.now();
  #timer: NodeJS.Timeout | undefined;

  constructor(context: Context, timeoutMs: number) {
    this.#send = context.heartbeat.bind(context);
    this.#signal = context.cancellationSignal;
    this.#livingMs = Math.min(Math.max(timeoutMs / BEATS, timeoutMs - MARGIN_MS), MAX_TIMER_MS);
    this.#details = context.info.heartbeatDetails;
    // `heartbeat()` of `@temporalio/activity` looks the method up on the context in each call.
    Object.assign(context, { heartbeat: (own?: unknown) => this.#beat(own) });
    this.#observe(context);
    this.#wait();
  }

  get details(): unknown {
    return this.#details;
  }

  [Symbol.dispose](): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  /** The functions of `@temporalio/activity` read the context too, as `cancellationSignal()` does. */
  #observe(context: Context): void {
    for (const name of CANCELLATION) {
      const read = fieldOf(context, name);
      const get = (): unknown => {
        this.#listen();
        return read();
      };
      Object.defineProperty(context, name, { configurable: true, enumerable: true, get });
    }
  }

  #listen(): void {
    if (this.#listens) return;
    this.#listens = true;
    this.#wait();
  }

  #beat(details: unknown): void {
    this.#details = details;
    this.#sentAt = Date.now();
    this.#send(details);
    this.#wait();
  }

  #wait(): void {
    if (this.#ended) return;
    clearTimeout(this.#timer);
    // A task hears of its cancellation once.
    const isListening = this.#listens && !this.#signal.aborted;
    const ms = isListening ? Math.min(LISTENING_MS, this.#livingMs) : this.#livingMs;
    // A task that begins to listen late is due at once. Node prints a warning for a negative timer.
    this.#timer = setTimeout(() => this.#beat(this.#details), Math.max(0, this.#sentAt + ms - Date.now()));
  }
}

/** Reads a field of the context as it is before it is observed: a value of its own, or a getter of its class. */
function fieldOf(context: Context, name: (typeof CANCELLATION)[number]): () => unknown {
  if (!Object.hasOwn(context, name)) return () => Reflect.get(Object.getPrototypeOf(context), name, context);
  const value = context[name];
  return () => value;
}
