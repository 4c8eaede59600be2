/** Errors and retries, and what a body leaves behind. */
import { expect, test } from 'vitest';
import { aborted } from './fixtures/activities.ts';
import { ran } from './fixtures/entries.ts';
import { openGate, reached } from './fixtures/gates.ts';
import { expectCode, asking, rejection, until, useScenario } from './fixtures/scenario.ts';

const scenario = useScenario();
const { drive } = scenario;

test('a body that throws fails its run with the error (R7)', async () => {
  const { send, thread } = drive('throwsInBody');
  const updates: unknown[] = [];
  const error = await rejection(
    (async () => {
      for await (const update of thread.stream()) updates.push(update);
    })(),
  );
  expect(error).toMatchObject({ type: 'RangeError', message: 'too far' });
  expect(updates).toEqual([]);
  const { events } = await thread.handle.fetchHistory();
  expect(events?.filter((event) => event.workflowTaskFailedEventAttributes)).toEqual([]);
  expect((await thread.handle.describe()).status.name).toBe('FAILED');
  expect(await rejection(thread.result())).toMatchObject({ type: 'RangeError' });
  expect(await thread.state()).toMatchObject({ status: 'failed' });
  // A finished thread starts a new run (R1).
  expect(await rejection(send())).toMatchObject({ type: 'RangeError' });
});

test('a task error that the body does not catch fails the run (T3 T4 R7)', async () => {
  const { thread } = drive('taskThrows');
  const updates = thread.stream();
  expect((await updates.next()).value).toEqual({ echo: 1 });
  expect(await rejection(updates.next())).toMatchObject({ type: 'TypeError', message: 'bad' });
  expect([ran(thread, 'echo'), ran(thread, 'boom')]).toEqual([1, 3]);
});

test("a body catches the task's own error (T3 S2)", async () => {
  const { send } = drive('catchesTaskError');
  expect(await send(1)).toEqual([
    { echo: 1 },
    { echo: 'bad' },
    { catchesTaskError: { type: 'TypeError', cause: 'ActivityFailure' } },
  ]);
});

test('a failed attempt is retried, and the call yields one update (T4)', async () => {
  const { send, thread } = drive('retriesTask');
  expect(await send()).toEqual([{ flaky: 'ok at 3' }, { retriesTask: 'ok at 3' }]);
  expect(ran(thread, 'flaky')).toBe(3);
});

test('options can be set for one task (T4)', async () => {
  const { send, thread } = drive('retriesOneTask');
  expect(await rejection(send())).toMatchObject({ type: 'TypeError', message: 'x' });
  expect([ran(thread, 'flaky'), ran(thread, 'boom')]).toEqual([1, 3]);
});

test('a non-retryable failure is not retried (T3 T4)', async () => {
  const { send, thread } = drive('failsForGood');
  expect(await rejection(send())).toMatchObject({ type: 'Forbidden', message: 'no' });
  expect(ran(thread, 'forbidden')).toBe(1);
});

test('a caught failure is not repeated after an answer (T2)', async () => {
  const { send, reply, thread } = drive('catchesThenAsks');
  expect(await send()).toEqual([asking('catchesThenAsks:1', 'q')]);
  expect(ran(thread, 'boom')).toBe(3);
  expect(await reply('v')).toEqual([{ catchesThenAsks: 'v' }]);
  expect(ran(thread, 'boom')).toBe(3);
});

test('a cancellation reaches a running task (T4)', { timeout: 20_000 }, async () => {
  const { thread } = drive('waitsForAbort');
  await thread.start();
  await until(() => ran(thread, 'untilAborted') === 1);
  await thread.cancel();
  await until(() => aborted.includes(thread.id));
  expect((await rejection(thread.result())).name).toBe('CancelledFailure');
  expect((await thread.handle.describe()).status.name).toBe('CANCELLED');
  expect(await thread.state()).toMatchObject({ status: 'canceled' });
  await expectCode(thread.resume('x'), 'ThreadClosed');
});

