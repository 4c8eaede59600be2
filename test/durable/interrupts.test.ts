/** Scenarios C17–C24: interrupts in the entrypoint. */
import { interrupt as interruptInTask } from 'holdpoint/activity';
import { interrupt as interruptInBody, entrypoint, tasks } from 'holdpoint/workflow';
import { expect, test } from 'vitest';
import { ran } from './fixtures/entries.ts';
import { openGate } from './fixtures/gates.ts';
import { expectCode, expectUnordered, Q, rejection, until, useScenario } from './fixtures/scenario.ts';

const { drive } = useScenario();

test('C17: one question (I1 I3)', async () => {
  const { S, R, thread } = drive('c17');
  expect(await S('foo')).toEqual([{ step1: 'foo bar' }, Q('c17:1', 'ok?')]);
  expect(await R('yes')).toEqual([{ step3: 'foo bar yes qux' }, { c17: 'foo bar yes qux' }]);
  expect(ran(thread, 'step1')).toBe(1);
});

test('C18: two, one after the other (I1 I3)', async () => {
  const { S, R } = drive('c18');
  expect(await S()).toEqual([Q('c18:1', 'first')]);
  expect(await R('a')).toEqual([Q('c18:2', 'second')]);
  expect(await R('b')).toEqual([{ c18: ['a', 'b'] }]);
});

test('C19: in a loop (I1 I3 S2)', async () => {
  const { S, R, thread } = drive('c19');
  expect(await S()).toEqual([{ echo: 2 }, Q('c19:1', { a: 'boo1' })]);
  expect(await R('a')).toEqual([{ echo: 4 }, Q('c19:2', { a: 'boo2' })]);
  expect(await R('b')).toEqual([{ echo: 6 }, Q('c19:3', { a: 'boo3' })]);
  expect(await R('c')).toEqual([{ c19: [2, 'a', 4, 'b', 6, 'c'] }]);
  expect(ran(thread, 'echo')).toBe(3);
});

test('C20: ask until valid (I1)', async () => {
  const { S, R } = drive('c20');
  expect(await S()).toEqual([Q('c20:1', 'How old?')]);
  expect(await R('abc')).toEqual([Q('c20:2', 'abc is not valid')]);
  expect(await R(13)).toEqual([Q('c20:3', '13 is not valid')]);
  expect(await R(20)).toEqual([{ c20: { age: 20 } }]);
});

test('C21: `finally` does not run while waiting (I1)', async () => {
  const { S, R, thread } = drive('c21');
  expect(await S()).toEqual([Q('c21:1', 'q')]);
  expect(ran(thread, 'echo')).toBe(0);
  expect(await R('v')).toEqual([{ echo: 'bye' }, { c21: 'v' }]);
  expect(ran(thread, 'echo')).toBe(1);
});

test('C22: `catch` does not see the interrupt (I1)', async () => {
  const { S, R } = drive('c22');
  expect(await S()).toEqual([Q('c22:1', 'q')]);
  expect(await R('v')).toEqual([{ c22: 'v' }]);
});

test('C23: a running task is not stopped by the question (I4 S3)', async () => {
  const { R, thread } = drive('c23');
  const updates = thread.stream();
  expect((await updates.next()).value).toEqual(Q('c23:1', 'q'));
  const next = updates.next();
  openGate(thread, 'g');
  expect((await next).value).toEqual({ hold: 's' });
  expect((await updates.next()).done).toBe(true);
  expect(await R('v')).toEqual([{ c23: ['s', 'v'] }]);
  expect(ran(thread, 'hold')).toBe(1);
});

test('C24: outside a run, both interrupts say where they may be called (I6)', async () => {
  expect((await expectCode(interruptInTask('x'), 'OutsideRun')).message).toMatch(
    /may only be called in a task.*`holdpoint\/workflow`/,
  );
  expect((await expectCode(interruptInBody('x'), 'OutsideRun')).message).toMatch(
    /may only be called in the body of an entrypoint.*`holdpoint\/activity`/,
  );
});

test('I6: a task and an entrypoint called from a plain script say the same', async () => {
  const { step1 } = tasks<{ step1: (input: string) => Promise<string> }>();
  const call = async (): Promise<unknown> => step1('x');
  await expectCode(call(), 'OutsideRun');
  const graph = entrypoint('graph', async (input: string) => input);
  await expectCode((async () => graph('x'))(), 'OutsideRun');
});

