/** `temporal workflow reset`: answers and inputs survive it, and readers continue (A10 R11 S1). */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Worker } from '@temporalio/worker';
import type { Thread } from 'holdpoint/client';
import type { Test } from 'holdpoint/testing';
import { HoldpointPlugin } from 'holdpoint/worker';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTest } from './fixtures/start-test.ts';
import * as activities from './fixtures/reset-activities.ts';
import { drafts, events } from './fixtures/reset-activities.ts';
import type * as workflows from './fixtures/reset-workflows.ts';
import { resetBefore } from './fixtures/resets.ts';
import { drain, expectCode, replay, until } from './fixtures/scenario.ts';

const workflowsPath = fileURLToPath(new URL('fixtures/reset-workflows.ts', import.meta.url));
let started: Test<typeof workflows>;
const notices: string[] = [];
beforeAll(async () => {
  started = await startTest<typeof workflows>({
    workflowsPath,
    activities,
    replay,
    onNotice: (message) => notices.push(message),
  });
});
afterAll(() => started[Symbol.asyncDispose]());

function open<Name extends 'payment' | 'three' | 'chat' | 'chatReplace' | 'relays'>(entrypoint: Name) {
  return started.client.thread(`t-${randomUUID()}`, entrypoint);
}

type AnyThread = Pick<Thread, 'id' | 'state' | 'handle' | 'answers'>;

/** Waits until exactly these questions are open. */
async function asks(thread: AnyThread, ...ids: string[]): Promise<void> {
  await until(async () => (await thread.state()).interrupts.map(({ id }) => id).join() === ids.join());
}

async function outcomes(thread: AnyThread): Promise<unknown[]> {
  return (await thread.answers()).map(({ id, value, actor }) => [id, value, actor]);
}

/** A thread that has been answered twice, and asks for the third time. */
async function startPayment() {
  const thread = open('payment');
  const { run } = await thread.start();
  await asks(thread, 'payment:1');
  await thread.resume(true, { actor: 'ann', key: 'k1' });
  await asks(thread, 'ask:1');
  await thread.resume('thanks', { actor: 'bob', key: 'k2' });
  await asks(thread, 'payment:2');
  return { thread, run };
}

test('A10: nobody is asked again what has been answered', async () => {
  const { thread, run } = await startPayment();
  // The notification is a task of its own, and comes after the question.
  await until(() => events.get(thread.id)?.at(-1)?.id === 'payment:2');
  const before = events.get(thread.id)!.length;
  await resetBefore(thread, 'start');
  await asks(thread, 'payment:2');
  expect(await outcomes(thread)).toEqual([
    ['payment:1', true, 'ann'],
    ['ask:1', 'thanks', 'bob'],
  ]);
  expect((await thread.state()).refused).toEqual([]);
  // Sent again it is the same answer, and has its receipt.
  expect(await thread.resume(true, { key: 'k1' })).toEqual({ outcome: 'accepted', id: 'payment:1', key: 'k1' });
  expect(await thread.resume('last', { id: 'payment:2', run })).toMatchObject({ outcome: 'accepted' });
  expect(await thread.result()).toEqual(['10', true, 'thanks', 'last']);
  // Nobody was told of a question that needed no answer.
  expect(events.get(thread.id)!.slice(before)).toMatchObject([
    { kind: 'opened', id: 'payment:2' },
    { kind: 'closed', id: 'payment:2', how: 'answered' },
  ]);
});

test('A10: the history of a run that was reset replays', async () => {
  const { thread } = await startPayment();
  await resetBefore(thread, 'start');
  await asks(thread, 'payment:2');
  const history = await thread.handle.fetchHistory();
  await Worker.runReplayHistory({ workflowsPath, plugins: [new HoldpointPlugin()] }, history, thread.id);
  await started.worker.restart();
  await thread.resume('last');
  expect(await thread.result()).toEqual(['10', true, 'thanks', 'last']);
});

test('A10: an answer does not count for a question that has changed', async () => {
  const { thread } = await startPayment();
  drafts.set(thread.id, '10,000');
  await resetBefore(thread, 'start');
  await asks(thread, 'payment:1');
  const { refused } = await thread.state();
  expect(refused).toMatchObject([{ code: 'NotPending', id: 'payment:1', actor: 'ann', key: 'k1' }]);
  expect(refused[0]!.message).toContain('now asks something else');
  await expectCode(thread.resume(true, { id: 'payment:1', key: 'k1' }), 'NotPending');
  await thread.resume(false);
  // What was asked as before is answered as before.
  await asks(thread, 'payment:2');
  await thread.resume('last');
  expect(await thread.result()).toEqual(['10,000', false, 'thanks', 'last']);
});

