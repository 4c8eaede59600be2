/**
 * What is wrong with a running thread: a workflow task that fails, calls that wait for a worker that has their task, tasks
 * that fail again and again, questions that should have closed, and a worker version without a worker (O3, T8).
 */
import { defined } from '../../protocol/defined.ts';
import { readUnregistered, UNREGISTERED_PAUSE_MS, type Unregistered } from '../reading/unregistered.ts';
import type { ThreadDescription } from '../server/description.ts';
import { lastEvents, toMs } from '../server/events.ts';
import type { ThreadHandle } from '../server/thread-handle.ts';
import { isWaiting, type LostVersion } from './lost-version.ts';
import { findStuck, type Obstacle } from './obstacle.ts';
import type { PendingActivity } from './task-report.ts';

/** A thread that runs, as the server described it. */
export interface RunningThread {
  readonly thread: ThreadHandle;
  readonly description: ThreadDescription;
  /** The version that has to run it, where no worker has that. */
  readonly lostVersion?: LostVersion;
}

/** One thing that is wrong with a thread. */
export type Trouble =
  | Extract<Obstacle, { readonly kind: 'stuck' }>
  /** `isLong`: the call has waited for longer than a deploy takes to start its workers. */
  | ({ readonly kind: 'unregistered'; readonly taskQueue: string; readonly isLong: boolean } & Unregistered)
  | ({ readonly kind: 'failing task' } & FailingTask)
  /** `isWaiting`: work of the thread waits for the version. Otherwise the thread needs it later. */
  | ({ readonly kind: 'lost version'; readonly taskQueue: string; readonly isWaiting: boolean } & LostVersion)
  /** A question whose time has run out is still open: a worker that is up would have closed it. */
  | { readonly kind: 'overdue question'; readonly id: string; readonly expiresAt: string };

/** A task whose attempts fail. */
export interface FailingTask {
  /** The id of the call. */
  readonly id: string;
  /** The number of the attempt that is under way or comes next. */
  readonly attempt: number;
  /** How many attempts there are at most; missing where there is no limit. */
  readonly maximumAttempts?: number;
  /** The first line of the last failure's message; missing where it has none. */
  readonly message?: string;
  /** How long it is until the next attempt, in milliseconds; missing while one is under way. */
  readonly nextInMs?: number;
}

/** A task that has failed so often does not recover by itself. */
const MANY_ATTEMPTS = 3;
/** Calls that wait for a worker are looked for in so many events. A thread with more since the last timer is at work. */
const TAIL_EVENTS = 30;
/** A live worker handles a timer that has fired within this time. */
const OVERDUE_MS = 30_000;

/** What is wrong with a running thread: nothing, or several things. */
export async function findTroubles(running: RunningThread): Promise<readonly Trouble[]> {
  const { thread, description } = running;
  const stuck = await findStuck(thread, description);
  const { pendingActivities } = description.execution.raw;
  return [
    // That no worker takes its workflow task is a trouble of the task queue.
    ...(stuck ? [stuck] : await unregisteredCalls(thread, description)),
    ...(pendingActivities ?? []).flatMap(failingTask),
    ...overdueQuestions(description),
    ...lostVersion(running),
  ];
}

/** The server knows these calls only as timers, which are in the history. */
async function unregisteredCalls(
  thread: ThreadHandle,
  { runId, taskQueue }: ThreadDescription,
): Promise<readonly Trouble[]> {
  const troubles: Trouble[] = [];
  const over = new Set<string>();
  for (const event of await lastEvents(thread, runId, TAIL_EVENTS)) {
    const { timerFiredEventAttributes: fired, timerCanceledEventAttributes: canceled, eventId } = event;
    over.add(String(fired?.startedEventId ?? canceled?.startedEventId));
    const call = over.has(String(eventId)) ? undefined : await readUnregistered(event, thread.decode);
    if (call)
      troubles.push({ kind: 'unregistered', taskQueue, isLong: call.pauseMs >= UNREGISTERED_PAUSE_MS, ...call });
  }
  return troubles;
}

function failingTask(activity: PendingActivity): readonly Trouble[] {
  const { lastFailure, activityId, maximumAttempts, nextAttemptScheduleTime } = activity;
  const attempt = activity.attempt ?? 1;
  if (!lastFailure || attempt < MANY_ATTEMPTS) return [];
  const nextInMs = toMs(nextAttemptScheduleTime) - Date.now();
  return [
    {
      kind: 'failing task',
      id: activityId ?? '',
      attempt,
      ...defined({
        maximumAttempts: maximumAttempts || undefined,
        message: lastFailure.message?.split('\n')[0]?.replace(/\.$/, '') || undefined,
        nextInMs: nextInMs > 0 ? nextInMs : undefined,
      }),
    },
  ];
}

function overdueQuestions({ interrupts }: ThreadDescription): readonly Trouble[] {
  return interrupts.flatMap(({ id, expiresAt = '' }) =>
    Date.parse(expiresAt) < Date.now() - OVERDUE_MS ? [{ kind: 'overdue question', id, expiresAt } as const] : [],
  );
}

function lostVersion({ description, lostVersion: lost }: RunningThread): readonly Trouble[] {
  const { taskQueue } = description;
  return lost ? [{ kind: 'lost version', taskQueue, isWaiting: isWaiting(description), ...lost }] : [];
}
