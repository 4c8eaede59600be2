/**
 * Whether workers work on a task queue (O3).
 *
 * A poll proves little: the server lists a worker for a minute after it was killed. So one thread of the queue is asked
 * something that every worker answers, and work that no worker takes is looked for.
 */
import type { Client } from '@temporalio/client';
import { defined } from '../../protocol/defined.ts';
import { isUnansweredCall } from '../server/errors.ts';
import type { WorkerVersions } from '../server/versions.ts';
import { readWorkers, type QueueWorkers } from '../server/workers.ts';
import type { RunningThread } from './trouble.ts';
import { untakenWork, type UntakenWork } from './untaken-work.ts';

/** The workers of a task queue, and whether they work. */
export interface QueueHealth extends QueueWorkers {
  /** The server starts workers of the current version when there is work. None has to poll in between. */
  readonly isOnDemand?: true;
  /** The work that has waited longest for a worker; missing where none waits for long. */
  readonly untaken?: UntakenWork;
  /** The thread that was asked, and whether a worker answered; missing where work waits, or no thread could be asked. */
  readonly probe?: { readonly thread: string; readonly isAnswered: boolean };
}

/** A query that every SDK answers for every workflow. */
const PROBE_QUERY = '__temporal_workflow_metadata';
/** A query may first go to a worker that is gone. The server tries another one after 10 seconds. */
export const PROBE_MS = 12_000;

/** Started, and its first workflow task scheduled, started and completed: before it, the server takes no query. */
const FIRST_TASK_EVENTS = 4;

/** @param running All running threads that were looked at, of this and other queues. */
export async function checkQueue(
  client: Client,
  taskQueue: string,
  { running, versions }: { readonly running: readonly RunningThread[]; readonly versions: WorkerVersions },
): Promise<QueueHealth> {
  const workers = await readWorkers(client, taskQueue);
  const isOnDemand = await versions.isOnDemand((await versions.queue(taskQueue)).current);
  const [untaken] = running
    .flatMap(({ description }) => untakenWork(description))
    .filter((work) => work.taskQueue === taskQueue)
    .toSorted((a, b) => b.sinceMs - a.sinceMs);
  // A query would start a worker.
  if (isOnDemand) return { ...workers, isOnDemand, ...defined({ untaken }) };
  const isWorked = workers.workflows.alive > 0 && workers.activities.alive > 0 && !untaken;
  const own = running.filter(({ description }) => description.taskQueue === taskQueue);
  return { ...workers, ...defined({ untaken, probe: isWorked ? await probe(own) : undefined }) };
}

/** Queries one of the threads. `undefined` if no thread can be queried. */
async function probe(threads: readonly RunningThread[]): Promise<QueueHealth['probe']> {
  // A worker that does not have the thread in its cache replays it first, so the shortest history is the best one.
  const [shortest] = threads
    .filter(isAskable)
    .toSorted((a, b) => a.description.historyLength - b.description.historyLength);
  if (!shortest) return undefined;
  const { client, workflow, id } = shortest.thread;
  try {
    await client.withDeadline(Date.now() + PROBE_MS, () => workflow.query(PROBE_QUERY));
    return { thread: id, isAnswered: true };
  } catch (error) {
    // An error of the workflow's code is an answer, too.
    return { thread: id, isAnswered: !isUnansweredCall(error) };
  }
}

/**
 * The server takes no query before the first workflow task has completed, and while a workflow task keeps failing. A thread
 * whose version is lost says nothing about the workers that the task queue has.
 */
function isAskable({ lostVersion, description: { historyLength, execution } }: RunningThread): boolean {
  return !lostVersion && historyLength >= FIRST_TASK_EVENTS && (execution.raw.pendingWorkflowTask?.attempt ?? 1) <= 1;
}