test('A10: answers that wait are decided in the order in which they were sent, each key once', async () => {
  const thread = open('payment');
  // On a busy machine a worker may take longer than the default.
  const wait = '30s';
  const { run } = await thread.start();
  await asks(thread, 'payment:1');
  await expectCode(thread.resume('yes', { key: 'bad', wait }), 'InvalidAnswer');
  await thread.resume(true, { key: 'good', wait });
  await asks(thread, 'ask:1');
  await expectCode(thread.resume(false, { id: 'payment:1', key: 'late', wait }), 'AlreadyAnswered');
  const draft = Promise.withResolvers<string>();
  drafts.set(thread.id, draft.promise);
  await resetBefore(thread, 'start');
  // It waits for its question, and is no other answer when it is sent again.
  expect(await thread.resume(false, { id: 'payment:1', key: 'good' })).toMatchObject({ outcome: 'queued' });
  // An answer that is sent now is for what is open now.
  await expectCode(thread.resume(false, { id: 'payment:1', run, key: 'new', wait }), 'NotPending');
  draft.resolve('10');
  await asks(thread, 'ask:1');
  expect(await outcomes(thread)).toEqual([['payment:1', true, undefined]]);
  expect(await thread.resume(true, { id: 'payment:1', key: 'good', wait })).toMatchObject({ outcome: 'accepted' });
  await expectCode(thread.resume(true, { id: 'payment:1', key: 'bad', wait }), 'InvalidAnswer');
  expect((await thread.state()).refused.map(({ key, code }) => [key, code])).toEqual([
    ['late', 'NotPending'],
    ['new', 'NotPending'],
    ['bad', 'InvalidAnswer'],
  ]);
});

test('A10: an answer that does not say what it answered is not kept', async () => {
  const thread = open('payment');
  await thread.start();
  await asks(thread, 'payment:1');
  await thread.handle.signal('resume', true, { id: 'payment:1' });
  await asks(thread, 'ask:1');
  await resetBefore(thread, 'start');
  await asks(thread, 'payment:1');
  expect((await thread.state()).refused).toMatchObject([{ code: 'NotPending', id: 'payment:1' }]);
});

test('A10: an answer to a question that was given whole survives a reset, one with an id and a run alone does not', async () => {
  const thread = open('payment');
  await thread.start();
  await asks(thread, 'payment:1');
  await thread.resume(true, (await thread.interrupts())[0]);
  await asks(thread, 'ask:1');
  const [{ id, run } = {}] = await thread.interrupts();
  await thread.resume('thanks', { id: id!, run: run! });
  await asks(thread, 'payment:2');
  await resetBefore(thread, 'start');
  await asks(thread, 'ask:1');
  await thread.resume('thanks again');
  await asks(thread, 'payment:2');
  await thread.resume('last');
  await thread.result();
});

test('A10: an answer whose question is not asked again is refused when the run ends', async () => {
  const thread = open('payment');
  const { run } = await thread.start();
  await asks(thread, 'payment:1');
  // As if it had been accepted by code that asked more.
  const hash = 'f'.repeat(64);
  await thread.handle.signal('resume', 1, { id: 'payment:9', run, key: 'gone', hash });
  await thread.resume(true);
  await asks(thread, 'ask:1');
  await resetBefore(thread, 'start');
  await asks(thread, 'ask:1');
  await thread.resume('n');
  await asks(thread, 'payment:2');
  await thread.resume('last');
  await thread.result();
  expect((await thread.state()).refused).toMatchObject([{ key: 'gone', code: 'NotPending', id: 'payment:9' }]);
});

test('A10: several questions, a reset between their answers, and another one', async () => {
  const thread = open('three');
  await thread.start();
  await asks(thread, 'three:1', 'three:2', 'ask:1', 'both:1', 'both:1#2');
  const { interrupts } = await thread.state();
  for (const { id } of interrupts.slice(0, 4)) await thread.resume(`for ${id}`, { id });
  await asks(thread, 'both:1#2');
  await resetBefore(thread, 'three:1');
  await asks(thread, 'both:1#2');
  await resetBefore(thread, 'start');
  await asks(thread, 'both:1#2');
  expect(await outcomes(thread)).toHaveLength(4);
  await thread.resume('r');
  expect(await thread.result()).toEqual(['for three:1', 'for three:2', 'for ask:1', ['for both:1', 'r']]);
});

