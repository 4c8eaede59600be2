/**
 * An obstacle: what keeps a thread from going on, as far as the server can tell (O3).
 *
 * Whoever sends something to such a thread should learn of it: the server accepts an answer or a cancellation, but nothing
 * happens.
 */
import { lastEvents, toMs } from '../server/events.ts';
import { poll } from '../server/poll.ts';
import { readWorkflowTaskFailure } from '../server/workflow-task-failure.ts';
import type { ThreadDescription } from '../server/description.ts';
import type { ThreadHandle } from '../server/thread-handle.ts';
import { readWorkflowPollers } from '../server/workers.ts';

/** What keeps a thread from going on. */
export type Obstacle =
  /** Its workflow task fails and is retried, until a person fixes what is wrong (S7). */
  | { readonly kind: 'stuck'; readonly attempt: number; readonly message: string }
  /** No worker polls its task queue. */
  | { readonly kind: 'no worker'; readonly taskQueue: string }
  /** A worker polled a moment ago, but no worker has taken the workflow task for this long. */
  | { readonly kind: 'not taken'; readonly taskQueue: string; readonly sinceMs: number };

/** A live worker takes a workflow task within this time. */
export const TAKEN_WITHIN_MS = 10_000;
/** How long to look whether a worker takes what was sent. */
const SETTLE_MS = 3_000;
const PAUSES = { firstPauseMs: 20, maxPauseMs: 200 };
/** The server retries a failed workflow task once or twice by itself, and does not put later failures into the history. */
const SERVERS_ATTEMPTS = 3;
/** How many events the last failure is searched in. */
const TAIL_EVENTS = 10;

/** `PendingWorkflowTaskState` of the server. */
const SCHEDULED = 1;

/** What keeps a thread from handling a message that was just sent. A live worker is given a moment to take it. */
export async function obstacleAfterSending(thread: ThreadHandle): Promise<Obstacle | undefined> {
  const isTaken = ({ execution: { raw } }: ThreadDescription): boolean => {
    const task = raw.pendingWorkflowTask;
    return !task || Number(task.state) !== SCHEDULED || (task.attempt ?? 1) > 1;
  };
  const deadline = Date.now() + SETTLE_MS;
  const description = await poll(() => thread.describe(), isTaken, { ...PAUSES, deadline });
  return findObstacle(thread, description, SETTLE_MS / 2);
}

/** @param takenWithinMs How long a workflow task may wait for a worker. */
export async function findObstacle(
  thread: ThreadHandle,
  { execution, taskQueue, runId }: ThreadDescription,
  takenWithinMs: number = TAKEN_WITHIN_MS,
): Promise<Obstacle | undefined> {
  const task = execution.raw.pendingWorkflowTask;
  const attempt = task?.attempt ?? 1;
  if (attempt > 1) {
    const message = await lastTaskFailure(thread, runId, attempt);
    if (message !== undefined) return { kind: 'stuck', attempt, message };
  }
  const sinceMs = Date.now() - toMs(task?.scheduledTime);
  if (!task || Number(task.state) !== SCHEDULED) return undefined;
  const { alive } = await readWorkflowPollers(thread.client, taskQueue);
  if (alive === 0) return { kind: 'no worker', taskQueue };
  return sinceMs > takenWithinMs ? { kind: 'not taken', taskQueue, sinceMs } : undefined;
}

/** Why the workflow task fails. A failed task is in the history once, however often it is retried. */
async function lastTaskFailure(thread: ThreadHandle, runId: string, attempt: number): Promise<string | undefined> {
  const events = await lastEvents(thread, runId, TAIL_EVENTS);
  const last = events.find((one) => one.workflowTaskFailedEventAttributes ?? one.workflowTaskTimedOutEventAttributes);
  if (!last?.workflowTaskFailedEventAttributes) return undefined;
  const message = readWorkflowTaskFailure(last);
  if (message === undefined && attempt > SERVERS_ATTEMPTS) return 'the server does not report why';
  return message?.split('\n')[0]?.replace(/\.$/, '');
}
