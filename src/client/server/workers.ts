/**
 * The workers of a task queue, as the server knows them: who has polled, and when.
 *
 * A worker that is up polls at least once a minute, and the server forgets a poll after five. It does not know that a worker
 * is gone: one that was killed looks alive for a minute. Only a worker that answers is surely up.
 */
import type { Client } from '@temporalio/client';

const ALIVE_MS = 70_000;

/** The last poll of one worker process. A worker that is started again has another identity. */
export interface Poll {
  readonly identity: string;
  readonly at: string;
}

export interface Pollers {
  /** How many have polled within the last minute. */
  readonly alive: number;
  /** The last poll that the server remembers. */
  readonly lastPollAt?: string;
  /** Those that have polled within the last minute, the last one first. */
  readonly polls: readonly Poll[];
}

export interface QueueWorkers {
  readonly taskQueue: string;
  readonly workflows: Pollers;
  readonly activities: Pollers;
}

/** `TaskQueueType` of the server. */
export const WORKFLOW = 1;
const ACTIVITY = 2;

export async function readWorkers(client: Client, taskQueue: string): Promise<QueueWorkers> {
  const [workflows, activities] = await Promise.all([
    readPollers(client, taskQueue, WORKFLOW),
    readPollers(client, taskQueue, ACTIVITY),
  ]);
  return { taskQueue, workflows, activities };
}

/** Those that poll for one kind of task. */
export async function readPollers(client: Client, name: string, taskQueueType: 1 | 2): Promise<Pollers> {
  const { namespace } = client.options;
  const { pollers } = await client.workflowService.describeTaskQueue({ namespace, taskQueue: { name }, taskQueueType });
  const lastPolls = new Map<string, number>();
  for (const { identity, lastAccessTime } of pollers ?? []) {
    const at = Number(lastAccessTime?.seconds ?? 0) * 1000;
    // One identity may be listed for each version that it polls for.
    lastPolls.set(identity ?? '', Math.max(at, lastPolls.get(identity ?? '') ?? 0));
  }
  const last = Math.max(0, ...lastPolls.values());
  const polls = [...lastPolls]
    .filter(([, at]) => at > Date.now() - ALIVE_MS)
    .toSorted(([, a], [, b]) => b - a)
    .map(([identity, at]) => ({ identity, at: new Date(at).toISOString() }));
  return { alive: polls.length, ...(last > 0 ? { lastPollAt: new Date(last).toISOString() } : {}), polls };
}
