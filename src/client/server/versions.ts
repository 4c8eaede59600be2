/**
 * Worker deployment versions: which one runs a thread next, and what the server knows of its workers.
 *
 * A poll says for which version a worker polls. That a version has no poll proves little: a function polls only while it is
 * invoked. The server knows more: whether it starts the version's workers itself, whether the version still has open
 * threads, and whether it exists.
 */
import type { Client } from '@temporalio/client';
import { isNotFound, isServerAway } from './errors.ts';
import { toMs } from './events.ts';
import type { ThreadDescription } from './description.ts';
import { ALIVE_MS } from './workers.ts';

/** A version of a worker deployment. */
export interface WorkerVersion {
  readonly deploymentName: string;
  readonly buildId: string;
}

/** What the versions of a task queue's workers are. */
export interface QueueVersions {
  /** A worker has polled within the last minute, of whatever version. */
  readonly isPolled: boolean;
  /** The version that runs unpinned threads, if one is current. */
  readonly current: WorkerVersion | undefined;
  /** A worker of this version has polled for entrypoints within the last minute. */
  isPolledBy(version: WorkerVersion): boolean;
}

/** `on demand`: the server starts workers of the version when there is work. */
export type VersionState = 'known' | 'on demand' | 'drained' | 'removed';

/** The version that runs a thread next. */
export interface ExpectedVersion extends WorkerVersion {
  /** The thread stays on it. Otherwise it is the current version of the task queue. */
  readonly isPinned: boolean;
}

/** `TaskQueueType`, `VersioningBehavior` and `VersionDrainageStatus` of the server. */
const WORKFLOW = 1;
const PINNED = 1;
const AUTO_UPGRADE = 2;
const DRAINED = 2;

/** Reads versions from the server: each task queue and each version once, however many threads have it. */
export class WorkerVersions {
  readonly #client: Client;
  readonly #queues = new Map<string, Promise<QueueVersions>>();
  readonly #states = new Map<string, Promise<VersionState>>();

  constructor(client: Client) {
    this.#client = client;
  }

  queue(taskQueue: string): Promise<QueueVersions> {
    return once(this.#queues, taskQueue, () => readQueueVersions(this.#client, taskQueue));
  }

  state(version: WorkerVersion): Promise<VersionState> {
    return once(this.#states, keyOf(version), () => readState(this.#client, version));
  }

  /** The server starts workers of the version when there is work, so that none polls in between is as it should be. */
  async isOnDemand(version: WorkerVersion | undefined): Promise<boolean> {
    return version !== undefined && (await this.state(version)) === 'on demand';
  }

  /** The same of the version that runs a thread next. A thread that has none yet begins on the current one. */
  async isStartedOnDemand(thread: ThreadDescription): Promise<boolean> {
    return this.isOnDemand((await this.expected(thread)) ?? (await this.queue(thread.taskQueue)).current);
  }

  /** `undefined` where the thread has no version: its workers have none, or no workflow task has completed. */
  async expected({ execution, taskQueue }: ThreadDescription): Promise<ExpectedVersion | undefined> {
    const { versioningInfo: info } = execution.raw.workflowExecutionInfo ?? {};
    if (!info) return undefined;
    const { pinned, autoUpgrade } = info.versioningOverride ?? {};
    const behavior = pinned ? PINNED : autoUpgrade ? AUTO_UPGRADE : Number(info.behavior);
    if (behavior === PINNED) return toExpected(pinned?.version ?? info.deploymentVersion, true);
    if (behavior !== AUTO_UPGRADE) return undefined;
    return toExpected((await this.queue(taskQueue)).current, false);
  }
}

function once<Value>(known: Map<string, Promise<Value>>, key: string, read: () => Promise<Value>): Promise<Value> {
  const value = known.get(key) ?? read();
  known.set(key, value);
  return value;
}

interface RawVersion {
  readonly deploymentName?: string | null;
  readonly buildId?: string | null;
}

function toVersion(raw: RawVersion | null | undefined): WorkerVersion | undefined {
  return raw?.deploymentName && raw.buildId ? { deploymentName: raw.deploymentName, buildId: raw.buildId } : undefined;
}

function toExpected(raw: RawVersion | null | undefined, isPinned: boolean): ExpectedVersion | undefined {
  const version = toVersion(raw);
  return version && { ...version, isPinned };
}

function keyOf({ deploymentName, buildId }: WorkerVersion): string {
  return JSON.stringify([deploymentName, buildId]);
}

async function readQueueVersions(client: Client, name: string): Promise<QueueVersions> {
  const { namespace } = client.options;
  const request = { namespace, taskQueue: { name }, taskQueueType: WORKFLOW };
  const { pollers, versioningInfo } = await client.workflowService.describeTaskQueue(request);
  const alive = (pollers ?? []).filter(({ lastAccessTime }) => toMs(lastAccessTime) > Date.now() - ALIVE_MS);
  const versions = alive.flatMap(({ deploymentOptions }) => toVersion(deploymentOptions) ?? []);
  const polled = new Set(versions.map(keyOf));
  return {
    isPolled: alive.length > 0,
    current: toVersion(versioningInfo?.currentDeploymentVersion),
    isPolledBy: (version) => polled.has(keyOf(version)),
  };
}

async function readState(client: Client, deploymentVersion: WorkerVersion): Promise<VersionState> {
  const { namespace } = client.options;
  try {
    const described = await client.workflowService.describeWorkerDeploymentVersion({ namespace, deploymentVersion });
    const { drainageInfo, computeConfig } = described.workerDeploymentVersionInfo ?? {};
    if (Number(drainageInfo?.status) === DRAINED) return 'drained';
    return Object.keys(computeConfig?.scalingGroups ?? {}).length > 0 ? 'on demand' : 'known';
  } catch (error) {
    if (isNotFound(error)) return 'removed';
    if (isServerAway(error)) throw error;
    // Without the permission to read versions, the polls are all that is known.
    return 'known';
  }
}
