/** Streams: where they begin, end and continue. */
import { Command } from 'holdpoint/client';
import { expect, test } from 'vitest';
import { openGate, reached } from './fixtures/gates.ts';
import {
  drain,
  expectUnordered,
  joined,
  asking,
  rejection,
  startScenario,
  until,
  useScenario,
  type AnyUpdate,
} from './fixtures/scenario.ts';

const scenario = useScenario();
const { drive } = scenario;

const threeSteps = [
  { step1: 'foo bar' },
  asking('humanFeedback:1', 'Please provide feedback: foo bar'),
  { humanFeedback: 'foo bar baz' },
  { step3: 'foo bar baz qux' },
  { graph: 'foo bar baz qux' },
];

async function all(updates: AsyncIterable<unknown>): Promise<AnyUpdate[]> {
  const read: AnyUpdate[] = [];
  for await (const update of updates) read.push(update as AnyUpdate);
  return joined(read);
}

test('a thread can be read after its end, without a worker (S1)', async () => {
  await using own = await startScenario();
  const thread = own.client.thread(`ended-${own.taskQueue}`, 'graph');
  await thread.invoke('foo');
  await thread.invoke(new Command({ resume: 'baz' }));
  await own.worker.stop();
  expect(await all(thread.follow())).toEqual(threeSteps);
  expect(await all(own.client.thread(thread.id).follow({ from: 'start' }))).toEqual(threeSteps);
});

test('a reader continues from the cursor of another one (S1)', async () => {
  const { thread } = drive('graph');
  const first = thread.stream('foo');
  expect((await first.next()).value).toEqual({ step1: 'foo bar' });
  const { cursor } = first;
  await first.return();
  expect(cursor).toMatch(/^[\x21-\x7e]+$/);
  const second = scenario.client.thread(thread.id).follow({ from: cursor! });
  expect((await second.next()).value).toEqual(threeSteps[1]);
  await all(thread.stream(new Command({ resume: 'baz' })));
  expect(await all(thread.follow({ from: cursor! }))).toEqual(threeSteps.slice(1));
  // The whole list, cut at every place: nothing twice, nothing missing.
  for (let cut = 1; cut < threeSteps.length; cut++) {
    const reader = thread.follow();
    for (let n = 0; n < cut; n++) await reader.next();
    expect(await all(thread.follow({ from: reader.cursor! }))).toEqual(threeSteps.slice(cut));
  }
});

test('several readers see the same updates, and add nothing to the history (S1)', async () => {
  const { send, thread } = drive('asksThree');
  await send();
  const before = (await thread.handle.describe()).historyLength;
  const readers = [1, 2, 3].map(() => all(scenario.client.thread(thread.id).follow({ live: true })));
  const lists = await Promise.all([1, 2, 3].map(() => all(thread.follow())));
  expectUnordered(lists[0]!, [asking('ask:1', 'q1'), asking('ask:2', 'q2'), asking('ask:3', 'q3')]);
  expect(lists[1]).toEqual(lists[0]);
  expect((await thread.handle.describe()).historyLength).toBe(before);
  for (const n of [2, 3, 1]) await thread.resume(`v${n}`, { id: `ask:${n}` });
  const [a, b, c] = await Promise.all(readers);
  expect(a!.at(-1)).toEqual({ asksThree: ['v1', 'v2', 'v3'] });
  expect(b).toEqual(a);
  expect(c).toEqual(a);
});

test('a stream does not wait for a timer while a question is open (S3)', async () => {
  const { send, reply, readOn, thread } = drive('sleepsBesideQuestion');
  expect(await send()).toEqual([asking('sleepsBesideQuestion:1', 'q')]);
  await until(
    async () => (await thread.handle.describe()).raw.pendingActivities?.length === 0 && (await timerFired(thread)),
  );
  expect(await readOn()).toEqual([{ step1: 'late bar' }]);
  expect(await reply('v')).toEqual([{ sleepsBesideQuestion: ['late bar', 'v'] }]);
  expect(await drive('onlySleeps').send()).toEqual([{ onlySleeps: 'slept' }]);
});

async function timerFired(thread: {
  handle: { fetchHistory(): Promise<{ events?: unknown[] | null }> };
}): Promise<boolean> {
  const { events } = await thread.handle.fetchHistory();
  return (events ?? []).some((event) => (event as { timerFiredEventAttributes?: unknown }).timerFiredEventAttributes);
}

