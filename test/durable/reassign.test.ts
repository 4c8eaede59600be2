/** Reassigning an open question, and who learns of it (A12). */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Interrupt, InterruptUpdate, Thread } from 'holdpoint/client';
import type { Test } from 'holdpoint/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTest } from './fixtures/start-test.ts';
import * as activities from './fixtures/reassign-activities.ts';
import { drafts, events } from './fixtures/reassign-activities.ts';
import type * as workflows from './fixtures/reassign-workflows.ts';
import { countingClient } from './fixtures/requests.ts';
import { resetBefore } from './fixtures/resets.ts';
import { expectCode, replay, until } from './fixtures/scenario.ts';

const workflowsPath = fileURLToPath(new URL('fixtures/reassign-workflows.ts', import.meta.url));
const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);
/** On a busy machine a worker may take longer than the default. */
const wait = '30s';
let started: Test<typeof workflows>;
beforeAll(async () => {
  started = await startTest<typeof workflows>({ workflowsPath, activities, replay });
});
afterAll(() => started[Symbol.asyncDispose]());

function open<Name extends keyof typeof workflows>(entrypoint: Name): Thread<undefined> {
  return started.client.thread(`t-${randomUUID()}`, entrypoint as 'cut') as Thread<undefined>;
}

type AnyThread = Pick<Thread, 'id' | 'interrupts' | 'state' | 'handle'>;

/** Waits until exactly these questions are open. */
async function asks(thread: AnyThread, ...ids: string[]): Promise<readonly Interrupt[]> {
  let found: readonly Interrupt[] = [];
  await until(async () => {
    found = await thread.interrupts();
    return found.map(({ id }) => id).join() === ids.join();
  });
  return found;
}

async function take(updates: AsyncIterator<InterruptUpdate>, n: number): Promise<InterruptUpdate[]> {
  const read: InterruptUpdate[] = [];
  while (read.length < n) read.push((await updates.next()).value as InterruptUpdate);
  return read;
}

test('A12: a question is for others, keeps its id and its time, and is answered by whoever answers it', async () => {
  const thread = open('pays');
  const { run } = await thread.start(undefined);
  const [before] = await asks(thread, 'pays:1');
  const reader = thread.follow({ mode: 'interrupts', live: true });
  expect(await take(reader, 1)).toMatchObject([{ kind: 'open', interrupts: [before] }]);
  const result = await thread.reassign('pays:1', ['ben', 'group:finance'], { actor: 'eve', wait });
  expect(result).toEqual({ outcome: 'reassigned', id: 'pays:1', key: expect.any(String) });
  const interrupt = { ...before, assignees: ['ben', 'group:finance'] };
  expect(await thread.interrupts()).toEqual([interrupt]);
  expect((await thread.state()).interrupts).toEqual([interrupt]);
  expect(await take(reader, 1)).toEqual([
    { kind: 'changed', interrupt, how: 'reassigned', actor: 'eve', at, key: result.key },
  ]);
  const { currentDetails } = await thread.handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
  expect(currentDetails).toContain('for ben, group:finance');
  expect(await thread.resume(true, { id: 'pays:1', actor: 'ben', wait })).toMatchObject({ outcome: 'accepted' });
  expect(await take(reader, 2)).toMatchObject([{ kind: 'closed', id: 'pays:1', actor: 'ben' }, { kind: 'opened' }]);
  await reader.return();
  await thread.resume('yes', { id: 'pays:2', run });
  expect(await thread.result()).toEqual([true, 'yes']);
  expect((await thread.answers()).map(({ id, actor }) => [id, actor])).toEqual([
    ['pays:1', 'ben'],
    ['pays:2', undefined],
  ]);
});

