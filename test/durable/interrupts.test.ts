/** Interrupts in the body of an entrypoint. */
import { interrupt as interruptInTask } from 'holdpoint/activity';
import { interrupt as interruptInBody, entrypoint, tasks } from 'holdpoint/workflow';
import { expect, test } from 'vitest';
import { ran } from './fixtures/entries.ts';
import { openGate } from './fixtures/gates.ts';
import { expectCode, expectUnordered, asking, rejection, until, useScenario } from './fixtures/scenario.ts';

const { drive } = useScenario();

test('a body asks one question, and nothing runs again (I1 I3)', async () => {
  const { send, reply, thread } = drive('asksBetweenTasks');
  expect(await send('foo')).toEqual([{ step1: 'foo bar' }, asking('asksBetweenTasks:1', 'ok?')]);
  expect(await reply('yes')).toEqual([{ step3: 'foo bar yes qux' }, { asksBetweenTasks: 'foo bar yes qux' }]);
  expect(ran(thread, 'step1')).toBe(1);
});

test('a body asks two questions, one after the other (I1 I3)', async () => {
  const { send, reply } = drive('asksTwice');
  expect(await send()).toEqual([asking('asksTwice:1', 'first')]);
  expect(await reply('a')).toEqual([asking('asksTwice:2', 'second')]);
  expect(await reply('b')).toEqual([{ asksTwice: ['a', 'b'] }]);
});

test('a body asks in a loop (I1 I3 S2)', async () => {
  const { send, reply, thread } = drive('asksInLoop');
  expect(await send()).toEqual([{ echo: 2 }, asking('asksInLoop:1', { a: 'boo1' })]);
  expect(await reply('a')).toEqual([{ echo: 4 }, asking('asksInLoop:2', { a: 'boo2' })]);
  expect(await reply('b')).toEqual([{ echo: 6 }, asking('asksInLoop:3', { a: 'boo3' })]);
  expect(await reply('c')).toEqual([{ asksInLoop: [2, 'a', 4, 'b', 6, 'c'] }]);
  expect(ran(thread, 'echo')).toBe(3);
});

test('a body asks until the answer is valid (I1)', async () => {
  const { send, reply } = drive('asksUntilValid');
  expect(await send()).toEqual([asking('asksUntilValid:1', 'How old?')]);
  expect(await reply('abc')).toEqual([asking('asksUntilValid:2', 'abc is not valid')]);
  expect(await reply(13)).toEqual([asking('asksUntilValid:3', '13 is not valid')]);
  expect(await reply(20)).toEqual([{ asksUntilValid: { age: 20 } }]);
});

test('`finally` does not run while a question is open (I1)', async () => {
  const { send, reply, thread } = drive('asksBeforeFinally');
  expect(await send()).toEqual([asking('asksBeforeFinally:1', 'q')]);
  expect(ran(thread, 'echo')).toBe(0);
  expect(await reply('v')).toEqual([{ echo: 'bye' }, { asksBeforeFinally: 'v' }]);
  expect(ran(thread, 'echo')).toBe(1);
});

test('`catch` does not see an interrupt (I1)', async () => {
  const { send, reply } = drive('asksBeforeCatch');
  expect(await send()).toEqual([asking('asksBeforeCatch:1', 'q')]);
  expect(await reply('v')).toEqual([{ asksBeforeCatch: 'v' }]);
});

test('a question does not stop a running task (I4 S3)', async () => {
  const { reply, thread } = drive('asksWhileTaskRuns');
  const updates = thread.stream();
  expect((await updates.next()).value).toEqual(asking('asksWhileTaskRuns:1', 'q'));
  const next = updates.next();
  openGate(thread, 'g');
  expect((await next).value).toEqual({ hold: 's' });
  expect((await updates.next()).done).toBe(true);
  expect(await reply('v')).toEqual([{ asksWhileTaskRuns: ['s', 'v'] }]);
  expect(ran(thread, 'hold')).toBe(1);
});

