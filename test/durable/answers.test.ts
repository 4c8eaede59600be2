/** Scenarios C39–C45 and C52–C55: answers, and what becomes of them. */
import { Command } from 'holdpoint/client';
import { expect, test } from 'vitest';
import { ran } from './fixtures/entries.ts';
import { openGate, reached } from './fixtures/gates.ts';
import { expectCode, Q, rejection, startScenario, until, useScenario } from './fixtures/scenario.ts';

const scenario = useScenario();
const { drive } = scenario;

test('C39: none open yet: refused, and never kept (A1)', async () => {
  const { S, R, thread } = drive('c39');
  const updates = S();
  await reached(thread, 'g');
  await expectCode(thread.resume('early'), 'NotPending');
  openGate(thread, 'g');
  expect(await updates).toEqual([{ hold: null }, Q('ask:1', 'q')]);
  expect((await R('v')).at(-1)).toEqual({ c39: 'v' });
});

test('C39: the same for a bare signal, that came before the question (A1)', async () => {
  const { S, thread } = drive('c39');
  const updates = S();
  await reached(thread, 'g');
  await thread.handle.signal('resume', 'early', { key: 'k' });
  openGate(thread, 'g');
  expect((await updates).at(-1)).toEqual(Q('ask:1', 'q'));
  expect(await thread.handle.query('receipt', 'k')).toMatchObject({ outcome: 'refused', code: 'NotPending' });
  expect(await thread.state()).toMatchObject({ status: 'waiting', refused: [{ code: 'NotPending', key: 'k' }] });
});

test('C40: never started; ended (A1)', async () => {
  const unknown = drive('graph').thread;
  await expectCode(unknown.resume('x'), 'ThreadNotFound');
  await expectCode(unknown.invoke(new Command({ resume: 'x' })), 'ThreadNotFound');
  await expectCode(unknown.resume('x', { id: 'ask:1' }), 'ThreadNotFound');
  await expectCode(unknown.state(), 'ThreadNotFound');
  await expectCode(unknown.follow().next(), 'ThreadNotFound');
  await expectCode(unknown.result(), 'ThreadNotFound');
  await expectCode(unknown.cancel(), 'ThreadNotFound');
  const { S, R, thread } = drive('graph');
  await S('foo');
  await R('baz');
  await expectCode(thread.resume('x'), 'ThreadClosed');
  await expectCode(thread.resume('x', { id: 'humanFeedback:1' }), 'ThreadClosed');
  expect(await thread.result()).toBe('foo bar baz qux');
});

test('C41: an unknown id (A2 A4)', async () => {
  const { S, thread } = drive('c41');
  await S();
  expect((await expectCode(thread.resume('x', { id: 'ask:9' }), 'NotPending')).message).toMatch(
    /`ask:9`.*Open: `ask:1`/,
  );
  expect(await thread.resume('v')).toMatchObject({ outcome: 'accepted', id: 'ask:1' });
  expect(await thread.result()).toBe('v');
});

test('C42: the first answer stands (A2)', async () => {
  const { S, thread } = drive('c42');
  const updates = S();
  await until(async () => (await thread.state().catch(() => undefined))?.status === 'waiting');
  expect(await thread.resume('yes', { id: 'ask:1' })).toMatchObject({ outcome: 'accepted' });
  await expectCode(thread.resume('no', { id: 'ask:1' }), 'AlreadyAnswered');
  await expectCode(thread.resume('no'), 'NotPending');
  openGate(thread, 'g');
  await updates;
  expect(await thread.result()).toBe('yes');
});

test('C43: two answers at the same moment (A2 A8)', async () => {
  const { S, thread } = drive('c42');
  await S();
  const settled = await Promise.allSettled([thread.resume('a', { id: 'ask:1' }), thread.resume('b', { id: 'ask:1' })]);
  const accepted = settled.findIndex(({ status }) => status === 'fulfilled');
  expect(settled[1 - accepted]).toMatchObject({ status: 'rejected', reason: { code: 'AlreadyAnswered' } });
  openGate(thread, 'g');
  expect(await thread.result()).toBe(['a', 'b'][accepted]);
});

