/** Answers, and what becomes of them. */
import { Command } from 'holdpoint/client';
import { expect, test } from 'vitest';
import { ran } from './fixtures/entries.ts';
import { openGate, reached } from './fixtures/gates.ts';
import { expectCode, asking, rejection, startScenario, until, useScenario } from './fixtures/scenario.ts';

const scenario = useScenario();
const { drive } = scenario;

test('an answer before any question is refused, and never kept (A1)', async () => {
  const { send, reply, thread } = drive('asksAfterGate');
  const updates = send();
  await reached(thread, 'g');
  await expectCode(thread.resume('early'), 'NotPending');
  openGate(thread, 'g');
  expect(await updates).toEqual([{ hold: null }, asking('ask:1', 'q')]);
  expect((await reply('v')).at(-1)).toEqual({ asksAfterGate: 'v' });
});

test('a bare signal before any question is refused too (A1)', async () => {
  const { send, thread } = drive('asksAfterGate');
  const updates = send();
  await reached(thread, 'g');
  await thread.handle.signal('resume', 'early', { key: 'k' });
  openGate(thread, 'g');
  expect((await updates).at(-1)).toEqual(asking('ask:1', 'q'));
  expect(await thread.handle.query('receipt', 'k')).toMatchObject({ outcome: 'refused', code: 'NotPending' });
  expect(await thread.state()).toMatchObject({ status: 'waiting', refused: [{ code: 'NotPending', key: 'k' }] });
});

test('a thread that was never started, or has ended, takes no answer (A1)', async () => {
  const unknown = drive('graph').thread;
  await expectCode(unknown.resume('x'), 'ThreadNotFound');
  await expectCode(unknown.invoke(new Command({ resume: 'x' })), 'ThreadNotFound');
  await expectCode(unknown.resume('x', { id: 'ask:1' }), 'ThreadNotFound');
  await expectCode(unknown.state(), 'ThreadNotFound');
  await expectCode(unknown.follow().next(), 'ThreadNotFound');
  await expectCode(unknown.result(), 'ThreadNotFound');
  await expectCode(unknown.cancel(), 'ThreadNotFound');
  const { send, reply, thread } = drive('graph');
  await send('foo');
  await reply('baz');
  await expectCode(thread.resume('x'), 'ThreadClosed');
  await expectCode(thread.resume('x', { id: 'humanFeedback:1' }), 'ThreadClosed');
  expect(await thread.result()).toBe('foo bar baz qux');
});

test('an answer with an unknown id is refused (A2 A4)', async () => {
  const { send, thread } = drive('asksInTask');
  await send();
  expect((await expectCode(thread.resume('x', { id: 'ask:9' }), 'NotPending')).message).toMatch(
    /`ask:9`.*Open: `ask:1`/,
  );
  expect(await thread.resume('v')).toMatchObject({ outcome: 'accepted', id: 'ask:1' });
  expect(await thread.result()).toBe('v');
});

test('the first answer stands (A2)', async () => {
  const { send, thread } = drive('holdsAfterAnswer');
  const updates = send();
  await until(async () => (await thread.state().catch(() => undefined))?.status === 'waiting');
  expect(await thread.resume('yes', { id: 'ask:1' })).toMatchObject({ outcome: 'accepted' });
  await expectCode(thread.resume('no', { id: 'ask:1' }), 'AlreadyAnswered');
  await expectCode(thread.resume('no'), 'NotPending');
  openGate(thread, 'g');
  await updates;
  expect(await thread.result()).toBe('yes');
});

test('of two answers at the same moment, one is accepted (A2 A8)', async () => {
  const { send, thread } = drive('holdsAfterAnswer');
  await send();
  const settled = await Promise.allSettled([thread.resume('a', { id: 'ask:1' }), thread.resume('b', { id: 'ask:1' })]);
  const accepted = settled.findIndex(({ status }) => status === 'fulfilled');
  expect(settled[1 - accepted]).toMatchObject({ status: 'rejected', reason: { code: 'AlreadyAnswered' } });
  openGate(thread, 'g');
  expect(await thread.result()).toBe(['a', 'b'][accepted]);
});

