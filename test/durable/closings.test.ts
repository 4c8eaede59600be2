/** How questions close: in the history, for the sender of an answer, and for a reader that lists open questions. */
import { Command, type Interrupt, type InterruptUpdate, type Thread } from 'holdpoint/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { expect, test } from 'vitest';
import { countingClient, heldBack, withoutFilter } from './fixtures/requests.ts';
import { expectCode, rejection, startScenario, until, useScenario } from './fixtures/scenario.ts';

const scenario = useScenario();
const { drive } = scenario;
const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);

async function all(updates: AsyncIterable<InterruptUpdate>): Promise<InterruptUpdate[]> {
  const read: InterruptUpdate[] = [];
  for await (const update of updates) read.push(update);
  return read;
}

async function take(updates: AsyncIterator<InterruptUpdate>, n: number): Promise<InterruptUpdate[]> {
  const read: InterruptUpdate[] = [];
  while (read.length < n) read.push((await updates.next()).value as InterruptUpdate);
  return read;
}

/** In short: `opened ask:1`, `closed ask:1 answered`. */
function inShort(update: InterruptUpdate): string {
  switch (update.kind) {
    case 'open':
      return `open ${update.interrupts.map(({ id }) => id).join(' ')}`.trim();
    case 'opened':
      return `opened ${update.interrupt.id}`;
    case 'changed':
      return `changed ${update.interrupt.id}`;
    case 'closed':
      return `closed ${update.id} ${update.how}`;
    default:
      return update satisfies never;
  }
}

interface MemoChange {
  readonly eventId: string;
  readonly keys: readonly string[];
  readonly closed: unknown;
}

/** The memo changes in a run's history that close a question. */
async function closings({ handle }: Pick<Thread, 'handle'>): Promise<MemoChange[]> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).flatMap((event) => {
    const fields = event.workflowPropertiesModifiedEventAttributes?.upsertedMemo?.fields;
    const payload = fields?.['holdpoint:closed'];
    if (!payload) return [];
    return {
      eventId: String(event.eventId),
      keys: Object.keys(fields).toSorted(),
      closed: defaultPayloadConverter.fromPayload(payload),
    };
  });
}

test('A9: the change of the memo that closes a question says how, by whom, when and with which key', async () => {
  const { thread } = drive('fourWays');
  const { run } = await thread.start();
  await until(async () => (await thread.interrupts()).map(({ id }) => id).join() === 'fourWays:3,fourWays:4');
  await thread.resume('yes', { id: 'fourWays:4', actor: 'ann', key: 'k' });
  expect(await thread.result()).toEqual(['yes', 'too late', 'by default']);
  expect((await closings(thread)).map(({ keys, closed }) => [keys, closed])).toEqual(
    [
      { id: 'fourWays:1', run, how: 'expired', at },
      { id: 'fourWays:2', run, how: 'default', at },
      { id: 'fourWays:4', run, how: 'answered', actor: 'ann', at, key: 'k' },
      { id: 'fourWays:3', run, how: 'withdrawn', at },
    ].map((closed) => [[`holdpoint/${closed.id}`, 'holdpoint:closed'], closed]),
  );
});

