/** Scenarios C01–C08: basics and order. */
import { randomUUID } from 'node:crypto';
import { entrypoint } from 'holdpoint/workflow';
import { expect, test } from 'vitest';
import { ran } from './fixtures/entries.ts';
import { openGate, reached } from './fixtures/gates.ts';
import { expectUnordered, Q, useScenario } from './fixtures/scenario.ts';

const scenario = useScenario();
const { drive } = scenario;

test('C01: three steps, the middle one asks a person (T2 I2 I3 S2 S3)', async () => {
  const { S, R, thread } = drive('graph');
  expect(await S('foo')).toEqual([{ step1: 'foo bar' }, Q('humanFeedback:1', 'Please provide feedback: foo bar')]);
  expect(await R('baz')).toEqual([
    { humanFeedback: 'foo bar baz' },
    { step3: 'foo bar baz qux' },
    { graph: 'foo bar baz qux' },
  ]);
  expect([ran(thread, 'step1'), ran(thread, 'humanFeedback'), ran(thread, 'step3')]).toEqual([1, 2, 1]);
});

test('C01: an interrupt in an update has its id, its value, and nothing that was not given (S2)', async () => {
  const { thread } = drive('graph');
  const updates = [];
  for await (const update of thread.stream('foo')) updates.push(update);
  expect(updates[1]).toEqual({ __interrupt__: [{ id: 'humanFeedback:1', value: 'Please provide feedback: foo bar' }] });
});

test('C02: a map over tasks (T1 S2)', async () => {
  const { S, thread } = drive('c02');
  const updates = await S([1, 2, 3]);
  expectUnordered(updates.slice(0, 3), [{ double: '11' }, { double: '22' }, { double: '33' }]);
  expect(updates.slice(3)).toEqual([{ c02: ['11', '22', '33'] }]);
  expect(ran(thread, 'double')).toBe(3);
  expect(await drive('c02').S([])).toEqual([{ c02: [] }]);
});

test('C03: a chain hands objects on (T1 S2)', async () => {
  const end = { a: '0foobarbaz', c: 'something else' };
  expect(await drive('c03').S({ a: '0' })).toEqual([
    { foo: { a: '0foo', b: 'bar' } },
    { bar: { a: '0foobar', c: 'bark' } },
    { baz: end },
    { c03: end },
  ]);
});

test('C04: updates come in order of completion, and at once (S2)', async () => {
  const { thread } = drive('c04');
  const updates: unknown[] = [];
  const times: number[] = [];
  for await (const update of thread.stream()) {
    updates.push(update);
    times.push(performance.now());
  }
  expect(updates).toEqual([{ slow: 2 }, { slow: 1 }, { slow: 0 }, { c04: [0, 1, 2] }]);
  // The scenario's own bound: the tasks end a second apart.
  expect(times[2]! - times[0]!).toBeGreaterThan(500);
});

test('C05: equal arguments are two calls (T2)', async () => {
  const { S, thread } = drive('c05');
  expect((await S()).at(-1)).toEqual({ c05: ['a#1', 'a#2'] });
  expect(ran(thread, 'stamp')).toBe(2);
});

test('C06: a call starts at once, awaited or not (T1)', async () => {
  const { thread } = drive('c06');
  const updates = thread.stream();
  expect((await updates.next()).value).toEqual({ echo: 'b' });
  await reached(thread, 'g');
  openGate(thread, 'g');
  const rest = [];
  for await (const update of updates) rest.push(update);
  expect(rest).toEqual([{ hold: 'p' }, { c06: ['p', 'b'] }]);
});

test('C07: falsy results are results (T2)', async () => {
  const { S, R, thread } = drive('c07');
  expect(await S()).toEqual([{ echo: false }, { echo: 0 }, { echo: '' }, { echo: null }, Q('c07:1', 'q')]);
  expect(await R('x')).toEqual([{ c07: [false, 0, '', null, 'x'] }]);
  expect(ran(thread, 'echo')).toBe(4);
});

test('R1: an entrypoint may be given as a function, to a parent and to a client of Temporal', async () => {
  expect(await drive('asFunction').thread.invoke(1)).toEqual({ value: ['11'] });
  const { client, test: own } = scenario;
  const { workflow } = client.client;
  // What `entrypoint` returns has its name, wherever it is imported.
  const c02 = entrypoint('c02', async (xs: number[]) => xs);
  const handle = await workflow.start(c02, { workflowId: randomUUID(), taskQueue: own.taskQueue, args: [[2]] });
  expect(await handle.result()).toEqual(['22']);
});

test('C08: local tasks look the same (T5 S2)', async () => {
  const { S, R, thread } = drive('c08');
  expect(await S('foo')).toEqual([{ step1: 'foo bar' }, Q('humanFeedback:1', 'Please provide feedback: foo bar')]);
  expect(await R('baz')).toEqual([
    { humanFeedback: 'foo bar baz' },
    { step3: 'foo bar baz qux' },
    { c08: 'foo bar baz qux' },
  ]);
  expect([ran(thread, 'step1'), ran(thread, 'humanFeedback'), ran(thread, 'step3')]).toEqual([1, 2, 1]);
});