test('falsy and empty values are answers (A3)', async () => {
  const { send, reply } = drive('asksTwelve');
  const answers = [false, 0, '', null, [], {}];
  await send();
  let last: unknown;
  for (const answer of [...answers, ...answers]) last = (await reply(answer)).at(-1);
  expect(last).toEqual({ asksTwelve: [answers, answers] });
});

test('objects that look like addresses are answers (A3)', async () => {
  const { send, reply } = drive('asksFour');
  const answers = [{ id: 'asksFour:4' }, { 'asksFour:3': 'x' }, { resume: 'x' }, { value: 1, id: 'asksFour:9' }];
  await send();
  let last: unknown;
  for (const answer of answers) last = (await reply(answer)).at(-1);
  expect(last).toEqual({ asksFour: answers });
});

test('A3: a signal without any argument, or with a malformed address, is refused', async () => {
  const { send, reply, thread } = drive('asksInTask');
  await send();
  await thread.handle.signal('resume');
  await thread.handle.signal('resume', 'v', 'ask:1');
  await thread.handle.signal('resume', 'v', { id: 1 });
  expect((await thread.state()).refused).toMatchObject([
    { code: 'InvalidAnswer' },
    { code: 'InvalidAnswer' },
    { code: 'InvalidAnswer' },
  ]);
  await expectCode(thread.resume(undefined), 'InvalidAnswer');
  expect((await reply('v')).at(-1)).toEqual({ asksInTask: 'v' });
});

test('A8: an answer with a malformed address has a receipt, which our client reads', async () => {
  const { send, reply, thread } = drive('asksInTask');
  await send();
  await thread.handle.signal('resume', 'v', { id: 'ask:1', actor: 42, key: 'typed' });
  await thread.handle.signal('resume', 'v', { key: 'timed', sentAt: 'yesterday' });
  await thread.handle.signal('resume', 'v', { key: 'timed in numbers', sentAt: 1700000000000 });
  for (const key of ['typed', 'timed', 'timed in numbers'])
    expect((await expectCode(thread.resume('v', { key }), 'InvalidAnswer')).message).toMatch(/second argument/);
  expect((await thread.state()).refused).toMatchObject([
    { code: 'InvalidAnswer', id: 'ask:1', key: 'typed' },
    { code: 'InvalidAnswer', key: 'timed' },
    { code: 'InvalidAnswer', key: 'timed in numbers' },
  ]);
  expect((await reply('v')).at(-1)).toEqual({ asksInTask: 'v' });
});

test('A1: a malformed address is refused at the call, and nothing is sent', async () => {
  const { send, thread } = drive('asksInTask');
  await send();
  for (const address of ['ask:1', { Id: 'ask:1' }, { id: 1 }, { actor: 42, key: 'k' }, { key: '' }, { wait: '5' }]) {
    expect(await rejection(thread.resume('x', address as object))).toBeInstanceOf(TypeError);
  }
  expect(await thread.state()).toMatchObject({ status: 'waiting', refused: [] });
  // A question is a good address of its answer.
  const [question] = (await thread.state()).interrupts;
  expect(await thread.resume('v', question)).toMatchObject({ outcome: 'accepted', id: 'ask:1' });
});

test('A4: the last 20 refusals are kept', async () => {
  const { send, reply, thread } = drive('asksInTask');
  await send();
  for (let n = 0; n < 25; n++) await thread.handle.signal('resume', n, { id: `ask:${n + 2}` });
  const { refused } = await thread.state();
  expect(refused).toHaveLength(20);
  expect(refused.at(-1)).toMatchObject({ code: 'NotPending', id: 'ask:26' });
  expect((await reply('v')).at(-1)).toEqual({ asksInTask: 'v' });
});

