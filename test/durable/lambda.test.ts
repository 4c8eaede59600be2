/** A worker that is a function: what the end of an invocation does to a thread and to its tasks (T9). */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, NativeConnection, Worker } from '@temporalio/worker';
import { connect, type Holdpoint } from 'holdpoint/client';
import { HoldpointPlugin } from 'holdpoint/worker';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as activities from './fixtures/lambda-activities.ts';
import type * as workflows from './fixtures/lambda-workflows.ts';
import { asking, drain, rejection, until } from './fixtures/scenario.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdpoint-lambda-'));
const bundle = join(folder, 'workflow-bundle.js');
const entered = join(folder, 'entries');
const script = fileURLToPath(new URL('fixtures/lambda-function.ts', import.meta.url));
const taskQueue = `lambda-${randomUUID()}`;
let client: Holdpoint<typeof workflows>;

beforeAll(async () => {
  const workflowsPath = fileURLToPath(new URL('fixtures/lambda-workflows.ts', import.meta.url));
  const { code } = await bundleWorkflowCode({ workflowsPath, plugins: [new HoldpointPlugin()] });
  writeFileSync(bundle, code);
  writeFileSync(entered, '');
  client = await connect<typeof workflows>({ taskQueue });
  await Promise.all([invoke(), makeCurrent()]);
});
afterAll(async () => {
  await client.close();
  rmSync(folder, { recursive: true });
});

/** A process of the function, from its start to its end. */
async function invoke(invocations = 1): Promise<void> {
  const args = [script, taskQueue, bundle, String(invocations)];
  const env = { ...process.env, HOLDPOINT_ENTRIES: entered };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (data: Buffer) => (said += data.toString()));
  const [code] = (await once(child, 'exit')) as [number];
  expect(code, said).toBe(0);
}

/** Invokes the function again and again, as its platform does while there is work. */
async function invokeUntil(fact: () => Promise<boolean>, invocations = 1): Promise<void> {
  while (!(await fact())) await invoke(invocations);
}

/** The server knows a version from the first poll of its worker. */
async function makeCurrent(): Promise<void> {
  const { workflowService, options } = client.client;
  const request = { namespace: options.namespace, deploymentName: taskQueue, buildId: '1' };
  await until(async () =>
    workflowService.setWorkerDeploymentCurrentVersion(request).then(
      () => true,
      () => false,
    ),
  );
}

async function started<Name extends keyof typeof workflows>(entrypoint: Name, input?: unknown) {
  // Each entrypoint's own input.
  const thread = client.thread(`${entrypoint}-${randomUUID()}`, entrypoint as 'graph');
  await thread.start(input as string);
  return { thread, isOver: async () => (await thread.handle.describe()).status.name !== 'RUNNING' };
}

test('the three steps go through several invocations: a question stays open while no process lives (I4 T9)', async () => {
  const { thread, isOver } = await started('graph', 'foo');
  await invokeUntil(async () => (await thread.interrupts()).length > 0);
  expect(await thread.interrupts()).toMatchObject([
    { id: 'humanFeedback:1', value: 'Please provide feedback: foo bar' },
  ]);
  expect(await thread.resume('baz', { wait: 0 })).toMatchObject({ outcome: 'queued' });
  expect(await isOver()).toBe(false);
  await invokeUntil(isOver);
  expect(await thread.result()).toBe('foo bar baz qux');
  expect(await drain(thread.follow({ from: 'start' }))).toEqual([
    { step1: 'foo bar' },
    asking('humanFeedback:1', 'Please provide feedback: foo bar'),
    { humanFeedback: 'foo bar baz' },
    { step3: 'foo bar baz qux' },
    { graph: 'foo bar baz qux' },
  ]);
});

test('a task that is cut off uses up no attempt, and goes on from its last heartbeat (S2 T9)', async () => {
  const { thread, isOver } = await started('cutOff', 3);
  // In one process: what a task that does not listen left behind is still there in the next invocation.
  await invokeUntil(isOver, 2);
  const result = [
    { entered: 3, attempt: 1 },
    { entered: 3, attempt: 1 },
  ];
  expect(await thread.result()).toEqual(result);
  const { events } = await thread.handle.fetchHistory();
  expect(events?.some((event) => event.activityTaskFailedEventAttributes)).toBe(false);
  expect(events?.some((event) => event.activityTaskTimedOutEventAttributes)).toBe(false);
  const updates = await drain(thread.follow({ from: 'start' }));
  expect(updates).toHaveLength(3);
  expect(updates).toEqual(expect.arrayContaining([{ deaf: result[0] }, { counts: result[1] }, { cutOff: result }]));
});

test('a task that fails uses up its attempts, and was cut off without one (T4 T9)', async () => {
  const { thread, isOver } = await started('failing');
  await invokeUntil(isOver);
  expect(await rejection(thread.result())).toMatchObject({ type: 'RangeError', message: 'thrown' });
  expect(activities.entries(entered, thread.id, 'fails')).toBe(3);
});

test('a task that ignores the cancellation of its thread does not hold up the end of its invocation (T9)', async () => {
  const { thread, isOver } = await started('ignoring');
  const runs = invokeUntil(isOver);
  await until(() => activities.entries(entered, thread.id, 'deaf') > 0);
  await thread.cancel();
  await runs;
  expect((await rejection(thread.result())).name).toBe('CancelledFailure');
  expect(activities.entries(entered, thread.id, 'deaf')).toBe(1);
});

test('a task sees how much time is left (T9)', async () => {
  const { thread, isOver } = await started('lasting');
  await invokeUntil(isOver);
  const ms = Number(await thread.result());
  expect(ms).toBeGreaterThan(0);
  expect(ms).toBeLessThanOrEqual(3_500);
});

test('on a worker that is not a function, no end is in sight, and a call is cut off a hundred times at most (T9)', async () => {
  await using plain = await startPlain();
  const thread = plain.client.thread(`lasting-${randomUUID()}`, 'lasting');
  expect(await thread.invoke()).toEqual({ value: 'no end' });
  const never = plain.client.thread(`waiting-${randomUUID()}`, 'waiting');
  await never.start();
  expect(await rejection(never.result())).toMatchObject({
    type: 'WorkerShutdown',
    message: expect.stringContaining('Task `waits` was cut off 100 times by the end of an invocation'),
  });
  const { events } = await never.handle.fetchHistory();
  expect(events?.filter((event) => event.activityTaskScheduledEventAttributes)).toHaveLength(100);
});

/** A worker without the plugin: what `waits` returns is the envelope of a task that was cut off. */
async function startPlain(): Promise<{ client: Holdpoint<typeof workflows> } & AsyncDisposable> {
  const queue = `lambda-plain-${randomUUID()}`;
  const connection = await NativeConnection.connect({ address: process.env['TEMPORAL_ADDRESS']! });
  const waits = async (): Promise<unknown> => ({ 'holdpoint/cutOff': [] });
  const worker = await Worker.create({
    connection,
    taskQueue: queue,
    workflowBundle: { codePath: bundle },
    activities: { ...activities, waits },
  });
  const running = worker.run();
  const own = await connect<typeof workflows>({ taskQueue: queue });
  return {
    client: own,
    [Symbol.asyncDispose]: async () => {
      worker.shutdown();
      await running;
      await own.close();
      await connection.close();
    },
  };
}
