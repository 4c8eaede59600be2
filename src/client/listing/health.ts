/**
 * The health of a namespace: what may keep its threads from going on, as far as the server and a probe can tell (O3).
 */
import type { Client } from '@temporalio/client';
import { defined } from '../../protocol/defined.ts';
import { hasCode } from '../../protocol/errors.ts';
import { inBatches } from '../../protocol/in-batches.ts';
import { messageOf } from '../../protocol/thrown.ts';
import { isServerAway } from '../server/errors.ts';
import { toMs } from '../server/events.ts';
import { readAttributes, type RegisteredAttribute } from '../server/search-attributes.ts';
import type { ThreadHandle } from '../server/thread-handle.ts';
import { WorkerVersions } from '../server/versions.ts';
import { visibilityQuery } from '../server/visibility.ts';
import { findLostVersion } from './lost-version.ts';
import { checkQueue, type QueueHealth } from './queue-health.ts';
import { newestThreads } from './threads.ts';
import { findTroubles, type RunningThread, type Trouble } from './trouble.ts';

/** A thread that could not be looked at, for example because its memo cannot be decoded. */
export interface UnreadableThread {
  readonly kind: 'unreadable';
  /** The first line of the error's message. */
  readonly message: string;
}

/** A trouble, and the thread that has it. */
export type ThreadTrouble = (Trouble | UnreadableThread) & { readonly thread: string };

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
  const names = await newestThreads(client, visibilityQuery({ executionStatus: 'Running' }), limit);
  const versions = new WorkerVersions(client);
  const looked = await inBatches(names, AT_ONCE, ({ thread }) => lookAt(makeThread(thread), versions));
  const running = looked.filter((one) => one !== undefined && 'description' in one);
  const unreadable = looked.filter((one) => one !== undefined && 'kind' in one);
  const queues = taskQueue === undefined ? [...new Set(running.map((one) => one.description.taskQueue))] : [taskQueue];
  return {
    server: defined({ version: serverVersion || undefined }),
    namespace: { name: namespace, retentionMs: toMs(config?.workflowExecutionRetentionTtl) },
    queues: await Promise.all(queues.map((queue) => checkQueue(client, queue, { running, versions }))),
    ...defined({ attributes: await readAttributes(client).catch(() => undefined) }),
    threads: {
      count: running.length,
      isAll: names.length < limit,
      troubles: [...unreadable, ...(await inBatches(running, AT_ONCE, troublesOf)).flat()],
    },
  };
}

async function troublesOf(running: RunningThread): Promise<readonly ThreadTrouble[]> {
  return (await findTroubles(running)).map((trouble) => ({ ...trouble, thread: running.thread.id }));
}

/** A running thread, as the server describes it. `undefined` where it has ended meanwhile. */
async function lookAt(
  thread: ThreadHandle,
  versions: WorkerVersions,
): Promise<RunningThread | ThreadTrouble | undefined> {
  try {
    const description = await thread.describe();
    if (!description.isRunning) return undefined;
    return { thread, description, ...defined({ lostVersion: await findLostVersion(description, versions) }) };
  } catch (error) {
    if (hasCode(error, 'ThreadNotFound')) return undefined;
    if (isServerAway(error)) throw error;
    return { kind: 'unreadable', thread: thread.id, message: messageOf(error).split('\n')[0] ?? '' };
  }
}
