/**
 * What `holdpoint doctor` finds wrong with a thread (O3): a workflow task that fails, work that no worker takes, tasks that
 * keep failing, and questions that are open past their time.
 */
import type { Target } from '../client/server/thread-handle.ts';
import { readMemo } from '../client/server/memo.ts';
import { readUnregistered, UNREGISTERED_PAUSE_MS } from '../client/reading/timeline.ts';
import { formatDue, formatDuration } from './ages.ts';
import { holdpointCommand } from './command-line.ts';
import { findObstacle, TAKEN_WITHIN_MS, toMs, type WorkflowDescription } from './obstacle.ts';

/** A running thread, as the server describes it. */
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

/** Work that no worker has taken yet, and for how long. */
export interface Untaken {
  readonly taskQueue: string;
  readonly what: 'entrypoints' | 'tasks';
  readonly sinceMs: number;
}

type PendingActivity = NonNullable<WorkflowDescription['raw']['pendingActivities']>[number];

/** From the server's `PendingActivityState` and `PendingWorkflowTaskState`. */
const SCHEDULED = 1;
/** From this attempt on, a failing task is reported. */
const MANY_ATTEMPTS = 3;
/** How many events are read for a timer. A thread with more events since its last timer does more than wait. */
const TAIL_EVENTS = 30;
/** A running worker handles a timer sooner. */
const OVERDUE_MS = 30_000;

/** All that is wrong with a thread. */
export async function threadTroubles({ target, described }: LookedAt): Promise<readonly Trouble[]> {
  const { id } = target;
  const look = `See \`${holdpointCommand('show', id)}\``;
  const troubles: Trouble[] = [];
  const obstacle = await findObstacle(target, described);
  // A workflow task that no worker takes is reported for the task queue, not for the thread.
  if (obstacle?.kind === 'stuck')
    troubles.push({
      outcome: 'wrong',
      detail: `${id} is stuck: its workflow task fails (attempt ${obstacle.attempt}): ${obstacle.message}`,
      todo: `Fix the worker's code, and the thread continues by itself. ${look}.`,
    });
  else troubles.push(...(await unregisteredCalls(target, described)));
  for (const activity of described.raw.pendingActivities ?? []) {
    const { attempt = 1, lastFailure, activityId } = activity;
    if (!lastFailure || (attempt ?? 1) < MANY_ATTEMPTS) continue;
    troubles.push({
      outcome: 'wrong',
      detail: `${id}: task ${activityId} fails (attempt ${attemptText(activity)}): ${firstLine(lastFailure.message)}`,
      todo: `It is retried${nextTry(activity)}. Fix what it needs, or cancel the thread. ${look}.`,
    });
  }
  for (const question of readMemo(described.memo ?? {}, described.runId)) {
    if (!(Date.parse(question.expiresAt ?? '') < Date.now() - OVERDUE_MS)) continue;
    troubles.push({
      outcome: 'wrong',
      detail: `${id}: question ${question.id} was due ${formatDue(question.expiresAt)} and is still open`,
      todo: `A running worker would have closed it: start one, or read its log. ${look}.`,
    });
  }
  return troubles;
}

/** Calls that wait for a worker that has their task (T8). For the server they are timers, so they are read from the history. */
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
      todo: `Start one on task queue ${taskQueue}. When you deploy, start workers that have a new task before code calls it.`,
    });
  }
  return troubles;
}

/** The work of a thread that has waited for a worker longer than a running worker would need. */
export function untakenWork({ described: { raw, taskQueue } }: LookedAt): readonly Untaken[] {
  const { pendingWorkflowTask: task, pendingActivities } = raw;
  const untaken: Untaken[] = [];
  const add = (what: Untaken['what'], queue: string, since: number): void => {
    const sinceMs = Date.now() - since;
    if (sinceMs > TAKEN_WITHIN_MS) untaken.push({ what, taskQueue: queue, sinceMs });
  };
  // A workflow task that fails also waits, between its attempts.
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
  return message?.split('\n')[0]?.replace(/\.$/, '') || 'without a message';
}