test('R11: the turns of a thread return in their order, with their answers and the values saved between them', async () => {
  const thread = open('chat');
  await thread.start('1');
  await asks(thread, 'chat:1');
  await thread.resume('a');
  await thread.result();
  await thread.updateState('set');
  await thread.start('2', { key: 'k2' });
  await asks(thread, 'chat:2');
  await thread.resume('b');
  await thread.result();
  for (let n = 3; n <= 14; n++) await thread.invoke(`${n}!`);
  await thread.start('last', { key: 'last' });
  await asks(thread, 'chat:3');
  const result = thread.result({ key: 'last' });
  await resetBefore(thread, 'start');
  await asks(thread, 'chat:3');
  const all = `set 2=b ${Array.from({ length: 12 }, (_, n) => `${n + 3}!`).join(' ')}`;
  expect(await thread.state()).toMatchObject({ turn: 15, saved: all, refused: [] });
  expect(await outcomes(thread)).toEqual([
    ['chat:1', 'a', undefined],
    ['chat:2', 'b', undefined],
  ]);
  // Its key is known.
  expect(await thread.invoke('2', { key: 'k2' })).toEqual({ value: 'set 2=b' });
  await thread.resume('c');
  expect(await result).toBe(`${all} last=c`);
  expect(await thread.result({ key: 'k2' })).toBe('set 2=b');
});

test('R11: a reset in the middle of a turn, while it is read', async () => {
  const thread = open('chat');
  await thread.start('1!');
  await thread.invoke('2!');
  drafts.set(thread.id, 'wrong');
  expect(await thread.invoke('draft', { key: 'k3' })).toEqual({ value: ' 1! 2! wrong' });
  await thread.start('4', { key: 'k4' });
  await asks(thread, 'chat:1');
  const streamed = drain(started.client.thread(thread.id).follow({ live: true }));
  const result = thread.result();
  drafts.set(thread.id, 'right');
  await resetBefore(thread, 'draft:1');
  await until(async () => (await thread.state()).saved === ' 1! 2! right');
  await asks(thread, 'chat:1');
  await thread.resume('x');
  expect(await result).toBe(' 1! 2! right 4=x');
  expect(await thread.result({ key: 'k3' })).toBe(' 1! 2! right');
  await thread.close();
  expect(await streamed).toMatchObject([
    { __interrupt__: [{ id: 'chat:1' }] },
    { draft: 'right' },
    // The next turn begins in the step in which this one ends.
    { __interrupt__: [{ id: 'chat:1' }] },
    { chat: ' 1! 2! right' },
    { chat: ' 1! 2! right 4=x' },
  ]);
});

test('R11: a turn that was cancelled stays cancelled, and a thread that was closed closes after its turns', async () => {
  const thread = open('chat');
  await thread.start('1!');
  await thread.start('2', { key: 'k2' });
  await asks(thread, 'chat:1');
  await thread.cancel('no longer needed');
  await until(async () => (await thread.state()).status === 'idle');
  expect(await thread.invoke('3!')).toEqual({ value: ' 1! 3!' });
  await thread.close();
  await until(async () => (await thread.handle.describe()).status.name === 'COMPLETED');
  await resetBefore(thread, 'start');
  await until(async () => (await thread.handle.describe()).status.name === 'COMPLETED');
  expect(await thread.state()).toMatchObject({ turn: 3, saved: ' 1! 3!', refused: [] });
  await expectCode(thread.result({ key: 'k2' }), 'TurnCancelled');
});

test('R11: a turn that is cancelled after a reset, before a worker comes, is the only one that is lost', async () => {
  const thread = open('chat');
  await thread.start('1!');
  await thread.invoke('2!');
  await thread.invoke('3!');
  await started.worker.stop();
  await resetBefore(thread, 'start');
  await thread.cancel('no longer needed');
  await started.worker.restart();
  await until(async () => (await thread.state()).turn === 3 && (await thread.state()).status === 'idle');
  expect(await thread.state()).toMatchObject({ saved: ' 2! 3!', refused: [] });
});

test('R11: with `replace`, an input that came after the turn before it ended does not replace it', async () => {
  const thread = open('chatReplace');
  await thread.start('1');
  await asks(thread, 'chatReplace:1');
  await thread.resume('a');
  await thread.result();
  await thread.invoke('2!');
  await resetBefore(thread, 'start');
  await until(async () => (await thread.state()).status === 'idle');
  expect(await thread.state()).toMatchObject({ turn: 2, saved: ' 1=a 2!' });
});

test('R11: an answer from before does not reach a turn that comes later', async () => {
  const thread = open('chat');
  const { run } = await thread.start('1');
  await asks(thread, 'chat:1');
  await thread.resume('a');
  await thread.result();
  await thread.start('same');
  await asks(thread, 'chat:2');
  await thread.resume('yes', { key: 'k' });
  await thread.result();
  // The same thread without its second turn.
  await resetBefore(thread, 'start', { exclude: 'updates' });
  await until(async () => (await thread.state()).status === 'idle');
  await thread.start('same');
  await asks(thread, 'chat:2');
  expect((await thread.state()).refused).toMatchObject([{ key: 'k', code: 'NotPending' }]);
  expect((await thread.resume('no', { id: 'chat:2', run })).outcome).toBe('accepted');
});

