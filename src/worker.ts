/**
 * `holdpoint/worker`: what makes a Temporal worker one that runs tasks and entrypoints.
 *
 * The plugin is all that a worker needs; `runWorker` is the short way for a program that is nothing but a worker.
 */
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  Worker,
  type BundleOptions,
  type BundlerPlugin,
  type NativeConnection,
  type WorkerOptions,
  type WorkerPlugin,
} from '@temporalio/worker';
import { HEARTBEAT_MS } from './activities/heartbeat.ts';
import { taskInterceptor } from './activities/interceptor.ts';
import { withUnregistered } from './activities/unregistered.ts';
import { explainEnvconfig } from './protocol/missing-package.ts';
import { checkEntrypointNames } from './worker/entrypoint-names.ts';
import { useOneCopy } from './worker/one-copy.ts';
import { connectNative } from './worker/native-connection.ts';
import { checkSandboxImports } from './worker/sandbox-imports.ts';
import { RunningWorker } from './worker/running-worker.ts';

/** The workflow interceptors, for what a body leaves behind (T6) and for resets (A10); beside this file, in `src` as in `dist`. */
const INTERCEPTORS = ['left-behind', 'reset'].map((name) =>
  fileURLToPath(import.meta.resolve(`./workflows/${name}${extname(import.meta.url)}`)),
);

/**
 * Makes a worker run holdpoint's tasks: `plugins: [new HoldpointPlugin()]` in `Worker.create`, and in
 * `bundleWorkflowCode` when the bundle is built ahead. Other activities and workflows of the worker are left alone.
 */
export class HoldpointPlugin implements WorkerPlugin, BundlerPlugin {
  readonly name = 'holdpoint';

  configureWorker(options: WorkerOptions): WorkerOptions {
    const { payloadConverterPath, payloadCodecs, externalStorage } = options.dataConverter ?? {};
    const checksJson = payloadConverterPath === undefined;
    const checksSize = payloadCodecs === undefined && externalStorage === undefined;
    const settings = { checksJson, checksSize, reported: new Set<string>() };
    const activities = withUnregistered(options.activities);
    return {
      // A cancellation reaches a task with the answer to a heartbeat, so they may not be held back for long (T4).
      maxHeartbeatThrottleInterval: HEARTBEAT_MS,
      ...options,
      ...(activities === undefined ? {} : { activities }),
      interceptors: {
        ...options.interceptors,
        // First, so that the user's interceptors see the arguments that the task sees.
        activity: [(context) => taskInterceptor(context, settings), ...(options.interceptors?.activity ?? [])],
      },
    };
  }

  configureBundler(options: BundleOptions): BundleOptions {
    const { webpackConfigHook = (config) => config, ignoreModules = [] } = options;
    return {
      ...options,
      workflowInterceptorModules: [...INTERCEPTORS, ...(options.workflowInterceptorModules ?? [])],
      webpackConfigHook: (config) =>
        useOneCopy(checkSandboxImports(checkEntrypointNames(webpackConfigHook(config)), ignoreModules)),
    };
  }
}

/** Temporal's `WorkerOptions`, and how to stop. */
export interface RunWorkerOptions extends WorkerOptions {
  /** Shuts the worker down when it aborts; SIGINT and SIGTERM do so too. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a worker with {@link HoldpointPlugin} until it is told to stop; resolves when its last task is done. Rejects when
 * the worker ends by itself, which its log explains: let the process end, and start another.
 *
 * Without a `connection` it connects as `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE` and the rest of Temporal's environment
 * configuration say, by default to `localhost:7233`.
 *
 * @throws `NoServer` when none answers there.
 */
export async function runWorker({ signal, ...options }: RunWorkerOptions): Promise<void> {
  if (signal?.aborted) return;
  const environment = options.connection ? undefined : await connectFromEnvironment();
  try {
    const worker = await Worker.create({
      ...environment,
      ...options,
      plugins: [new HoldpointPlugin(), ...(options.plugins ?? [])],
    });
    const running = new RunningWorker(worker);
    const stop = (): void => void running.stop().catch(() => undefined);
    signal?.addEventListener('abort', stop);
    if (signal?.aborted) stop();
    await running.ended.finally(() => signal?.removeEventListener('abort', stop));
  } finally {
    // One that has ended by itself may hold it still; why it has is what the caller sees.
    await environment?.connection.close().catch(() => undefined);
  }
}

async function connectFromEnvironment(): Promise<{ connection: NativeConnection; namespace?: string }> {
  const { loadClientConnectConfig } = await import('@temporalio/envconfig').catch(explainEnvconfig);
  const { connectionOptions, namespace } = loadClientConnectConfig();
  const connection = await connectNative(connectionOptions);
  return { connection, ...(namespace === undefined ? {} : { namespace }) };
}