test('C44: falsy and empty answers (A3)', async () => {
  const { S, R } = drive('c44');
  const answers = [false, 0, '', null, [], {}];
  await S();
  let last: unknown;
  for (const answer of [...answers, ...answers]) last = (await R(answer)).at(-1);
  expect(last).toEqual({ c44: [answers, answers] });
});

test('C45: objects that look like addresses (A3)', async () => {
  const { S, R } = drive('c45');
  const answers = [{ id: 'c45:4' }, { 'c45:3': 'x' }, { resume: 'x' }, { value: 1, id: 'c45:9' }];
  await S();
  let last: unknown;
  for (const answer of answers) last = (await R(answer)).at(-1);
  expect(last).toEqual({ c45: answers });
});

test('A3: a signal without any argument, or with a malformed address, is refused', async () => {
  const { S, R, thread } = drive('c41');
  await S();
  await thread.handle.signal('resume');
  await thread.handle.signal('resume', 'v', 'ask:1');
  await thread.handle.signal('resume', 'v', { id: 1 });
  expect((await thread.state()).refused).toMatchObject([
    { code: 'InvalidAnswer' },
    { code: 'InvalidAnswer' },
    { code: 'InvalidAnswer' },
  ]);
  await expectCode(thread.resume(undefined), 'InvalidAnswer');
  expect((await R('v')).at(-1)).toEqual({ c41: 'v' });
});

test('A8: a malformed address has a receipt, which our client reads for anybody', async () => {
  const { S, R, thread } = drive('c41');
  await S();
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
  expect((await R('v')).at(-1)).toEqual({ c41: 'v' });
});

test('A1: what is no address is refused at the call, and nothing is sent', async () => {
  const { S, thread } = drive('c41');
  await S();
  for (const address of ['ask:1', { Id: 'ask:1' }, { id: 1 }, { actor: 42, key: 'k' }, { key: '' }, { wait: '5' }]) {
    expect(await rejection(thread.resume('x', address as object))).toBeInstanceOf(TypeError);
  }
  expect(await thread.state()).toMatchObject({ status: 'waiting', refused: [] });
  // A question is a good address of its answer.
  const [question] = (await thread.state()).interrupts;
  expect(await thread.resume('v', question)).toMatchObject({ outcome: 'accepted', id: 'ask:1' });
});

test('A4: the last 20 refusals are kept', async () => {
  const { S, R, thread } = drive('c41');
  await S();
  for (let n = 0; n < 25; n++) await thread.handle.signal('resume', n, { id: `ask:${n + 2}` });
  const { refused } = await thread.state();
  expect(refused).toHaveLength(20);
  expect(refused.at(-1)).toMatchObject({ code: 'NotPending', id: 'ask:26' });
  expect((await R('v')).at(-1)).toEqual({ c41: 'v' });
});

