/**
 * Calls that wait for a worker that has their task (T8).
 *
 * Between two tries such a call is only a timer of the workflow, which readers recognise by its summary.
 */
import { taskOfCall, unregisteredCall } from '../../protocol/names.ts';
import { eventMs, toMs, type HistoryEvent } from '../server/events.ts';
import type { Decode } from '../server/payloads.ts';

/** From this pause on, the call has waited for some ten seconds, which is worth a notice. */
export const UNREGISTERED_PAUSE_MS = 5_000;

/** A call that waits for a worker that has its task. */
export interface Unregistered {
  /** The id of the call. */
  readonly id: string;
  /** The name of the task. */
  readonly task: string;
  /** The pause until the next try, in milliseconds. It grows with each try. */
  readonly pauseMs: number;
  /** ISO 8601 in UTC. */
  readonly nextTryAt: string;
}

/** The call that starts to wait with this event; `undefined` for any other event. */
export async function readUnregistered(event: HistoryEvent, decode: Decode): Promise<Unregistered | undefined> {
  const { timerStartedEventAttributes: timer, userMetadata } = event;
  if (!timer || !userMetadata?.summary) return undefined;
  const [summary] = await decode.list([userMetadata.summary]);
  const id = unregisteredCall(summary);
  if (id === undefined) return undefined;
  const pauseMs = toMs(timer.startToFireTimeout);
  return { id, task: taskOfCall(id), pauseMs, nextTryAt: new Date(eventMs(event) + pauseMs).toISOString() };
}
