/**
 * `holdpoint/worker`: the plugin with which a Temporal worker runs tasks and entrypoints.
 *
 * A worker needs nothing else. `runWorker` is a shortcut for a program that is only a worker.
 */
import {
  Worker,
  type BundleOptions,
  type BundlerPlugin,
  type NativeConnection,
  type WorkerOptions,
  type WorkerPlugin,
} from '@temporalio/worker';
import { LISTENING_MS } from './activities/heartbeat.ts';
import { taskInterceptor, type TaskInterceptorSettings } from './activities/interceptor.ts';
import { withUnregistered } from './activities/unregistered.ts';
import { defined } from './protocol/defined.ts';
import { assertTransport, type PreviewTransport } from './previews/transport.ts';
import { explainEnvconfig } from './protocol/missing-package.ts';
import { assertOptions, type OptionNames } from './protocol/refused-options.ts';
import { checkEntrypointNames } from './worker/entrypoint-names.ts';
import { useOneCopy } from './worker/one-copy.ts';
import { connectNative } from './worker/native-connection.ts';
import { checkSandboxImports } from './worker/sandbox-imports.ts';
import { RunningWorker } from './worker/running-worker.ts';
import { sandboxFile } from './worker/sandbox-files.ts';

/** The workflow interceptors, for promises that a body abandons (T6) and for resets (A10). */
const INTERCEPTORS = ['workflows/run/turn-leftovers', 'workflows/sandbox/reset'];

/** For how long Temporal's worker holds heartbeats back of an activity without a heartbeat timeout. */
const UNTIMED_MS = 30_000;

/** The options of {@link HoldpointPlugin}. */
export interface HoldpointPluginOptions {
  /**
   * How what tasks pass to `preview` comes to the readers of their threads (P1). The clients must use the same transport.
   *
   * @default false: `preview` does nothing
   */
  readonly previews?: PreviewTransport | false | undefined;
}

const NAMES: OptionNames<HoldpointPluginOptions> = { previews: true };

/**
 * Temporal's worker plugin for tasks and entrypoints. Other activities and workflows of the worker stay as they are. If the
 * bundle is built ahead, `bundleWorkflowCode` needs the plugin too.
 *
 * @example
 * const worker = await Worker.create({ taskQueue, workflowsPath, activities, plugins: [new HoldpointPlugin()] });
 */
export class HoldpointPlugin implements WorkerPlugin, BundlerPlugin {
  /** The name of the plugin in Temporal's messages. */
  readonly name = 'holdpoint';
  readonly #previews: PreviewTransport | undefined;

  /** @throws `TypeError` if an option is wrong. */
  constructor(options: HoldpointPluginOptions = {}) {
    assertOptions(options, '`HoldpointPlugin`', NAMES);
    const { previews = false } = options;
    if (previews !== false) assertTransport(previews);
    this.#previews = previews === false ? undefined : previews;
  }

  /** Called by `Worker.create`: adds the activity interceptor and a `default` activity for missing tasks (T8). */
  configureWorker(options: WorkerOptions): WorkerOptions {
    const { payloadConverterPath, payloadCodecs, externalStorage } = options.dataConverter ?? {};
    const checksJson = payloadConverterPath === undefined;
    const checksSize = payloadCodecs === undefined && externalStorage === undefined;
    const {
      // A cancellation reaches a task in the response to a heartbeat, so heartbeats must not be held back for long (T4).
      maxHeartbeatThrottleInterval = LISTENING_MS,
      defaultHeartbeatThrottleInterval = UNTIMED_MS,
    } = options;
    const transport = this.#previews;
    const holdsBack = transport?.usesHeartbeats === true;
    const settings: TaskInterceptorSettings = {
      checksJson,
      checksSize,
      reported: new Set<string>(),
      previews: transport && { transport, hasWarned: false },
      throttle: holdsBack
        ? { max: maxHeartbeatThrottleInterval, fallback: defaultHeartbeatThrottleInterval }
        : undefined,
    };
    const activities = withUnregistered(options.activities);
    return {
      ...options,
      maxHeartbeatThrottleInterval: holdsBack ? Math.ceil(transport.everyMs / 2) : maxHeartbeatThrottleInterval,
      ...defined({ activities }),
      interceptors: {
        ...options.interceptors,
        // First: the user's interceptors then see the same arguments as the task.
        activity: [(context) => taskInterceptor(context, settings), ...(options.interceptors?.activity ?? [])],
      },
    };
  }

  /** Called by the bundler: adds the workflow interceptors and the checks of the bundle. */
  configureBundler(options: BundleOptions): BundleOptions {
    const { webpackConfigHook = (config) => config, ignoreModules = [] } = options;
    return {
      ...options,
      workflowInterceptorModules: [...INTERCEPTORS.map(sandboxFile), ...(options.workflowInterceptorModules ?? [])],
      webpackConfigHook: (config) =>
        useOneCopy(checkSandboxImports(checkEntrypointNames(webpackConfigHook(config)), ignoreModules)),
    };
  }
}

/** Temporal's `WorkerOptions`, a signal to stop, and the options of {@link HoldpointPlugin}. */
export interface RunWorkerOptions extends WorkerOptions, HoldpointPluginOptions {
  /** Shuts the worker down when it aborts, as SIGINT and SIGTERM do. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a worker with {@link HoldpointPlugin} until it is told to stop. Resolves when its last task is done.
 *
 * Without a `connection` it connects by Temporal's environment configuration: `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE` and
 * the rest, by default `localhost:7233`.
 *
 * @example
 * await runWorker({ taskQueue: 'approvals', workflowsPath, activities });
 *
 * @throws `TypeError` if `previews` is not a transport, `NoServer` if no server answers there.
 * @throws An error if the worker ends by itself; its log has the reason. Let the process end, and start a new one.
 */
export async function runWorker({ signal, previews, ...options }: RunWorkerOptions): Promise<void> {
  const plugin = new HoldpointPlugin({ previews });
  if (signal?.aborted) return;
  const environment = options.connection ? undefined : await connectFromEnvironment();
  try {
    const worker = await Worker.create({
      ...environment,
      ...options,
      plugins: [plugin, ...(options.plugins ?? [])],
    });
    const running = new RunningWorker(worker);
    const stop = (): void => void running.stop().catch(() => undefined);
    signal?.addEventListener('abort', stop);
    if (signal?.aborted) stop();
    await running.ended.finally(() => signal?.removeEventListener('abort', stop));
  } finally {
    // A worker that has ended by itself may still use the connection. The caller should see why the worker ended.
    await environment?.connection.close().catch(() => undefined);
  }
}

async function connectFromEnvironment(): Promise<{ connection: NativeConnection; namespace?: string }> {
  const { loadClientConnectConfig } = await import('@temporalio/envconfig').catch(explainEnvconfig);
  const { connectionOptions, namespace } = loadClientConnectConfig();
  const connection = await connectNative(connectionOptions);
  return { connection, ...defined({ namespace }) };
}
