/**
 * The workers of a task queue, as the server knows them: which ones have polled, and when.
 *
 * A live worker polls at least once a minute, and the server forgets a poll after five. The server does not notice that a
 * worker is gone: one that was killed looks alive for a minute. Only a worker that answers is certainly up.
 */
import type { Client } from '@temporalio/client';
import { toMs } from './events.ts';

/** A worker that is up has polled within this time. */
export const ALIVE_MS = 70_000;

/** The last poll of one worker process. A worker that is started again has another identity. */
export interface Poll {
  /** The worker's identity: by default `<pid>@<host>`. */
  readonly identity: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
}

/** The workers that poll a task queue for one kind of task. */
export interface Pollers {
  /** How many have polled within the last minute. */
  readonly alive: number;
  /** The last poll that the server remembers: ISO 8601 in UTC. */
  readonly lastPollAt?: string;
  /** The workers that have polled within the last minute, the latest poll first. */
  readonly polls: readonly Poll[];
}

/** The workers of a task queue. */
export interface QueueWorkers {
  readonly taskQueue: string;
  /** Workers that run entrypoints. */
  readonly workflows: Pollers;
  /** Workers that run tasks. */
  readonly activities: Pollers;
}

/** `TaskQueueType` of the server. */
const WORKFLOW = 1;
const ACTIVITY = 2;

/** The workers of a task queue, for both kinds of tasks. */
export async function readWorkers(client: Client, taskQueue: string): Promise<QueueWorkers> {
  const [workflows, activities] = await Promise.all([
    readWorkflowPollers(client, taskQueue),
    readPollers(client, taskQueue, ACTIVITY),
  ]);
  return { taskQueue, workflows, activities };
}

/** The workers that run the entrypoints of a task queue. */
export function readWorkflowPollers(client: Client, taskQueue: string): Promise<Pollers> {
  return readPollers(client, taskQueue, WORKFLOW);
}

async function readPollers(client: Client, name: string, taskQueueType: number): Promise<Pollers> {
  const { namespace } = client.options;
  const { pollers } = await client.workflowService.describeTaskQueue({ namespace, taskQueue: { name }, taskQueueType });
  const lastPolls = new Map<string, number>();
  for (const { identity, lastAccessTime } of pollers ?? []) {
    // One identity may be listed for each version that it polls for.
    lastPolls.set(identity ?? '', Math.max(toMs(lastAccessTime), lastPolls.get(identity ?? '') ?? 0));
  }
  const last = Math.max(0, ...lastPolls.values());
  const polls = [...lastPolls]
    .filter(([, at]) => at > Date.now() - ALIVE_MS)
    .toSorted(([, a], [, b]) => b - a)
    .map(([identity, at]) => ({ identity, at: new Date(at).toISOString() }));
  return { alive: polls.length, ...(last > 0 ? { lastPollAt: new Date(last).toISOString() } : {}), polls };
}
