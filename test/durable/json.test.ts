/** T7: a value that JSON would silently change is refused where it is sent, and every value arrives as its type says. */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Command } from 'holdpoint/client';
import type { Test } from 'holdpoint/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTest } from './fixtures/start-test.ts';
import { ran } from './fixtures/entries.ts';
import * as activities from './fixtures/json-activities.ts';
import { told } from './fixtures/json-activities.ts';
import type * as workflows from './fixtures/json-workflows.ts';
import { KEPT, kept, LOSSES, type LossName } from './fixtures/losses.ts';
import { expectCode, replay } from './fixtures/scenario.ts';

const workflowsPath = fileURLToPath(new URL('fixtures/json-workflows.ts', import.meta.url));

let started: Test<typeof workflows>;
beforeAll(async () => {
  started = await startTest<typeof workflows>({ workflowsPath, activities, replay });
});
afterAll(() => started[Symbol.asyncDispose]());

const newId = (): string => `json-${randomUUID()}`;

const WHAT: Readonly<Record<LossName, string>> = {
  instance: 'an instance of `Money` at /items/0.',
  map: 'a Map.',
  set: 'a Set at /set.',
  error: 'an error (`RangeError`) at /failed.',
  fn: 'a function at /run.',
  nan: 'NaN at /score.',
  bytes: 'bytes (`Uint8Array`) at /bytes.',
};
const names = Object.keys(WHAT) as LossName[];

test.each(names)('T7: a result with %s is refused, by class and place', async (name) => {
  const thread = started.client.thread(newId(), 'lossy');
  const error = await expectCode(thread.invoke({ place: 'result', name }), 'NotSerializable');
  expect(error.message).toContain(`Expected the result of task \`give\` to be a JSON value, got ${WHAT[name]}`);
  expect(ran(thread, 'give')).toBe(1);
});

test.each(names)('T7: an argument with %s is refused, and its task does not run', async (name) => {
  const thread = started.client.thread(newId(), 'lossy');
  const error = await expectCode(thread.invoke({ place: 'argument', name }), 'NotSerializable');
  expect(error.message).toContain(`Expected argument 1 of task \`take\` to be a JSON value, got ${WHAT[name]}`);
  expect(ran(thread, 'take')).toBe(0);
});

test.each([
  ['local', 'the result of task `give`'],
  ['localArgument', 'argument 1 of task `take`'],
  ['question', 'the question'],
  ['default', 'the default of the question'],
  ['taskQuestion', 'the question'],
  ['value', 'the value of entrypoint `lossy`'],
] as const)('T7: %s: a class instance is refused', async (place, what) => {
  const thread = started.client.thread(newId(), 'lossy');
  const error = await expectCode(thread.invoke({ place, name: 'instance' }), 'NotSerializable');
  expect(error.message).toContain(`Expected ${what} to be a JSON value, got ${WHAT.instance}`);
});

test('T7: a date, an object with `toJSON` and an undefined field are sent as JSON writes them', async () => {
  const thread = started.client.thread(newId(), 'lossless');
  expect(await thread.invoke()).toEqual({ value: [KEPT, KEPT, KEPT] });
  expect(await marks(thread.id)).toBe(0);
});

test('T7: bytes arrive as bytes, of a size that the server takes', async () => {
  expect(await started.client.thread(newId(), 'bytes').invoke(new Uint8Array(1_000_000))).toEqual({ value: [1, 10] });
  await expectCode(started.client.thread(newId(), 'manyBytes').invoke(new Uint8Array(1_500_000)), 'TooLarge');
});

test('T7: inputs, answers and saved values are refused in the client, and nothing changes', async () => {
  const input = started.client.thread(newId(), 'lossy');
  await expectCode(input.start(LOSSES.instance() as never), 'NotSerializable');
  await expectCode(input.state(), 'ThreadNotFound');
  const thread = started.client.thread(newId(), 'turns');
  await thread.invoke('ask');
  for (const answer of [LOSSES.instance(), new Uint8Array(3), Number.NaN])
    await expectCode(thread.resume(answer), 'NotSerializable');
  expect(await thread.invoke(new Command({ resume: kept() }))).toEqual({ value: KEPT });
  for (const saved of [LOSSES.map(), new Uint8Array(3)]) await expectCode(thread.updateState(saved), 'NotSerializable');
  await thread.updateState(kept());
  expect(await thread.state()).toMatchObject({ status: 'idle', saved: KEPT });
});

test('T7 R3: a turn whose value or memory is not JSON fails, and leaves the memory unchanged', async () => {
  const thread = started.client.thread(newId(), 'turns');
  expect(await thread.invoke('plain')).toEqual({ value: undefined });
  for (const turn of ['value', 'save', 'bytes'] as const) await expectCode(thread.invoke(turn), 'NotSerializable');
  expect(await thread.invoke('plain')).toEqual({ value: KEPT });
});

test('T7 R9: the result of a notification is refused like any result, and the question is answered all the same', async () => {
  const thread = started.client.thread(newId(), 'notified');
  await thread.invoke();
  expect(await thread.invoke(new Command({ resume: 'yes' }))).toEqual({ value: 'yes' });
  expect(told.filter((line) => line.startsWith(thread.id))).toEqual([
    `${thread.id} opened undefined`,
    `${thread.id} closed undefined`,
  ]);
  const { events = [] } = await thread.handle.fetchHistory();
  const failures = (events ?? []).map((event) => event.activityTaskFailedEventAttributes?.failure?.message);
  expect(failures).toContainEqual(expect.stringContaining(`got ${WHAT.instance}`));
});

test('T7: the run that refuses has a mark, so that earlier runs replay as they were', async () => {
  const thread = started.client.thread(newId(), 'refusedOnce');
  await thread.invoke();
  expect(await thread.invoke(new Command({ resume: 1 }))).toEqual({ value: 1 });
  expect(await marks(thread.id)).toBe(1);
});

test('T7: a LangChain message arrives as what its `toJSON` says', async () => {
  const { value } = await started.client.thread(newId(), 'langchain').invoke();
  expect(value).toMatchObject({ lc: 1, type: 'constructor', kwargs: { tool_calls: [{ name: 'find' }] } });
});

async function marks(id: string): Promise<number> {
  const { events } = await started.client.thread(id).handle.fetchHistory();
  return (events ?? []).filter((event) => event.markerRecordedEventAttributes?.markerName === 'core_patch').length;
}
