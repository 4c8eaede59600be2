/**
 * One invocation of a function: a process that starts cold, takes the answer that a thread waits for, and ends.
 *
 * Owns the two functions, with holdpoint and by hand: their files, their task queues and their versions.
 */
import { execFile, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { status, type ServiceError } from '@grpc/grpc-js';
import type { WorkflowHandle } from '@temporalio/client';
import type { WorkerDeploymentVersion } from '@temporalio/common';
import type { temporal } from '@temporalio/proto';
import { NativeConnection, Worker } from '@temporalio/worker';
import { build } from 'esbuild';
import { Holdpoint } from 'holdpoint/client';
import type { Marks } from './function/process.ts';
import { workerOptions, type Rig } from './rig.ts';
import { startBare, startOurs, type Sides } from './waiting.ts';
import type { WorkBefore } from './work-before.ts';
import type * as workflows from './workflows.ts';

export type Side = 'ours' | 'bare';
type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

/** How long each step of an invocation took, in milliseconds. */
export interface Steps {
  /** From the fork to the first line of the program. */
  readonly process: number;
  /** Loading the handler, with all imports. */
  readonly load: number;
  readonly connect: number;
  readonly create: number;
  /** From the first poll to the start of the workflow task with the answer. */
  readonly poll: number;
  /** From there to the end of the run, by the clock of the server. */
  readonly replay: number;
  /** From the loaded handler to the end of the run. */
  readonly invocation: number;
  /** From the fork to the end of the run. */
  readonly all: number;
}

/** Both functions, and threads of theirs that wait for an answer. */
export interface Functions {
  /** Brings so many threads to their question, with a worker that then stops. */
  wait(side: Side, count: number, before: WorkBefore): Promise<string[]>;
  /** Answers, and invokes the function. */
  answer(side: Side, id: string): Promise<Steps>;
  /** How long a new process takes to create a worker whose workflow bundle is built at the start, or was built ahead. */
  create(built: 'at start' | 'ahead'): Promise<number>;
}

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const folder = path('dist');
const inDist = (name: string): string => path(`dist/${name}`);

/** Makes the files of both functions, as docs/how-to/deploy.md says. */
async function buildFunctions(): Promise<void> {
  await mkdir(folder, { recursive: true });
  const settings = { outdir: folder, bundle: true, format: 'esm', platform: 'node', logLevel: 'warning' } as const;
  const files = (names: readonly string[]): string[] => names.map((name) => path(`function/${name}.ts`));
  await build({ ...settings, entryPoints: files(['process', 'ours', 'bare']), external: ['@temporalio/*'] });
  // The plugin builds a workflow bundle from files of its package.
  await build({ ...settings, entryPoints: files(['built-at-start']), packages: 'external' });
  const cli = path('../dist/cli/main.js');
  await promisify(execFile)(process.execPath, [cli, 'bundle', path('workflows.ts'), '--out', bundleOf('ours')]);
  const { workflowBundle } = await workerOptions('bare');
  await writeFile(bundleOf('bare'), (workflowBundle as { readonly code: string }).code);
}

function bundleOf(side: Side): string {
  return inDist(`${side}-workflow-bundle.js`);
}

export async function makeFunctions(rig: Rig): Promise<Functions> {
  await buildFunctions();
  // The deployment of a side has the name of its task queue.
  const taskQueues = { ours: `function-ours-${randomUUID()}`, bare: `function-bare-${randomUUID()}` };
  const holdpoint = new Holdpoint<typeof workflows>({ client: rig.client, taskQueue: taskQueues.ours });
  const sides: Sides = { client: rig.client, holdpoint, taskQueues };
  const environment = (side: Side): NodeJS.ProcessEnv => ({
    ...process.env,
    TEMPORAL_ADDRESS: rig.address,
    TEMPORAL_TASK_QUEUE: taskQueues[side],
    BENCH_DEPLOYMENT: taskQueues[side],
    BENCH_BUNDLE: bundleOf(side),
    BENCH_WORKFLOWS: path('workflows.ts'),
  });
  return {
    async wait(side, count, before) {
      await using _ = await startVersion(rig, side, taskQueues[side]);
      const start = side === 'ours' ? startOurs : startBare;
      // The worker stops when this block is left, so the threads are awaited in it.
      return await Promise.all(Array.from({ length: count }, () => start(sides, 'question', before)));
    },
    async answer(side, id) {
      const handle = rig.client.workflow.getHandle(id);
      if (side === 'ours') await holdpoint.thread(id).resume('yes', { wait: 0 });
      else await handle.signal('answer', 'yes');
      await using invocation = invoke(side, environment(side));
      const marks = await invocation.marks;
      await handle.result();
      return steps(invocation.forked, marks, await lastTask(rig, handle));
    },
    async create(built) {
      const env = { ...environment('ours'), TEMPORAL_TASK_QUEUE: 'never-used' };
      await using invocation = invoke(built === 'ahead' ? 'ours' : 'built-at-start', env);
      const { connected, created } = await invocation.marks;
      return created - connected;
    },
  };
}

interface Invocation extends AsyncDisposable {
  readonly forked: number;
  readonly marks: Promise<Marks>;
}

function invoke(handler: string, env: NodeJS.ProcessEnv): Invocation {
  const forked = Date.now();
  const stdio = ['ignore', 'ignore', 'pipe', 'ipc'] as const;
  const child = fork(inDist('process.js'), [inDist(`${handler}.js`)], { env, stdio: [...stdio] });
  let said = '';
  child.stderr?.on('data', (data: Buffer) => (said += data.toString()));
  const exited = once(child, 'exit');
  const polling = once(child, 'message').then(([marks]) => marks as Marks);
  const died = exited.then(() => Promise.reject(new Error(`The function ended before its worker polled: ${said}`)));
  died.catch(() => undefined);
  return {
    forked,
    marks: Promise.race([polling, died]),
    async [Symbol.asyncDispose]() {
      if (child.connected) child.send('stop');
      await exited;
    },
  };
}

interface LastTask {
  readonly started: number;
  readonly completed: number;
}

function steps(
  forked: number,
  { entered, loaded, connected, created }: Marks,
  { started, completed }: LastTask,
): Steps {
  return {
    process: entered - forked,
    load: loaded - entered,
    connect: connected - loaded,
    create: created - connected,
    poll: started - created,
    replay: completed - started,
    invocation: completed - loaded,
    all: completed - forked,
  };
}

/** The workflow task that took the answer, which is the last one of its run. */
async function lastTask({ client }: Rig, { workflowId }: WorkflowHandle): Promise<LastTask> {
  const { history } = await client.workflowService.getWorkflowExecutionHistoryReverse({
    namespace: client.options.namespace,
    execution: { workflowId },
    maximumPageSize: 10,
  });
  const events = history?.events ?? [];
  const task = events.find(({ workflowTaskStartedEventAttributes }) => workflowTaskStartedEventAttributes);
  return { started: milliseconds(task), completed: milliseconds(events[0]) };
}

function milliseconds(event: HistoryEvent | undefined): number {
  const { seconds, nanos } = event?.eventTime ?? {};
  return Number(seconds) * 1000 + (nanos ?? 0) / 1e6;
}

/** Starts a worker with the version of a function. It makes the version current, so that threads start on it. */
async function startVersion(rig: Rig, side: Side, deploymentName: string): Promise<AsyncDisposable> {
  const version = { deploymentName, buildId: '1' };
  const connection = await NativeConnection.connect({ address: rig.address });
  const worker = await Worker.create({
    connection,
    taskQueue: deploymentName,
    ...(await workerOptions(side)),
    workerDeploymentOptions: { version, useWorkerVersioning: true, defaultVersioningBehavior: 'PINNED' },
  });
  const running = worker.run();
  await untilCurrent(rig, version);
  return {
    async [Symbol.asyncDispose]() {
      worker.shutdown();
      await running;
      await connection.close();
    },
  };
}

/** The server's answers while it does not know the deployment, or not yet the version. */
const UNKNOWN: ReadonlySet<number> = new Set([status.FAILED_PRECONDITION, status.NOT_FOUND]);

/** The server knows a version from the first poll of its worker. */
async function untilCurrent({ client }: Rig, version: WorkerDeploymentVersion): Promise<void> {
  const request = { namespace: client.options.namespace, ...version };
  for (;;) {
    try {
      await client.workflowService.setWorkerDeploymentCurrentVersion(request);
      return;
    } catch (error) {
      if (!UNKNOWN.has((error as ServiceError).code)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
