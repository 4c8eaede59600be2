/**
 * How long a model that is away is asked again: for ten minutes at least, so that an outage does not end a run of days.
 *
 * A task has three attempts by default, and how many it has is said in the workflow: a loop written by hand should not
 * have to know. So an attempt is patient itself. It asks again for as long as its time lasts, when the server wants it or
 * after a growing pause; only then it fails, and Temporal makes the next attempt, which is as patient. With the default
 * of three attempts of five minutes that is a quarter of an hour; where the task's options allow less, the pauses between
 * the attempts are longer, so that it is ten minutes all the same, as long as there is a second attempt.
 *
 * A pause within an attempt holds one of the worker's slots, and no more than that: the task heartbeats, so a cancellation
 * ends it at once, and the Web UI shows as heartbeat details what it waits for.
 */
import { Context, heartbeat, log, sleep, type Info } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { RequestFailure } from './openai-failure.ts';

const PATIENCE_MS = 10 * 60_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** What an attempt needs to report its failure before the server gives it up. */
const REPORT_MS = 2_000;

/** Asks once: within this time, and until this signal aborts. */
export type Ask<Value> = (request: { readonly timeoutMs: number; readonly signal: AbortSignal }) => Promise<Value>;

/**
 * Asks until there is an answer.
 *
 * @throws `ApplicationFailure`: not retryable when the request is refused, with `nextRetryDelay` when the time is up.
 */
export async function askPatiently<Value>(ask: Ask<Value>, read: (error: unknown) => RequestFailure): Promise<Value> {
  const { info, cancellationSignal: signal } = Context.current();
  const endsAt = endOf(info);
  for (let asked = 0; ; asked++) {
    try {
      return await ask({ timeoutMs: Math.max(1, Math.floor(endsAt - Date.now())), signal });
    } catch (error) {
      // A `CancelledFailure`.
      signal.throwIfAborted();
      const { kind, type, message, retryAfterMs } = read(error);
      if (kind === 'refused') throw ApplicationFailure.nonRetryable(message, type);
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

/** When this attempt must have ended; a time that is not set is 0. */
function endOf({ startToCloseTimeoutMs, scheduleToCloseTimeoutMs, scheduledTimestampMs }: Info): number {
  const attemptMs = startToCloseTimeoutMs || Number.POSITIVE_INFINITY;
  const end = Math.min(
    Date.now() + attemptMs,
    scheduledTimestampMs + (scheduleToCloseTimeoutMs || Number.POSITIVE_INFINITY),
  );
  return end - Math.min(REPORT_MS, attemptMs / 10);
}

/** Doubles each time, and differs from run to run, so that not all come back at once. */
function pauseAfter(asked: number): number {
  return Math.round(Math.min(FIRST_PAUSE_MS * 2 ** asked, LONGEST_PAUSE_MS) * (1 - Math.random() / 4));
}

/** The pause before the next attempt: long enough that the attempts which are left reach the end of the ten minutes. */
function nextAttemptMs(info: Info, pauseMs: number): number {
  const left = (info.retryPolicy?.maximumAttempts || Number.POSITIVE_INFINITY) - info.attempt;
  if (left < 1) return pauseMs;
  const lacking = info.scheduledTimestampMs + PATIENCE_MS - Date.now();
  return Math.max(pauseMs, Math.round(lacking / left) - info.startToCloseTimeoutMs);
}
