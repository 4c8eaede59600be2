/**
 * A call of a task as it stands: what its history shows, and for a running attempt what the server adds.
 */
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { defined } from '../../protocol/defined.ts';
import type { TaskUpdate } from '../reading/stream-modes.ts';
import { toMs } from '../server/events.ts';

/** One call of a task, as it stands. */
export interface TaskReport {
  /** The id of the call. */
  readonly id: string;
  /** The name of the task. */
  readonly task: string;
  /** The last step of the call, or `running` and `retrying` for an attempt that is under way or comes next. */
  readonly status: TaskUpdate['kind'] | 'running' | 'retrying';
  /** When it was first scheduled or, for a local task, when it ended: ISO 8601 in UTC. */
  readonly scheduledAt: string;
  /** ISO 8601 in UTC. */
  readonly endedAt?: string;
  /** The number of the last attempt, from 1. */
  readonly attempt?: number;
  /** How long the last attempt took or has taken so far, in milliseconds. */
  readonly durationMs?: number;
  /** Why the attempt before failed. */
  readonly lastFailure?: string;
}

/** The report of a call after one more step. */
export function nextReport(before: TaskReport | undefined, step: TaskUpdate): TaskReport {
  const { id, task, kind, at, attempt, durationMs } = step;
  const scheduledAt = before?.scheduledAt ?? at;
  const endedAt = kind === 'scheduled' ? undefined : at;
  return { id, task, status: kind, scheduledAt, ...defined({ endedAt, attempt, durationMs }) };
}

/** An activity that has not ended, as the server describes it. */
export type PendingActivity = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

/** `PendingActivityState` of the server. */
const STARTED = 2;

/** Adds attempts that are under way: an attempt is in the history only when it has ended. */
export function withPending(tasks: readonly TaskReport[], pending: readonly PendingActivity[]): readonly TaskReport[] {
  const byId = new Map(pending.map((activity) => [activity.activityId, activity]));
  return tasks.map((task) => {
    const activity = task.endedAt === undefined ? byId.get(task.id) : undefined;
    return activity ? { ...task, ...attemptOf(activity) } : task;
  });
}

function attemptOf({ attempt, state, lastFailure, lastStartedTime }: PendingActivity): Partial<TaskReport> {
  const isRunning = Number(state) === STARTED;
  const startedMs = toMs(lastStartedTime);
  return {
    status: isRunning ? 'running' : lastFailure ? 'retrying' : 'scheduled',
    attempt: attempt ?? 1,
    ...defined({
      durationMs: isRunning && startedMs > 0 ? Math.max(0, Date.now() - startedMs) : undefined,
      lastFailure: lastFailure?.message || undefined,
    }),
  };
}
