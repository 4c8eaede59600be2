/** When a thread's worker deployment version is lost, on servers that start workers themselves. */
import type { Client } from '@temporalio/client';
import { expect, test } from 'vitest';
import { findLostVersion } from '../../src/client/listing/lost-version.ts';
import type { ThreadDescription } from '../../src/client/server/description.ts';
import { WorkerVersions } from '../../src/client/server/versions.ts';

/** `VersioningBehavior`, `PendingWorkflowTaskState` and `VersionDrainageStatus` of the server. */
const PINNED = 1;
const AUTO_UPGRADE = 2;
const SCHEDULED = 1;
const DRAINED = 2;

const OLD = { deploymentName: 'd', buildId: 'old' };
const NEW = { deploymentName: 'd', buildId: 'new' };

interface Facts {
  /** What the server says about each version. */
  readonly version: object;
  readonly polledBy?: object;
  readonly behavior?: number;
  /** How long a workflow task has waited. */
  readonly waitsForSeconds?: number;
}

/** No server that the tests can start has functions for workers, so these are its answers. */
function lack({ version, polledBy, behavior = PINNED, waitsForSeconds }: Facts): Promise<string | undefined> {
  const now = Math.floor(Date.now() / 1000);
  const pollers = polledBy ? [{ lastAccessTime: { seconds: now }, deploymentOptions: polledBy }] : [];
  const workflowService = {
    describeTaskQueue: async () => ({ pollers, versioningInfo: { currentDeploymentVersion: NEW } }),
    describeWorkerDeploymentVersion: async () => ({ workerDeploymentVersionInfo: version }),
  };
  const client = { options: { namespace: 'n' }, workflowService } as unknown as Client;
  const raw = {
    workflowExecutionInfo: { versioningInfo: { behavior, deploymentVersion: OLD } },
    ...(waitsForSeconds === undefined
      ? {}
      : { pendingWorkflowTask: { state: SCHEDULED, scheduledTime: { seconds: now - waitsForSeconds } } }),
  };
  const description = { taskQueue: 'q', execution: { raw } } as unknown as ThreadDescription;
  return findLostVersion(description, new WorkerVersions(client)).then((lost) => lost?.lack);
}

test('a version whose workers the server starts itself is lost only if work waits for it, or if it is drained (O3)', async () => {
  const computeConfig = { scalingGroups: { default: {} } };
  const version = { computeConfig };
  expect(await lack({ version })).toBeUndefined();
  expect(await lack({ version, waitsForSeconds: 2 })).toBeUndefined();
  expect(await lack({ version, waitsForSeconds: 60 })).toBe('no worker');
  expect(await lack({ version: { ...version, drainageInfo: { status: DRAINED } } })).toBe('drained');
});

test('a version without such a setting is lost when it has no worker, and one with a worker never is (O3)', async () => {
  expect(await lack({ version: {} })).toBe('no worker');
  expect(await lack({ version: {}, polledBy: NEW })).toBe('no worker');
  expect(await lack({ version: { drainageInfo: { status: DRAINED } }, polledBy: OLD })).toBeUndefined();
});

test('an unpinned thread needs the current version; a task queue that no worker polls is not a trouble of each thread (O3)', async () => {
  const behavior = AUTO_UPGRADE;
  expect(await lack({ version: {}, behavior, polledBy: OLD })).toBe('no worker');
  expect(await lack({ version: {}, behavior, polledBy: NEW })).toBeUndefined();
  expect(await lack({ version: {}, behavior })).toBeUndefined();
});