test('I1: cancelling its scope withdraws a question of the body', async () => {
  const { S, R, thread } = drive('i1scope');
  expectUnordered(await S(), [Q('i1scope:1', 'in scope'), { echo: 'asked' }, Q('i1scope:2', 'cancel it?')]);
  await thread.resume('yes', { id: 'i1scope:2' });
  expect(await thread.result()).toBe('withdrawn');
  expect((await thread.state()).interrupts).toEqual([]);
  await expectCode(R('late'), 'ThreadClosed');
});

test('I1: cancelling its scope withdraws the question of a waiting task', async () => {
  const { S, thread } = drive('i1task');
  expectUnordered(await S(), [Q('ask:1', 'in scope'), Q('i1task:1', 'cancel it?')]);
  await thread.resume('yes', { id: 'i1task:1' });
  expect(await thread.result()).toBe('withdrawn');
});

test('I1: cancelling the run withdraws its questions, and an answer to one is refused', async () => {
  const { S, thread } = drive('c18');
  await S();
  await thread.cancel();
  await until(async () => (await thread.handle.describe()).status.name === 'CANCELLED');
  await expectCode(thread.resume('late', { id: 'c18:1' }), 'ThreadClosed');
  const { memo } = await thread.handle.describe();
  expect(Object.keys(memo ?? {}).filter((key) => key.startsWith('holdpoint/'))).toEqual([]);
});

test('A2: an answer to a question that lost a race is refused as withdrawn only when it was', async () => {
  const { S, thread } = drive('oneOfMany');
  expectUnordered(await S(), [Q('oneOfMany:1', 'a'), Q('oneOfMany:2', 'b')]);
  await thread.resume('first', { id: 'oneOfMany:2' });
  expect(await thread.result()).toBe('first');
});

test('R7: questions that nobody awaits are withdrawn at the end, and fail no workflow task', async () => {
  const returns = drive('r7').thread;
  expect(await returns.invoke('returns')).toEqual({ value: 'done' });
  const throws = drive('r7').thread;
  expect((await rejection(throws.invoke('throws'))).type).toBe('RangeError');
  for (const { handle } of [returns, throws]) {
    const { events } = await handle.fetchHistory();
    expect(events?.filter((event) => event.workflowTaskFailedEventAttributes)).toEqual([]);
  }
});

test('an option or a value that makes no sense is refused before the question opens', async () => {
  const { S, R } = drive('badOptions');
  expect(await S()).toEqual([Q('badOptions:1', 'fine')]);
  const [errors] = ((await R('v')).at(-1) as { badOptions: [string[]] }).badOptions;
  expect(errors).toEqual([
    expect.stringMatching(/Expected `assignees` to be a list of strings/),
    expect.stringMatching(/Expected `title` to be a string/),
    expect.stringMatching(/Expected the question to be a JSON value, got a function/),
  ]);
});

test.each(['body', 'task'] as const)('wrong options are refused, with what would do (R10): %s', async (where) => {
  const { value } = await drive('refusedOptions').thread.invoke(where);
  const duration = "milliseconds from 0 to 8e15, or text such as '3s', '90 minutes' or '2 days'";
  const deadline = `Expected \`timeout\` to be ${duration}, or a date such as new Date('2026-12-24')`;
  const names = '`title`, `description`, `assignees`, `schema`, `timeout`, `default` or `remind`';
  expect(value).toEqual([
    `Expected the options of \`interrupt\` to be an object with ${names}, got \`a text\` (string)`,
    'Expected the options of `interrupt` to be `title`, got one with the name `titel`',
    `${deadline}, got \`10000000000000000\` (number)`,
    `${deadline}, got \`null\` (null)`,
    `${deadline}, got \`2026-12-24\` (string)`,
    `${deadline}, got \`P3D\` (string)`,
    `${deadline}, got \`-1\` (number)`,
    `Expected \`remind\` to be ${duration}, got \`10000000000000000\` (number)`,
    `Expected \`remind\` to be ${duration}, got \`3 fortnights\` (string)`,
  ]);
});

test('many questions open in one step', async () => {
  const { thread } = drive('many');
  const { interrupts } = await thread.invoke(300);
  expect(interrupts).toHaveLength(300);
  await thread.resume('v', { id: 'many:277', wait: 0 });
  expect(await thread.result()).toBe('v');
});
