/** The plugin where Temporal takes one, and the two short ways to a worker. */
import { bundleWorkflowCode, Worker } from '@temporalio/worker';
import { startTest } from 'holdpoint/testing';
import { HoldpointPlugin, runWorker } from 'holdpoint/worker';
import { expectTypeOf, test } from 'vitest';
import * as activities from './fixtures/activities.ts';
import type * as workflows from './fixtures/workflows.ts';

const workflowsPath = 'workflows.js';

test('the plugin is one for workers and for bundles', () => {
  void Worker.create({ taskQueue: 'demo', workflowsPath, activities, plugins: [new HoldpointPlugin()] });
  void bundleWorkflowCode({ workflowsPath, plugins: [new HoldpointPlugin()] });
});

test("`runWorker` takes Temporal's worker options, and a signal", () => {
  expectTypeOf(
    runWorker({ taskQueue: 'demo', workflowsPath, activities, maxCachedWorkflows: 10, signal: AbortSignal.timeout(1) }),
  ).toEqualTypeOf<Promise<void>>();
  // @ts-expect-error the task queue is missing
  void runWorker({ workflowsPath, activities });
});

test('`startTest` gives a client that knows the workflows', async () => {
  await using started = await startTest<typeof workflows>({ workflowsPath, activities, replay: true });
  expectTypeOf(started.client.thread('t', 'graph').result()).toEqualTypeOf<Promise<string>>();
  // @ts-expect-error there is no such entrypoint
  started.client.thread('t', 'grahp');
  expectTypeOf(started.worker.restart()).toEqualTypeOf<Promise<void>>();
});
