/** The plugin where Temporal takes one, and the two short ways to a worker. */
import type { LambdaHandler } from '@temporalio/lambda-worker';
import { bundleWorkflowCode, Worker } from '@temporalio/worker';
import { runWorker as runLambda } from 'holdpoint/lambda';
import { startTest } from 'holdpoint/testing';
import { heartbeats } from 'holdpoint/previews';
import { HoldpointPlugin, runWorker } from 'holdpoint/worker';
import { expectTypeOf, test } from 'vitest';
import * as activities from './fixtures/activities.ts';
import type * as workflows from './fixtures/workflows.ts';

const workflowsPath = 'workflows.js';

test('the plugin is one for workers and for bundles', () => {
  void Worker.create({ taskQueue: 'demo', workflowsPath, activities, plugins: [new HoldpointPlugin()] });
  void bundleWorkflowCode({ workflowsPath, plugins: [new HoldpointPlugin()] });
});

test('P1: the plugin and `runWorker` take a transport of previews, or `false`', () => {
  for (const previews of [heartbeats(), heartbeats({ every: '1s' }), false as const]) {
    void new HoldpointPlugin({ previews });
    void runWorker({ taskQueue: 'demo', previews });
  }
  // @ts-expect-error -- It is a transport.
  void new HoldpointPlugin({ previews: 'heartbeats' });
});

test("`runWorker` takes Temporal's worker options, and a signal", () => {
  expectTypeOf(
    runWorker({ taskQueue: 'demo', workflowsPath, activities, maxCachedWorkflows: 10, signal: AbortSignal.timeout(1) }),
  ).toEqualTypeOf<Promise<void>>();
  // @ts-expect-error the task queue is missing
  void runWorker({ workflowsPath, activities });
});

test("`runWorker` of a function changes the options of Temporal's package in place", () => {
  const handler = runLambda({ deploymentName: 'demo', buildId: '1' }, ({ workerOptions }) => {
    workerOptions.workflowBundle = { codePath: 'workflow-bundle.js' };
    // @ts-expect-error there is no such option
    workerOptions.workflowBundel = undefined;
  });
  expectTypeOf(handler).toEqualTypeOf<LambdaHandler>();
});

test('`startTest` gives a client that knows the workflows', async () => {
  await using started = await startTest<typeof workflows>({ workflowsPath, activities, replay: true });
  expectTypeOf(started.client.thread('t', 'graph').result()).toEqualTypeOf<Promise<string>>();
  // @ts-expect-error there is no such entrypoint
  started.client.thread('t', 'grahp');
  expectTypeOf(started.worker.restart()).toEqualTypeOf<Promise<void>>();
});
