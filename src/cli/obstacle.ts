/**
 * What keeps a thread from going on, as far as the server can tell: a workflow task that fails, or one that no worker takes.
 *
 * Whoever acts on such a thread is told (O3): the server takes the answer or the cancellation, and nothing happens.
 */
import type { Target } from '../client/server/thread-handle.ts';
import { poll } from '../client/server/poll.ts';
import { readTaskFailure } from '../client/server/task-failure.ts';
import { readPollers, WORKFLOW } from '../client/server/workers.ts';
import { formatDuration } from './ages.ts';
import { holdpointCommand, temporalCommand } from './command-line.ts';
import type { Context } from './context.ts';
import { inertLine } from './inert.ts';

export type Obstacle =
  /** Its workflow task fails, and is retried. */
  | { readonly kind: 'stuck'; readonly attempt: number; readonly message: string }
  /** No worker polls its task queue. */
  | { readonly kind: 'no worker'; readonly taskQueue: string }
  /** A worker polled a moment ago, and its workflow task still waits. */
  | { readonly kind: 'not taken'; readonly taskQueue: string; readonly sinceMs: number };

export type WorkflowDescription = Awaited<ReturnType<Target['handle']['describe']>>;

/** `PendingWorkflowTaskState` of the server. */
const SCHEDULED = 1;
/** A worker that is up takes a workflow task in less. */
export const TAKEN_WITHIN_MS = 10_000;
/** How long a command looks whether a worker takes what it has sent. */
const SETTLE_MS = 3_000;

/** What keeps a thread from handling what it was just sent; a worker that is up has a moment to take it. */
export async function obstacleAfterSending(target: Target): Promise<Obstacle | undefined> {
  const isTaken = ({ raw: { pendingWorkflowTask: task } }: WorkflowDescription): boolean =>
    !task || Number(task.state) !== SCHEDULED || (task.attempt ?? 1) > 1;
  const deadline = Date.now() + SETTLE_MS;
  const described = await poll(() => target.handle.describe(), isTaken, {
    deadline,
    firstPauseMs: 20,
    maxPauseMs: 200,
  });
  return findObstacle(target, described, SETTLE_MS / 2);
}

/** @param takenWithinMs How long a workflow task may wait for a worker. */
export async function findObstacle(
  target: Target,
  described: WorkflowDescription,
  takenWithinMs: number = TAKEN_WITHIN_MS,
): Promise<Obstacle | undefined> {
  const { raw, runId, taskQueue } = described;
  const task = raw.pendingWorkflowTask;
  const attempt = task?.attempt ?? 1;
  if (attempt > 1) {
    const message = await lastTaskFailure(target, runId, attempt);
    if (message !== undefined) return { kind: 'stuck', attempt, message };
  }
  const sinceMs = Date.now() - toMs(task?.scheduledTime);
  if (!task || Number(task.state) !== SCHEDULED) return undefined;
  const { alive } = await readPollers(target.client, taskQueue, WORKFLOW);
  if (alive === 0) return { kind: 'no worker', taskQueue };
  return sinceMs > takenWithinMs ? { kind: 'not taken', taskQueue, sinceMs } : undefined;
}

/** What it is, and what to do about it. */
export function obstacleSentence(obstacle: Obstacle, thread: string): string {
  switch (obstacle.kind) {
    case 'stuck':
      return `Thread ${thread} is stuck: its workflow task fails and is retried (attempt ${obstacle.attempt}): ${obstacle.message}. It goes on by itself once the worker's code is fixed; see \`${holdpointCommand('show', thread)}\`.`;
    case 'no worker':
      return `No worker polls task queue ${obstacle.taskQueue}, which thread ${thread} needs. It goes on by itself once one is started.`;
    case 'not taken':
      return `No worker has taken the workflow task of thread ${thread} for ${formatDuration(obstacle.sinceMs)}: the workers of task queue ${obstacle.taskQueue} are gone or busy. It goes on by itself once one takes it.`;
    default:
      return obstacle satisfies never;
  }
}

export interface Requested {
  /** What was requested, as a sentence. */
  readonly sentence: string;
  /** What it is, in a sentence about what keeps it from being carried out. */
  readonly what: string;
}

/** Prints that something was requested of a thread, and what keeps it from being carried out. */
export async function printRequested(context: Context, { sentence, what }: Requested): Promise<void> {
  const [thread = ''] = context.args;
  const obstacle = await obstacleAfterSending(await context.target(thread)).catch(() => undefined);
  context.out.document({ thread, outcome: 'requested', ...(obstacle ? { obstacle } : {}) }, () => [
    sentence,
    ...(obstacle
      ? [
          inertLine(obstacleSentence(obstacle, thread)),
          `Until then ${what} waits: the server has it on record. To end the thread at once, without its worker: ${temporalCommand('workflow', 'terminate', '-w', thread)}`,
        ]
      : []),
  ]);
}

/** The server itself repeats a workflow task once or twice. The history does not report what fails after that. */
const SERVERS_ATTEMPTS = 3;

/** A failed workflow task is in the history once, however often it is retried. */
async function lastTaskFailure(target: Target, runId: string, attempt: number): Promise<string | undefined> {
  const events = await target.lastEvents(runId, 10);
  const last = events.find((one) => one.workflowTaskFailedEventAttributes ?? one.workflowTaskTimedOutEventAttributes);
  if (!last?.workflowTaskFailedEventAttributes) return undefined;
  const message = readTaskFailure(last);
  if (message === undefined && attempt > SERVERS_ATTEMPTS) return 'the server does not report why';
  return message?.split('\n')[0]?.replace(/\.$/, '');
}

/** A time of the server's, in milliseconds since the epoch; 0 where there is none. */
export function toMs(time: { readonly seconds?: unknown; readonly nanos?: unknown } | null | undefined): number {
  return Number(time?.seconds ?? 0) * 1000 + Number(time?.nanos ?? 0) / 1e6;
}
