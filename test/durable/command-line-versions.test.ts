/** What the command reports about threads whose worker deployment version has no worker. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { expect, test, vi } from 'vitest';
import { Holdpoint } from '../../src/client/holdpoint.ts';
import { Tools } from '../../src/client/tools.ts';
import { findTemporal } from '../../src/testing/binary.ts';
import { document, holdpoint } from './fixtures/command-line.ts';
import { startDeploy, type Deploy, type RunningWorker } from './fixtures/deploy.ts';
import { useOwnServer } from './fixtures/own-server.ts';
import { until } from './fixtures/scenario.ts';

// A worker that has stopped is forgotten within seconds, and not within minutes; a version drains as fast.
useOwnServer([
  'matching.longPollExpirationInterval="1s"',
  'matching.PollerHistoryTTL="5s"',
  'matching.wv.VersionDrainageStatusVisibilityGracePeriod="1s"',
  'matching.wv.VersionDrainageStatusRefreshInterval="1s"',
]);

/** How often a command is run to see whether it says something yet. */
const EVERY_MS = 500;

interface Check {
  readonly outcome: string;
  readonly detail: string;
  readonly todo?: string;
}

/** What doctor says about a thread. */
async function checksOf(id: string): Promise<readonly Check[]> {
  const { out } = await holdpoint(['doctor', '--json']);
  return (JSON.parse(out) as { readonly checks: readonly Check[] }).checks.filter(({ detail }) =>
    detail.startsWith(`${id} `),
  );
}

/** Waits until doctor has found as much of a thread. */
async function found(id: string, expected: Partial<Check>): Promise<void> {
  await until(async () => {
    const checks = await checksOf(id);
    return checks.some((check) =>
      Object.entries(expected).every(([name, value]) => check[name as keyof Check] === value),
    );
  }, EVERY_MS);
}

/** Stops a worker, and waits until the server remembers no poll of its version. */
async function stopVersion({ client, taskQueue }: Deploy, worker: RunningWorker, buildId: string): Promise<void> {
  await worker.stop();
  const { workflowService, options } = client.client;
  const request = { namespace: options.namespace, taskQueue: { name: taskQueue }, taskQueueType: 1 };
  await until(async () => {
    const { pollers } = await workflowService.describeTaskQueue(request);
    return (pollers ?? []).every(({ deploymentOptions }) => deploymentOptions?.buildId !== buildId);
  });
}

/** Two threads that are pinned to version `old`, which is not current. */
async function startPinned(deploy: Deploy): Promise<{ ids: readonly string[]; stopOld: () => Promise<void> }> {
  const worker = await deploy.startVersion({}, 'old');
  await deploy.makeCurrent('old');
  const ids = [1, 2].map((n) => `pinned-${n}-${randomUUID()}`);
  for (const id of ids) expect(await deploy.client.thread(id, 'pins').invoke(0)).toEqual({ value: 'old' });
  await deploy.startVersion({}, 'new');
  await deploy.makeCurrent('new');
  return { ids, stopOld: () => stopVersion(deploy, worker, 'old') };
}

async function terminate(deploy: Deploy, ids: readonly string[]): Promise<void> {
  for (const id of ids) await deploy.client.thread(id).handle.terminate();
}

test('doctor, show and close: a thread whose pinned version has no worker is named, until its worker is back (O3)', async () => {
  await using deploy = await startDeploy();
  const { ids, stopOld } = await startPinned(deploy);
  const { client, taskQueue } = deploy;
  const [id = '', other = ''] = ids;
  const detail = `${id} is pinned to version old of worker deployment ${taskQueue}, and no worker of this version polls task queue ${taskQueue}`;
  expect(await checksOf(id)).toEqual([]);
  await stopOld();
  // The server cannot tell a worker that is gone from a function that is not invoked. So it is advice while nothing waits.
  await found(id, { outcome: 'advice', detail });
  expect((await checksOf(id))[0]?.todo).toMatch(
    /^If its workers are functions, they come with the next work\. Start a/,
  );
  expect((await holdpoint(['show', id])).out).toContain(`NO WORKER of its version: it ${detail.slice(id.length + 1)}.`);
  const lost = { deploymentName: taskQueue, buildId: 'old', isPinned: true, lack: 'no worker' };
  expect(await document('show', id)).toMatchObject({ lostVersion: lost, workers: { alive: 1 } });
  // Each version is looked up once, and not once for each thread.
  const look = vi.spyOn(client.client.workflowService, 'describeWorkerDeploymentVersion');
  const { threads } = await new Tools(new Holdpoint({ client: client.client })).health({ limit: ids.length });
  expect(threads.troubles).toMatchObject(ids.toReversed().map((thread) => ({ ...lost, thread, kind: 'lost version' })));
  const looked = look.mock.calls.map(([request]) => request.deploymentVersion?.buildId);
  expect(looked).toHaveLength(2);
  expect(new Set(looked)).toEqual(new Set(['old', 'new']));

  const obstacle = { kind: 'lost version', taskQueue, ...lost };
  expect(await document('close', id)).toMatchObject({ outcome: 'requested', obstacle });
  expect((await holdpoint(['close', id])).out).toContain(`Thread ${detail}. Start a worker of this version`);
  await found(id, { outcome: 'wrong', detail: `${detail}. Work of the thread waits for this version` });
  await deploy.startVersion({}, 'old');
  await client.thread(id).handle.result();
  expect(await checksOf(other)).toEqual([]);
  expect(await document('show', other)).not.toHaveProperty('lostVersion');
  await terminate(deploy, [other]);
}, 240_000);