test('A12: a question that a task asks again stays with those to whom it was reassigned', async () => {
  const thread = open('names');
  await thread.start(undefined);
  await asks(thread, 'name:1');
  await thread.reassign('name:1', ['ben'], { wait });
  await thread.resume('x', { id: 'name:1', actor: 'ben', wait });
  const [again] = await asks(thread, 'name:1#2');
  expect(again).toMatchObject({ assignees: ['ben'], problems: [{ message: 'Expected a longer name' }] });
  await expectCode(thread.resume('Anna', { id: 'name:1#2', actor: 'ann', wait }), 'NotAllowed');
  await thread.resume('y', { id: 'name:1#2', actor: 'ben', wait });
  expect(await asks(thread, 'name:1#3')).toMatchObject([{ assignees: ['ben'] }]);
  await thread.resume('Benno', { id: 'name:1#3', actor: 'ben', wait });
  expect(await thread.result()).toBe('Benno');
});

test('A12 R9: `notify` is told to whom the question was reassigned, by whom, and who had it before', async () => {
  const thread = open('buys');
  await thread.start(undefined);
  await asks(thread, 'buy:1');
  await thread.reassign('buy:1', ['ben'], { actor: 'ann', wait });
  await thread.reassign('buy:1', ['cy'], { wait });
  await thread.resume('yes', { wait });
  expect(await thread.result()).toBe('yes');
  const notified = { message: 7 };
  const told = events.get(thread.id) ?? [];
  expect(told.map(({ kind, assignees, assigneesBefore, actor }) => [kind, assignees, assigneesBefore, actor])).toEqual([
    ['opened', ['ann'], undefined, undefined],
    ['reassigned', ['ben'], ['ann'], 'ann'],
    ['reassigned', ['cy'], ['ben'], undefined],
    ['closed', ['cy'], undefined, undefined],
  ]);
  const times = told.flatMap(({ at: time }) => time ?? []);
  expect(times).toEqual([at, at]);
  expect(told.slice(1)).toMatchObject(told.slice(1).map(() => ({ id: 'buy:1', notified })));
});

test('A12 R9: each reminder of a list is told to whoever has the question by then', async () => {
  const thread = open('reminds');
  await thread.start(undefined);
  const kinds = (): unknown[] => (events.get(thread.id) ?? []).map(({ kind }) => kind);
  await until(() => kinds().length === 3);
  expect(kinds()).toEqual(['opened', 'reminder', 'reminder']);
  await thread.reassign('reminds:1', ['ben'], { wait });
  await until(() => kinds().length === 4);
  // The third one is cancelled with its question.
  await thread.resume('yes', { wait });
  expect(await thread.result()).toBe('yes');
  expect((events.get(thread.id) ?? []).map(({ kind, assignees }) => [kind, assignees])).toEqual([
    ['opened', ['ann']],
    ['reminder', ['ann']],
    ['reminder', ['ann']],
    ['reassigned', ['ben']],
    ['closed', ['ben']],
  ]);
  // A notification has the id of the one before only where that one has ended.
  const { events: history } = await thread.handle.fetchHistory();
  const reminders = (history ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled, eventId }) =>
    scheduled?.activityId === 'holdpoint/notify reminds:1 reminder' ? [Number(eventId)] : [],
  );
  const ended = (history ?? []).find(
    ({ activityTaskCompletedEventAttributes: completed }) => Number(completed?.scheduledEventId) === reminders[0],
  );
  expect(reminders).toHaveLength(2);
  expect(Number(ended?.eventId)).toBeLessThan(reminders[1]!);
});

