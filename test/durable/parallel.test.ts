/** Questions that are open at the same time, and their ids. */
import { expect, test } from 'vitest';
import { ran } from './fixtures/entries.ts';
import { expectCode, expectUnordered, asking, rejection, until, useScenario } from './fixtures/scenario.ts';

const { drive } = useScenario();
const three = [asking('ask:1', 'q1'), asking('ask:2', 'q2'), asking('ask:3', 'q3')];

test('three questions are open at once, and are answered in any order (I4 A2 S2 S3)', async () => {
  const { send, readOn, thread } = drive('asksThree');
  expectUnordered(await send(), three);
  await thread.resume('B', { id: 'ask:2' });
  expect(await readOn()).toEqual([{ ask: 'B' }]);
  await thread.resume('C', { id: 'ask:3' });
  expect(await readOn()).toEqual([{ ask: 'C' }]);
  await thread.resume('A', { id: 'ask:1' });
  expect(await readOn()).toEqual([{ ask: 'A' }, { asksThree: ['A', 'B', 'C'] }]);
  expect(ran(thread, 'ask')).toBe(6);
});

test('the number in an id follows the order of the calls, not of the questions (I3)', async () => {
  const { send } = drive('asksOutOfOrder');
  expect(await send()).toEqual([asking('lateAsk:2', 'b'), asking('lateAsk:1', 'a')]);
});

test('calls that do not ask count in the ids (I3)', async () => {
  const { send } = drive('asksInThirdCall');
  expect((await send()).at(-1)).toEqual(asking('maybe:3', 'sure?'));
});

test('a task that waits for an answer holds up no other task (I4 S2)', async () => {
  const { send, reply, thread } = drive('asksBesideTasks');
  const updates = await send();
  expectUnordered(updates, [asking('ask:1', 'q'), { step1: 'a bar' }, { step3: 'a bar qux' }]);
  expect(updates.filter((update) => !('__interrupt__' in update))).toEqual([
    { step1: 'a bar' },
    { step3: 'a bar qux' },
  ]);
  expect(await reply('v')).toEqual([{ ask: 'v' }, { asksBesideTasks: ['v', 'a bar qux'] }]);
  expect([ran(thread, 'step1'), ran(thread, 'step3')]).toEqual([1, 1]);
});

test('a failing task fails the run while another one waits for an answer (I4 R7 S3)', async () => {
  const { thread } = drive('asksBesideFailure');
  const updates = thread.stream();
  expect((await updates.next()).value).toEqual(asking('ask:1', 'q'));
  expect(await rejection(updates.next())).toMatchObject({ type: 'TypeError', message: 'x' });
  await expectCode(thread.resume('v'), 'ThreadClosed');
  expect([ran(thread, 'ask'), ran(thread, 'boom')]).toEqual([1, 3]);
});

test('an answer without an id is refused while several questions are open, and all stay open (A1 A4)', async () => {
  const { send, thread } = drive('asksThree');
  expectUnordered(await send(), three);
  const { message } = await expectCode(thread.resume('X'), 'AmbiguousAnswer');
  // Tasks that run in parallel ask in any order.
  expect(message.match(/`ask:\d`/g)?.toSorted()).toEqual(['`ask:1`', '`ask:2`', '`ask:3`']);
  expect((await thread.state()).interrupts).toHaveLength(3);
  for (const [id, answer] of [
    ['ask:1', 'A'],
    ['ask:2', 'B'],
    ['ask:3', 'C'],
  ] as const)
    await thread.resume(answer, { id });
  expect(await thread.result()).toEqual(['A', 'B', 'C']);
});

test('a bare signal without an id is refused too, and `state` reports it (A1 A4)', async () => {
  const { send, thread } = drive('asksThree');
  await send();
  await thread.handle.signal('resume', 'X');
  await until(async () => (await thread.state()).refused.length === 1);
  expect(await thread.state()).toMatchObject({ status: 'waiting', refused: [{ code: 'AmbiguousAnswer' }] });
  expect((await thread.state()).interrupts).toHaveLength(3);
});

test('an entrypoint that calls another one asks in one thread, under two names (R6 A1)', async () => {
  const { send, reply } = drive('callsInner');
  expect(await send()).toEqual([asking('inner:1', 'in?')]);
  expect(await reply('A')).toEqual([asking('callsInner:1', 'out?')]);
  expect(await reply('B')).toEqual([{ callsInner: ['i:A', 'B'] }]);
});

test('ten answers at the same moment are all accepted, without waiting for each other (A8)', async () => {
  const { send, thread } = drive('longQuestions');
  await send(9);
  const { interrupts } = await thread.state();
  const receipts = await Promise.all(interrupts.map(({ id }) => thread.resume(id, { id })));
  expect(receipts.map(({ outcome }) => outcome)).toEqual(interrupts.map(() => 'accepted'));
  expect(await thread.result()).toEqual(interrupts.map(({ id }) => id).toSorted((a, b) => order(a) - order(b)));
});

test('a question that does not fit the memo is cut there, and whole everywhere else', async () => {
  const { send, thread } = drive('longQuestions');
  const updates = await send(9);
  const values = updates.flatMap((update) => (update['__interrupt__'] as { value: string; truncated?: true }[]) ?? []);
  expect(values).toHaveLength(10);
  for (const { value, truncated } of values)
    expect({ length: value.length >= 3000, truncated }).toEqual({ length: true, truncated: undefined });
  const { memo } = await thread.handle.describe();
  expect(JSON.stringify(memo).length).toBeLessThan(18 * 1024);
  const { interrupts } = await thread.state();
  expect(interrupts.find(({ id }) => id === 'longQuestions:1')).toMatchObject({ value: 'y'.repeat(20_000) });
});

function order(id: string): number {
  return id.startsWith('ask') ? Number(id.slice(4)) : 100;
}