test.concurrent('doctor: a thread that is pinned to a version that was removed can be moved with the command that doctor prints (O3, O4)', async () => {
  await using deploy = await startDeploy();
  const { ids, stopOld } = await startPinned(deploy);
  const { client, taskQueue } = deploy;
  const [id = ''] = ids;
  // The query of the documentation, which finds the threads to move.
  const query = `TemporalWorkerDeploymentVersion = "${taskQueue}:old" AND TemporalWorkflowVersioningBehavior = "Pinned" AND ExecutionStatus = "Running"`;
  await until(async () => (await client.client.workflow.count(query)).count === ids.length);
  await stopOld();
  const { namespace } = client.client.options;
  const deploymentVersion = { deploymentName: taskQueue, buildId: 'old' };
  // The server refuses to remove a version while it remembers a poll of its workers.
  await until(() =>
    client.client.workflowService
      .deleteWorkerDeploymentVersion({ namespace, deploymentVersion, skipDrainage: true })
      .then(
        () => true,
        () => false,
      ),
  );
  const detail = `${id} is pinned to version old of worker deployment ${taskQueue}, and the server does not have this version`;
  await found(id, { outcome: 'wrong', detail });
  const [, command = ''] = /`temporal (.*)`/.exec((await checksOf(id))[0]?.todo ?? '') ?? [];
  expect(command).toBe(`workflow update-options --workflow-id ${id} --versioning-override-behavior auto_upgrade`);
  await promisify(execFile)(findTemporal()!, command.split(' '));
  expect(await checksOf(id)).toEqual([]);
  expect(await client.thread(id, 'pins').invoke(0)).toEqual({ value: 'new' });
  await terminate(deploy, ids);
}, 240_000);

test.concurrent('doctor: a thread that was moved to a drained version without a worker (O3)', async () => {
  await using deploy = await startDeploy();
  const { ids, stopOld } = await startPinned(deploy);
  const { client, taskQueue } = deploy;
  await terminate(deploy, ids);
  await stopOld();
  const { namespace } = client.client.options;
  const deploymentVersion = { deploymentName: taskQueue, buildId: 'old' };
  await until(async () => {
    const described = await client.client.workflowService.describeWorkerDeploymentVersion({
      namespace,
      deploymentVersion,
    });
    return Number(described.workerDeploymentVersionInfo?.drainageInfo?.status) === 2;
  });
  const id = `moved-${randomUUID()}`;
  const versioningOverride = { pinnedTo: deploymentVersion };
  await client.client.workflow.start('pins', { workflowId: id, taskQueue, versioningOverride });
  const detail = `${id} is pinned to version old of worker deployment ${taskQueue}, which is drained, and no worker of this version polls task queue ${taskQueue}`;
  await until(async () => (await checksOf(id)).some((check) => check.detail.startsWith(detail)), EVERY_MS);
  expect(await checksOf(id)).toMatchObject([{ outcome: 'wrong' }]);
  await terminate(deploy, [id]);
}, 240_000);

test.concurrent('doctor: an unpinned thread whose current version has no worker (O3)', async () => {
  await using deploy = await startDeploy();
  const worker = await deploy.startVersion({}, 'old');
  await deploy.makeCurrent('old');
  await deploy.startVersion({}, 'new');
  const id = `upgrades-${randomUUID()}`;
  const { client, taskQueue } = deploy;
  expect(await client.thread(id, 'upgrades').invoke(0)).toEqual({ value: 'old' });
  expect(await checksOf(id)).toEqual([]);
  await stopVersion(deploy, worker, 'old');
  const detail = `${id} continues on version old of worker deployment ${taskQueue}, which is current, and no worker of this version polls task queue ${taskQueue}`;
  await found(id, { outcome: 'advice', detail });
  await deploy.makeCurrent('new');
  await until(async () => (await checksOf(id)).length === 0, EVERY_MS);
  expect(await client.thread(id, 'upgrades').invoke(0)).toEqual({ value: 'new' });
  await terminate(deploy, [id]);
}, 240_000);
