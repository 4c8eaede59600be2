/** Work that is there to be taken, and that no worker takes (O3). */
import type { ThreadDescription } from '../server/description.ts';
import { toMs } from '../server/events.ts';

/** Work that is there to be taken, and how long no worker has taken it. */
export interface UntakenWork {
  /** The queue on which the work waits. */
  readonly taskQueue: string;
  /** What a worker would have to run. */
  readonly what: 'entrypoints' | 'tasks';
  /** In milliseconds. */
  readonly sinceMs: number;
}

/** A live worker takes a workflow task within this time. */
const TAKEN_WITHIN_MS = 10_000;

/** `PendingActivityState` and `PendingWorkflowTaskState` of the server. */
const SCHEDULED = 1;

/** The workflow task waits for a worker, or for its next attempt. */
export function isTaskScheduled({ execution }: ThreadDescription): boolean {
  return Number(execution.raw.pendingWorkflowTask?.state) === SCHEDULED;
}

/** What of a thread has waited for a worker for longer than a live one needs. */
export function untakenWork(description: ThreadDescription): readonly UntakenWork[] {
  const { execution, taskQueue } = description;
  const { pendingWorkflowTask: task, pendingActivities } = execution.raw;
  const untaken: UntakenWork[] = [];
  const add = (what: UntakenWork['what'], queue: string, since: number): void => {
    const sinceMs = Date.now() - since;
    if (sinceMs > TAKEN_WITHIN_MS) untaken.push({ what, taskQueue: queue, sinceMs });
  };
  // A workflow task that fails waits between its attempts.
  if (task && isTaskScheduled(description) && (task.attempt ?? 1) <= 1)
    add('entrypoints', taskQueue, toMs(task.scheduledTime));
  for (const { state, paused, scheduledTime, nextAttemptScheduleTime, activityOptions } of pendingActivities ?? []) {
    if (Number(state) !== SCHEDULED || paused) continue;
    const since = Math.max(toMs(scheduledTime), toMs(nextAttemptScheduleTime));
    add('tasks', activityOptions?.taskQueue?.name || taskQueue, since);
  }
  return untaken;
}
