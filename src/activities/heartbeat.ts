/**
 * The heartbeats that the worker sends for a task, so that a cancellation reaches it and a killed worker is noticed (T4).
 *
 * A heartbeat is billed on Temporal Cloud, so there are as few as the promise allows. A running activity learns of its
 * cancellation only in the response to a heartbeat. A task that cannot notice a cancellation therefore needs only those that
 * show that its worker lives. A task begins to listen when it reads its cancellation from the context, and then gets more.
 *
 * A heartbeat replaces the recorded details, so each one repeats the task's own last details, or at first those of the
 * previous attempt. A preview rides beside them (P3).
 */
import type { Context } from '@temporalio/activity';
import { LONGEST_TIMER_MS } from '../protocol/duration.ts';
import { checkEncodable, checkJson } from '../protocol/limits.ts';
import { encodePreviewDetails } from '../protocol/preview-details.ts';
import type { Preview } from '../protocol/preview.ts';
import type { HeldBack } from './held-back.ts';

/** The longest time between two heartbeats of a task that listens. The rest of the ten seconds is for the server. */
export const LISTENING_MS = 7_500;
/** How long before its timeout a heartbeat is sent, so that a busy worker or network does not count as a dead one. */
const MARGIN_MS = 10_000;
/** The least number of heartbeats in one heartbeat timeout. */
const BEATS = 3;

/** The details of a heartbeat that carries a preview. Temporal fails a task whose details are over 2 MB, encoded. */
const MAX_CARRIED_BYTES = 512 * 1024;

/** The getters by which a task learns of its cancellation. `sleep` of the context reads `cancelled`. */
const CANCELLATION = ['cancelled', 'cancellationSignal', 'cancellationDetails'] as const;

/** The heartbeats of a task, until they are disposed of. */
interface TaskHeartbeats extends Disposable {
  /** What the next heartbeat carries of the task's own. */
  readonly details: unknown;
  /** Sends a preview beside them, and with each further heartbeat. `undefined` if the task may not heartbeat. */
  readonly carry: ((preview: Preview) => void) | undefined;
}

/**
 * Sends heartbeats until it is disposed of.
 *
 * @param heldBack Set on a worker that must hold heartbeats back, because Temporal's does not.
 */
export function startHeartbeats(context: Context, heldBack?: HeldBack): TaskHeartbeats {
  // Without a heartbeat timeout the server refuses heartbeats.
  const { heartbeatTimeoutMs, heartbeatDetails: details } = context.info;
  if (!heartbeatTimeoutMs) return { details, carry: undefined, [Symbol.dispose]: () => undefined };
  return new Heartbeats(context, heartbeatTimeoutMs, heldBack);
}

class Heartbeats implements TaskHeartbeats {
  readonly carry = (preview: Preview): void => this.#carry(preview);
  readonly #send: Context['heartbeat'];
  readonly #sendNow: Context['heartbeat'];
  readonly #signal: AbortSignal;
  /** The time between two heartbeats that show that the worker lives. */
  readonly #livingMs: number;
  #details: unknown;
  #preview: Preview | undefined;
  #listens = false;
  #ended = false;
  #sentAt = Date.now();
  #timer: NodeJS.Timeout | undefined;

  constructor(context: Context, timeoutMs: number, heldBack: HeldBack | undefined) {
    this.#send = context.heartbeat.bind(context);
    this.#sendNow = heldBack ? (details) => heldBack.sendNow(details) : this.#send;
    this.#signal = context.cancellationSignal;
    this.#livingMs = Math.min(Math.max(timeoutMs / BEATS, timeoutMs - MARGIN_MS), LONGEST_TIMER_MS);
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

  #beat(own: unknown): void {
    this.#details = own;
    this.#sentAt = Date.now();
    const preview = this.#preview;
    this.#send(preview && !problemOf(preview, own) ? encodePreviewDetails(preview, own) : own);
    this.#wait();
  }

  #carry(preview: Preview): void {
    if (this.#ended) return;
    const problem = problemOf(preview, this.#details);
    if (problem !== undefined) throw new Error(problem);
    this.#preview = preview;
    this.#sentAt = Date.now();
    this.#sendNow(encodePreviewDetails(preview, this.#details));
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

/** Why a preview cannot ride beside the task's own details, which must arrive unchanged. */
function problemOf(preview: Preview, own: unknown): string | undefined {
  const problem = own === undefined ? undefined : checkJson(own, 'the details of a heartbeat beside a preview');
  const together = encodePreviewDetails(preview, own);
  return (problem ?? checkEncodable(together, 'the details of a heartbeat with a preview', MAX_CARRIED_BYTES))?.message;
}

/** Reads a field of the context as it is before it is observed: a value of its own, or a getter of its class. */
function fieldOf(context: Context, name: (typeof CANCELLATION)[number]): () => unknown {
  if (!Object.hasOwn(context, name)) return () => Reflect.get(Object.getPrototypeOf(context), name, context);
  const value = context[name];
  return () => value;
}
