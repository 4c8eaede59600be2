/** Scenarios C25–C32: interrupts in tasks. */
import { expect, test } from 'vitest';
import { released } from './fixtures/activities.ts';
import { ran } from './fixtures/entries.ts';
import { expectCode, expectUnordered, Q, useScenario } from './fixtures/scenario.ts';

const { drive } = useScenario();

test('C25: two questions in one task (I2 I3)', async () => {
  const { S, R, thread } = drive('c25');
  expect(await S()).toEqual([Q('twice:1', 'q1')]);
  expect(await R('a')).toEqual([Q('twice:1#2', 'q2')]);
  expect(await R('b')).toEqual([{ twice: 'ab' }, { c25: 'ab' }]);
  expect(ran(thread, 'twice')).toBe(3);
});

test('C26: two questions at once in one task (I2 I3 I4)', async () => {
  const { S, F, thread } = drive('c26');
  expectUnordered(await S(), [Q('both:1', 'l'), Q('both:1#2', 'r')]);
  expect((await thread.state()).interrupts.map(({ id }) => id)).toEqual(['both:1', 'both:1#2']);
  await thread.resume('R', { id: 'both:1#2' });
  expect(await F()).toEqual([]);
  await thread.resume('L', { id: 'both:1' });
  expect(await F()).toEqual([{ both: ['L', 'R'] }, { c26: ['L', 'R'] }]);
  expect(ran(thread, 'both')).toBe(2);
});

test('C27: two calls, boolean answers (A3 I3)', async () => {
  const { S, R, thread } = drive('c27');
  expect(await S()).toEqual([Q('addParticipant:1', 'Add James?')]);
  expect(await R(true)).toEqual([{ addParticipant: 'Added James!' }, Q('addParticipant:2', 'Add Will?')]);
  expect(await R(false)).toEqual([{ addParticipant: 'Left out Will' }, { c27: ['Added James!', 'Left out Will'] }]);
  expect(ran(thread, 'addParticipant')).toBe(4);
});

test('C28: tasks and body ask in turn, one question an answer (A1 I3)', async () => {
  const { S, R } = drive('c28');
  expect(await S()).toEqual([Q('ask:1', 't1')]);
  expect(await R('v0')).toEqual([{ ask: 'v0' }, Q('c28:1', 'e1')]);
  expect(await R('v1')).toEqual([Q('ask:2', 't2')]);
  expect(await R('v2')).toEqual([{ ask: 'v2' }, Q('c28:2', 'e2')]);
  expect(await R('v3')).toEqual([{ c28: ['v0', 'v1', 'v2', 'v3'] }]);
});

test('C29: failures before the question are retried (T4 I2)', async () => {
  const { S, R, thread } = drive('c29');
  expect(await S()).toEqual([Q('shaky:1', 'q')]);
  expect(await R('v')).toEqual([{ shaky: 'v' }, { c29: 'v' }]);
  expect(ran(thread, 'shaky')).toBe(4);
});

test('C30: a failure after the answer keeps the answer (I2 A2 T4)', async () => {
  const { S, R, thread } = drive('c30');
  expect(await S()).toEqual([Q('late:1', 'q')]);
  expect(await R('v')).toEqual([{ late: 'v' }, { c30: 'v' }]);
  expect(ran(thread, 'late')).toBe(3);
});

test('C31: a swallowed question is loud (I5 R7)', async () => {
  const { S, thread } = drive('c31');
  const error = await expectCode(S(), 'InterruptSwallowed');
  expect(error.message).toMatch(/Task `mute` asked "q" and then returned\. Await `interrupt`/);
  expect(ran(thread, 'mute')).toBe(1);
});

test('I5: so is one that is not awaited, and the entrypoint can tell by its code', async () => {
  await expectCode(drive('i5unawaited').S(), 'InterruptSwallowed');
  expect(await drive('caught').S()).toEqual([{ caught: 'InterruptSwallowed' }]);
});

test('I5: a task that asked and then throws anything at all has asked', async () => {
  const { S } = drive('i5throw');
  expect(await S()).toEqual([Q('askThenThrow:1', 'q')]);
});

test('I5: what a task holds is released while it waits', async () => {
  const { S, R, thread } = drive('i5holding');
  await S();
  expect(released.filter((id) => id === thread.id)).toHaveLength(1);
  expect((await R('v')).at(-1)).toEqual({ i5holding: 'v' });
});

test('C32: asked through a helper (I2 I3)', async () => {
  const { S, R, thread } = drive('c32');
  expect(await S()).toEqual([Q('outer:1', 'in?')]);
  expect(await R('v')).toEqual([{ outer: 'v' }, { c32: 'v' }]);
  expect(ran(thread, 'outer')).toBe(2);
});

test('C81: the question changed (I7)', async () => {
  const { S, R, thread } = drive('c81');
  expect(await S()).toEqual([Q('unstable:1', 'draft 1')]);
  const second = await R('send');
  expect(second).toEqual([Q('unstable:1#2', 'draft 2')]);
  const message = expect.stringMatching(/"draft 1".*"send"/);
  expect(second[0]).toMatchObject({ __interrupt__: [{ problems: [{ path: '', message }] }] });
  expect((await thread.state()).interrupts).toMatchObject([{ id: 'unstable:1#2', problems: [{ message }] }]);
  expect((await expectCode(R('send'), 'InterruptChanged')).message).toMatch(/`unstable:1#2`/);
  expect(ran(thread, 'unstable')).toBe(3);
});

test('envelopes: nothing that a user passes or returns is misread for its looks', async () => {
  expect((await drive('escapes').S()).at(-1)).toEqual({
    escapes: [
      { 'holdpoint/questions': [{ value: 'not one' }] },
      { got: { 'holdpoint/answers': [1] } },
      { 'holdpoint/questions': [{ value: 'not one' }] },
      { 'holdpoint/result': 2 },
    ],
  });
});

test('AsyncLocalStorage of the user goes through a question', async () => {
  const { S, R } = drive('store');
  await S();
  expect((await R('v')).at(-1)).toEqual({ store: 'kept' });
});
