/**
 * The rig: one server, with a worker and a client for each side that have the same settings.
 *
 * Both workers run in this process all the time. While one side is measured, the worker of the other side only polls.
 */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import {
  bundleWorkflowCode,
  DefaultLogger,
  NativeConnection,
  Worker,
  type WorkerOptions,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import { Holdpoint } from 'holdpoint/client';
import { HoldpointPlugin } from 'holdpoint/worker';
import * as activities from './activities.ts';
import type * as workflows from './workflows.ts';

/** Both sides, ready to be measured. */
export interface Rig extends AsyncDisposable {
  /** The address of the server. */
  readonly address: string;
  readonly client: Client;
  /** Our client, on the same connection. */
  readonly holdpoint: Holdpoint<typeof workflows>;
  readonly taskQueues: { readonly ours: string; readonly bare: string };
  /** Replaces both workers, so that their caches are empty. */
  restartWorkers(): Promise<void>;
}

/** The bundler logs each bundle at INFO and ignores the runtime's logger. */
export const bundleLogger = new DefaultLogger('WARN');

const bundles = {
  ours: once(() => bundle('./workflows.ts', [new HoldpointPlugin()])),
  bare: once(() => bundle('./bare-workflows.ts', [])),
};

function bundle(relative: string, plugins: HoldpointPlugin[]): Promise<WorkflowBundleWithSourceMap> {
  const workflowsPath = fileURLToPath(new URL(relative, import.meta.url));
  return bundleWorkflowCode({ workflowsPath, plugins, logger: bundleLogger });
}

/** A worker's options for one side. The two sides differ only in the plugin and the bundle. */
export async function workerOptions(side: 'ours' | 'bare'): Promise<Omit<WorkerOptions, 'taskQueue'>> {
  return {
    activities,
    workflowBundle: await bundles[side](),
    ...(side === 'ours' ? { plugins: [new HoldpointPlugin()] } : {}),
  };
}

export async function startRig(address: string): Promise<Rig> {
  await using made = new AsyncDisposableStack();
  const native = await NativeConnection.connect({ address });
  made.defer(() => native.close());
  const connection = await Connection.connect({ address });
  made.defer(() => connection.close());
  const client = new Client({ connection });
  const taskQueues = { ours: `ours-${randomUUID()}`, bare: `bare-${randomUUID()}` };
  const startBoth = async (): Promise<() => Promise<unknown>> => {
    const stops = [
      await startWorker(native, 'ours', taskQueues.ours),
      await startWorker(native, 'bare', taskQueues.bare),
    ];
    return () => Promise.all(stops.map((stop) => stop()));
  };
  let stop = await startBoth();
  made.defer(async () => void (await stop()));
  const owned = made.move();
  return {
    address,
    client,
    holdpoint: new Holdpoint<typeof workflows>({ client, taskQueue: taskQueues.ours }),
    taskQueues,
    restartWorkers: async () => {
      await stop();
      stop = await startBoth();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Starts a worker, and returns a function that stops it. */
export async function startWorker(
  connection: NativeConnection,
  side: 'ours' | 'bare',
  taskQueue: string,
): Promise<() => Promise<void>> {
  const worker = await Worker.create({ connection, taskQueue, ...(await workerOptions(side)) });
  const running = worker.run();
  return () => {
    worker.shutdown();
    return running;
  };
}

/** Waits until a run only waits for a message: no workflow task and no activity is pending. */
export async function untilWaiting(handle: WorkflowHandle): Promise<void> {
  for (;;) {
    const { historyLength, raw } = await handle.describe();
    // The first workflow task is complete with the fourth event.
    if (historyLength >= 4 && !raw.pendingWorkflowTask && !raw.pendingActivities?.length) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function once(build: () => Promise<WorkflowBundleWithSourceMap>): () => Promise<WorkflowBundleWithSourceMap> {
  let built: Promise<WorkflowBundleWithSourceMap> | undefined;
  return () => (built ??= build());
}
