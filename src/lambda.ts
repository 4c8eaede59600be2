/**
 * `holdpoint/lambda`: a worker that is an AWS Lambda function.
 *
 * A thin function over `@temporalio/lambda-worker`, which does the work of an invocation: it connects, runs a worker until
 * shortly before the deadline, and stops it.
 *
 * T9. A task that the end of an invocation cuts off uses up no attempt, and can see how much time is left.
 */
import { existsSync } from 'node:fs';
import { runWorker as runLambdaWorker, type LambdaHandler, type LambdaWorkerConfig } from '@temporalio/lambda-worker';
import { markCutOff } from './activities/cut-off.ts';
import { durationMs } from './protocol/duration.ts';
import { refusedOption } from './protocol/refused-options.ts';
import { messageOf } from './protocol/thrown.ts';
import { HoldpointPlugin, type HoldpointPluginOptions } from './worker.ts';

/**
 * The time from the end of the grace time to the deadline. The package starts its clock after it has connected and read the
 * bundle, so the first invocation of a process stops later by that.
 */
const MARGIN_MS = 5_000;

/**
 * Makes the handler of a function that is a worker with {@link HoldpointPlugin}. Each invocation runs a worker of its own,
 * until shortly before the function's timeout. Call it once in a process.
 *
 * @example
 * export const handler = runWorker({ deploymentName: 'approvals', buildId: '1' }, ({ workerOptions }) => {
 *   Object.assign(workerOptions, { taskQueue: 'approvals', workflowBundle: { codePath: 'workflow-bundle.js' }, activities });
 * });
 *
 * @param version The worker deployment version. A thread stays on the version that it began on, unless `workerOptions` say
 *   otherwise.
 * @param configure Changes the options of `@temporalio/lambda-worker` in place. `workflowBundle` is required.
 * @param options The options of the plugin: `previews`.
 * @throws `TypeError` if there is no bundle that was built ahead, or an option is wrong.
 * @throws An error if this process has Temporal's `Runtime` already.
 */
export function runWorker(
  version: Parameters<typeof runLambdaWorker>[0],
  configure: (config: LambdaWorkerConfig) => void,
  options: HoldpointPluginOptions = {},
): LambdaHandler {
  const plugin = new HoldpointPlugin(options);
  let marginMs = MARGIN_MS;
  let cutOffAt = Infinity;
  const handler = makeHandler(version, (config) => {
    configure(config);
    const { workerOptions } = config;
    const { workflowBundle, shutdownGraceTime = 0, plugins = [], interceptors } = workerOptions;
    assertBundle(workflowBundle);
    const graceMs = durationMs(shutdownGraceTime, 'shutdownGraceTime');
    config.shutdownDeadlineBufferMs ??= graceMs + MARGIN_MS;
    marginMs = config.shutdownDeadlineBufferMs - graceMs;
    workerOptions.plugins = [plugin, ...plugins];
    const mark: ActivityInterceptors[number] = (context) => {
      markCutOff(context, cutOffAt);
      return {};
    };
    workerOptions.interceptors = { ...interceptors, activity: [mark, ...(interceptors?.activity ?? [])] };
  });
  return (event, context) => {
    cutOffAt = Date.now() + context.getRemainingTimeInMillis() - marginMs;
    return handler(event, context);
  };
}

/** Temporal's words do not say that the package installs the `Runtime`, nor what to do. */
function makeHandler(...args: Parameters<typeof runLambdaWorker>): LambdaHandler {
  try {
    return runLambdaWorker(...args);
  } catch (error) {
    if (!messageOf(error).startsWith('Runtime singleton has already been')) throw error;
    throw new Error(
      "Expected this process to have no `Runtime` of Temporal's yet: `runWorker` installs it. Call `runWorker` once, before anything that needs one, as a worker or a `NativeConnection` does. Set `runtimeOptions` in place of `Runtime.install`.",
      { cause: error },
    );
  }
}

type WorkerOptions = LambdaWorkerConfig['workerOptions'];
type ActivityInterceptors = NonNullable<NonNullable<WorkerOptions['interceptors']>['activity']>;

function assertBundle(bundle: WorkerOptions['workflowBundle']): void {
  const expected =
    'a bundle that was built ahead, `{ codePath }` (a function has no time to bundle its workflows when it starts)';
  if (!bundle) throw refusedOption('`workerOptions.workflowBundle`', expected, bundle);
  if ('codePath' in bundle && !existsSync(bundle.codePath))
    throw refusedOption('`workerOptions.workflowBundle.codePath`', 'the path of a file', bundle.codePath);
}
