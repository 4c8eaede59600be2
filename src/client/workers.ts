/**
 * The workers of a task queue, as the server knows them: who has polled, and when.
 *
 * A worker polls at least once a minute; the server forgets one after five.
 */
import type { Client } from '@temporalio/client';

const ALIVE_MS = 70_000;

export interface Pollers {
  /** How many have polled within the last minute. */
  readonly alive: number;
  /** The last poll that the server remembers. */
  readonly lastPollAt?: string;
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
  const polls = (pollers ?? []).map(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000);
  const last = Math.max(0, ...polls);
  return {
    alive: polls.filter((at) => at > Date.now() - ALIVE_MS).length,
    ...(last > 0 ? { lastPollAt: new Date(last).toISOString() } : {}),
  };
}