test('I3: an answer for another run of the thread is refused', async () => {
  const { send, thread } = drive('asksInTask');
  const first = await thread.start();
  expect((await send.call(undefined, undefined).catch((error: unknown) => error)) as Error).toMatchObject({
    code: 'ThreadBusy',
  });
  await until(async () => (await thread.state()).status === 'waiting');
  await thread.resume('one');
  await thread.result();
  const second = await thread.start();
  expect(second.run).not.toBe(first.run);
  await until(async () => (await thread.state()).status === 'waiting');
  expect((await expectCode(thread.resume('two', { id: 'ask:1', run: first.run }), 'NotPending')).message).toMatch(
    first.run,
  );
  expect(await thread.resume('two', { id: 'ask:1', run: second.run })).toMatchObject({ outcome: 'accepted' });
});

test('without a worker an answer is queued, and accepted later (A8)', async () => {
  await using own = await startScenario();
  const { client, worker } = own;
  const thread = client.thread(`queued-${own.taskQueue}`, 'graph');
  expect(await thread.invoke('foo')).toMatchObject({ interrupts: [{ id: 'humanFeedback:1' }] });
  await worker.stop();
  expect(await thread.resume('baz', { key: 'k', wait: 300 })).toEqual({
    outcome: 'queued',
    id: 'humanFeedback:1',
    key: 'k',
  });
  await worker.restart();
  expect(await thread.result()).toBe('foo bar baz qux');
  // Repeating the call with the same key tells later, and is no second answer.
  expect(await thread.resume('baz', { key: 'k' })).toEqual({ outcome: 'accepted', id: 'humanFeedback:1', key: 'k' });
  expect(ran(thread, 'step1')).toBe(1);
  expect(await thread.answers()).toMatchObject([{ id: 'humanFeedback:1', value: 'baz' }]);
});

test('A8: the same key is one answer, also while the run continues', async () => {
  const { send, thread } = drive('asksTwice');
  await send();
  const results = await Promise.all([thread.resume('a', { key: 'k' }), thread.resume('a', { key: 'k' })]);
  expect(results).toEqual([
    { outcome: 'accepted', id: 'asksTwice:1', key: 'k' },
    { outcome: 'accepted', id: 'asksTwice:1', key: 'k' },
  ]);
  // Now another question is open; the key still names the first answer.
  expect(await thread.resume('a', { key: 'k' })).toMatchObject({ outcome: 'accepted', id: 'asksTwice:1' });
  expect((await thread.state()).interrupts).toMatchObject([{ id: 'asksTwice:2' }]);
});

test('A8: wait 0 sends only', async () => {
  const { send, thread } = drive('asksInBody');
  await send();
  expect(await thread.resume('v', { wait: 0 })).toMatchObject({ outcome: 'queued', id: 'asksInBody:1' });
  expect(await thread.result()).toBe('v');
});

test('accepted answers are on record, and refused ones are not (A7 A4)', async () => {
  const { send, thread } = drive('asksTwice');
  await send();
  await expectCode(thread.resume('x', { id: 'nope', actor: 'eve' }), 'NotPending');
  await thread.resume('a', { actor: 'ann' });
  await thread.resume('b');
  const answers = await thread.answers();
  const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT/);
  expect(answers).toEqual([
    { id: 'asksTwice:1', value: 'a', actor: 'ann', at, how: 'answered' },
    { id: 'asksTwice:2', value: 'b', at, how: 'answered' },
  ]);
  expect((await thread.state()).refused).toMatchObject([{ code: 'NotPending', id: 'nope', actor: 'eve' }]);
});

test('A7: an answer has the time when it was sent, not when a worker took it', async () => {
  await using own = await startScenario();
  const thread = own.client.thread(`a7-${own.taskQueue}`, 'a7time');
  expect(await thread.invoke()).toMatchObject({ interrupts: [{ id: 'a7time:1' }] });
  await own.worker.stop();
  const before = Date.now();
  await thread.resume('v', { wait: 0 });
  const after = Date.now();
  await until(() => Date.now() > after + 500);
  await own.worker.restart();
  const { at } = await thread.result();
  expect(Date.parse(at)).toBeGreaterThanOrEqual(before);
  expect(Date.parse(at)).toBeLessThanOrEqual(after);
  expect(await thread.answers()).toMatchObject([{ at }]);
});

