/** A worker that is a function: what the end of an invocation does to a thread and to its tasks (T9). */
import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { NativeConnection, Worker } from '@temporalio/worker';
import { connect, type Holdpoint } from 'holdpoint/client';
import { expect, test } from 'vitest';
import * as activities from './fixtures/lambda-activities.ts';
import { useFunction, type Workflows } from './fixtures/lambda.ts';
import { asking, drain, rejection, until } from './fixtures/scenario.ts';

const platform = useFunction();

test('the three steps go through several invocations: a question stays open while no process lives (I4 T9)', async () => {
  const { thread, isOver } = await platform.started('graph', 'foo');
  await platform.invokeUntil(async () => (await thread.interrupts()).length > 0);
  expect(await thread.interrupts()).toMatchObject([
    { id: 'humanFeedback:1', value: 'Please provide feedback: foo bar' },
  ]);
  expect(await thread.resume('baz', { wait: 0 })).toMatchObject({ outcome: 'queued' });
  expect(await isOver()).toBe(false);
  await platform.invokeUntil(isOver);
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
  const { thread, isOver } = await platform.started('cutOff', 3);
  // In one process: what a task that does not listen left behind is still there in the next invocation.
  while (!(await isOver())) await platform.invoke(async () => !(await isOver()));
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
  const { thread, isOver } = await platform.started('failing');
  await platform.invokeUntil(isOver);
  expect(await rejection(thread.result())).toMatchObject({ type: 'RangeError', message: 'thrown' });
  expect(activities.entries(platform.entered, thread.id, 'fails')).toBe(3);
});

test('a task that ignores the cancellation of its thread does not hold up the end of its invocation (T9)', async () => {
  const { thread, isOver } = await platform.started('ignoring');
  const runs = platform.invokeUntil(isOver);
  await until(() => activities.entries(platform.entered, thread.id, 'deaf') > 0);
  await thread.cancel();
  await runs;
  expect((await rejection(thread.result())).name).toBe('CancelledFailure');
  expect(activities.entries(platform.entered, thread.id, 'deaf')).toBe(1);
});

test('a task sees how much time is left (T9)', async () => {
  const { thread, isOver } = await platform.started('lasting');
  await platform.invokeUntil(isOver);
  const ms = Number(await thread.result());
  expect(ms).toBeGreaterThan(0);
  expect(ms).toBeLessThanOrEqual(3_500);
});

test('what a task of a function shows is read while it runs (P2)', async () => {
  const { thread, isOver } = await platform.started('showing');
  const runs = platform.invokeUntil(isOver);
  for await (const item of thread.follow({ mode: 'custom' })) {
    expect(item).toMatchObject({ id: 'shows:1', kind: 'chunk', chunk: 'shown by a function' });
    appendFileSync(platform.entered, `${thread.id}/seen\n`);
  }
  await runs;
  expect(await thread.result()).toBe('seen');
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
async function startPlain(): Promise<{ client: Holdpoint<Workflows> } & AsyncDisposable> {
  const queue = `lambda-plain-${randomUUID()}`;
  const connection = await NativeConnection.connect({ address: process.env['TEMPORAL_ADDRESS']! });
  const waits = async (): Promise<unknown> => ({ 'holdpoint/cutOff': [] });
  const worker = await Worker.create({
    connection,
    taskQueue: queue,
    workflowBundle: { codePath: platform.bundle },
    activities: { ...activities, waits },
  });
  const running = worker.run();
  const own = await connect<Workflows>({ taskQueue: queue });
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
