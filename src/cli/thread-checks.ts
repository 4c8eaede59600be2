/**
 * What `holdpoint doctor` finds wrong with a thread: a workflow task that fails, work that no worker takes, tasks that fail
 * again and again, questions that should have closed (O3).
 */
import type { Target } from '../client/server/thread-handle.ts';
import { readMemo } from '../client/server/memo.ts';
import { readUnregistered, UNREGISTERED_PAUSE_MS } from '../client/reading/timeline.ts';
import { formatDue, formatDuration } from './ages.ts';
import { holdpointCommand } from './command-line.ts';
import { findObstacle, TAKEN_WITHIN_MS, toMs, type WorkflowDescription } from './obstacle.ts';

/** A thread that runs, as the server describes it. */
export interface LookedAt {
  readonly target: Target;
  readonly described: WorkflowDescription;
}

/** One thing that is wrong with a thread. */
export interface Trouble {
  readonly outcome: 'advice' | 'wrong';
  readonly detail: string;
  readonly todo: string;
}

/** Work that is there to be taken, and for how long no worker has taken it. */
export interface Untaken {
  readonly taskQueue: string;
  readonly what: 'entrypoints' | 'tasks';
  readonly sinceMs: number;
}

type PendingActivity = NonNullable<WorkflowDescription['raw']['pendingActivities']>[number];

/** `PendingActivityState` and `PendingWorkflowTaskState` of the server. */
const SCHEDULED = 1;
/** A task that has failed so often is not a hiccup. */
const MANY_ATTEMPTS = 3;
/** A thread with more events since its last timer does more than wait. */
const TAIL_EVENTS = 30;
/** A timer that has gone off is handled in less, where a worker is up. */
const OVERDUE_MS = 30_000;

export async function threadTroubles({ target, described }: LookedAt): Promise<readonly Trouble[]> {
  const { id } = target;
  const look = `See \`${holdpointCommand('show', id)}\``;
  const troubles: Trouble[] = [];
  const obstacle = await findObstacle(target, described);
  // That nobody takes its workflow task is said of the task queue.
  if (obstacle?.kind === 'stuck')
    troubles.push({
      outcome: 'wrong',
      detail: `${id} is stuck: its workflow task is at attempt ${obstacle.attempt}: ${obstacle.message}`,
      todo: `${look}; fix the worker's code, and the thread goes on by itself.`,
    });
  else troubles.push(...(await unregisteredCalls(target, described)));
  for (const activity of described.raw.pendingActivities ?? []) {
    const { attempt = 1, lastFailure, activityId } = activity;
    if (!lastFailure || (attempt ?? 1) < MANY_ATTEMPTS) continue;
    troubles.push({
      outcome: 'wrong',
      detail: `${id}: task ${activityId} is at attempt ${attemptText(activity)}: ${firstLine(lastFailure.message)}`,
      todo: `${look}. It is tried again${nextTry(activity)}; put right what it needs, or cancel the thread.`,
    });
  }
  for (const question of readMemo(described.memo ?? {}, described.runId)) {
    if (!(Date.parse(question.expiresAt ?? '') < Date.now() - OVERDUE_MS)) continue;
    troubles.push({
      outcome: 'wrong',
      detail: `${id}: question ${question.id} was due ${formatDue(question.expiresAt)} and is still open`,
      todo: `${look}: a worker that is up would have closed it.`,
    });
  }
  return troubles;
}

/** Calls that wait for a worker that has their task (T8). The server knows them only as timers, which are in the history. */
async function unregisteredCalls(target: Target, { runId, taskQueue }: WorkflowDescription): Promise<Trouble[]> {
  const troubles: Trouble[] = [];
  const over = new Set<string>();
  for (const event of await target.lastEvents(runId, TAIL_EVENTS)) {
    const { timerFiredEventAttributes: fired, timerCanceledEventAttributes: canceled, eventId } = event;
    over.add(String(fired?.startedEventId ?? canceled?.startedEventId));
    const call = over.has(String(eventId)) ? undefined : await readUnregistered(event, target.decode);
    if (!call) continue;
    troubles.push({
      outcome: call.pauseMs < UNREGISTERED_PAUSE_MS ? 'advice' : 'wrong',
      detail: `${target.id}: call ${call.id} waits for a worker that has task ${call.task}; next try ${formatDue(call.nextTryAt)}`,
      todo: `Start one on task queue ${taskQueue}. In a deploy, workers that have a task come before code that calls it.`,
    });
  }
  return troubles;
}

/** What of a thread waits for a worker for longer than one that is up would need. */
export function untakenWork({ described: { raw, taskQueue } }: LookedAt): readonly Untaken[] {
  const { pendingWorkflowTask: task, pendingActivities } = raw;
  const untaken: Untaken[] = [];
  const add = (what: Untaken['what'], queue: string, since: number): void => {
    const sinceMs = Date.now() - since;
    if (sinceMs > TAKEN_WITHIN_MS) untaken.push({ what, taskQueue: queue, sinceMs });
  };
  // One that fails waits between its attempts.
  if (task && Number(task.state) === SCHEDULED && (task.attempt ?? 1) <= 1)
    add('entrypoints', taskQueue, toMs(task.scheduledTime));
  for (const { state, paused, scheduledTime, nextAttemptScheduleTime, activityOptions } of pendingActivities ?? []) {
    if (Number(state) !== SCHEDULED || paused) continue;
    const since = Math.max(toMs(scheduledTime), toMs(nextAttemptScheduleTime));
    add('tasks', activityOptions?.taskQueue?.name || taskQueue, since);
  }
  return untaken;
}

function attemptText({ attempt, maximumAttempts }: PendingActivity): string {
  const of = maximumAttempts ? ` of ${maximumAttempts.toLocaleString('en')}` : '';
  return `${attempt}${of}`;
}

function nextTry({ nextAttemptScheduleTime }: PendingActivity): string {
  const inMs = toMs(nextAttemptScheduleTime) - Date.now();
  return inMs > 0 ? ` in ${formatDuration(inMs)}` : '';
}

function firstLine(message: string | null | undefined): string {
  return message?.split('\n')[0]?.replace(/\.$/, '') || 'it gives no message';
}
