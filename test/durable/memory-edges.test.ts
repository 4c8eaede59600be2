/** Threads with memory at their edges: inputs that come together, abandoned promises, unusual failures. */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { WithStartWorkflowOperation, type WorkflowHandle } from '@temporalio/client';
import { bundleWorkflowCode } from '@temporalio/worker';
import { Command } from 'holdpoint/client';
import type { Test } from 'holdpoint/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTest } from './fixtures/start-test.ts';
import * as activities from './fixtures/edge-activities.ts';
import { openGate, reached } from './fixtures/gates.ts';
import type * as workflows from './fixtures/edge-workflows.ts';
import { drain, expectCode, asking, rejection, replay, until } from './fixtures/scenario.ts';

type W = typeof workflows;
const workflowsPath = fileURLToPath(new URL('fixtures/edge-workflows.ts', import.meta.url));
let t: Test<W>;
const start = (): Promise<Test<W>> => startTest<W>({ workflowsPath, activities, replay });
beforeAll(async () => {
  t = await start();
});
afterAll(() => t[Symbol.asyncDispose]());
const id = (): string => `v-${randomUUID()}`;

/** `WorkflowTaskFailedCause` of the server. */
const UNHANDLED_COMMAND = 1;

/** Fails when the workflow task does, which would be retried for ever. */
async function unless<V>(handle: WorkflowHandle, call: Promise<V>): Promise<V> {
  const done = new AbortController();
  const stuck = (async (): Promise<never> => {
    while (!done.signal.aborted) {
      const { events } = await handle.fetchHistory().catch(() => ({ events: [] }));
      // One that fails with an unhandled command sees what came meanwhile in the next.
      const failed = (events ?? []).find(
        ({ workflowTaskFailedEventAttributes: task }) => task && Number(task.cause) !== UNHANDLED_COMMAND,
      );
      if (failed) throw new Error(`stuck: ${failed.workflowTaskFailedEventAttributes?.failure?.message}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('unreachable');
  })();
  stuck.catch(() => undefined);
  return Promise.race([call, stuck]).finally(() => done.abort());
}

test('R2: the input of the start is the first turn, also when an update comes with it', async () => {
  const { client } = t.client;
  const thread = t.client.thread(id(), 'vQueue');
  const startWorkflowOperation = new WithStartWorkflowOperation('vQueue', {
    workflowId: thread.id,
    taskQueue: t.taskQueue,
    args: ['first'],
    workflowIdConflictPolicy: 'FAIL',
  });
  const second = await client.workflow.executeUpdateWithStart('invoke', {
    args: ['second'],
    startWorkflowOperation,
  });
  expect(second).toEqual(['first', 'second']);
});

test('R2: a start and an update that come together are read by their keys', { timeout: 15_000 }, async () => {
  const { client } = t.client;
  const thread = t.client.thread(id(), 'vQueue');
  const startWorkflowOperation = new WithStartWorkflowOperation('vQueue', {
    workflowId: thread.id,
    taskQueue: t.taskQueue,
    args: ['first'],
    memo: { turn: { key: 'k1' } },
    workflowIdConflictPolicy: 'FAIL',
  });
  await client.workflow.executeUpdateWithStart('invoke', { args: ['second'], updateId: 'k2', startWorkflowOperation });
  expect(await thread.result({ key: 'k2' })).toEqual(['first', 'second']);
  expect(await thread.result({ key: 'k1' })).toEqual(['first']);
});

test('R4: an update that arrives with the start is the second input, and is refused', async () => {
  const { client } = t.client;
  const thread = t.client.thread(id(), 'vReject');
  const startWorkflowOperation = new WithStartWorkflowOperation('vReject', {
    workflowId: thread.id,
    taskQueue: t.taskQueue,
    args: ['ask'],
    workflowIdConflictPolicy: 'FAIL',
  });
  const error = await rejection(
    client.workflow.executeUpdateWithStart('invoke', { args: ['second'], startWorkflowOperation }),
  );
  expect(error.cause).toMatchObject({ type: 'ThreadBusy' });
});

test('R4: a close that comes with the start ends the thread after the first turn', async () => {
  await using own = await start();
  const thread = own.client.thread(id(), 'vQueue');
  await own.worker.stop();
  await thread.start('first');
  await thread.close();
  const value = thread.result();
  await own.worker.restart();
  expect(await value).toEqual(['first']);
});

test('R4: a cancelTurn that comes with the start cancels the first turn', { timeout: 15_000 }, async () => {
  await using own = await start();
  const thread = own.client.thread(id(), 'vQueue');
  await own.worker.stop();
  await thread.start('ask');
  await thread.handle.signal('cancelTurn');
  const value = expectCode(thread.result(), 'TurnCancelled');
  await own.worker.restart();
  await value;
});

test('R4: a handler of the user that asks does not keep the thread from closing', { timeout: 30_000 }, async () => {
  const thread = t.client.thread(id(), 'vHandler');
  expect(await drain(thread.stream('wait'))).toEqual([asking('vHandler:1', 'turn')]);
  await thread.handle.signal('poke');
  await until(async () => (await thread.state()).interrupts.length === 2);
  await thread.resume('x', { id: 'vHandler:1' });
  expect(await thread.result()).toBe('wait');
  await thread.close();
  await until(async () => (await thread.handle.describe()).status.name === 'COMPLETED');
});

test(
  'R4: a handler of the user that asks between two turns does not keep the thread from closing either',
  { timeout: 30_000 },
  async () => {
    const thread = t.client.thread(id(), 'vHandler');
    expect(await thread.invoke('a')).toEqual({ value: 'a' });
    await thread.handle.signal('poke');
    await thread.close();
    await until(async () => (await thread.handle.describe()).status.name === 'COMPLETED');
  },
);

test('R7: a failed child whose result nobody awaits fails no workflow task', { timeout: 15_000 }, async () => {
  const thread = t.client.thread(id(), 'vChild');
  await thread.start();
  await until(async () => (await thread.handle.describe()).raw.pendingChildren?.length === 0);
  const invoked = (async () => {
    await until(async () => (await thread.state()).interrupts.length > 0);
    return thread.invoke(new Command({ resume: 1 }));
  })();
  expect(await unless(thread.handle, invoked)).toEqual({ value: 'done' });
});

for (const x of ['activity', 'child', 'startChild', 'timer'] as const) {
  test(`T6: a turn leaves behind: ${x}`, { timeout: 15_000 }, async () => {
    const thread = t.client.thread(id(), 'vLeaves');
    try {
      expect(await unless(thread.handle, thread.invoke(x))).toEqual({ value: x });
      expect(await unless(thread.handle, thread.invoke('ok'))).toEqual({ value: 'ok' });
    } finally {
      openGate(thread, 'never');
    }
  });
  test(`T6: a turn that is cancelled leaves behind: ${x}`, { timeout: 15_000 }, async () => {
    const thread = t.client.thread(id(), 'vLeaves');
    try {
      await thread.start(`${x}, ask`);
      await unless(
        thread.handle,
        until(async () => (await thread.state()).interrupts.length > 0),
      );
      await thread.cancel();
      await unless(thread.handle, expectCode(thread.result(), 'TurnCancelled'));
      expect(await unless(thread.handle, thread.invoke('ok'))).toEqual({ value: 'ok' });
    } finally {
      openGate(thread, 'never');
    }
  });
}
test.each([
  ['has not noticed its cancellation yet', 'fails'],
  ['is waited for until it has', 'failsWaiting'],
])('T6: a task of a failed turn that %s does not hold up the next turn', async (_, input) => {
  const thread = t.client.thread(id(), 'vParallel');
  try {
    expect(await rejection(thread.invoke(input))).toMatchObject({ type: 'TypeError' });
    expect(await thread.invoke('b')).toEqual({ value: 'b' });
  } finally {
    openGate(thread, 's');
  }
});

test('S2 S3: a task of a failed turn does not keep the stream of the next turn open, and yields no update in it', async () => {
  const thread = t.client.thread(id(), 'vParallel');
  expect(await rejection(thread.invoke('fails'))).toMatchObject({ type: 'TypeError' });
  // It is still at work.
  expect(await drain(thread.stream('ask'))).toEqual([asking('vParallel:1', 'q')]);
  openGate(thread, 's');
  await until(async () => {
    const { events } = await thread.handle.fetchHistory();
    return (events ?? []).some((event) => event.activityTaskCompletedEventAttributes);
  });
  expect(await drain(thread.stream(new Command({ resume: 1 })))).toEqual([{ vParallel: 'ask' }]);
});

test('R1: a batch that is run again after the thread closed starts nothing', async () => {
  const thread = t.client.thread(id(), 'vQueue');
  expect(await thread.invoke('a', { key: 'k1' })).toEqual({ value: ['a'] });
  expect(await thread.invoke('b', { key: 'k2' })).toEqual({ value: ['a', 'b'] });
  const run = async (): Promise<unknown> => (await thread.handle.describe()).raw.workflowExecutionInfo?.firstRunId;
  const before = await run();
  await thread.close();
  await until(async () => (await thread.handle.describe()).status.name === 'COMPLETED');
  expect(await thread.invoke('a', { key: 'k1' })).toEqual({ value: ['a'] });
  expect(await thread.invoke('b', { key: 'k2' })).toEqual({ value: ['a', 'b'] });
  expect(await run()).toBe(before);
});

test('R1: an input that a closing thread refused starts it again', async () => {
  const thread = t.client.thread(id(), 'vQueue');
  await thread.start('ask');
  await until(async () => (await thread.state()).interrupts.length > 0);
  await thread.start('b', { key: 'queued' });
  await thread.close();
  await expectCode(thread.result({ key: 'queued' }), 'ThreadClosed');
  await thread.resume('x');
  await until(async () => (await thread.handle.describe()).status.name === 'COMPLETED');
  expect(await thread.invoke('b', { key: 'queued' })).toEqual({ value: ['b'] });
});

test('T6: turns in a bundle that was built without the plugin are refused, and the message says what to do', async () => {
  const workflowBundle = await bundleWorkflowCode({ workflowsPath });
  await using own = await startTest<W>({ workflowsPath, activities, replay, worker: { workflowBundle } });
  const thread = own.client.thread(id(), 'vLeaves');
  await thread.start('timer');
  await expect(unless(thread.handle, thread.result())).rejects.toThrow('plugins: [new HoldpointPlugin()]');
  await thread.handle.terminate();
});

async function details(handle: WorkflowHandle): Promise<string> {
  return JSON.stringify(await handle.query('__temporal_workflow_metadata'));
}
test('the current details call the thread idle only while it is idle', async () => {
  const thread = t.client.thread(id(), 'vQueue');
  await thread.invoke('a');
  expect(await details(thread.handle)).toContain('Idle');
  await thread.start('hold');
  await reached(thread, 'g');
  expect(await details(thread.handle)).not.toContain('Idle');
  openGate(thread, 'g');
  await thread.result();
  await thread.close();
  await until(async () => (await thread.handle.describe()).status.name === 'COMPLETED');
  expect(await details(thread.handle)).not.toContain('update execute');
});

test('S2: the refusal of an input is not taken for the end of the thread', async () => {
  const thread = t.client.thread(id(), 'vQueue');
  expect(await drain(thread.stream('ask'))).toEqual([asking('vQueue:1', 'body?')]);
  await thread.start('b', { key: 'queued' });
  await thread.close();
  await expectCode(thread.result({ key: 'queued' }), 'ThreadClosed');
  expect(await drain(thread.follow({ from: 'start' }))).toEqual([asking('vQueue:1', 'body?')]);
});

test('S2: an input that is sent again does not end its turn twice', async () => {
  const thread = t.client.thread(id(), 'vQueue');
  await rejection(thread.invoke('details', { key: 'k' }));
  expect(await thread.invoke('b')).toEqual({ value: ['b'] });
  await rejection(thread.invoke('details', { key: 'k' }));
  expect(await drain(thread.follow({ from: 'start' }))).toEqual([{ vQueue: ['b'] }]);
});

test('S2: the error of the first turn arrives as it was thrown', async () => {
  const thread = t.client.thread(id(), 'vQueue');
  const first = await rejection(thread.invoke('details'));
  const second = await rejection(thread.invoke('details'));
  expect(second).toMatchObject({ type: 'Rich', message: 'rich', details: [{ a: 1 }], nonRetryable: true });
  expect(first).toMatchObject({ type: 'Rich', message: 'rich', details: [{ a: 1 }], nonRetryable: true });
});

test('S1: the value of a first turn is read without a worker', { timeout: 15_000 }, async () => {
  await using own = await start();
  const thread = own.client.thread(id(), 'vQueue');
  expect((await thread.invoke('large')).value).toHaveLength(1);
  await own.worker.stop();
  expect(await thread.result()).toHaveLength(1);
});

test('S1: the value of a first turn may be of any size', async () => {
  const thread = t.client.thread(id(), 'vQueue');
  expect((await thread.invoke('largest')).value?.[0]).toHaveLength(2_090_000);
  expect(await thread.invoke('b')).toEqual({ value: ['b'] });
  expect(await drain(thread.follow({ from: 'start' }))).toHaveLength(2);
});

test('R2: a thread whose first workflow task has not run yet takes inputs', { timeout: 20_000 }, async () => {
  await using own = await start();
  const thread = own.client.thread(id(), 'vQueue');
  await own.worker.stop();
  await thread.start('a');
  await thread.handle.signal('resume', 'early');
  await thread.handle.signal('resume', 'early');
  const value = thread.invoke('b');
  value.catch(() => undefined);
  await own.worker.restart();
  expect(await value).toEqual({ value: ['a', 'b'] });
});

test('R4: of two inputs at once one is refused', async () => {
  const thread = t.client.thread(id(), 'vReject');
  await thread.invoke('a');
  const inputs = ['x', 'y'].map(() => thread.handle.executeUpdate('invoke', { args: ['ask'] }));
  const settled = Promise.allSettled(inputs);
  // The refused one is back while the other waits.
  const refused = await rejection(Promise.race(inputs));
  expect(refused.cause).toMatchObject({ type: 'ThreadBusy' });
  await until(async () => (await thread.state()).interrupts.length > 0);
  await thread.resume(1);
  expect((await settled).map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
});

for (const x of ['string', 'undefined', 'null', 'bare', 'oddMessage', 'badDetails', 'unreadable', 'bytes'] as const) {
  test(`R7: a turn that throws: ${x}`, { timeout: 15_000 }, async () => {
    const thread = t.client.thread(id(), 'vQueue');
    const first = await rejection(unless(thread.handle, thread.invoke(x)));
    expect(first.message).not.toContain('stuck');
    const second = await rejection(unless(thread.handle, thread.invoke(x)));
    expect(second.message).not.toContain('stuck');
    expect(await thread.invoke('b')).toEqual({ value: ['b'] });
  });
}

test('R4: with `replace`, a running turn that does not end at once is still replaced', async () => {
  const thread = t.client.thread(id(), 'vReplace');
  await thread.start('holdsOn', { key: 'k1' });
  await reached(thread, 's');
  const first = expectCode(thread.result({ key: 'k1' }), 'TurnReplaced');
  const two = expectCode(thread.invoke('b', { key: 'k2' }), 'TurnReplaced');
  await until(async () => hasKey(thread.handle, 'k2'));
  const three = thread.invoke('c', { key: 'k3' });
  await two;
  openGate(thread, 's');
  await first;
  expect(await three).toEqual({ value: ['c'] });
  await expectCode(thread.result({ key: 'k2' }), 'TurnReplaced');
  await expectCode(thread.invoke('b', { key: 'k2' }), 'TurnReplaced');
  await expectCode(drain(thread.stream('b', { key: 'k1' })), 'TurnReplaced');
});

async function hasKey(handle: WorkflowHandle, key: string): Promise<boolean> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).some(
    (e) => e.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.meta?.updateId === key,
  );
}

test('R1: with a policy that forbids it, a thread that has ended is not started again', async () => {
  const thread = t.client.thread(id(), 'vQueue');
  await thread.invoke('a');
  await thread.close();
  await until(async () => (await thread.handle.describe()).status.name === 'COMPLETED');
  const again = t.client.thread(thread.id, 'vQueue').start('b', { workflowIdReusePolicy: 'REJECT_DUPLICATE' });
  await expectCode(again, 'ThreadClosed');
});
