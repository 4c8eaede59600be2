/**
 * The platform, on this machine: it invokes the function while its task queue has work, and nothing lives in between. In
 * production, Temporal's Serverless Workers and AWS Lambda do this.
 *
 * It learns of work from the server's statistics of the task queue. Temporal's controller reads those too, and is also told
 * of each task that found no worker. The function is invoked once at the start, because the server knows a version from its
 * first poll. Then that version is made current. At most one process lives at a time.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { invoke, type End, type FunctionSettings, type Invocation } from './invocation.ts';

export interface PlatformSettings extends FunctionSettings {
  readonly taskQueue: string;
  readonly deploymentName: string;
  readonly buildId: string;
  /** Called when a process begins. Without `waiting`, it begins in order to make the version known. */
  readonly onBegin?: (invocation: Invocation, waiting?: Backlog) => void;
  readonly onEnd?: (invocation: Invocation, end: End) => void;
}

export interface Backlog {
  readonly workflowTasks: number;
  readonly activityTasks: number;
}

export interface Platform extends AsyncDisposable {
  /** The process that lives, if one does. */
  readonly alive: Invocation | undefined;
  /** Waits until no process lives, and the server has no work for one. */
  idle(): Promise<void>;
}

/** The server caches its statistics for 5 seconds. With this setting a server of one's own always has fresh ones. */
export const FRESH_STATISTICS = 'matching.TaskQueueInfoByBuildIdTTL="1ms"';

const POLL_MS = 200;
const REGISTRATIONS = 3;
/** `TaskQueueType` of the server. */
const WORKFLOW = 1;
const ACTIVITY = 2;

export async function startPlatform(client: Client, settings: PlatformSettings): Promise<Platform> {
  const { taskQueue, deploymentName, buildId, onBegin, onEnd } = settings;
  const environment = {
    ...settings.environment,
    TEMPORAL_TASK_QUEUE: taskQueue,
    DEPLOYMENT_NAME: deploymentName,
    BUILD_ID: buildId,
  };
  let alive: Invocation | undefined;
  const stop = new AbortController();
  const whenIdle: (() => void)[] = [];

  async function run(waiting?: Backlog): Promise<End> {
    const invocation = (alive = invoke({ ...settings, environment }));
    onBegin?.(invocation, waiting);
    const end = await invocation.ended;
    alive = undefined;
    onEnd?.(invocation, end);
    return end;
  }

  async function register(): Promise<void> {
    for (let times = 1; ; times++) {
      const first = run();
      const refused = await makeCurrent(client, settings, first);
      const { kind } = await first;
      if (refused === undefined) return;
      // On a busy server, an invocation may end before its first poll has made the version known.
      if (kind !== 'returned' || times === REGISTRATIONS)
        throw new Error(`The server knows no version of the function: see ${settings.logFile}`, { cause: refused });
    }
  }

  async function invokeWhileThereIsWork(): Promise<void> {
    while (!stop.signal.aborted) {
      const asking = whenIdle.length;
      const waiting = await readBacklog(client, taskQueue);
      const hasWork = waiting.workflowTasks + waiting.activityTasks > 0;
      if (hasWork && !stop.signal.aborted) await run(waiting);
      // Only those who asked before the statistics were read.
      if (!hasWork) for (const tell of whenIdle.splice(0, asking)) tell();
      await sleep(POLL_MS);
    }
  }

  await register();
  const running = invokeWhileThereIsWork();
  return {
    get alive() {
      return alive;
    },
    idle: () => new Promise((resolve) => whenIdle.push(resolve)),
    async [Symbol.asyncDispose]() {
      stop.abort();
      alive?.kill();
      await running;
    },
  };
}

/**
 * The tasks that wait for a worker, of all versions.
 *
 * Temporal's controller reads `describeWorkerDeploymentVersion`, which has the same numbers for one version. A workflow of the
 * server answers that, and on a dev server it may take many seconds.
 */
async function readBacklog(client: Client, name: string): Promise<Backlog> {
  const [workflowTasks = 0, activityTasks = 0] = await Promise.all(
    [WORKFLOW, ACTIVITY].map(async (taskQueueType) => {
      const request = { namespace: client.options.namespace, taskQueue: { name }, taskQueueType, reportStats: true };
      const { stats } = await client.workflowService.describeTaskQueue(request);
      return Number(stats?.approximateBacklogCount ?? 0);
    }),
  );
  return { workflowTasks, activityTasks };
}

/** Makes the version current, or resolves with the last error if no process has made it known before its end. */
async function makeCurrent(client: Client, settings: PlatformSettings, first: Promise<End>): Promise<unknown> {
  const { deploymentName, buildId } = settings;
  const request = { namespace: client.options.namespace, deploymentName, buildId };
  let hasEnded = false;
  const note = (): void => void (hasEnded = true);
  void first.then(note, note);
  for (;;) {
    try {
      await client.workflowService.setWorkerDeploymentCurrentVersion(request);
      return undefined;
    } catch (error) {
      if (hasEnded) return error;
    }
    await sleep(POLL_MS);
  }
}