test('mode `tasks` yields each step of each task (S4)', async () => {
  const flaky = await all(drive('retriesTask').thread.stream(undefined, { mode: 'tasks' }));
  expect(flaky).toEqual([
    { task: 'flaky', id: 'flaky:1', kind: 'scheduled', at: expect.any(String) },
    {
      task: 'flaky',
      id: 'flaky:1',
      kind: 'finished',
      at: expect.any(String),
      attempt: 3,
      durationMs: expect.any(Number),
    },
  ]);
  const { send, thread } = drive('taskThrows');
  await rejection(send());
  const boom: AnyUpdate[] = [];
  await rejection(
    (async () => {
      for await (const update of thread.follow({ mode: 'tasks' })) boom.push(update as unknown as AnyUpdate);
    })(),
  );
  expect(boom.at(-1)).toMatchObject({ task: 'boom', kind: 'failed', attempt: 3 });
  const three = drive('graph');
  await three.send('foo');
  await three.reply('baz');
  const kinds = (await all(three.thread.follow({ mode: 'tasks' })))
    .filter(({ task }) => task === 'humanFeedback')
    .map(({ kind }) => kind);
  expect(kinds).toEqual(['scheduled', 'asked', 'scheduled', 'finished']);
});

test('S1: leaving the loop, or aborting the signal, ends the long poll and cancels nothing', async () => {
  const { thread } = drive('asksAfterGate');
  const updates = thread.stream();
  const pending = updates.next();
  await reached(thread, 'g');
  await updates.return();
  expect((await pending).done).toBe(true);
  const controller = new AbortController();
  const waiting = rejection(thread.follow({ signal: controller.signal }).next());
  const invoked = rejection(
    scenario.client
      .thread(thread.id)
      .follow({ signal: AbortSignal.timeout(50) })
      .next(),
  );
  controller.abort(new Error('enough'));
  expect((await waiting).message).toBe('enough');
  expect((await invoked).name).toBe('TimeoutError');
  openGate(thread, 'g');
  expect(await all(thread.follow())).toEqual([{ hold: null }, asking('ask:1', 'q')]);
});

test('S1: a stream is live: an update arrives while the next task is inside its body', async () => {
  const { thread } = drive('holdsAfterTask');
  const updates = thread.stream();
  expect((await updates.next()).value).toEqual({ echo: 'a' });
  await reached(thread, 'g');
  openGate(thread, 'g');
  expect(await all(updates)).toEqual([{ hold: 'b' }, { holdsAfterTask: ['a', 'b'] }]);
});

test('S1: streams and cursors continue over continue-as-new', async () => {
  const { send, reply, thread } = drive('chain');
  expect(await send(0)).toEqual([{ echo: 0 }, { echo: 1 }, { echo: 2 }, asking('chain:1', 'q2')]);
  expect(await reply('v')).toEqual([{ chain: 'v' }]);
  const whole = [{ echo: 0 }, { echo: 1 }, { echo: 2 }, asking('chain:1', 'q2'), { chain: 'v' }];
  expect(await all(thread.follow({ from: 'start' }))).toEqual(whole);
  const reader = thread.follow({ from: 'start' });
  await reader.next();
  expect(await all(thread.follow({ from: reader.cursor! }))).toEqual(whole.slice(1));
});

test('a malformed cursor is refused with a sentence', () => {
  expect(() => drive('graph').thread.follow({ from: 'yesterday' })).toThrow(
    /Expected `from` to be a cursor of a stream or 'start', got `yesterday`/,
  );
});

test('no worker: one notice, and the stream keeps waiting', async () => {
  const notices: string[] = [];
  await using own = await startScenario({ onNotice: (message) => notices.push(message) });
  await own.worker.stop();
  const client = own.client.client;
  const thread = own.client.thread(`lost-${own.taskQueue}`, 'graph');
  // A task queue that no worker has ever polled; that of the stopped one is remembered for minutes.
  await thread.start('foo', { taskQueue: `nobody-${own.taskQueue}` });
  const controller = new AbortController();
  const waiting = rejection(thread.follow({ signal: controller.signal }).next());
  await until(() => notices.length > 0);
  expect(notices).toEqual([expect.stringMatching(/^No worker polls task queue `nobody-.*Start one/)]);
  controller.abort(new Error('enough'));
  expect((await waiting).message).toBe('enough');
  await client.workflow.getHandle(thread.id).terminate();
});

test('an entrypoint that the worker does not have: one notice says what the worker says', async () => {
  const notices: string[] = [];
  await using own = await startScenario({ onNotice: (message) => notices.push(message) });
  const thread = own.client.thread(`none-${own.taskQueue}`, 'nowhere' as 'graph');
  const controller = new AbortController();
  const waiting = rejection(thread.stream('foo', { signal: controller.signal }).next());
  await until(() => notices.length > 0);
  expect(notices).toEqual([
    expect.stringMatching(/is stuck: its workflow task fails.*'nowhere'.*no such function is exported/),
  ]);
  controller.abort(new Error('enough'));
  await waiting;
  await thread.handle.terminate();
  expect((await rejection(thread.result())).name).toBe('TerminatedFailure');
});

test('R1: an input sent again with its key is streamed from the start of its run', async () => {
  const { thread } = drive('graph');
  const first = await drain(thread.stream('foo', { key: 'k' }));
  expect(first).toHaveLength(2);
  expect(await drain(thread.stream('foo', { key: 'k' }))).toEqual(first);
});
