/**
 * Heartbeats sent for a task, so that a cancellation reaches it and a killed worker is noticed (T4).
 *
 * A running activity learns of its cancellation only in the answer to a heartbeat. They repeat the task's own last
 * details, those of its previous attempt until it sends some, so that nothing that it recorded is lost.
 */
import type { Context } from '@temporalio/activity';

const FIRST_MS = 3_000;
export const HEARTBEAT_MS = 5_000;
/** How many heartbeats fit into a heartbeat timeout, at least. */
const BEATS = 3;

export function startHeartbeats(context: Context): Disposable {
  // Without a heartbeat timeout the server takes no heartbeats.
  const { heartbeatTimeoutMs, heartbeatDetails } = context.info;
  if (!heartbeatTimeoutMs) return { [Symbol.dispose]: () => undefined };
  let details: unknown = heartbeatDetails;
  const send = context.heartbeat.bind(context);
  // `heartbeat()` of `@temporalio/activity` looks the method up on the context at each call.
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