test('A12: what is not open is refused before anything is sent, with the code of an answer', async () => {
  const thread = open('closes');
  const { run } = await thread.start(undefined);
  await asks(thread, 'closes:3', 'closes:4');
  await using counting = await countingClient(started.taskQueue);
  const stranger = counting.client.thread(thread.id);
  await expectCode(stranger.reassign('closes:1', ['ben']), 'InterruptExpired');
  await expectCode(stranger.reassign('closes:2', ['ben']), 'InterruptExpired');
  await expectCode(stranger.reassign('closes:9', ['ben']), 'NotPending');
  await expectCode(stranger.reassign('closes:4', ['ben'], { run: randomUUID() }), 'NotPending');
  await expect(stranger.reassign('closes:4', [])).rejects.toThrow(
    /^Expected `assignees` to be a list of 1 to 100 names/,
  );
  await expect(stranger.reassign('closes:4', ['ben', ''])).rejects.toThrow(
    /^Expected `assignees\[1\]` to be a non-empty/,
  );
  await expect(stranger.reassign('closes:4', ['x'.repeat(201)])).rejects.toThrow(/at most 200 characters/);
  await expect(stranger.reassign('', ['ben'])).rejects.toThrow(/^Expected the id of the question to be a non-empty/);
  await expect(stranger.reassign('closes:4', ['ben'], { id: 'x' } as object)).rejects.toThrow(/^Expected the options/);
  expect(counting.take()).not.toHaveProperty('SignalWorkflowExecution');
  await thread.resume('yes', { id: 'closes:4', run, wait });
  await thread.result();
  await expectCode(thread.reassign('closes:4', ['ben']), 'ThreadClosed');
  const twice = open('asksTwice');
  await twice.start(undefined);
  await asks(twice, 'asksTwice:1');
  await twice.resume(1, { wait });
  await asks(twice, 'asksTwice:2');
  await expectCode(twice.reassign('asksTwice:1', ['ben']), 'AlreadyAnswered');
  await expectCode(open('cut').reassign('cut:1', ['ben']), 'ThreadNotFound');
});

