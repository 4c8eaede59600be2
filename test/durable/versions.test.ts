/** Threads on workers with deployment versions: continuing as new is where a pinned one moves on (R5). */
import { randomUUID } from 'node:crypto';
import type { Thread } from 'holdpoint/client';
import { expect, test } from 'vitest';
import { startDeploy } from './fixtures/deploy.ts';
import { until } from './fixtures/scenario.ts';

const LONG = 1000;

/** Waits until a run follows this one; whether the server has pinned that one to a version too. */
async function continues({ handle }: Thread, runId: string): Promise<boolean> {
  await until(async () => (await handle.describe()).runId !== runId);
  const { events } = await handle.fetchHistory();
  return Boolean(events?.[0]?.workflowExecutionStartedEventAttributes?.inheritedPinnedVersion);
}

test('R5: a pinned thread keeps its version to the end of its run, and begins the next one on the current version', async () => {
  await using deploy = await startDeploy();
  await deploy.startVersion({}, 'old');
  await deploy.makeCurrent('old');
  const pinned = deploy.client.thread(`pinned-${randomUUID()}`, 'pins');
  const other = deploy.client.thread(`other-${randomUUID()}`, 'upgrades');
  for (const thread of [pinned, other]) expect(await thread.invoke(0)).toEqual({ value: 'old' });
  await deploy.startVersion({}, 'new');
  await deploy.makeCurrent('new');
  expect(await other.invoke(0)).toEqual({ value: 'new' });
  const { runId } = await pinned.handle.describe();
  expect(await pinned.invoke(LONG)).toEqual({ value: 'old' });
  const isPinned = await continues(pinned, runId);
  expect((await pinned.handle.describe()).memo).toMatchObject({ initialVersioningBehavior: 'AUTO_UPGRADE' });
  // A server that does not know the option drops it, and pins the next run to the version of the last one.
  expect(await pinned.invoke(0)).toEqual({ value: isPinned ? 'old' : 'new' });
  for (const thread of [pinned, other]) await thread.close();
});

test('R5: a pinned run that waits keeps its version for as long as it waits, and goes on with the current one if it is moved', async () => {
  await using deploy = await startDeploy();
  const { client } = deploy;
  await deploy.startVersion({}, 'old');
  await deploy.makeCurrent('old');
  const stays = client.thread(`stays-${randomUUID()}`, 'pinnedAsks');
  const moved = client.thread(`moved-${randomUUID()}`, 'pinnedAsks');
  for (const thread of [stays, moved]) expect(await thread.invoke()).toHaveProperty('interrupts');
  await deploy.startVersion({}, 'new');
  await deploy.makeCurrent('new');
  // What `temporal workflow update-options` does.
  await client.client.workflowService.updateWorkflowExecutionOptions({
    namespace: client.client.options.namespace,
    workflowExecution: { workflowId: moved.id },
    workflowExecutionOptions: { versioningOverride: { autoUpgrade: true } },
    updateMask: { paths: ['versioning_override'] },
  });
  for (const thread of [stays, moved]) await thread.resume('yes');
  expect(await stays.result()).toBe('old');
  expect(await moved.result()).toBe('new');
});

test('R5: without deployment versions, a thread that continues asks for none', async () => {
  await using deploy = await startDeploy();
  await deploy.start({});
  const thread = deploy.client.thread(`unversioned-${randomUUID()}`, 'upgrades');
  await thread.start(LONG);
  const { runId } = await thread.handle.describe();
  await continues(thread, runId);
  expect((await thread.handle.describe()).memo).toMatchObject({ initialVersioningBehavior: 'none' });
  await thread.close();
});
