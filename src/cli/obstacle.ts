/**
 * What keeps a thread from continuing, as far as the server knows: a workflow task that fails, or one that no worker takes.
 *
 * The server accepts an answer or a cancellation for such a thread, and then nothing happens. The command says why (O3).
 */
import type { Target } from '../client/server/thread-handle.ts';
import { poll } from '../client/server/poll.ts';
import { readTaskFailure } from '../client/server/task-failure.ts';
import { readPollers, WORKFLOW } from '../client/server/workers.ts';
import { formatDuration } from './ages.ts';
import { holdpointCommand, temporalCommand } from './command-line.ts';
import type { Context } from './context.ts';
import { inertLine } from './inert.ts';

/** What keeps a thread from continuing. */
export type Obstacle =
  /** Its workflow task fails and is retried. */
  | { readonly kind: 'stuck'; readonly attempt: number; readonly message: string }
  /** No worker polls its task queue. */
  | { readonly kind: 'no worker'; readonly taskQueue: string }
  /** A worker polled a moment ago, but the workflow task still waits. */
  | { readonly kind: 'not taken'; readonly taskQueue: string; readonly sinceMs: number };

export type WorkflowDescription = Awaited<ReturnType<Target['handle']['describe']>>;

/** From the server's `PendingWorkflowTaskState`. */
const SCHEDULED = 1;
/** A running worker takes a workflow task sooner. */
export const TAKEN_WITHIN_MS = 10_000;
/** How long a command waits for a worker to take what the command has sent. */
const SETTLE_MS = 3_000;

/** What keeps a thread from handling what was just sent to it. Gives a running worker a moment to take it. */
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

/**
 * What keeps a thread from continuing; `undefined` if nothing does.
 *
 * @param takenWithinMs How long a workflow task may wait for a worker before that counts as an obstacle.
 */
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

/** The obstacle and what to do about it, in words. */
export function obstacleSentence(obstacle: Obstacle, thread: string): string {
  switch (obstacle.kind) {
    case 'stuck':
      return `Thread ${thread} is stuck: its workflow task fails and is retried (attempt ${obstacle.attempt}): ${obstacle.message}. Fix the worker's code, and the thread continues by itself. For the whole message: \`${holdpointCommand('show', thread)}\`.`;
    case 'no worker':
      return `No worker polls task queue ${obstacle.taskQueue} of thread ${thread}. Start one, and the thread continues by itself.`;
    case 'not taken':
      return `No worker has taken the workflow task of thread ${thread} for ${formatDuration(obstacle.sinceMs)}: the workers of task queue ${obstacle.taskQueue} are gone or busy. Start one, and the thread continues by itself.`;
    default:
      return obstacle satisfies never;
  }
}

/** Prints a sentence about a request that was sent to the thread, and what keeps the thread from carrying it out. */
export async function printRequested(context: Context, sentence: string): Promise<void> {
  const [thread = ''] = context.args;
  const obstacle = await obstacleAfterSending(await context.target(thread)).catch(() => undefined);
  context.out.document({ thread, outcome: 'requested', ...(obstacle ? { obstacle } : {}) }, () => [
    sentence,
    ...(obstacle
      ? [
          inertLine(obstacleSentence(obstacle, thread)),
          `Until then the server keeps the request. To end the thread now, without a worker: ${temporalCommand('workflow', 'terminate', '-w', thread)}`,
        ]
      : []),
  ]);
}

/** The server itself repeats a workflow task once or twice. A task that fails later than that is not in the history. */
const SERVERS_ATTEMPTS = 3;

/** Why the workflow task fails. The history has the first failure only, however often the task is retried. */
async function lastTaskFailure(target: Target, runId: string, attempt: number): Promise<string | undefined> {
  const events = await target.lastEvents(runId, 10);
  const last = events.find((one) => one.workflowTaskFailedEventAttributes ?? one.workflowTaskTimedOutEventAttributes);
  if (!last?.workflowTaskFailedEventAttributes) return undefined;
  const message = readTaskFailure(last);
  if (message === undefined && attempt > SERVERS_ATTEMPTS) return 'the server does not report why';
  return message?.split('\n')[0]?.replace(/\.$/, '');
}

/** A protobuf timestamp in milliseconds since the epoch; 0 without a timestamp. */
export function toMs(time: { readonly seconds?: unknown; readonly nanos?: unknown } | null | undefined): number {
  return Number(time?.seconds ?? 0) * 1000 + Number(time?.nanos ?? 0) / 1e6;
}