test('A12: what anybody signals is checked, and recorded like a refused answer', async () => {
  const thread = open('asksTwice');
  const { run } = await thread.start(undefined);
  await asks(thread, 'asksTwice:1');
  const send = (about: unknown): Promise<void> => thread.handle.signal('reassign', about);
  await send({ id: 'asksTwice:9', assignees: ['ben'], key: 'unknown' });
  await send({ id: 'asksTwice:1', run: 'another', assignees: ['ben'], key: 'run' });
  for (const assignees of ['ben', [], [5], [''], Array.from({ length: 101 }, String)])
    await send({ id: 'asksTwice:1', assignees });
  for (const about of [undefined, null, 'asksTwice:1', { assignees: ['ben'] }, { id: 5, assignees: ['ben'] }])
    await send(about);
  await send(new Uint8Array(1_900_000));
  await until(async () => (await thread.state()).refused.length === 13);
  const { refused, interrupts } = await thread.state();
  expect(refused.map(({ code }) => code)).toEqual([
    'NotPending',
    'NotPending',
    ...Array.from({ length: 11 }, () => 'InvalidAnswer'),
  ]);
  expect(refused[0]?.message).toBe('No question `asksTwice:9` is open. Open: `asksTwice:1`.');
  expect(refused[1]?.message).toMatch(/^The reassignment is for run another, which has ended/);
  expect(refused[2]?.message).toMatch(
    /^Expected the argument of the signal to be \{ id, run\?, assignees, .*got \{"id"/,
  );
  expect(refused[12]?.message).toMatch(/, got bytes\.$/);
  expect(interrupts[0]).not.toHaveProperty('assignees');
  expect(await thread.handle.query('receipt', 'unknown')).toMatchObject({ outcome: 'refused', code: 'NotPending' });
  // Without a run it counts in the current one.
  await send({ id: 'asksTwice:1', assignees: ['ben'], key: 'good' });
  await until(async () => (await thread.interrupts())[0]?.assignees?.join() === 'ben');
  expect(await thread.handle.query('receipt', 'good')).toEqual({ outcome: 'reassigned', id: 'asksTwice:1' });
  // One key is one reassignment, and no answer.
  await thread.reassign('asksTwice:1', ['cy'], { wait });
  expect(await thread.reassign('asksTwice:1', ['ben'], { key: 'good', wait })).toMatchObject({ outcome: 'reassigned' });
  expect((await thread.interrupts())[0]?.assignees).toEqual(['cy']);
  const mixed = await expectCode(thread.resume('yes', { id: 'asksTwice:1', run, key: 'good', wait }), 'InvalidAnswer');
  expect(mixed.message).toMatch(/^Key `good` is the key of the reassignment of `asksTwice:1`/);
  await thread.handle.terminate();
});

test('A12: without a worker it is queued, and counts with the next worker, also where the question is cut', async () => {
  await using own = await startTest<typeof workflows>({ workflowsPath, activities, replay });
  const thread = own.client.thread(`t-${randomUUID()}`, 'cut');
  await thread.start();
  await asks(thread, 'cut:1');
  await own.worker.stop();
  expect(await thread.reassign('cut:1', ['ben'], { key: 'k', wait: 100 })).toMatchObject({ outcome: 'queued' });
  expect((await thread.handle.describe()).memo).toMatchObject({ 'holdpoint/cut:1': { assignees: ['ann'] } });
  await own.worker.restart();
  await until(async () => (await thread.interrupts())[0]?.assignees?.join() === 'ben');
  const [whole] = await thread.interrupts();
  expect(whole).toMatchObject({ value: { long: 'x'.repeat(20_000) } });
  expect(await thread.reassign('cut:1', ['ben'], { key: 'k', wait })).toMatchObject({ outcome: 'reassigned' });
  await thread.handle.terminate();
});

/** A thread whose question was reassigned and answered, and that asks another one. */
async function startPaid(): Promise<Thread<undefined>> {
  const thread = open('pays');
  await thread.start(undefined);
  await asks(thread, 'pays:1');
  await thread.reassign('pays:1', ['ben'], { actor: 'eve', key: 'r', wait });
  await thread.resume(true, { actor: 'ben', key: 'a', wait });
  await asks(thread, 'pays:2');
  return thread;
}

test('A10 A12: after a reset the question is reassigned when it opens again, before its answer counts', async () => {
  const thread = await startPaid();
  // Three of the first question, and one of the second.
  const before = 4;
  await until(() => events.get(thread.id)?.length === before);
  await resetBefore(thread, 'start');
  await asks(thread, 'pays:2');
  expect((await thread.state()).refused).toEqual([]);
  const { events: history = [] } = await thread.handle.fetchHistory();
  const changes = (history ?? []).flatMap(({ workflowPropertiesModifiedEventAttributes: memo }) =>
    memo?.upsertedMemo?.fields?.['holdpoint/pays:1'] ? [Object.keys(memo.upsertedMemo.fields).toSorted()] : [],
  );
  expect(changes).toEqual([
    ['holdpoint/pays:1'],
    ['holdpoint/pays:1', 'holdpoint:changed'],
    ['holdpoint/pays:1', 'holdpoint:closed'],
  ]);
  // Nobody was told of a question that needed no answer.
  await thread.resume('yes', { wait });
  expect(await thread.result()).toEqual([true, 'yes']);
  expect(
    events
      .get(thread.id)!
      .slice(before)
      .map(({ id, kind }) => [id, kind]),
  ).toEqual([
    ['pays:2', 'opened'],
    ['pays:2', 'closed'],
  ]);
});

test('A10 A12: after a reset, whoever has the question by then is told that it opened', async () => {
  const thread = open('pays');
  await thread.start(undefined);
  await asks(thread, 'pays:1');
  await thread.reassign('pays:1', ['ben'], { wait });
  await until(() => events.get(thread.id)?.at(-1)?.kind === 'reassigned');
  const before = events.get(thread.id)!.length;
  await resetBefore(thread, 'start');
  await until(() => events.get(thread.id)!.length > before);
  expect(events.get(thread.id)!.slice(before)).toMatchObject([{ kind: 'opened', assignees: ['ben'] }]);
  expect(await asks(thread, 'pays:1')).toMatchObject([{ assignees: ['ben'] }]);
  await thread.handle.terminate();
});

test('A10 A12: after a reset, a question that asks something else stays with those whom its code names', async () => {
  const thread = await startPaid();
  drafts.set(thread.id, '10,000');
  await resetBefore(thread, 'start');
  expect(await asks(thread, 'pays:1')).toMatchObject([{ value: 'Pay 10,000?', assignees: ['ann'] }]);
  const { refused } = await thread.state();
  expect(refused.map(({ key, code }) => [key, code])).toEqual([
    ['r', 'NotPending'],
    ['a', 'NotPending'],
  ]);
  expect(refused[0]?.message).toBe(
    'Question `pays:1` was reassigned before the thread was reset, and now asks something else: the reassignment is not used.',
  );
  await thread.handle.terminate();
});