test('S1: readers continue in the run that a reset made, from any cursor', async () => {
  const { thread } = await startPayment();
  const reader = started.client.thread(thread.id);
  const live = reader.follow({ live: true });
  const seen: unknown[] = [];
  const reading = (async () => {
    for await (const update of live) seen.push(update);
  })();
  const result = reader.result();
  const early = thread.follow();
  expect((await early.next()).value).toEqual({ draft: '10' });
  const old = thread.follow();
  await drain(old);
  expect(seen).toHaveLength(5);
  notices.length = 0;
  await resetBefore(thread, 'ask:1');
  // A worker knows its question before the server does, which a reset in between would discard.
  await until(() => seen.length === 8);
  const { runId: second } = await thread.handle.describe();
  // The first run again, so that the second one is terminated by a reset that was not its own.
  await resetBefore(thread, 'ask:1', { run: early.cursor!.split(':')[0]! });
  await asks(thread, 'payment:2');
  await thread.resume('last');
  const value = ['10', true, 'thanks', 'last'];
  expect(await result).toEqual(value);
  await reading;
  const again = [
    { __interrupt__: [expect.objectContaining({ id: 'ask:1' })] },
    { ask: 'thanks' },
    { __interrupt__: [expect.objectContaining({ id: 'payment:2' })] },
  ];
  const first = [{ draft: '10' }, { __interrupt__: [expect.objectContaining({ id: 'payment:1' })] }];
  expect(seen).toEqual([...first, ...again, ...again, ...again, { payment: value }]);
  expect(notices.filter((notice) => notice.includes('was reset'))).toHaveLength(2);
  // Cursors of the first run: in its beginning, which all runs share, and at its end.
  const rest = [...again, { payment: value }];
  expect(await drain(thread.follow({ from: early.cursor! }))).toEqual([first[1], ...again, ...rest]);
  expect(await drain(thread.follow({ from: old.cursor! }))).toEqual(rest);
  expect(await drain(thread.follow({ from: `${second}:1` }))).toEqual([...first, ...again, ...rest]);
  // Who begins at the start reads what counts, and nothing else.
  expect(await drain(thread.follow({ from: 'start' }))).toEqual([...first, ...rest]);
  // A run that has ended can be reset as well.
  await resetBefore(thread, 'payment:2');
  expect(await thread.result()).toEqual(value);
  expect(await drain(thread.follow({ from: live.cursor! }))).toEqual([again[2], { payment: value }]);
});

const LAST = { __interrupt__: [expect.objectContaining({ id: 'relays:1' })] };

/** A live reader that has begun in the second run of a chain, whose first run a reset has made. */
async function readSecondRun() {
  const thread = open('relays');
  const { run } = await thread.start(0);
  await asks(thread, 'relays:1');
  const first = await resetBefore(thread, 'echo:2', { run });
  await untilSecondOf(thread, first);
  const live = started.client.thread(thread.id).follow({ live: true });
  expect((await live.next()).value).toEqual(LAST);
  return { thread, first, live };
}

/** Waits until that run has gone on in the second one, which asks. */
async function untilSecondOf(thread: AnyThread, first: string): Promise<void> {
  const { client } = thread.handle;
  await until(async () => (await client.getHandle(thread.id, first).describe()).status.name === 'CONTINUED_AS_NEW');
  await asks(thread, 'relays:1');
}

test('S1: a run that ended before a reader began is not read when it is reset again', async () => {
  const { thread, first, live } = await readSecondRun();
  await untilSecondOf(thread, await resetBefore(thread, 'echo:3', { run: first }));
  await thread.resume('x');
  expect(await drain(live)).toEqual([{ echo: 3 }, LAST, { relays: 'x' }]);
});

test('S1: a run that a reset made is read also where it was reset before a reader looked', async () => {
  const { thread, first, live } = await readSecondRun();
  // The reader looks only when it is asked for its next update.
  const second = await resetBefore(thread, 'echo:2', { run: first });
  await untilSecondOf(thread, second);
  await untilSecondOf(thread, await resetBefore(thread, 'echo:3', { run: second }));
  await thread.resume('x');
  expect(await drain(live)).toEqual([{ echo: 2 }, { echo: 3 }, LAST, { relays: 'x' }]);
});

test('S1: a thread that was terminated by somebody ends its readers', async () => {
  const { thread } = await startPayment();
  const result = thread.result();
  const reading = drain(thread.follow({ live: true }));
  await thread.handle.terminate('enough');
  // Either one may end first.
  const ended = await Promise.allSettled([result, reading]);
  expect(ended).toMatchObject([1, 2].map(() => ({ status: 'rejected', reason: { name: 'TerminatedFailure' } })));
});
