/**
 * A worker and a client for a test, on a task queue of their own, and gone at the end of the block.
 */
import { randomUUID } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import {
  bundleWorkflowCode,
  NativeConnection,
  Worker,
  type WorkflowBundleWithSourceMap,
  type WorkerOptions,
} from '@temporalio/worker';
import { connect, type Holdpoint, type NamedEntrypoint } from '../client/holdpoint.ts';
import { HoldpointPlugin } from '../worker.ts';
import { startServer } from './server.ts';

export interface StartTestOptions {
  /** The file of workflows, as `require.resolve` or `fileURLToPath` gives it. */
  readonly workflowsPath: string;
  readonly activities: object;
  /** Replay the whole history on every step, as a worker does that has just started. @default false */
  readonly replay?: boolean;
  /** Anything else for the worker. */
  readonly worker?: Partial<WorkerOptions>;
  /** Takes the client's notices. @default a process warning */
  readonly onNotice?: (message: string) => void;
}

export interface TestWorker {
  /** Stops the worker; what it runs is finished first. */
  stop(): Promise<void>;
  /** Stops the worker, if it runs, and starts another on the same task queue. */
  restart(): Promise<void>;
}

export interface Test<Workflows> extends AsyncDisposable {
  readonly client: Holdpoint<Workflows>;
  readonly worker: TestWorker;
  readonly taskQueue: string;
}

/**
 * Starts a worker against {@link startServer}'s server, and a client for it.
 *
 * @example
 * await using test = await startTest<typeof workflows>({ workflowsPath, activities });
 * const thread = test.client.thread('t-1', 'graph');
 */
export async function startTest<Workflows = Record<string, NamedEntrypoint>>(
  options: StartTestOptions,
): Promise<Test<Workflows>> {
  const { workflowsPath, activities, replay = false, onNotice } = options;
  await using made = new AsyncDisposableStack();
  const server = made.use(await startServer());
  const { address, namespace } = server;
  const taskQueue = `test-${randomUUID()}`;
  const connection = await NativeConnection.connect({ address });
  made.defer(() => connection.close());
  const client = made.use(
    await connect<Workflows>({ address, namespace, taskQueue, ...(onNotice ? { onNotice } : {}) }),
  );
  const workflowBundle = await bundleOnce(workflowsPath);
  let stop = async (): Promise<void> => undefined;
  const restart = async (): Promise<void> => {
    await stop();
    const worker = await Worker.create({
      connection,
      namespace,
      taskQueue,
      workflowBundle,
      activities,
      plugins: [new HoldpointPlugin()],
      ...(replay ? { maxCachedWorkflows: 0 } : {}),
      ...options.worker,
    });
    const running = worker.run();
    let stopping: Promise<void> | undefined;
    stop = () => {
      if (!stopping) worker.shutdown();
      return (stopping ??= running);
    };
  };
  await restart();
  made.defer(() => stop());
  const owned = made.move();
  return {
    client,
    taskQueue,
    worker: { stop: () => stop(), restart },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const bundles = new Map<string, Promise<WorkflowBundleWithSourceMap>>();

/** A bundle takes a second or two to build, and a suite starts many tests on one. */
function bundleOnce(workflowsPath: string): Promise<WorkflowBundleWithSourceMap> {
  const key = pathToFileURL(workflowsPath).href;
  let bundle = bundles.get(key);
  if (!bundle) bundles.set(key, (bundle = bundleWorkflowCode({ workflowsPath, plugins: [new HoldpointPlugin()] })));
  return bundle;
}
