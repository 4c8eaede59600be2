/**
 * Heartbeats that are held back on a worker whose previews ride on heartbeats (P3).
 *
 * Temporal's worker holds heartbeats back by itself, but for as long in all of its activities. There, it must not hold back
 * previews, so this does it for everything else, for as long: the first heartbeat is sent at once, and the newest one of
 * those that follow when the time is over.
 */
import type { Context } from '@temporalio/activity';
import { msToNumber } from '@temporalio/common';

type TemporalDuration = Parameters<typeof msToNumber>[0];

/** How long heartbeats are held back, as Temporal's worker names and reads it. */
export interface Throttle {
  /** The longest time. */
  readonly max: TemporalDuration;
  /** The time for an activity without a heartbeat timeout. */
  readonly fallback: TemporalDuration;
}

/** The part of its heartbeat timeout for which Temporal's worker holds back the heartbeats of an activity. */
const SHARE = 0.8;

/** The heartbeats of one activity, until they are disposed of. */
export class HeldBack implements Disposable {
  readonly #send: Context['heartbeat'];
  readonly #throttleMs: number;
  #sentAt = -Infinity;
  #held: { readonly details: unknown } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  /** Takes the place of `heartbeat` of the context. */
  constructor(context: Context, { max, fallback }: Throttle) {
    const { heartbeatTimeoutMs } = context.info;
    this.#send = context.heartbeat.bind(context);
    this.#throttleMs = Math.min(
      heartbeatTimeoutMs ? heartbeatTimeoutMs * SHARE : msToNumber(fallback),
      msToNumber(max),
    );
    // `heartbeat()` of `@temporalio/activity` looks the method up on the context in each call.
    Object.assign(context, { heartbeat: (details?: unknown) => this.#record(details) });
  }

  /** Sends a heartbeat, whatever was sent before. It replaces one that is held back. */
  sendNow(details: unknown): void {
    clearTimeout(this.#timer);
    this.#timer = this.#held = undefined;
    if (this.#ended) return;
    this.#sentAt = Date.now();
    this.#send(details);
  }

  /** Sends what is held back. The activity has failed: Temporal's worker then keeps the last details for the next attempt. */
  flush(): void {
    if (this.#held) this.sendNow(this.#held.details);
  }

  [Symbol.dispose](): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  #record(details: unknown): void {
    const waitMs = this.#sentAt + this.#throttleMs - Date.now();
    if (waitMs <= 0 && !this.#held) {
      this.sendNow(details);
      return;
    }
    this.#held = { details };
    this.#timer ??= setTimeout(() => this.flush(), Math.max(0, waitMs));
  }
}
