/**
 * The health of a namespace: what may keep its threads from going on, as far as the server and a probe can tell (O3).
 */
import type { Client } from '@temporalio/client';
import { defined } from '../../protocol/defined.ts';
import { toMs } from '../server/events.ts';
import { readAttributes, type RegisteredAttribute } from '../server/search-attributes.ts';
import type { ThreadHandle } from '../server/thread-handle.ts';
import { visibilityQuery } from '../server/visibility.ts';
import { checkQueue, type QueueHealth } from './queue-health.ts';
import { findTroubles, type RunningThread, type Trouble } from './trouble.ts';

/** A trouble, and the thread that has it. */
export type ThreadTrouble = Trouble & { readonly thread: string };

/** Facts about a namespace, its workers and its running threads. */
export interface Health {
  /** The Temporal server. */
  readonly server: {
    /** Temporal's version; missing where the server does not say. */
    readonly version?: string;
  };
  /** The namespace of the connection. */
  readonly namespace: {
    readonly name: string;
    /** How long threads that have ended are kept, in milliseconds. */
    readonly retentionMs: number;
  };
  /** The task queues of the threads that were looked at, or the queue that was asked for. */
  readonly queues: readonly QueueHealth[];
  /** The optional search attributes; missing where the server does not say. */
  readonly attributes?: readonly RegisteredAttribute[];
  /** The running threads that were looked at. */
  readonly threads: {
    /** How many running threads were looked at. */
    readonly count: number;
    /** There are no others. */
    readonly isAll: boolean;
    readonly troubles: readonly ThreadTrouble[];
  };
}

/** Settings of {@link readHealth}. */
export interface HealthSettings {
  /** How many running threads to look at, the newest first. */
  readonly limit: number;
  /** Checks only this task queue. */
  readonly taskQueue?: string | undefined;
}

const MAX_PAGE = 1000;
/** How many threads are looked at at the same time. */
const AT_ONCE = 10;

/** Looks at the newest running threads, and at the workers of their task queues. @throws `NoServer`. */
export async function readHealth(
  client: Client,
  makeThread: (id: string) => ThreadHandle,
  { limit, taskQueue }: HealthSettings,
): Promise<Health> {
  const { namespace } = client.options;
  const { serverVersion } = await client.workflowService.getSystemInfo({});
  const { config } = await client.workflowService.describeNamespace({ namespace });
  const running = await lookAtRunning(client, makeThread, limit);
  const queues = taskQueue === undefined ? [...new Set(running.map((one) => one.description.taskQueue))] : [taskQueue];
  return {
    server: defined({ version: serverVersion || undefined }),
    namespace: { name: namespace, retentionMs: toMs(config?.workflowExecutionRetentionTtl) },
    queues: await Promise.all(queues.map((queue) => checkQueue(client, queue, running))),
    ...defined({ attributes: await readAttributes(client).catch(() => undefined) }),
    threads: {
      count: running.length,
      isAll: running.length < limit,
      troubles: (await inBatches(running, troublesOf)).flat(),
    },
  };
}

async function troublesOf(running: RunningThread): Promise<readonly ThreadTrouble[]> {
  return (await findTroubles(running)).map((trouble) => ({ ...trouble, thread: running.thread.id }));
}

/** The newest running threads, each described by the server. One that has ended meanwhile is left out. */
async function lookAtRunning(
  client: Client,
  makeThread: (id: string) => ThreadHandle,
  limit: number,
): Promise<readonly RunningThread[]> {
  const looked = await inBatches(await runningIds(client, limit), async (id) => {
    const thread = makeThread(id);
    const description = await thread.describe().catch(() => undefined);
    return description?.isRunning ? [{ thread, description }] : [];
  });
  return looked.flat();
}

/** Reads only the ids. Temporal's own list decodes memos too, and fails where one thread has a codec that is not ours. */
async function runningIds(client: Client, limit: number): Promise<readonly string[]> {
  const { namespace } = client.options;
  const query = visibilityQuery({ executionStatus: 'Running' });
  const ids: string[] = [];
  for (let nextPageToken: Uint8Array | undefined; ;) {
    const request = { namespace, query, pageSize: Math.min(limit, MAX_PAGE), ...defined({ nextPageToken }) };
    const page = await client.workflowService.listWorkflowExecutions(request);
    for (const { execution } of page.executions ?? []) if (execution?.workflowId) ids.push(execution.workflowId);
    nextPageToken = page.nextPageToken?.length ? page.nextPageToken : undefined;
    if (!nextPageToken || ids.length >= limit) return ids.slice(0, limit);
  }
}

async function inBatches<Item, Result>(
  items: readonly Item[],
  act: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (let from = 0; from < items.length; from += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(from, from + AT_ONCE).map(act))));
  }
  return results;
}
