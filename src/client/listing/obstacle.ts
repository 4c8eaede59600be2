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
import { WorkerVersions } from '../server/versions.ts';
import { readWorkflowPollers } from '../server/workers.ts';
import { findLostVersion, type LostVersion } from './lost-version.ts';
import { isTaskScheduled } from './untaken-work.ts';

/** What keeps a thread from going on. */
export type Obstacle =
  /** Its workflow task fails and is retried, until a person fixes what is wrong (S7). */
  | { readonly kind: 'stuck'; readonly attempt: number; readonly message: string }
  /** No worker polls its task queue. */
  | { readonly kind: 'no worker'; readonly taskQueue: string }
  /** A worker polled a moment ago, but no worker has taken the workflow task for this long. */
  | { readonly kind: 'not taken'; readonly taskQueue: string; readonly sinceMs: number }
  /** No worker of its worker deployment version polls its task queue; those of other versions do not take its work. */
  | ({ readonly kind: 'lost version'; readonly taskQueue: string } & LostVersion);

/** How long to look whether a worker takes what was sent. */
const SETTLE_MS = 3_000;
/** Until then, a live worker may still take the workflow task. */
const TAKEN_WITHIN_MS = SETTLE_MS / 2;
const PAUSES = { firstPauseMs: 20, maxPauseMs: 200 };
/** The server retries a failed workflow task once or twice by itself, and does not put later failures into the history. */
const SERVERS_ATTEMPTS = 3;
/** How many events the last failure is searched in. */
const TAIL_EVENTS = 10;

/**
 * What keeps a thread from handling a message that was just sent.
 *
 * @param settleMs How long a live worker is given to take it.
 */
export async function obstacleAfterSending(
  thread: ThreadHandle,
  settleMs: number = SETTLE_MS,
): Promise<Obstacle | undefined> {
  const isTaken = (now: ThreadDescription): boolean => !isTaskScheduled(now) || taskAttempt(now) > 1;
  const deadline = Date.now() + settleMs;
  const description = await poll(() => thread.describe(), isTaken, { ...PAUSES, deadline });
  const stuck = await findStuck(thread, description);
  if (stuck || !isTaskScheduled(description)) return stuck;
  const { taskQueue, execution } = description;
  const versions = new WorkerVersions(thread.client);
  const lost = await findLostVersion(description, versions);
  if (lost) return { kind: 'lost version', taskQueue, ...lost };
  const { alive } = await readWorkflowPollers(thread.client, taskQueue);
  if (alive === 0)
    return (await versions.isStartedOnDemand(description)) ? undefined : { kind: 'no worker', taskQueue };
  const sinceMs = Date.now() - toMs(execution.raw.pendingWorkflowTask?.scheduledTime);
  return sinceMs > TAKEN_WITHIN_MS ? { kind: 'not taken', taskQueue, sinceMs } : undefined;
}

/** What would keep a thread from handling a message, if one was sent to it. Nothing is waited for. */
export async function obstacleAhead(
  thread: ThreadHandle,
  description: ThreadDescription,
): Promise<Obstacle | undefined> {
  if (!description.isRunning) return undefined;
  const { taskQueue } = description;
  const versions = new WorkerVersions(thread.client);
  const lost = await findLostVersion(description, versions);
  if (lost) return { kind: 'lost version', taskQueue, ...lost };
  const { alive } = await readWorkflowPollers(thread.client, taskQueue);
  if (alive === 0 && !(await versions.isStartedOnDemand(description))) return { kind: 'no worker', taskQueue };
  return findStuck(thread, description);
}

/** Whether the workflow task fails again and again, and why. */
export async function findStuck(
  thread: ThreadHandle,
  description: ThreadDescription,
): Promise<Extract<Obstacle, { readonly kind: 'stuck' }> | undefined> {
  const attempt = taskAttempt(description);
  if (attempt <= 1) return undefined;
  const message = await lastTaskFailure(thread, description.runId, attempt);
  return message === undefined ? undefined : { kind: 'stuck', attempt, message };
}

function taskAttempt({ execution }: ThreadDescription): number {
  return execution.raw.pendingWorkflowTask?.attempt ?? 1;
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