test('T3: a timeout rejects with the timeout, and Temporal’s ActivityFailure as its cause', async () => {
  expect((await drive('t3timeout').send()).at(-1)).toEqual({
    t3timeout: { name: 'TimeoutFailure', cause: 'ActivityFailure' },
  });
});

test.each([
  ['t3circular', 'circular', /result of task `circular`.*circular structure/],
  ['t3nothing', 'nothing', /result of task `nothing`.*got a function/],
  ['t3bigint', 'echo', /argument 1 of task `echo`.*got a bigint/],
  ['t3value', 'none', /value of entrypoint `t3value`.*got a function/],
] as const)(
  'T3: a value that cannot be sent fails where it is sent, and is not retried: %s',
  async (entrypoint, task, message) => {
    const { thread } = drive(entrypoint);
    const error = await expectCode(thread.invoke(), 'NotSerializable');
    expect(error.message).toMatch(message);
    expect(ran(thread, task)).toBe(entrypoint === 't3bigint' || entrypoint === 't3value' ? 0 : 1);
  },
);

test.each(['result', 'local', 'argument', 'arguments', 'value', 'question', 'body'] as const)(
  'T3: a %s that is too large for Temporal fails where it is sent, and the run is not lost',
  async (where) => {
    const { thread } = drive('tooLarge');
    const error = await expectCode(thread.invoke(where), 'TooLarge');
    expect(error.message).toMatch(/at most 2 MB as JSON, got \d\.\d MB/);
    expect((await thread.handle.describe()).status.name).toBe('FAILED');
  },
);

test('an input or an answer that is too large for Temporal is refused at once', async () => {
  const text = 'x'.repeat(5 * 1024 * 1024);
  await expectCode(drive('graph').thread.start(text), 'TooLarge');
  const { send, reply, thread } = drive('asksInTask');
  await send();
  await expectCode(thread.resume(text), 'TooLarge');
  expect((await reply('v')).at(-1)).toEqual({ asksInTask: 'v' });
});

test('T5: a local task cannot ask, and says so', async () => {
  const error = await expectCode(drive('t5ask').send(), 'OutsideRun');
  expect(error.message).toMatch(/`local: true`/);
});

test('T6: a run waits for a task that the body left running', async () => {
  const late = drive('leavesTask');
  const updates = late.send();
  await reached(late.thread, 'g');
  openGate(late.thread, 'g');
  expect(await updates).toEqual([{ hold: 'late' }, { leavesTask: 'done' }]);
});

test('a question that the body leaves open is withdrawn (T6)', async () => {
  const { send, thread } = drive('leavesQuestion');
  expect((await send()).at(-1)).toEqual({ leavesQuestion: 'done' });
  expect(await thread.state()).toMatchObject({ status: 'completed', interrupts: [] });
});

test('running tasks are cancelled when the body throws (T6)', async () => {
  const { send } = drive('throwsBesideTask');
  expect(await rejection(send())).toMatchObject({ type: 'RangeError', message: 'x' });
});

test('T6: promises abandoned by a body that returns never surface as unhandled rejections', async () => {
  const { thread } = drive('t6returned');
  expect(await thread.invoke()).toEqual({ value: 'done' });
  expect(ran(thread, 'echo')).toBe(0);
});

test('T6: promises abandoned by a body that throws never surface as unhandled rejections', async () => {
  const { thread } = drive('t6thrown');
  expect(await rejection(thread.invoke())).toMatchObject({ type: 'RangeError', message: 'x' });
  expect(ran(thread, 'echo')).toBe(1);
});

test('T6: once the body has returned, a cancellation does not take its value', async () => {
  const { thread } = drive('t6cancel');
  await thread.start();
  await reached(thread, 'g');
  await thread.cancel('no longer needed');
  openGate(thread, 'g');
  expect(await thread.result()).toBe('value');
});

test('R6: an inline entrypoint that nobody awaits fails no workflow task', async () => {
  expect(await drive('r6left').thread.invoke()).toEqual({ value: 'done' });
});

test.each(['body', 'task'] as const)('an error message that is too long for the server is cut: %s', async (where) => {
  const error = await rejection(drive('longError').thread.invoke(where));
  expect(error.message.length).toBeLessThan(200_000);
});