test('A7: the time of a sender is limited to the time of the question, and is by default when a worker took the answer', async () => {
  for (const sentAt of ['2000-01-01T00:00:00Z', '2100-01-01T00:00:00Z', undefined]) {
    const { thread } = drive('a7time');
    const { interrupts } = await thread.invoke();
    const { askedAt } = interrupts![0]!;
    const before = Date.now();
    await thread.handle.signal('resume', 'v', { sentAt });
    const { at } = await thread.result();
    if (sentAt?.startsWith('2000')) expect(at).toBe(askedAt);
    else expect(Date.parse(at)).toBeGreaterThanOrEqual(before - 1000);
    expect(Date.parse(at)).toBeLessThanOrEqual(Date.now());
  }
});

test('a plain thread that waits refuses a new input (R1)', async () => {
  const { send, reply, thread } = drive('graph');
  await send('foo');
  expect((await expectCode(thread.stream('other').next(), 'ThreadBusy')).message).toMatch(/`humanFeedback:1`/);
  expect(await reply('baz')).toEqual([
    { humanFeedback: 'foo bar baz' },
    { step3: 'foo bar baz qux' },
    { graph: 'foo bar baz qux' },
  ]);
});

test('the answer that ends the run is acknowledged (A8)', async () => {
  const { send, thread } = drive('asksInBody');
  await send();
  const { outcome, key } = await thread.resume('v');
  expect(outcome).toBe('accepted');
  expect(await thread.result()).toBe('v');
  expect(await thread.handle.query('receipt', key)).toEqual({ outcome: 'accepted', id: 'asksInBody:1' });
});

test('R1: with the key of the current or last run nothing is started', async () => {
  const { thread } = drive('asksInBody');
  const first = await thread.start(undefined, { key: 'batch-1' });
  expect(await thread.start(undefined, { key: 'batch-1' })).toEqual(first);
  await expectCode(thread.start(undefined, { key: 'batch-2' }), 'ThreadBusy');
  await until(async () => (await thread.state()).status === 'waiting');
  await thread.resume('v');
  await thread.result();
  expect(await thread.start(undefined, { key: 'batch-1' })).toEqual(first);
  expect((await thread.start(undefined, { key: 'batch-2' })).run).not.toBe(first.run);
  const other = drive('asksInBody').thread;
  const [a, b] = await Promise.all([other.start(undefined, { key: 'k' }), other.start(undefined, { key: 'k' })]);
  expect(a).toEqual(b);
});

test('a Command for a thread of another entrypoint is refused', async () => {
  const { send, thread } = drive('asksInTask');
  await send();
  const wrong = scenario.client.thread(thread.id, 'graph');
  await expectCode(wrong.invoke(new Command({ resume: 'v' })), 'WrongEntrypoint');
  expect(await scenario.client.thread(thread.id, 'asksInTask').invoke(new Command({ resume: 'v' }))).toEqual({
    value: 'v',
  });
});

test('a Command for one of several questions says which', async () => {
  const { send, thread } = drive('taskAsksTwoAtOnce');
  await send();
  await expectCode(thread.invoke(new Command({ resume: 'x' })), 'AmbiguousAnswer');
  expect(await thread.invoke(new Command({ resume: 'R', id: 'both:1#2' }))).toMatchObject({
    interrupts: [{ id: 'both:1' }],
  });
  expect(await thread.invoke(new Command({ resume: 'L' }))).toEqual({ value: ['L', 'R'] });
});

test('A8: a wait longer than a timer of Node can take still confirms the answer', async () => {
  const { thread, send } = drive('graph');
  await send('foo');
  expect(await thread.resume('baz', { wait: '60d' })).toMatchObject({ outcome: 'accepted' });
});

