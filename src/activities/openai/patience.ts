/**
 * The retries of a request while the model is unavailable: for at least ten minutes, so that an outage does not end a run
 * that has lasted for days.
 *
 * The workflow decides how many attempts a task has, three by default, and a hand-written loop should not have to raise
 * that number. So the call is retried within the same attempt, for as long as the attempt may last: when the server asks
 * for it, or after a growing pause. Then the attempt fails, and Temporal starts the next one, which does the same. Three
 * attempts of five minutes make a quarter of an hour. If the options of the task allow less, the pauses between attempts
 * are longer and still add up to ten minutes, provided that there is a second attempt.
 *
 * A pause within an attempt costs one slot of the worker. The task heartbeats meanwhile: a cancellation ends it at once, and
 * the Web UI shows in the heartbeat details what it waits for.
 */
import { Context, heartbeat, log, sleep, type Info } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { RequestFailure } from './failure.ts';

const PATIENCE_MS = 10 * 60_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** An answer of no use is paid for, so it is asked for again less often than a model that is unavailable. */
const MAX_UNUSABLE = 3;
/** The time that an attempt needs to report its failure before the server times it out. */
const REPORT_MS = 2_000;

/** Sends the request once. It must end within this time, and when the signal aborts. */
export type Ask<Value> = (request: { readonly timeoutMs: number; readonly signal: AbortSignal }) => Promise<Value>;

/**
 * Sends a request until there is a usable response, or the time of the attempt is over. An answer of no use is asked for
 * again at once, twice at most.
 *
 * @param read Says what an error of the request means.
 * @throws `ApplicationFailure`: not retryable if the request was refused or its answers are of no use, with
 *   `nextRetryDelay` if the time is over. A failure that `ask` throws leaves as it is.
 */
export async function askPatiently<Value>(ask: Ask<Value>, read: (error: unknown) => RequestFailure): Promise<Value> {
  const { info, cancellationSignal: signal } = Context.current();
  const endsAt = endOf(info);
  let unusable = 0;
  for (let asked = 0; ; asked++) {
    try {
      return await ask({ timeoutMs: Math.max(1, Math.floor(endsAt - Date.now())), signal });
    } catch (error) {
      // Throws a `CancelledFailure`.
      signal.throwIfAborted();
      if (error instanceof ApplicationFailure) throw error;
      const { kind, type, message, retryAfterMs } = read(error);
      if (kind === 'unusable' && ++unusable < MAX_UNUSABLE) {
        log.warn(message);
        continue;
      }
      if (kind !== 'unavailable') throw ApplicationFailure.nonRetryable(message, type);
      const pauseMs = retryAfterMs ?? pauseAfter(asked);
      if (Date.now() + pauseMs >= endsAt) {
        throw ApplicationFailure.create({ message, type, nextRetryDelay: nextAttemptMs(info, pauseMs) });
      }
      log.warn(message, { pauseMs });
      if (info.heartbeatTimeoutMs)
        heartbeat(`${message}; asking again at ${new Date(Date.now() + pauseMs).toISOString()}`);
      await sleep(pauseMs);
    }
  }
}

/** When this attempt must end. A timeout that is not set is 0. */
function endOf({ startToCloseTimeoutMs, scheduleToCloseTimeoutMs, scheduledTimestampMs }: Info): number {
  const attemptMs = startToCloseTimeoutMs || Number.POSITIVE_INFINITY;
  const end = Math.min(
    Date.now() + attemptMs,
    scheduledTimestampMs + (scheduleToCloseTimeoutMs || Number.POSITIVE_INFINITY),
  );
  return end - Math.min(REPORT_MS, attemptMs / 10);
}

/** A pause that doubles each time. It is random, so that not all runs retry at once. */
function pauseAfter(asked: number): number {
  return Math.round(Math.min(FIRST_PAUSE_MS * 2 ** asked, LONGEST_PAUSE_MS) * (1 - Math.random() / 4));
}

/** The pause before the next attempt: so long that the remaining attempts reach the end of the ten minutes. */
function nextAttemptMs(info: Info, pauseMs: number): number {
  const left = (info.retryPolicy?.maximumAttempts || Number.POSITIVE_INFINITY) - info.attempt;
  if (left < 1) return pauseMs;
  const lacking = info.scheduledTimestampMs + PATIENCE_MS - Date.now();
  return Math.max(pauseMs, Math.round(lacking / left) - info.startToCloseTimeoutMs);
}
