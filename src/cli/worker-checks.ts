/**
 * Whether somebody works on a task queue (O3).
 *
 * That a worker has polled proves little: the server lists one for a minute after it was killed. So one thread of the queue is
 * asked something that every worker answers, and work that nobody takes is looked for.
 */
import { grpcCode } from '../client/server/errors.ts';
import { readWorkers, type Pollers } from '../client/server/workers.ts';
import type { Client } from '@temporalio/client';
import { formatAge, formatDuration } from './ages.ts';
import type { LookedAt, Untaken } from './thread-checks.ts';

export interface QueueCheck {
  readonly isWell: boolean;
  readonly detail: string;
  readonly todo?: string;
}

/** Every SDK answers it, for every workflow. */
const PROBE_QUERY = '__temporal_workflow_metadata';
/** The server may first ask a worker that is gone; it tries another after 10 seconds. */
const PROBE_MS = 12_000;
/** gRPC's numbers of a query that nobody has answered: cancelled, out of time, without a worker. */
const UNANSWERED = new Set([1, 4, 9]);

/** Started, and its first workflow task scheduled, started and completed. */
const FIRST_TASK_EVENTS = 4;

interface Queue {
  readonly taskQueue: string;
  readonly threads: readonly LookedAt[];
  readonly untaken: readonly Untaken[];
}

export async function checkQueue(client: Client, { taskQueue, threads, untaken }: Queue): Promise<QueueCheck> {
  const { workflows, activities } = await readWorkers(client, taskQueue);
  const detail = `${taskQueue}: for entrypoints ${pollersText(workflows)}; for tasks ${pollersText(activities)}`;
  if (workflows.alive === 0 || activities.alive === 0) {
    const todo = 'Start a worker on it, or look why the one that was there is gone; its threads go on by themselves.';
    return { isWell: false, detail, todo };
  }
  const todo = 'Its workers are gone, or busy: look at their logs, or start one. Its threads go on by themselves.';
  const [waiting] = untaken.toSorted((a, b) => b.sinceMs - a.sinceMs);
  if (waiting) {
    const since = formatDuration(waiting.sinceMs);
    return {
      isWell: false,
      detail: `${detail}. Work for ${waiting.what} waits for ${since}, and nobody takes it`,
      todo,
    };
  }
  const probed = await probe(threads);
  if (!probed) return { isWell: true, detail: `${detail}. No thread that could be asked runs on it` };
  if (probed.isAnswered) return { isWell: true, detail: `${detail}; it answers` };
  const lack = `none has answered within ${formatDuration(PROBE_MS)} for thread ${probed.thread}`;
  return { isWell: false, detail: `${detail}. But ${lack}`, todo };
}

/** Asks about one thread; `undefined` when there is none to ask about. */
async function probe(
  threads: readonly LookedAt[],
): Promise<{ readonly thread: string; readonly isAnswered: boolean } | undefined> {
  // A worker that does not know the thread replays it first.
  const [shortest] = threads
    .filter(isAskable)
    .toSorted((a, b) => a.described.historyLength - b.described.historyLength);
  if (!shortest) return undefined;
  const { client, handle, id: thread } = shortest.target;
  try {
    await client.withDeadline(Date.now() + PROBE_MS, () => handle.query(PROBE_QUERY));
    return { thread, isAnswered: true };
  } catch (error) {
    // A worker that cannot answer this has answered.
    return { thread, isAnswered: !UNANSWERED.has(grpcCode(error) ?? 0) };
  }
}

/** Up to the end of its first workflow task, and when that fails again and again, the server lets nobody ask. */
function isAskable({ described: { historyLength, raw } }: LookedAt): boolean {
  return historyLength >= FIRST_TASK_EVENTS && (raw.pendingWorkflowTask?.attempt ?? 1) <= 1;
}

function pollersText({ alive, lastPollAt, polls }: Pollers): string {
  if (alive > 0) {
    const listed = polls.map(({ identity, at }) => `${identity} polled ${formatAge(at)} ago`).join(', ');
    return alive === 1 ? listed : `${alive} (${listed}; one that is gone is listed for a minute)`;
  }
  return lastPollAt === undefined
    ? 'nobody polls, or did within five minutes'
    : `nobody polls, the last poll was ${formatAge(lastPollAt)} ago`;
}