test('outside a run, both interrupts say where they may be called (I6)', async () => {
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
  const { send, reply, thread } = drive('i1scope');
  expectUnordered(await send(), [
    asking('i1scope:1', 'in scope'),
    { echo: 'asked' },
    asking('i1scope:2', 'cancel it?'),
  ]);
  await thread.resume('yes', { id: 'i1scope:2' });
  expect(await thread.result()).toBe('withdrawn');
  expect((await thread.state()).interrupts).toEqual([]);
  await expectCode(reply('late'), 'ThreadClosed');
});

test('I1: cancelling its scope withdraws the question of a waiting task', async () => {
  const { send, thread } = drive('i1task');
  expectUnordered(await send(), [asking('ask:1', 'in scope'), asking('i1task:1', 'cancel it?')]);
  await thread.resume('yes', { id: 'i1task:1' });
  expect(await thread.result()).toBe('withdrawn');
});

test('I1: cancelling the run withdraws its questions, and an answer to one is refused', async () => {
  const { send, thread } = drive('asksTwice');
  await send();
  await thread.cancel();
  await until(async () => (await thread.handle.describe()).status.name === 'CANCELLED');
  await expectCode(thread.resume('late', { id: 'asksTwice:1' }), 'ThreadClosed');
  const { memo } = await thread.handle.describe();
  expect(Object.keys(memo ?? {}).filter((key) => key.startsWith('holdpoint/'))).toEqual([]);
});

test('A2: an answer to a question that lost a race is refused as withdrawn only when it was', async () => {
  const { send, thread } = drive('oneOfMany');
  expectUnordered(await send(), [asking('oneOfMany:1', 'a'), asking('oneOfMany:2', 'b')]);
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

test('R10: an impossible option or value is refused before the question opens', async () => {
  const { send, reply } = drive('badOptions');
  expect(await send()).toEqual([asking('badOptions:1', 'fine')]);
  const [errors] = ((await reply('v')).at(-1) as { badOptions: [string[]] }).badOptions;
  expect(errors).toEqual([
    expect.stringMatching(/Expected `assignees` to be a list of strings/),
    expect.stringMatching(/Expected `title` to be a string/),
    expect.stringMatching(/Expected the question to be a JSON value, got a function/),
  ]);
});

test.each(['body', 'task'] as const)(
  'wrong options are refused, and the message says what to pass (R10): %s',
  async (where) => {
    const { value } = await drive('refusedOptions').thread.invoke(where);
    const duration = "milliseconds from 0 to 8e15, or text such as '3s', '90 minutes' or '2 days'";
    const deadline = `Expected \`timeout\` to be ${duration}, or a date such as new Date('2026-12-24')`;
    const line = 'a text on one line, with 1 to 200 characters';
    const names =
      '`title`, `description`, `assignees`, `schema`, `timeout`, `default`, `group`, `confirm`, `remind`, `due`, `tags`, `priority` or `by`';
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
      `Expected \`group\` to be ${line}, got \`7\` (number)`,
      `Expected \`group\` to be ${line}, got \` \` (string)`,
      `Expected \`confirm\` to be ${line}, got \`two\nlines\` (string)`,
      `Expected \`confirm\` to be ${line}, got \`${'x'.repeat(199)}…\` (string)`,
      `Expected \`remind[1]\` to be ${duration}, got \`soon\` (string)`,
      `Expected \`due\` to be ${duration}, or a date such as new Date('2026-12-24'), got \`soon\` (string)`,
      'Expected `tags` to be a list of at most 20 texts, got `eu` (string)',
      'Expected `tags[1]` to be a text on one line, with 1 to 100 characters, got `` (string)',
      'Expected `priority` to be urgent, high, normal or low, got `soon` (string)',
    ]);
  },
);

test('many questions open in one step', async () => {
  const { thread } = drive('many');
  const { interrupts } = await thread.invoke(100);
  expect(interrupts).toHaveLength(100);
  await thread.resume('v', { id: 'many:77', wait: 0 });
  expect(await thread.result()).toBe('v');
});
