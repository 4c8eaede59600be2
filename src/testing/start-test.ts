/**
 * A worker and a client for a test, on a task queue of their own, until the end of the block.
 */
import { randomUUID } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import {
  bundleWorkflowCode,
  Runtime,
  Worker,
  type WorkflowBundleWithSourceMap,
  type WorkerOptions,
} from '@temporalio/worker';
import { connect, type Holdpoint, type NamedEntrypoint } from '../client/holdpoint.ts';
import { warn } from '../client/server/notices.ts';
import { heartbeats } from '../previews/heartbeats.ts';
import type { PreviewTransport } from '../previews/transport.ts';
import { assertOptions, type OptionNames } from '../protocol/refused-options.ts';
import { messageOf } from '../protocol/thrown.ts';
import { HoldpointPlugin } from '../worker.ts';
import { quietRuntime } from './quiet.ts';
import { connectNative } from '../worker/native-connection.ts';
import { RunningWorker } from '../worker/running-worker.ts';
import { startServer } from './server.ts';

/** The options of `startTest`. */
export interface StartTestOptions {
  /** The path of the file of workflows, as `require.resolve` or `fileURLToPath` returns it. */
  readonly workflowsPath: string;
  /** The module of tasks, or an object with them. */
  readonly activities: object;
  /** Whether to replay the whole history in every step, as a worker does that has just started. @default false */
  readonly replay?: boolean;
  /**
   * How what tasks pass to `preview` comes to streams of the modes `messages` and `custom`. `false` turns previews off.
   *
   * @default heartbeats({ every: 100 })
   */
  readonly previews?: PreviewTransport | false;
  /** More options of Temporal's `Worker.create`. */
  readonly worker?: Partial<WorkerOptions>;
  /** Gets the notices of the client, and errors while the test is closed. @default a process warning */
  readonly onNotice?: (message: string) => void;
}

/** The worker of a test. */
export interface TestWorker {
  /** Stops the worker once its running tasks are done. @throws An error if the worker has ended by itself. */
  stop(): Promise<void>;
  /** Stops the worker, if it is running, and starts another one on the same task queue. */
  restart(): Promise<void>;
}

/** A worker and a client. `await using` closes both at the end of the block. */
export interface Test<Workflows> extends AsyncDisposable {
  /** A client whose threads run on the worker. */
  readonly client: Holdpoint<Workflows>;
  /** The worker, which is running. */
  readonly worker: TestWorker;
  /** The task queue of this test alone. */
  readonly taskQueue: string;
}

const NAMES: OptionNames<StartTestOptions> = {
  workflowsPath: true,
  activities: true,
  replay: true,
  previews: true,
  worker: true,
  onNotice: true,
};

/** A test should not wait long for what it reads. */
const PREVIEWS = heartbeats({ every: 100 });

type Closer = () => Promise<void>;

/**
 * Starts a worker on the server of {@link startServer}, and a client. The worker logs warnings and errors; for another
 * logger or level call `Runtime.install` of `@temporalio/worker` first.
 *
 * All of it is closed at the end of the block. Closing never throws, because it could hide an error of the test: a worker
 * that has ended by itself is reported to `onNotice`.
 *
 * @example
 * await using test = await startTest<typeof workflows>({ workflowsPath, activities });
 * const thread = test.client.thread('t-1', 'graph');
 *
 * @throws `NoServer` if there is no server, `TypeError` if an option is wrong or the bundle is refused.
 */
export async function startTest<Workflows = Record<string, NamedEntrypoint>>(
  options: StartTestOptions,
): Promise<Test<Workflows>> {
  assertOptions(options, '`startTest`', NAMES, { isRequired: true });
  const { onNotice = warn } = options;
  const closers: Closer[] = [];
  const close = async (): Promise<void> => {
    const failed = await closeAll(closers.splice(0).toReversed());
    // Later errors are consequences of the first one.
    if (failed) onNotice(`The test was not closed cleanly. ${failed.message}`);
  };
  try {
    return { ...(await start<Workflows>(options, closers)), [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function start<Workflows>(
  options: StartTestOptions,
  closers: Closer[],
): Promise<Omit<Test<Workflows>, typeof Symbol.asyncDispose>> {
  const { workflowsPath, activities, replay = false, previews = PREVIEWS, onNotice } = options;
  const plugin = new HoldpointPlugin({ previews });
  quietRuntime();
  const server = await startServer();
  closers.push(() => server.stop());
  const { address, namespace } = server;
  const taskQueue = `test-${randomUUID()}`;
  const client = await connect<Workflows>({
    address,
    namespace,
    taskQueue,
    onNotice,
    ...(previews === false ? {} : { previews }),
  });
  closers.push(() => client.close());
  const { workflowBundle = await bundleOnce(workflowsPath) } = options.worker ?? {};
  let running: RunningWorker | undefined;
  const stop = async (): Promise<void> => running?.stop();
  const restart = async (): Promise<void> => {
    // A worker that has ended by itself is replaced too.
    await stop().catch(() => undefined);
    // Each worker has its own connection: one that still drains would keep the task queue.
    const connection = await connectNative({ address });
    closers.push(() => connection.close());
    const worker = await Worker.create({
      connection,
      namespace,
      taskQueue,
      workflowBundle,
      activities,
      ...(replay ? { maxCachedWorkflows: 0 } : {}),
      ...options.worker,
      plugins: [plugin, ...(options.worker?.plugins ?? [])],
    });
    const started = (running = new RunningWorker(worker));
    closers.push(() => started.stop());
  };
  await restart();
  return { client, taskQueue, worker: { stop, restart } };
}

/** Closes everything, also after an error. Returns the first error. */
async function closeAll(closers: readonly Closer[]): Promise<Error | undefined> {
  let first: Error | undefined;
  for (const close of closers) {
    try {
      await close();
    } catch (error) {
      first ??= error instanceof Error ? error : new Error(messageOf(error));
    }
  }
  return first;
}

const bundles = new Map<string, Promise<WorkflowBundleWithSourceMap>>();

/** Builds a bundle once: it takes a second or two, and a suite starts many tests with it. */
function bundleOnce(workflowsPath: string): Promise<WorkflowBundleWithSourceMap> {
  const key = pathToFileURL(workflowsPath).href;
  let bundle = bundles.get(key);
  if (!bundle) {
    bundle = bundleWorkflowCode({
      workflowsPath,
      plugins: [new HoldpointPlugin()],
      logger: Runtime.instance().logger,
    });
    bundles.set(key, bundle);
    // In watch mode the next run bundles again, after the file was fixed.
    bundle.catch(() => bundles.delete(key));
  }
  return bundle;
}
