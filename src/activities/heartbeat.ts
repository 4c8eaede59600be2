/**
 * The heartbeats that the worker sends for a task, so that a cancellation reaches it and a killed worker is noticed (T4).
 *
 * A running activity learns of its cancellation only in the response to a heartbeat. A heartbeat replaces the recorded
 * details, so each one repeats the task's own last details, or at first those of the previous attempt.
 */
import type { Context } from '@temporalio/activity';

const FIRST_MS = 3_000;
/** The longest time between two heartbeats. */
export const HEARTBEAT_MS = 5_000;
/** The least number of heartbeats in one heartbeat timeout. */
const BEATS = 3;

/** Sends heartbeats until it is disposed of. */
export function startHeartbeats(context: Context): Disposable {
  // Without a heartbeat timeout the server refuses heartbeats.
  const { heartbeatTimeoutMs, heartbeatDetails } = context.info;
  if (!heartbeatTimeoutMs) return { [Symbol.dispose]: () => undefined };
  let details: unknown = heartbeatDetails;
  const send = context.heartbeat.bind(context);
  // `heartbeat()` of `@temporalio/activity` looks the method up on the context in each call.
  Object.assign(context, {
    heartbeat: (own?: unknown) => {
      details = own;
      send(own);
    },
  });
  let timer = setTimeout(beat, Math.min(FIRST_MS, heartbeatTimeoutMs / BEATS));
  const interval = Math.min(HEARTBEAT_MS, heartbeatTimeoutMs / BEATS);
  function beat(): void {
    send(details);
    timer = setTimeout(beat, interval);
  }
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}