test('A9: ten answers that one workflow task takes are ten changes; long names are cut, long keys left out', async () => {
  await using own = await startScenario();
  const thread = own.client.thread(`a9-${own.taskQueue}`, 'everyone');
  await thread.invoke(10);
  await own.worker.stop();
  for (let n = 1; n <= 10; n++) {
    const long = n === 10 ? 'x'.repeat(300) : `${n}`;
    await thread.handle.signal('resume', n, { id: `everyone:${n}`, actor: `a${long}`, key: `k${long}` });
  }
  await own.worker.restart();
  expect(await thread.result()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  const changes = await closings(thread);
  expect(new Set(changes.map(({ eventId }) => eventId)).size).toBe(10);
  expect(changes.slice(0, 9).map(({ closed }) => closed)).toMatchObject(
    Array.from({ length: 9 }, (_, n) => ({ id: `everyone:${n + 1}`, actor: `a${n + 1}`, key: `k${n + 1}` })),
  );
  expect(changes[9]?.closed).toEqual({
    id: 'everyone:10',
    run: expect.any(String),
    how: 'answered',
    actor: `a${'x'.repeat(198)}…`,
    at,
  });
  // The answer counts, and its receipt is there.
  const receipt = await thread.handle.query('receipt', `k${'x'.repeat(300)}`);
  expect(receipt).toEqual({ outcome: 'accepted', id: 'everyone:10' });
});

test('A8: forty answers at once that end the run are all accepted, and nobody asks for a receipt', async () => {
  const { thread } = drive('everyone');
  await thread.invoke(40);
  await using counting = await countingClient(scenario.test.taskQueue);
  const ids = Array.from({ length: 40 }, (_, n) => `everyone:${n + 1}`);
  const results = await Promise.all(
    // As many processes would.
    ids.map((id, n) => counting.client.thread(thread.id).resume(n, { id, wait: 50_000 })),
  );
  expect(results.map(({ outcome, id }) => [outcome, id])).toEqual(ids.map((id) => ['accepted', id]));
  expect(counting.take()['QueryWorkflow']).toBeUndefined();
  expect(await thread.result()).toEqual(ids.map((_, n) => n));
});

test('A8: an answer is waited for with long polls from the end of the history', async () => {
  const { thread } = drive('everyone');
  await thread.invoke(1);
  await using counting = await countingClient(scenario.test.taskQueue);
  expect(await counting.client.thread(thread.id).resume(1)).toMatchObject({ outcome: 'accepted' });
  const {
    GetWorkflowExecutionHistory: polls,
    GetWorkflowExecutionHistoryReverse: looks = 0,
    ...others
  } = counting.take();
  expect(Object.keys(others).toSorted()).toEqual([
    'DescribeWorkflowExecution',
    'GetSystemInfo',
    'SignalWorkflowExecution',
  ]);
  // Requests for the end of the history, and the start and end of the workflow task, which may come together.
  expect(polls).toBeLessThanOrEqual(4);
  // The answer may have been handled before the end was reached.
  expect(looks).toBeLessThanOrEqual(1);
});

test('A1 A8: for an answer with the id and the run of its question, nothing is looked up', async () => {
  const { thread } = drive('everyone');
  const { interrupts = [] } = await thread.invoke(3);
  await using counting = await countingClient(scenario.test.taskQueue);
  const stranger = counting.client.thread(thread.id);
  const { id, run } = interrupts[0]!;
  expect(await stranger.resume(1, { id, run })).toMatchObject({ outcome: 'accepted', id });
  const taken = counting.take();
  expect(taken).toMatchObject({ SignalWorkflowExecution: 1 });
  expect(taken).not.toHaveProperty('DescribeWorkflowExecution');
  expect(taken).not.toHaveProperty('QueryWorkflow');
  expect(await stranger.resume(2, { ...interrupts[1], wait: 0 })).toMatchObject({ outcome: 'queued' });
  expect(counting.take()).toEqual({ SignalWorkflowExecution: 1 });
  expect(await stranger.resume(3, interrupts[2])).toMatchObject({ outcome: 'accepted' });
  // Of a whole question, only its address is sent, and a hash of its value.
  const { events } = await thread.handle.fetchHistory();
  const signals = (events ?? []).flatMap((event) => event.workflowExecutionSignaledEventAttributes ?? []);
  const sent = signals.map(({ input }) => defaultPayloadConverter.fromPayload<object>(input!.payloads![1]!));
  expect(sent.map((address) => Object.keys(address).toSorted().join(' '))).toEqual([
    'id key run sentAt',
    'hash id key run sentAt',
    'hash id key run sentAt',
  ]);
});

test('A1: an answer with an id and a run is refused as any other, and by a thread that has ended', async () => {
  const { thread } = drive('everyone');
  const { run } = await thread.start(2);
  await until(async () => (await thread.interrupts()).length === 2);
  expect(await thread.resume(1, { id: 'everyone:1', run, key: 'k' })).toMatchObject({ outcome: 'accepted' });
  await expectCode(thread.resume(1, { id: 'everyone:1', run }), 'AlreadyAnswered');
  await expectCode(thread.resume(1, { id: 'everyone:9', run }), 'NotPending');
  await expectCode(thread.resume(1, { id: 'everyone:2', run: thread.id }), 'NotPending');
  expect(await thread.resume(2, { id: 'everyone:2', run })).toMatchObject({ outcome: 'accepted' });
  for (const wait of [0, 5_000]) {
    await expectCode(thread.resume(1, { id: 'everyone:1', run, wait }), 'ThreadClosed');
    await expectCode(drive('everyone').thread.resume(1, { id: 'everyone:1', run, wait }), 'ThreadNotFound');
    expect(await thread.resume(1, { id: 'everyone:1', run, key: 'k', wait })).toMatchObject({ outcome: 'accepted' });
  }
});

test('A2 A8: of many answers at once, from several threads of one client, each learns its own fate', async () => {
  const { thread } = drive('everyone');
  const { run } = await thread.start(31);
  await until(async () => (await thread.interrupts()).length === 31);
  await using counting = await countingClient(scenario.test.taskQueue);
  const threads = Array.from({ length: 10 }, () => counting.client.thread(thread.id));
  const sent = Array.from({ length: 40 }, (_, n) => ({ id: `everyone:${n + 1}`, run: n % 10 === 9 ? thread.id : run }));
  const settled = await Promise.allSettled(
    sent.map((address, n) => threads[n % 10]!.resume(n, { ...address, wait: 50_000 })),
  );
  // Each of them alone would need two.
  expect(counting.take()['GetWorkflowExecutionHistory']).toBeLessThan(40);
  const fates = settled.map((one) =>
    one.status === 'fulfilled' ? one.value.id : (one.reason as { code: string }).code,
  );
  expect(fates).toEqual(sent.map(({ id }, n) => (n >= 31 || n % 10 === 9 ? 'NotPending' : id)));
  await until(() => counting.waiting() === 0);
  await thread.handle.terminate();
});

test('A8: whoever waits longest reads for all, and nothing is read when nobody waits', async () => {
  await using own = await startScenario();
  const thread = own.client.thread(`a8-${own.taskQueue}`, 'everyone');
  const { interrupts = [] } = await thread.invoke(4);
  await own.worker.stop();
  await using counting = await countingClient(own.taskQueue);
  const stranger = counting.client.thread(thread.id);
  expect(await stranger.resume(1, { ...interrupts[0], wait: 300 })).toMatchObject({ outcome: 'queued' });
  await until(() => counting.waiting() === 0);
  counting.take();
  const first = stranger.resume(2, { ...interrupts[1], wait: 1_500 });
  await until(() => counting.take()['GetWorkflowExecutionHistory'] !== undefined);
  const second = counting.client.thread(thread.id).resume(3, { ...interrupts[2], wait: 50_000 });
  expect(await first).toMatchObject({ outcome: 'queued' });
  await until(() => counting.waiting() === 1);
  await own.worker.restart();
  expect(await second).toMatchObject({ outcome: 'accepted' });
  await until(() => counting.waiting() === 0);
  counting.take();
  expect(await stranger.resume(4, { ...interrupts[3], wait: 0 })).toMatchObject({ outcome: 'queued' });
  expect(counting.take()).toEqual({ SignalWorkflowExecution: 1 });
});

test.each(['accepted', 'refused', 'ended', 'started again'] as const)(
  'A8: an answer that was handled before the end of the history was reached is missed by nobody: %s',
  async (what) => {
    const { thread } = drive('everyone');
    const { run } = await thread.start(what === 'accepted' || what === 'refused' ? 2 : 1);
    await until(async () => (await thread.interrupts()).length > 0);
    const handled = Promise.withResolvers<void>();
    await using counting = await countingClient(scenario.test.taskQueue, [
      heldBack('GetWorkflowExecutionHistory', handled.promise),
    ]);
    const id = what === 'refused' ? 'everyone:9' : 'everyone:1';
    const answered = counting.client.thread(thread.id).resume(1, { id, run, wait: 50_000 });
    const outcome = answered.then(
      (result) => result.outcome,
      (error: { code: string }) => error.code,
    );
    if (what === 'accepted') await until(async () => (await thread.interrupts()).length === 1);
    else if (what === 'refused') await until(async () => (await thread.state()).refused.length === 1);
    else await thread.result();
    if (what === 'started again') await thread.start(1);
    handled.resolve();
    expect(await outcome).toBe(what === 'refused' ? 'NotPending' : 'accepted');
    if (what !== 'refused') expect(counting.take()).not.toHaveProperty('QueryWorkflow');
    await thread.handle.terminate().catch(() => undefined);
  },
);

test('S1: `result` waits for the value while it looks the thread up', async () => {
  const { thread } = drive('everyone');
  await thread.invoke(1);
  const begun = Promise.withResolvers<void>();
  await using counting = await countingClient(scenario.test.taskQueue, [
    heldBack('DescribeWorkflowExecution', begun.promise),
  ]);
  const result = counting.client.thread(thread.id).result();
  await until(() => (counting.take()['GetWorkflowExecutionHistory'] ?? 0) > 0);
  begun.resolve();
  await thread.resume('v');
  expect(await result).toEqual(['v']);
});

test('A8: where the end of a history cannot be reached, its last events are looked at again and again', async () => {
  const { thread } = drive('everyone');
  await thread.invoke(3);
  await using counting = await countingClient(scenario.test.taskQueue, [withoutFilter]);
  const reader = counting.client.thread(thread.id);
  expect(await reader.resume(1, { id: 'everyone:1' })).toMatchObject({ outcome: 'accepted', id: 'everyone:1' });
  const taken = counting.take();
  expect(taken['QueryWorkflow']).toBeUndefined();
  expect(taken['GetWorkflowExecutionHistoryReverse']).toBeGreaterThan(0);
  await expectCode(reader.resume(1, { id: 'everyone:1' }), 'AlreadyAnswered');
  expect(await reader.resume(2, { id: 'everyone:2', key: 'k' })).toMatchObject({ outcome: 'accepted' });
  expect(await reader.resume(3, { id: 'everyone:3', key: 'k' })).toMatchObject({ id: 'everyone:2' });
});

test('A8: a run that ends before a worker takes the answer refuses it', async () => {
  await using own = await startScenario();
  const thread = own.client.thread(`a8-${own.taskQueue}`, 'asksInBody');
  await thread.invoke();
  await own.worker.stop();
  const answered = rejection(thread.resume('v', { wait: 50_000 }));
  await until(async () => {
    const { events } = await thread.handle.fetchHistory();
    return (events ?? []).some((event) => event.workflowExecutionSignaledEventAttributes);
  });
  await thread.handle.terminate();
  expect(await answered).toMatchObject({ code: 'ThreadClosed' });
});

test('A8 S5: an answer with which the run continues as new is accepted, and readers go on', async () => {
  const { thread } = drive('handsOver');
  await thread.invoke(0);
  const reading = all(thread.follow({ mode: 'interrupts', from: 'start', live: true }));
  expect(await thread.resume('yes', { id: 'handsOver:2' })).toMatchObject({ outcome: 'accepted' });
  await until(async () => (await thread.interrupts())[0]?.value === 'left 1');
  // The id of the chain's first run.
  const [{ id, run } = {}] = await thread.interrupts();
  expect(await thread.resume('v', { id: id!, run: run! })).toMatchObject({ outcome: 'accepted' });
  expect(await thread.result()).toBe('v');
  expect((await reading).map(inShort)).toEqual([
    'opened handsOver:1',
    'opened handsOver:2',
    'closed handsOver:2 answered',
    'closed handsOver:1 withdrawn',
    'opened handsOver:1',
    'closed handsOver:1 answered',
  ]);
});

test('S5: a reader sees each question open, whole, and close, with how and by whom', async () => {
  const { thread } = drive('fourWays');
  const { run } = await thread.start();
  const reading = all(thread.follow({ mode: 'interrupts', from: 'start', live: true }));
  await until(async () => (await thread.interrupts()).map(({ id }) => id).join() === 'fourWays:3,fourWays:4');
  await thread.resume('yes', { actor: 'ann', key: 'k', id: 'fourWays:4' });
  const read = await reading;
  expect(read.map(inShort)).toEqual([
    'opened fourWays:1',
    'opened fourWays:2',
    'opened fourWays:3',
    'opened fourWays:4',
    'closed fourWays:1 expired',
    'closed fourWays:2 default',
    'closed fourWays:4 answered',
    'closed fourWays:3 withdrawn',
  ]);
  expect(read[0]).toEqual({
    kind: 'opened',
    interrupt: { id: 'fourWays:1', run, value: 'late', askedAt: at, expiresAt: at },
  });
  expect(read[6]).toEqual({ kind: 'closed', id: 'fourWays:4', run, how: 'answered', actor: 'ann', at, key: 'k' });
  // The same after the end, and from each place in between.
  for (let cut = 0; cut < read.length; cut++) {
    const reader = thread.follow({ mode: 'interrupts', from: 'start' });
    expect(await take(reader, cut)).toEqual(read.slice(0, cut));
    if (cut > 0)
      expect(await all(thread.follow({ mode: 'interrupts', from: reader.cursor! }))).toEqual(read.slice(cut));
  }
});

test('S5: a later reader begins with one item of all open questions', async () => {
  const { thread } = drive('everyone');
  await thread.invoke(3);
  await thread.resume(1, { id: 'everyone:1' });
  const open = await thread.interrupts();
  expect(open.map(({ id }) => id)).toEqual(['everyone:2', 'everyone:3']);
  // One that has read this thread before, and one that has not.
  const stranger = scenario.client.thread(thread.id).follow({ mode: 'interrupts', live: true });
  for (const reader of [thread.follow({ mode: 'interrupts', live: true }), stranger])
    expect(await take(reader, 1)).toEqual([{ kind: 'open', interrupts: open }]);
  const { cursor } = stranger;
  const { id, run } = open[0]!;
  // The shown question has everything that an answer needs.
  expect(await thread.resume(2, { id, run })).toMatchObject({ outcome: 'accepted', id });
  expect((await take(stranger, 1)).map(inShort)).toEqual(['closed everyone:2 answered']);
  await thread.resume(3);
  expect((await all(stranger)).map(inShort)).toEqual(['closed everyone:3 answered']);
  expect((await all(thread.follow({ mode: 'interrupts', from: cursor! }))).map(inShort)).toEqual([
    'closed everyone:2 answered',
    'closed everyone:3 answered',
  ]);
  expect(await all(thread.follow({ mode: 'interrupts' }))).toEqual([{ kind: 'open', interrupts: [] }]);
});

test('S5: the items of one event can be read in parts', async () => {
  const { thread } = drive('taskAsksTwoAtOnce');
  const first = thread.stream(undefined, { mode: 'interrupts' });
  expect((await take(first, 1)).map(inShort)).toEqual(['opened both:1']);
  expect(first.cursor).toMatch(/^[\x21-\x7e]+$/);
  const rest = await all(thread.follow({ mode: 'interrupts', from: first.cursor! }));
  expect(rest.map(inShort)).toEqual(['opened both:1#2']);
  expect(await all(first)).toEqual(rest);
  // Mode `updates` has them in one update.
  const updates = thread.follow();
  expect((await updates.next()).value).toEqual({
    __interrupt__: [
      { id: 'both:1', value: 'l' },
      { id: 'both:1#2', value: 'r' },
    ],
  });
  await thread.handle.terminate();
});

test('S5: a run that the server ends closes its open questions', async () => {
  const { thread } = drive('everyone');
  await thread.invoke(3);
  const reader = thread.follow({ mode: 'interrupts', live: true });
  expect(await take(reader, 1)).toHaveLength(1);
  await thread.handle.terminate();
  const read = await take(reader, 2);
  expect(read).toMatchObject([1, 2].map((n) => ({ kind: 'closed', id: `everyone:${n}`, how: 'withdrawn', at })));
  const { cursor } = reader;
  expect((await take(reader, 1)).map(inShort)).toEqual(['closed everyone:3 withdrawn']);
  expect((await rejection(reader.next())).name).toBe('TerminatedFailure');
  const rest = scenario.client.thread(thread.id).follow({ mode: 'interrupts', from: cursor! });
  expect((await take(rest, 1)).map(inShort)).toEqual(['closed everyone:3 withdrawn']);
  expect(await thread.interrupts()).toEqual([]);
});

test('S5: over the turns of a thread with memory', async () => {
  const { thread } = drive('addsAnswers');
  await thread.invoke('a');
  await thread.resume(1);
  await thread.result();
  const reader = thread.follow({ mode: 'interrupts', live: true });
  expect(await take(reader, 1)).toEqual([{ kind: 'open', interrupts: [] }]);
  await thread.invoke('b');
  await thread.cancel('enough');
  await rejection(thread.result());
  await thread.invoke('c');
  await thread.invoke(new Command({ resume: 2, actor: 'bob' }));
  await thread.close();
  expect((await all(reader)).map(inShort)).toEqual([
    'opened ask:2',
    'closed ask:2 withdrawn',
    'opened ask:3',
    'closed ask:3 answered',
  ]);
});

test('I4: the server lists open questions, without a query and without a worker', async () => {
  await using own = await startScenario();
  const thread = own.client.thread(`open-${own.taskQueue}`, 'ask2');
  const { interrupts } = await thread.invoke(['ann']);
  await own.worker.stop();
  await using counting = await countingClient(own.taskQueue);
  counting.take();
  const reader = counting.client.thread(thread.id);
  expect(await reader.interrupts()).toEqual(interrupts);
  expect(counting.take()).toEqual({ DescribeWorkflowExecution: 1 });
  await expectCode(counting.client.thread(`nobody-${thread.id}`).interrupts(), 'ThreadNotFound');
  await expect(reader.interrupts({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  // Calls that need a worker stop waiting for one when their signal aborts.
  const waiting = [
    reader.state({ signal: AbortSignal.timeout(300) }),
    reader.answers({ signal: AbortSignal.timeout(300) }),
  ];
  for (const one of waiting.map(rejection)) expect((await one).name).toBe('TimeoutError');
  await thread.handle.terminate();
  expect(await reader.interrupts()).toEqual([]);
});

test('a question that was cut for the memo is whole with a worker, and without one if a task asked it', async () => {
  await using own = await startScenario();
  const thread = own.client.thread(`cut-${own.taskQueue}`, 'longQuestions');
  await thread.invoke(8);
  const whole = await thread.interrupts();
  expect(whole).toHaveLength(9);
  expect(whole.some(({ truncated }) => truncated)).toBe(false);
  await own.worker.stop();
  const { memo = {} } = await thread.handle.describe();
  expect(Object.values(memo).some((entry) => (entry as Interrupt).truncated)).toBe(true);
  const alone = await own.client.thread(thread.id).interrupts();
  for (const [n, interrupt] of alone.entries()) {
    if (interrupt.task) expect(interrupt).toEqual(whole[n]);
    // A body's question is in the memo alone. What an answer needs is there.
    else expect(interrupt).toMatchObject({ id: 'longQuestions:1', run: whole[n]!.run, askedAt: at, truncated: true });
  }
  await thread.handle.terminate();
});
