/** Tasks, their updates, and the order of both. */
import { randomUUID } from 'node:crypto';
import { entrypoint } from 'holdpoint/workflow';
import { expect, test } from 'vitest';
import { ran } from './fixtures/entries.ts';
import { openGate, reached } from './fixtures/gates.ts';
import { expectUnordered, asking, useScenario } from './fixtures/scenario.ts';

const scenario = useScenario();
const { drive } = scenario;

test('three steps, and the middle one asks a person (T2 I2 I3 S2 S3)', async () => {
  const { send, reply, thread } = drive('graph');
  expect(await send('foo')).toEqual([
    { step1: 'foo bar' },
    asking('humanFeedback:1', 'Please provide feedback: foo bar'),
  ]);
  expect(await reply('baz')).toEqual([
    { humanFeedback: 'foo bar baz' },
    { step3: 'foo bar baz qux' },
    { graph: 'foo bar baz qux' },
  ]);
  expect([ran(thread, 'step1'), ran(thread, 'humanFeedback'), ran(thread, 'step3')]).toEqual([1, 2, 1]);
});

test('an interrupt in an update has its id, its value, and only the fields that were given (S2)', async () => {
  const { thread } = drive('graph');
  const updates = [];
  for await (const update of thread.stream('foo')) updates.push(update);
  expect(updates[1]).toEqual({ __interrupt__: [{ id: 'humanFeedback:1', value: 'Please provide feedback: foo bar' }] });
});

test('tasks that are called in a map run in parallel (T1 S2)', async () => {
  const { send, thread } = drive('mapsTasks');
  const updates = await send([1, 2, 3]);
  expectUnordered(updates.slice(0, 3), [{ double: '11' }, { double: '22' }, { double: '33' }]);
  expect(updates.slice(3)).toEqual([{ mapsTasks: ['11', '22', '33'] }]);
  expect(ran(thread, 'double')).toBe(3);
  expect(await drive('mapsTasks').send([])).toEqual([{ mapsTasks: [] }]);
});

test('a chain of tasks passes objects along (T1 S2)', async () => {
  const end = { a: '0foobarbaz', c: 'something else' };
  expect(await drive('chainsTasks').send({ a: '0' })).toEqual([
    { foo: { a: '0foo', b: 'bar' } },
    { bar: { a: '0foobar', c: 'bark' } },
    { baz: end },
    { chainsTasks: end },
  ]);
});

test('updates arrive in the order of completion, and at once (S2)', async () => {
  const { thread } = drive('finishesInReverse');
  const updates: unknown[] = [];
  const times: number[] = [];
  for await (const update of thread.stream()) {
    updates.push(update);
    times.push(performance.now());
  }
  expect(updates).toEqual([{ slow: 2 }, { slow: 1 }, { slow: 0 }, { finishesInReverse: [0, 1, 2] }]);
  // The tasks end a second apart.
  expect(times[2]! - times[0]!).toBeGreaterThan(500);
});

test('two calls with equal arguments run twice (T2)', async () => {
  const { send, thread } = drive('stampsTwice');
  expect((await send()).at(-1)).toEqual({ stampsTwice: ['a#1', 'a#2'] });
  expect(ran(thread, 'stamp')).toBe(2);
});

test('a call starts at once, awaited or not (T1)', async () => {
  const { thread } = drive('startsBeforeAwait');
  const updates = thread.stream();
  expect((await updates.next()).value).toEqual({ echo: 'b' });
  await reached(thread, 'g');
  openGate(thread, 'g');
  const rest = [];
  for await (const update of updates) rest.push(update);
  expect(rest).toEqual([{ hold: 'p' }, { startsBeforeAwait: ['p', 'b'] }]);
});

test('falsy results are results (T2)', async () => {
  const { send, reply, thread } = drive('returnsFalsy');
  expect(await send()).toEqual([
    { echo: false },
    { echo: 0 },
    { echo: '' },
    { echo: null },
    asking('returnsFalsy:1', 'q'),
  ]);
  expect(await reply('x')).toEqual([{ returnsFalsy: [false, 0, '', null, 'x'] }]);
  expect(ran(thread, 'echo')).toBe(4);
});

test('R1: a parent workflow and a Temporal client accept an entrypoint as a function', async () => {
  expect(await drive('asFunction').thread.invoke(1)).toEqual({ value: ['11'] });
  const { client, test: own } = scenario;
  const { workflow } = client.client;
  // What `entrypoint` returns has its name, wherever it is imported.
  const mapsTasks = entrypoint('mapsTasks', async (xs: number[]) => xs);
  const handle = await workflow.start(mapsTasks, { workflowId: randomUUID(), taskQueue: own.taskQueue, args: [[2]] });
  expect(await handle.result()).toEqual(['22']);
});

test('local tasks give the same updates as other tasks (T5 S2)', async () => {
  const { send, reply, thread } = drive('localSteps');
  expect(await send('foo')).toEqual([
    { step1: 'foo bar' },
    asking('humanFeedback:1', 'Please provide feedback: foo bar'),
  ]);
  expect(await reply('baz')).toEqual([
    { humanFeedback: 'foo bar baz' },
    { step3: 'foo bar baz qux' },
    { localSteps: 'foo bar baz qux' },
  ]);
  expect([ran(thread, 'step1'), ran(thread, 'humanFeedback'), ran(thread, 'step3')]).toEqual([1, 2, 1]);
});
