/** Scenarios C33–C38 and C64: parallel questions, and their ids. */
import { expect, test } from 'vitest';
import { ran } from './fixtures/entries.ts';
import { expectCode, expectUnordered, Q, rejection, until, useScenario } from './fixtures/scenario.ts';

const { drive } = useScenario();
const three = [Q('ask:1', 'q1'), Q('ask:2', 'q2'), Q('ask:3', 'q3')];

test('C33: three in parallel, all visible, any order (I4 A2 S2 S3)', async () => {
  const { S, F, thread } = drive('c33');
  expectUnordered(await S(), three);
  await thread.resume('B', { id: 'ask:2' });
  expect(await F()).toEqual([{ ask: 'B' }]);
  await thread.resume('C', { id: 'ask:3' });
  expect(await F()).toEqual([{ ask: 'C' }]);
  await thread.resume('A', { id: 'ask:1' });
  expect(await F()).toEqual([{ ask: 'A' }, { c33: ['A', 'B', 'C'] }]);
  expect(ran(thread, 'ask')).toBe(6);
});

test('C34: n follows the order of calls, not of asking (I3)', async () => {
  const { S } = drive('c34');
  expect(await S()).toEqual([Q('lateAsk:2', 'b'), Q('lateAsk:1', 'a')]);
});

test('C35: calls that do not ask count (I3)', async () => {
  const { S } = drive('c35');
  expect((await S()).at(-1)).toEqual(Q('maybe:3', 'sure?'));
});

test('C36: a waiting task holds up nobody (I4 S2)', async () => {
  const { S, R, thread } = drive('c36');
  const updates = await S();
  expectUnordered(updates, [Q('ask:1', 'q'), { step1: 'a bar' }, { step3: 'a bar qux' }]);
  expect(updates.filter((update) => !('__interrupt__' in update))).toEqual([
    { step1: 'a bar' },
    { step3: 'a bar qux' },
  ]);
  expect(await R('v')).toEqual([{ ask: 'v' }, { c36: ['v', 'a bar qux'] }]);
  expect([ran(thread, 'step1'), ran(thread, 'step3')]).toEqual([1, 1]);
});

test('C37: a sibling fails (I4 R7 S3)', async () => {
  const { thread } = drive('c37');
  const updates = thread.stream();
  expect((await updates.next()).value).toEqual(Q('ask:1', 'q'));
  expect(await rejection(updates.next())).toMatchObject({ type: 'TypeError', message: 'x' });
  await expectCode(thread.resume('v'), 'ThreadClosed');
  expect([ran(thread, 'ask'), ran(thread, 'boom')]).toEqual([1, 3]);
});

test('C38: one value, several open: refused, and all stay open (A1 A4)', async () => {
  const { S, thread } = drive('c33');
  expectUnordered(await S(), three);
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

test('C38: a bare signal is refused too, and said so (A1 A4)', async () => {
  const { S, thread } = drive('c33');
  await S();
  await thread.handle.signal('resume', 'X');
  await until(async () => (await thread.state()).refused.length === 1);
  expect(await thread.state()).toMatchObject({ status: 'waiting', refused: [{ code: 'AmbiguousAnswer' }] });
  expect((await thread.state()).interrupts).toHaveLength(3);
});

test('C64: an entrypoint calls an entrypoint (R6 A1)', async () => {
  const { S, R } = drive('c64');
  expect(await S()).toEqual([Q('inner:1', 'in?')]);
  expect(await R('A')).toEqual([Q('c64:1', 'out?')]);
  expect(await R('B')).toEqual([{ c64: ['i:A', 'B'] }]);
});

test('ten answers at the same moment are all taken, without waiting for each other (A8)', async () => {
  const { S, thread } = drive('longQuestions');
  await S(9);
  const { interrupts } = await thread.state();
  const receipts = await Promise.all(interrupts.map(({ id }) => thread.resume(id, { id })));
  expect(receipts.map(({ outcome }) => outcome)).toEqual(interrupts.map(() => 'accepted'));
  expect(await thread.result()).toEqual(interrupts.map(({ id }) => id).toSorted((a, b) => order(a) - order(b)));
});

test('a question that does not fit the memo is cut there, and whole everywhere else (§4)', async () => {
  const { S, thread } = drive('longQuestions');
  const updates = await S(9);
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
