/** Interrupts in tasks. */
import { expect, test } from 'vitest';
import { released } from './fixtures/activities.ts';
import { ran } from './fixtures/entries.ts';
import { expectCode, expectUnordered, asking, useScenario } from './fixtures/scenario.ts';

const { drive } = useScenario();

test('a task asks two questions, one after the other, and runs again after each answer (I2 I3)', async () => {
  const { send, reply, thread } = drive('taskAsksTwice');
  expect(await send()).toEqual([asking('twice:1', 'q1')]);
  expect(await reply('a')).toEqual([asking('twice:1#2', 'q2')]);
  expect(await reply('b')).toEqual([{ twice: 'ab' }, { taskAsksTwice: 'ab' }]);
  expect(ran(thread, 'twice')).toBe(3);
});

test('a task asks two questions at once, and runs again when both are answered (I2 I3 I4)', async () => {
  const { send, readOn, thread } = drive('taskAsksTwoAtOnce');
  expectUnordered(await send(), [asking('both:1', 'l'), asking('both:1#2', 'r')]);
  expect((await thread.state()).interrupts.map(({ id }) => id)).toEqual(['both:1', 'both:1#2']);
  await thread.resume('R', { id: 'both:1#2' });
  expect(await readOn()).toEqual([]);
  await thread.resume('L', { id: 'both:1' });
  expect(await readOn()).toEqual([{ both: ['L', 'R'] }, { taskAsksTwoAtOnce: ['L', 'R'] }]);
  expect(ran(thread, 'both')).toBe(2);
});

test('two calls of a task ask, and `true` and `false` are answers (A3 I3)', async () => {
  const { send, reply, thread } = drive('addsParticipants');
  expect(await send()).toEqual([asking('addParticipant:1', 'Add James?')]);
  expect(await reply(true)).toEqual([{ addParticipant: 'Added James!' }, asking('addParticipant:2', 'Add Will?')]);
  expect(await reply(false)).toEqual([
    { addParticipant: 'Left out Will' },
    { addsParticipants: ['Added James!', 'Left out Will'] },
  ]);
  expect(ran(thread, 'addParticipant')).toBe(4);
});

test('tasks and the body ask in turn, and each answer is for one question (A1 I3)', async () => {
  const { send, reply } = drive('asksInTurn');
  expect(await send()).toEqual([asking('ask:1', 't1')]);
  expect(await reply('v0')).toEqual([{ ask: 'v0' }, asking('asksInTurn:1', 'e1')]);
  expect(await reply('v1')).toEqual([asking('ask:2', 't2')]);
  expect(await reply('v2')).toEqual([{ ask: 'v2' }, asking('asksInTurn:2', 'e2')]);
  expect(await reply('v3')).toEqual([{ asksInTurn: ['v0', 'v1', 'v2', 'v3'] }]);
});

test('a task that fails before it asks is retried (T4 I2)', async () => {
  const { send, reply, thread } = drive('failsBeforeAsking');
  expect(await send()).toEqual([asking('shaky:1', 'q')]);
  expect(await reply('v')).toEqual([{ shaky: 'v' }, { failsBeforeAsking: 'v' }]);
  expect(ran(thread, 'shaky')).toBe(4);
});

test('a task that fails after its answer is retried with the answer (I2 A2 T4)', async () => {
  const { send, reply, thread } = drive('failsAfterAnswer');
  expect(await send()).toEqual([asking('late:1', 'q')]);
  expect(await reply('v')).toEqual([{ late: 'v' }, { failsAfterAnswer: 'v' }]);
  expect(ran(thread, 'late')).toBe(3);
});

test('a task that swallows its question fails (I5 R7)', async () => {
  const { send, thread } = drive('swallowsQuestion');
  const error = await expectCode(send(), 'InterruptSwallowed');
  expect(error.message).toMatch(/Task `mute` asked "q" and then returned\. Await `interrupt`/);
  expect(ran(thread, 'mute')).toBe(1);
});

test('I5: a task that does not await its question fails too, and the body recognises the code', async () => {
  await expectCode(drive('i5unawaited').send(), 'InterruptSwallowed');
  expect(await drive('caught').send()).toEqual([{ caught: 'InterruptSwallowed' }]);
});

test('I5: a task that asked and then throws any error has asked', async () => {
  const { send } = drive('i5throw');
  expect(await send()).toEqual([asking('askThenThrow:1', 'q')]);
});

test('I5: a task releases what it holds while its question is open', async () => {
  const { send, reply, thread } = drive('i5holding');
  await send();
  expect(released.filter((id) => id === thread.id)).toHaveLength(1);
  expect((await reply('v')).at(-1)).toEqual({ i5holding: 'v' });
});

test('a helper function of a task asks in the name of the task (I2 I3)', async () => {
  const { send, reply, thread } = drive('asksThroughHelper');
  expect(await send()).toEqual([asking('outer:1', 'in?')]);
  expect(await reply('v')).toEqual([{ outer: 'v' }, { asksThroughHelper: 'v' }]);
  expect(ran(thread, 'outer')).toBe(2);
});

test('a changed question is asked again with the reason, and fails the task when it changes twice (I7)', async () => {
  const { send, reply, thread } = drive('changesQuestion');
  expect(await send()).toEqual([asking('unstable:1', 'draft 1')]);
  const second = await reply('send');
  expect(second).toEqual([asking('unstable:1#2', 'draft 2')]);
  const message = expect.stringMatching(/"draft 1".*"send"/);
  expect(second[0]).toMatchObject({ __interrupt__: [{ problems: [{ path: '', message }] }] });
  expect((await thread.state()).interrupts).toMatchObject([{ id: 'unstable:1#2', problems: [{ message }] }]);
  expect((await expectCode(reply('send'), 'InterruptChanged')).message).toMatch(/`unstable:1#2`/);
  expect(ran(thread, 'unstable')).toBe(3);
});

test('values of a user that look like envelopes pass through unchanged', async () => {
  expect((await drive('escapes').send()).at(-1)).toEqual({
    escapes: [
      { 'holdpoint/questions': [{ value: 'not one' }] },
      { got: { 'holdpoint/answers': [1] } },
      { 'holdpoint/questions': [{ value: 'not one' }] },
      { 'holdpoint/result': 2 },
    ],
  });
});

test('AsyncLocalStorage of the user keeps its value across a question', async () => {
  const { send, reply } = drive('store');
  await send();
  expect((await reply('v')).at(-1)).toEqual({ store: 'kept' });
});
