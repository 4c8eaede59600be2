/**
 * A worker and a client for a test, on a task queue of their own, and gone at the end of the block.
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
import { assertOptions, type OptionNames } from '../protocol/refused-options.ts';
import { HoldpointPlugin } from '../worker.ts';
import { quietRuntime } from './quiet.ts';
import { connectNative } from '../worker/native-connection.ts';
import { RunningWorker } from '../worker/running-worker.ts';
import { startServer } from './server.ts';

export interface StartTestOptions {
  /** The file of workflows, as `require.resolve` or `fileURLToPath` gives it. */
  readonly workflowsPath: string;
  readonly activities: object;
  /** Replay the whole history on every step, as a worker does that has just started. @default false */
  readonly replay?: boolean;
  /** Anything else for the worker. */
  readonly worker?: Partial<WorkerOptions>;
  /** Takes the client's notices, and what goes wrong when the test is closed. @default a process warning */
  readonly onNotice?: (message: string) => void;
}

export interface TestWorker {
  /** Stops the worker; what it runs is finished first. Throws where it has ended by itself. */
  stop(): Promise<void>;
  /** Stops the worker, if it runs, and starts another on the same task queue. */
  restart(): Promise<void>;
}

export interface Test<Workflows> extends AsyncDisposable {
  readonly client: Holdpoint<Workflows>;
  readonly worker: TestWorker;
  readonly taskQueue: string;
}

const NAMES: OptionNames<StartTestOptions> = {
  workflowsPath: true,
  activities: true,
  replay: true,
  worker: true,
  onNotice: true,
};

type Closer = () => Promise<void>;

/**
 * Starts a worker against {@link startServer}'s server, and a client for it. The worker logs warnings and errors; call
 * `Runtime.install` of `@temporalio/worker` before for another logger or level.
 *
 * At the end of the block all of it is closed. That never throws, so it hides no error of the test: a worker that has
 * ended by itself is told to `onNotice`.
 *
 * @example
 * await using test = await startTest<typeof workflows>({ workflowsPath, activities });
 * const thread = test.client.thread('t-1', 'graph');
 */
export async function startTest<Workflows = Record<string, NamedEntrypoint>>(
  options: StartTestOptions,
): Promise<Test<Workflows>> {
  assertOptions(options, '`startTest`', NAMES, { isRequired: true });
  const { onNotice = warn } = options;
  const closers: Closer[] = [];
  const close = async (): Promise<void> => {
    const failed = await closeAll(closers.splice(0).toReversed());
    // What fails after the first is a consequence of it.
    if (failed) onNotice(`The test could not be closed as it should be. ${failed.message}`);
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
  const { workflowsPath, activities, replay = false, onNotice } = options;
  quietRuntime();
  const server = await startServer();
  closers.push(() => server.stop());
  const { address, namespace } = server;
  const taskQueue = `test-${randomUUID()}`;
  const client = await connect<Workflows>({ address, namespace, taskQueue, onNotice });
  closers.push(() => client.close());
  const workflowBundle = await bundleOnce(workflowsPath);
  let running: RunningWorker | undefined;
  const stop = async (): Promise<void> => running?.stop();
  const restart = async (): Promise<void> => {
    // One that has ended by itself is replaced like any other.
    await stop().catch(() => undefined);
    // Its own, for one that still drains keeps its task queue on its connection.
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
      plugins: [new HoldpointPlugin(), ...(options.worker?.plugins ?? [])],
    });
    const started = (running = new RunningWorker(worker));
    closers.push(() => started.stop());
  };
  await restart();
  return { client, taskQueue, worker: { stop, restart } };
}

/** Closes all, whatever fails; the first error. */
async function closeAll(closers: readonly Closer[]): Promise<Error | undefined> {
  let first: Error | undefined;
  for (const close of closers) {
    try {
      await close();
    } catch (error) {
      first ??= error instanceof Error ? error : new Error(String(error));
    }
  }
  return first;
}

const bundles = new Map<string, Promise<WorkflowBundleWithSourceMap>>();

/** A bundle takes a second or two to build, and a suite starts many tests on one. */
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
    // A suite that is watched bundles again when the file is mended.
    bundle.catch(() => bundles.delete(key));
  }
  return bundle;
}