test('A4: several answers at once have a result each, and a refused one stops no other', async () => {
  const { thread, send } = drive('grouped');
  await send();
  const outcomes = await thread.resumeAll(
    [
      { value: { type: 'approve' }, id: 'grouped:1', actor: 'ann', key: 'k1' },
      { value: 'nonsense', id: 'grouped:2' },
      { value: { type: 'approve' }, id: 'grouped:9' },
      { value: undefined, id: 'grouped:7' },
      { value: 'sent', id: 'ask:1', run: 'another' },
    ],
    { wait: '30s' },
  );
  expect(outcomes).toMatchObject([
    { outcome: 'accepted', id: 'grouped:1', key: 'k1' },
    { outcome: 'failed', id: 'grouped:2', error: { code: 'InvalidAnswer', problems: [{ path: '' }] } },
    { outcome: 'failed', id: 'grouped:9', error: { code: 'NotPending' } },
    { outcome: 'failed', id: 'grouped:7', error: { code: 'InvalidAnswer' } },
    { outcome: 'failed', id: 'ask:1', error: { code: 'NotPending' } },
  ]);
  expect((await thread.interrupts()).map(({ id }) => id).toSorted()).toEqual(['ask:1', 'grouped:2']);
  const rest = [
    { value: { type: 'reject' }, id: 'grouped:2' },
    { value: 'sent', id: 'ask:1' },
    // Sent again it is the same answer.
    { value: { type: 'approve' }, id: 'grouped:1', key: 'k1' },
  ];
  expect(await thread.resumeAll(rest, { wait: '30s' })).toMatchObject([
    { outcome: 'accepted', id: 'grouped:2' },
    { outcome: 'accepted', id: 'ask:1' },
    { outcome: 'accepted', id: 'grouped:1', key: 'k1' },
  ]);
  expect(await thread.result()).toEqual([{ type: 'approve' }, { type: 'reject' }, 'sent']);
  expect(await thread.answers()).toMatchObject([{ id: 'grouped:1', actor: 'ann' }, {}, {}]);
  expect(await thread.resumeAll(rest)).toMatchObject([
    { outcome: 'failed', error: { code: 'ThreadClosed' } },
    { outcome: 'failed', error: { code: 'ThreadClosed' } },
    { outcome: 'accepted', key: 'k1' },
  ]);
  await expectCode(scenario.client.thread('nobody').resumeAll(rest), 'ThreadNotFound');
});

test('A8 A10: several answers wait on the server for a worker, each with the hash of its question', async () => {
  await using own = await startScenario();
  const thread = own.client.thread(`g-${own.taskQueue}`, 'grouped');
  await thread.invoke(undefined);
  await own.worker.stop();
  const answers = ['grouped:1', 'grouped:2'].map((id) => ({ value: { type: 'approve' }, id }));
  expect(await thread.resumeAll(answers, { wait: 0 })).toMatchObject([
    { outcome: 'queued', id: 'grouped:1', key: expect.any(String) },
    { outcome: 'queued', id: 'grouped:2' },
  ]);
  let addresses: { readonly hash?: unknown }[] = [];
  // The server keeps signals back while a workflow task is at work, or was given to a worker that has stopped.
  await until(async () => {
    const { events } = await thread.handle.fetchHistory();
    addresses = (events ?? []).flatMap(({ workflowExecutionSignaledEventAttributes: signal }) =>
      signal ? [JSON.parse(String(Buffer.from(signal.input?.payloads?.[1]?.data ?? [])))] : [],
    );
    return addresses.length === 2;
  });
  for (const address of addresses) expect(address).toMatchObject({ hash: expect.stringMatching(/^[\da-f]{64}$/) });
  await own.worker.restart();
  await thread.resume('sent', { id: 'ask:1' });
  expect(await thread.result()).toEqual([{ type: 'approve' }, { type: 'approve' }, 'sent']);
});