test('I3: an answer for another run of the thread is refused', async () => {
  const { S, thread } = drive('c41');
  const first = await thread.start();
  expect((await S.call(undefined, undefined).catch((error: unknown) => error)) as Error).toMatchObject({
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

test('C52: no worker up: the answer is queued, and taken later (A8)', async () => {
  await using own = await startScenario();
  const { client, worker } = own;
  const thread = client.thread(`c52-${own.taskQueue}`, 'graph');
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

test('A8: the same key is one answer, also while the run goes on', async () => {
  const { S, thread } = drive('c18');
  await S();
  const results = await Promise.all([thread.resume('a', { key: 'k' }), thread.resume('a', { key: 'k' })]);
  expect(results).toEqual([
    { outcome: 'accepted', id: 'c18:1', key: 'k' },
    { outcome: 'accepted', id: 'c18:1', key: 'k' },
  ]);
  // Now another question is open; the key still names the first answer.
  expect(await thread.resume('a', { key: 'k' })).toMatchObject({ outcome: 'accepted', id: 'c18:1' });
  expect((await thread.state()).interrupts).toMatchObject([{ id: 'c18:2' }]);
});

test('A8: wait 0 sends only', async () => {
  const { S, thread } = drive('c55');
  await S();
  expect(await thread.resume('v', { wait: 0 })).toMatchObject({ outcome: 'queued', id: 'c55:1' });
  expect(await thread.result()).toBe('v');
});

test('C53: the record (A7 A4)', async () => {
  const { S, thread } = drive('c53');
  await S();
  await expectCode(thread.resume('x', { id: 'nope', actor: 'eve' }), 'NotPending');
  await thread.resume('a', { actor: 'ann' });
  await thread.resume('b');
  const answers = await thread.answers();
  const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT/);
  expect(answers).toEqual([
    { id: 'c53:1', value: 'a', actor: 'ann', at, how: 'answered' },
    { id: 'c53:2', value: 'b', at, how: 'answered' },
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

test('A7: the time that a sender claims is within that of the question; without one it is when a worker took the answer', async () => {
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

test('C54: new input for a waiting plain thread (R1)', async () => {
  const { S, R, thread } = drive('graph');
  await S('foo');
  expect((await expectCode(thread.stream('other').next(), 'ThreadBusy')).message).toMatch(/`humanFeedback:1`/);
  expect(await R('baz')).toEqual([
    { humanFeedback: 'foo bar baz' },
    { step3: 'foo bar baz qux' },
    { graph: 'foo bar baz qux' },
  ]);
});

test('C55: the answer that ends the run is acknowledged (A8)', async () => {
  const { S, thread } = drive('c55');
  await S();
  const { outcome, key } = await thread.resume('v');
  expect(outcome).toBe('accepted');
  expect(await thread.result()).toBe('v');
  expect(await thread.handle.query('receipt', key)).toEqual({ outcome: 'accepted', id: 'c55:1' });
});

test('R1: with the key of the current or last run nothing is started', async () => {
  const { thread } = drive('c55');
  const first = await thread.start(undefined, { key: 'batch-1' });
  expect(await thread.start(undefined, { key: 'batch-1' })).toEqual(first);
  await expectCode(thread.start(undefined, { key: 'batch-2' }), 'ThreadBusy');
  await until(async () => (await thread.state()).status === 'waiting');
  await thread.resume('v');
  await thread.result();
  expect(await thread.start(undefined, { key: 'batch-1' })).toEqual(first);
  expect((await thread.start(undefined, { key: 'batch-2' })).run).not.toBe(first.run);
  const other = drive('c55').thread;
  const [a, b] = await Promise.all([other.start(undefined, { key: 'k' }), other.start(undefined, { key: 'k' })]);
  expect(a).toEqual(b);
});

test('a Command for a thread of another entrypoint is refused', async () => {
  const { S, thread } = drive('c41');
  await S();
  const wrong = scenario.client.thread(thread.id, 'graph');
  await expectCode(wrong.invoke(new Command({ resume: 'v' })), 'WrongEntrypoint');
  expect(await scenario.client.thread(thread.id, 'c41').invoke(new Command({ resume: 'v' }))).toEqual({ value: 'v' });
});

test('a Command for one of several questions says which', async () => {
  const { S, thread } = drive('c26');
  await S();
  await expectCode(thread.invoke(new Command({ resume: 'x' })), 'AmbiguousAnswer');
  expect(await thread.invoke(new Command({ resume: 'R', id: 'both:1#2' }))).toMatchObject({
    interrupts: [{ id: 'both:1' }],
  });
  expect(await thread.invoke(new Command({ resume: 'L' }))).toEqual({ value: ['L', 'R'] });
});
