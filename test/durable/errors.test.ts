/** Scenarios C09–C16: errors and retries. */
import { expect, test } from 'vitest';
import { aborted } from './fixtures/activities.ts';
import { ran } from './fixtures/entries.ts';
import { openGate, reached } from './fixtures/gates.ts';
import { expectCode, Q, rejection, until, useScenario } from './fixtures/scenario.ts';

const scenario = useScenario();
const { drive } = scenario;

test('C09: the body throws, and the run fails with its error (R7)', async () => {
  const { S, thread } = drive('c09');
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
  expect(await rejection(S())).toMatchObject({ type: 'RangeError' });
});

test('C10: a task throws and nobody catches (T3 T4 R7)', async () => {
  const { thread } = drive('c10');
  const updates = thread.stream();
  expect((await updates.next()).value).toEqual({ echo: 1 });
  expect(await rejection(updates.next())).toMatchObject({ type: 'TypeError', message: 'bad' });
  expect([ran(thread, 'echo'), ran(thread, 'boom')]).toEqual([1, 3]);
});

test("C11: a task throws and is caught, as the task's own error (T3 S2)", async () => {
  const { S } = drive('c11');
  expect(await S(1)).toEqual([{ echo: 1 }, { echo: 'bad' }, { c11: { type: 'TypeError', cause: 'ActivityFailure' } }]);
});

test('C12: a failed attempt is retried, with one update (T4)', async () => {
  const { S, thread } = drive('c12');
  expect(await S()).toEqual([{ flaky: 'ok at 3' }, { c12: 'ok at 3' }]);
  expect(ran(thread, 'flaky')).toBe(3);
});

test('C13: options for one task (T4)', async () => {
  const { S, thread } = drive('c13');
  expect(await rejection(S())).toMatchObject({ type: 'TypeError', message: 'x' });
  expect([ran(thread, 'flaky'), ran(thread, 'boom')]).toEqual([1, 3]);
});

test('C14: a non-retryable failure is not retried (T3 T4)', async () => {
  const { S, thread } = drive('c14');
  expect(await rejection(S())).toMatchObject({ type: 'Forbidden', message: 'no' });
  expect(ran(thread, 'forbidden')).toBe(1);
});

test('C15: a caught failure is not repeated on resume (T2)', async () => {
  const { S, R, thread } = drive('c15');
  expect(await S()).toEqual([Q('c15:1', 'q')]);
  expect(ran(thread, 'boom')).toBe(3);
  expect(await R('v')).toEqual([{ c15: 'v' }]);
  expect(ran(thread, 'boom')).toBe(3);
});

test('C16: a cancellation reaches a running task (T4)', { timeout: 10_000 }, async () => {
  const { thread } = drive('c16');
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
  expect((await drive('t3timeout').S()).at(-1)).toEqual({
    t3timeout: { name: 'TimeoutFailure', cause: 'ActivityFailure' },
  });
});

test.each([
  ['t3circular', 'circular', /result of task `circular`.*circular structure/],
  ['t3nothing', 'nothing', /result of task `nothing`.*got a function/],
  ['t3bigint', 'echo', /argument 1 of task `echo`.*got a bigint/],
  ['t3value', 'none', /value of entrypoint `t3value`.*got a function/],
] as const)('T3: what cannot be sent fails at that place, not retried: %s', async (entrypoint, task, message) => {
  const { thread } = drive(entrypoint);
  const error = await expectCode(thread.invoke(), 'NotSerializable');
  expect(error.message).toMatch(message);
  expect(ran(thread, task)).toBe(entrypoint === 't3bigint' || entrypoint === 't3value' ? 0 : 1);
});

test.each(['result', 'local', 'argument', 'arguments', 'value', 'question', 'body'] as const)(
  'too large for Temporal: a %s fails there, and the run is not lost',
  async (where) => {
    const { thread } = drive('tooLarge');
    const error = await expectCode(thread.invoke(where), 'TooLarge');
    expect(error.message).toMatch(/at most 2 MB as JSON, got \d\.\d MB/);
    expect((await thread.handle.describe()).status.name).toBe('FAILED');
  },
);

test('too large for Temporal: an input or an answer is refused at once', async () => {
  const text = 'x'.repeat(5 * 1024 * 1024);
  await expectCode(drive('graph').thread.start(text), 'TooLarge');
  const { S, R, thread } = drive('c41');
  await S();
  await expectCode(thread.resume(text), 'TooLarge');
  expect((await R('v')).at(-1)).toEqual({ c41: 'v' });
});

test('T5: a local task cannot ask, and says so', async () => {
  const error = await expectCode(drive('t5ask').S(), 'OutsideRun');
  expect(error.message).toMatch(/`local: true`/);
});

test('T6: what is left behind comes to its end; C82', async () => {
  const late = drive('c82late');
  const updates = late.S();
  await reached(late.thread, 'g');
  openGate(late.thread, 'g');
  expect(await updates).toEqual([{ hold: 'late' }, { c82late: 'done' }]);
});

test('C82: a question that is left behind is withdrawn (T6)', async () => {
  const { S, thread } = drive('c82ask');
  expect((await S()).at(-1)).toEqual({ c82ask: 'done' });
  expect(await thread.state()).toMatchObject({ status: 'completed', interrupts: [] });
});

test('C82: tasks left behind are cancelled when the body throws (T6)', async () => {
  const { S } = drive('c82throw');
  expect(await rejection(S())).toMatchObject({ type: 'RangeError', message: 'x' });
});

test('T6: what a body leaves behind when it returns is cancelled, and no unhandled rejection', async () => {
  const { thread } = drive('t6returned');
  expect(await thread.invoke()).toEqual({ value: 'done' });
  expect(ran(thread, 'echo')).toBe(0);
});

test('T6: what a body leaves behind when it throws is cancelled, and no unhandled rejection', async () => {
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
