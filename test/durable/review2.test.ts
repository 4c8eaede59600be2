import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, Worker } from '@temporalio/worker';
import { startTest } from 'holdpoint/testing';
import { HoldpointPlugin } from 'holdpoint/worker';
import { expect, test } from 'vitest';
import * as activities from './fixtures/review-activities.ts';
import { openGate, reached } from './fixtures/gates.ts';
import type * as workflows from './fixtures/review-workflows.ts';
import { replay, until } from './fixtures/scenario.ts';

const workflowsPath = fileURLToPath(new URL('fixtures/review-workflows.ts', import.meta.url));
for (const [from, to] of [
  [false, true],
  [true, false],
  [true, true],
]) {
  test(`R: a history of a bundle ${from ? 'with' : 'without'} the plugin replays ${to ? 'with' : 'without'} it`, async () => {
    const bundle = (has: boolean | undefined): ReturnType<typeof bundleWorkflowCode> =>
      bundleWorkflowCode({ workflowsPath, plugins: has ? [new HoldpointPlugin()] : [] });
    const workflowBundle = await bundle(from);
    await using own = await startTest<typeof workflows>({
      workflowsPath,
      activities,
      replay,
      worker: { workflowBundle },
    });
    const thread = own.client.thread(`r-${randomUUID()}`, 'vOrder');
    await thread.start(2000);
    await reached(thread, 'g');
    openGate(thread, 'g');
    await own.worker.stop();
    const has = async (name: string): Promise<boolean> =>
      ((await thread.handle.fetchHistory()).events ?? []).some((e) => name in e && (e as never)[name]);
    await until(() => has('timerFiredEventAttributes'));
    await own.worker.restart();
    expect(await thread.result()).toEqual(['timer', '11']);
    const history = await thread.handle.fetchHistory();
    console.log(
      (history.events ?? [])
        .map(
          (e) =>
            `${e.eventId} ${(e as { attributes?: string }).attributes} ${e.activityTaskScheduledEventAttributes?.activityId ?? ''}`,
        )
        .join('\n'),
    );
    await Worker.runReplayHistory({ workflowBundle: await bundle(to), plugins: [new HoldpointPlugin()] }, history);
  });
}
