/** Scenarios C65–C69: streams. */
import { Command } from 'holdpoint/client';
import { expect, test } from 'vitest';
import { openGate, reached } from './fixtures/gates.ts';
import {
  drain,
  expectUnordered,
  joined,
  Q,
  rejection,
  startScenario,
  until,
  useScenario,
  type AnyUpdate,
} from './fixtures/scenario.ts';

const scenario = useScenario();
const { drive } = scenario;

const c01 = [
  { step1: 'foo bar' },
  Q('humanFeedback:1', 'Please provide feedback: foo bar'),
  { humanFeedback: 'foo bar baz' },
  { step3: 'foo bar baz qux' },
  { graph: 'foo bar baz qux' },
];

async function all(updates: AsyncIterable<unknown>): Promise<AnyUpdate[]> {
  const read: AnyUpdate[] = [];
  for await (const update of updates) read.push(update as AnyUpdate);
  return joined(read);
}

test('C65: after the end, without a worker (S1)', async () => {
  await using own = await startScenario();
  const thread = own.client.thread(`c65-${own.taskQueue}`, 'graph');
  await thread.invoke('foo');
  await thread.invoke(new Command({ resume: 'baz' }));
  await own.worker.stop();
  expect(await all(thread.follow())).toEqual(c01);
  expect(await all(own.client.thread(thread.id).follow({ from: 'start' }))).toEqual(c01);
});

test('C66: from where a reader stopped (S1)', async () => {
  const { thread } = drive('graph');
  const first = thread.stream('foo');
  expect((await first.next()).value).toEqual({ step1: 'foo bar' });
  const { cursor } = first;
  await first.return();
  expect(cursor).toMatch(/^[\x21-\x7e]+$/);
  const second = scenario.client.thread(thread.id).follow({ from: cursor! });
  expect((await second.next()).value).toEqual(c01[1]);
  await all(thread.stream(new Command({ resume: 'baz' })));
  expect(await all(thread.follow({ from: cursor! }))).toEqual(c01.slice(1));
  // The whole list, cut at every place: nothing twice, nothing missing.
  for (let cut = 1; cut < c01.length; cut++) {
    const reader = thread.follow();
    for (let n = 0; n < cut; n++) await reader.next();
    expect(await all(thread.follow({ from: reader.cursor! }))).toEqual(c01.slice(cut));
  }
});

test('C67: several readers see the same, and add nothing to the history (S1)', async () => {
  const { S, thread } = drive('c33');
  await S();
  const before = (await thread.handle.describe()).historyLength;
  const readers = [1, 2, 3].map(() => all(scenario.client.thread(thread.id).follow({ live: true })));
  const lists = await Promise.all([1, 2, 3].map(() => all(thread.follow())));
  expectUnordered(lists[0]!, [Q('ask:1', 'q1'), Q('ask:2', 'q2'), Q('ask:3', 'q3')]);
  expect(lists[1]).toEqual(lists[0]);
  expect((await thread.handle.describe()).historyLength).toBe(before);
  for (const n of [2, 3, 1]) await thread.resume(`v${n}`, { id: `ask:${n}` });
  const [a, b, c] = await Promise.all(readers);
  expect(a!.at(-1)).toEqual({ c33: ['v1', 'v2', 'v3'] });
  expect(b).toEqual(a);
  expect(c).toEqual(a);
});

test('C68: timers and streams (S3)', async () => {
  const { S, R, F, thread } = drive('c68');
  expect(await S()).toEqual([Q('c68:1', 'q')]);
  await until(
    async () => (await thread.handle.describe()).raw.pendingActivities?.length === 0 && (await timerFired(thread)),
  );
  expect(await F()).toEqual([{ step1: 'late bar' }]);
  expect(await R('v')).toEqual([{ c68: ['late bar', 'v'] }]);
  expect(await drive('c68sleep').S()).toEqual([{ c68sleep: 'slept' }]);
});

async function timerFired(thread: {
  handle: { fetchHistory(): Promise<{ events?: unknown[] | null }> };
}): Promise<boolean> {
  const { events } = await thread.handle.fetchHistory();
  return (events ?? []).some((event) => (event as { timerFiredEventAttributes?: unknown }).timerFiredEventAttributes);
}

test('C69: mode tasks (S4)', async () => {
  const flaky = await all(drive('c12').thread.stream(undefined, { mode: 'tasks' }));
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
  const { S, thread } = drive('c10');
  await rejection(S());
  const boom: AnyUpdate[] = [];
  await rejection(
    (async () => {
      for await (const update of thread.follow({ mode: 'tasks' })) boom.push(update as unknown as AnyUpdate);
    })(),
  );
  expect(boom.at(-1)).toMatchObject({ task: 'boom', kind: 'failed', attempt: 3 });
  const three = drive('graph');
  await three.S('foo');
  await three.R('baz');
  const kinds = (await all(three.thread.follow({ mode: 'tasks' })))
    .filter(({ task }) => task === 'humanFeedback')
    .map(({ kind }) => kind);
  expect(kinds).toEqual(['scheduled', 'asked', 'scheduled', 'finished']);
});

test('S1: leaving the loop, or aborting the signal, ends the long poll and cancels nothing', async () => {
  const { thread } = drive('c39');
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
  expect(await all(thread.follow())).toEqual([{ hold: null }, Q('ask:1', 'q')]);
});

test('S1: a stream is live: an update arrives while the next task is inside its body', async () => {
  const { thread } = drive('c77');
  const updates = thread.stream();
  expect((await updates.next()).value).toEqual({ echo: 'a' });
  await reached(thread, 'g');
  openGate(thread, 'g');
  expect(await all(updates)).toEqual([{ hold: 'b' }, { c77: ['a', 'b'] }]);
});

test('S1: a stream goes on over continue-as-new, and a cursor too', async () => {
  const { S, R, thread } = drive('chain');
  expect(await S(0)).toEqual([{ echo: 0 }, { echo: 1 }, { echo: 2 }, Q('chain:1', 'q2')]);
  expect(await R('v')).toEqual([{ chain: 'v' }]);
  const whole = [{ echo: 0 }, { echo: 1 }, { echo: 2 }, Q('chain:1', 'q2'), { chain: 'v' }];
  expect(await all(thread.follow({ from: 'start' }))).toEqual(whole);
  const reader = thread.follow({ from: 'start' });
  await reader.next();
  expect(await all(thread.follow({ from: reader.cursor! }))).toEqual(whole.slice(1));
});

test('a cursor that is none is refused with a sentence', () => {
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

test('R1: an input that is sent again with its key is streamed from the start of its run', async () => {
  const { thread } = drive('graph');
  const first = await drain(thread.stream('foo', { key: 'k' }));
  expect(first).toHaveLength(2);
  expect(await drain(thread.stream('foo', { key: 'k' }))).toEqual(first);
});
