/**
 * Checks that a worker serves a task queue (O3).
 *
 * A recent poll proves little, because the server lists a worker for a minute after it was killed. The check therefore also
 * queries one thread of the task queue, which every worker can answer, and looks for work that no worker takes.
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

/** Every SDK answers this query, for every workflow. */
const PROBE_QUERY = '__temporal_workflow_metadata';
/** The server may first send the query to a worker that is gone. It tries another one after 10 seconds. */
const PROBE_MS = 12_000;
/** gRPC's status codes for a query without an answer: cancelled, deadline exceeded, failed precondition (no worker). */
const UNANSWERED = new Set([1, 4, 9]);

/** The workflow started, and its first workflow task was scheduled, started and completed. */
const FIRST_TASK_EVENTS = 4;

interface Queue {
  readonly taskQueue: string;
  readonly threads: readonly LookedAt[];
  readonly untaken: readonly Untaken[];
}

/** Checks one task queue. */
export async function checkQueue(client: Client, { taskQueue, threads, untaken }: Queue): Promise<QueueCheck> {
  const { workflows, activities } = await readWorkers(client, taskQueue);
  const detail = `task queue ${taskQueue}: ${pollersTexts(workflows, activities)}`;
  if (workflows.alive === 0 || activities.alive === 0) {
    const todo = 'Start a worker on this task queue; its threads then continue by themselves.';
    return { isWell: false, detail, todo };
  }
  const todo =
    'The workers are gone or busy: read their logs, or start another one. The threads then continue by themselves.';
  const [waiting] = untaken.toSorted((a, b) => b.sinceMs - a.sinceMs);
  if (waiting) {
    const since = formatDuration(waiting.sinceMs);
    return {
      isWell: false,
      detail: `${detail}. Work for ${waiting.what} has waited for ${since}, and no worker takes it`,
      todo,
    };
  }
  const probed = await probe(threads);
  if (!probed) return { isWell: true, detail: `${detail}; not tested, because no thread on it can be queried` };
  if (probed.isAnswered) return { isWell: true, detail: `${detail}; a worker answers` };
  const lack = `no worker answered a query of thread ${probed.thread} within ${formatDuration(PROBE_MS)}`;
  return { isWell: false, detail: `${detail}. But ${lack}`, todo };
}

/** Queries one of the threads; `undefined` if none of them can be queried. */
async function probe(
  threads: readonly LookedAt[],
): Promise<{ readonly thread: string; readonly isAnswered: boolean } | undefined> {
  // The shortest, because a worker without the thread in its cache must replay it first.
  const [shortest] = threads
    .filter(isAskable)
    .toSorted((a, b) => a.described.historyLength - b.described.historyLength);
  if (!shortest) return undefined;
  const { client, handle, id: thread } = shortest.target;
  try {
    await client.withDeadline(Date.now() + PROBE_MS, () => handle.query(PROBE_QUERY));
    return { thread, isAnswered: true };
  } catch (error) {
    // An error from a worker is an answer too.
    return { thread, isAnswered: !UNANSWERED.has(grpcCode(error) ?? 0) };
  }
}

/** The server refuses queries until the first workflow task has completed, and while a workflow task keeps failing. */
function isAskable({ described: { historyLength, raw } }: LookedAt): boolean {
  return historyLength >= FIRST_TASK_EVENTS && (raw.pendingWorkflowTask?.attempt ?? 1) <= 1;
}

function pollersTexts(workflows: Pollers, activities: Pollers): string {
  const isServed = workflows.alive > 0 || activities.alive > 0;
  if (isServed) return `${pollersText('entrypoints', workflows)}; ${pollersText('tasks', activities)}`;
  const [newest] = [workflows, activities].toSorted((a, b) => (b.lastPollAt ?? '').localeCompare(a.lastPollAt ?? ''));
  return `no worker polls it, ${lastPollText(newest!)}`;
}

function pollersText(what: string, pollers: Pollers): string {
  const { alive, polls } = pollers;
  if (alive === 0) return `no worker polls for ${what}, ${lastPollText(pollers)}`;
  const listed = polls.map(({ identity, at }) => `${identity} ${formatAge(at)} ago`).join(', ');
  const caveat = alive === 1 ? '' : ' (a worker that is gone stays listed for a minute)';
  return `${what} polled by ${listed}${caveat}`;
}

/** The server forgets polls after five minutes. */
function lastPollText({ lastPollAt }: Pollers): string {
  return lastPollAt === undefined
    ? 'none did in the last five minutes'
    : `the last poll was ${formatAge(lastPollAt)} ago`;
}
