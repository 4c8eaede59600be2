/** Every failure that leaves a worker is well-formed and can be sent: any other failure would end the worker (R7). */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';
import type { Test } from 'holdpoint/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTest } from './fixtures/start-test.ts';
import { rejection, replay, until } from './fixtures/scenario.ts';
import * as activities from './fixtures/text-activities.ts';
import type * as workflows from './fixtures/text-workflows.ts';
import type { Case } from './fixtures/text-workflows.ts';

const workflowsPath = fileURLToPath(new URL('fixtures/text-workflows.ts', import.meta.url));
const HALF = '\ud83d';
/** What stands for it: U+FFFD. */
const MARK = '\ufffd';

let started: Test<typeof workflows>;
beforeAll(async () => {
  started = await startTest<typeof workflows>({ workflowsPath, activities, replay });
});
afterAll(() => started[Symbol.asyncDispose]());

const id = (): string => `text-${randomUUID()}`;

/** A thread that has had a turn: each further one is a workflow update. */
async function remembering() {
  const thread = started.client.thread(id(), 'turns');
  await thread.invoke('ask');
  await thread.resume(HALF);
  return thread;
}

const failures: readonly (readonly [Case, object])[] = [
  ['message', { type: 'Error', message: MARK }],
  ['type', { type: MARK, message: 'm' }],
  ['name', { message: 'm' }],
  ['stack', { message: 'm', stack: expect.stringContaining(MARK) }],
  ['cause', { message: 'm', cause: { message: 'n', cause: { message: MARK } } }],
  ['textCause', { message: 'm', cause: { message: expect.stringContaining(MARK) } }],
  ['details', { message: 'm', details: [HALF] }],
  ['circular', { message: 'round', cause: { message: 'and' } }],
  ['string', { message: MARK }],
  ['object', { message: '{"code":7}' }],
  ['task', { type: 'Error', message: MARK }],
  ['taskType', { type: MARK }],
  ['taskNumber', { type: '404' }],
  ['taskCause', { message: 'm' }],
  ['taskCircular', { message: 'round' }],
  ['taskDetails', { message: 'm' }],
  ['taskFrozen', { type: 'Error', message: MARK }],
  ['taskString', { message: MARK }],
  ['taskObject', { message: '{"code":7}' }],
  ['taskCircularObject', { message: 'What was thrown could not be read', type: 'Object' }],
  ['local', { type: 'Error', message: MARK }],
  ['localObject', { message: '{"code":7}' }],
  ['plain', { cause: { message: MARK } }],
  ['plainObject', { cause: { message: '{"code":7}' } }],
  ['plainCircular', { cause: { message: 'round' } }],
];

test.each(failures)('R7: a run fails with what was thrown, and its worker goes on: %s', async (what, expected) => {
  expect(await rejection(started.client.thread(id(), 'fails').invoke(what))).toMatchObject(expected);
});

test.each(failures)('R7: the update of a turn fails with what was thrown: %s', async (what, expected) => {
  expect(await rejection((await remembering()).invoke(what))).toMatchObject(expected);
});

test('R4: a turn is cancelled with any reason, by our client or by another', async () => {
  const thread = await remembering();
  await thread.invoke('ask');
  await thread.cancel(HALF);
  expect(await rejection(thread.result())).toMatchObject({
    type: 'TurnCancelled',
    message: `The turn was cancelled (${MARK}).`,
  });
  await thread.invoke('ask');
  await thread.handle.signal('cancelTurn', { reason: HALF });
  expect(await rejection(thread.result())).toMatchObject({ message: `The turn was cancelled (${MARK}).` });
  await thread.invoke('ask');
  await thread.close(HALF);
  await thread.resume(1);
  await until(async () => (await thread.handle.describe()).status.name === 'COMPLETED');
});

test('a plain thread is cancelled with any reason', async () => {
  const thread = started.client.thread(id(), 'handles');
  await thread.invoke();
  await thread.cancel(HALF);
  expect(await rejection(thread.result())).toMatchObject({ name: 'CancelledFailure' });
  const { events } = await thread.handle.fetchHistory();
  expect(events?.map((event) => event.workflowExecutionCancelRequestedEventAttributes?.cause)).toContain(MARK);
});

test('R7: handlers of the user’s own throw what they like', async () => {
  const { handle, ...thread } = started.client.thread(id(), 'handles');
  await started.client.thread(thread.id, 'handles').invoke();
  expect(await rejection(handle.query('failingQuery'))).toMatchObject({ message: MARK });
  for (const passesValidator of [false, true]) {
    const error = await rejection(handle.executeUpdate('failingUpdate', { args: [passesValidator] }));
    expect(error.cause).toMatchObject({ message: MARK });
  }
});

test.each(['failingSignal', 'rejects'])('R7: a step that fails leaves its worker alive: %s', async (signal) => {
  const { handle } = started.client.thread(id(), 'handles');
  await started.client.client.workflow.start('handles', {
    workflowId: handle.workflowId,
    taskQueue: started.taskQueue,
  });
  await handle.signal(signal);
  const failed = async (): Promise<string | null | undefined> =>
    (await handle.fetchHistory()).events?.find((event) => event.workflowTaskFailedEventAttributes)
      ?.workflowTaskFailedEventAttributes?.failure?.message;
  await until(async () => (await failed()) !== undefined);
  expect(await failed()).toContain(MARK);
  await handle.terminate();
  expect(await started.client.thread(id(), 'fails').invoke('child')).toEqual({ value: 'x' });
});

test('ids and names that a workflow sends are well-formed too', async () => {
  const { client } = started;
  expect(await client.thread(id(), 'fails').invoke('child')).toEqual({ value: 'x' });
  expect((await client.client.workflow.getHandle(`child-${MARK}`).describe()).status.name).toBe('COMPLETED');
  const thread = client.thread(id(), 'fails');
  await thread.invoke('memo');
  expect((await thread.handle.describe()).memo).toMatchObject({ [MARK]: HALF });
});

test('R9: a failed notification delays nothing', async () => {
  const thread = started.client.thread(id(), 'told');
  await thread.invoke();
  // Answers and values are JSON, which carries anything.
  await thread.resume(HALF, { actor: HALF });
  expect(await thread.result()).toBe(HALF);
  expect(await thread.answers()).toMatchObject([{ value: HALF, actor: HALF }]);
});

test('a bundle that was built ahead with the plugin is guarded as well', async () => {
  const { HoldpointPlugin } = await import('holdpoint/worker');
  const workflowBundle = await bundleWorkflowCode({ workflowsPath, plugins: [new HoldpointPlugin()] });
  await using own = await startTest<typeof workflows>({ workflowsPath, activities, worker: { workflowBundle } });
  expect(await rejection(own.client.thread(id(), 'fails').invoke('message'))).toMatchObject({ message: MARK });
});
