/** What a reader receives of a long history: no more than what it asks for, whatever lies before (S1). */
import { Command, connect, type Thread, type Updates } from 'holdpoint/client';
import { expect, test } from 'vitest';
import { openGate } from './fixtures/gates.ts';
import { countingClient, type CountingClient } from './fixtures/requests.ts';
import { drain, until, useScenario } from './fixtures/scenario.ts';

const scenario = useScenario();
const { drive } = scenario;

/** More than a turn of a few tasks has, and far fewer than the history. */
const FEW = 60;

async function length(thread: {
  readonly handle: { describe(): Promise<{ historyLength: number }> };
}): Promise<number> {
  return (await thread.handle.describe()).historyLength;
}

/** Waits until so many questions are open. */
function asks(thread: Thread, count: number): Promise<void> {
  return until(async () => (await thread.interrupts()).length === count);
}

/** How many events a reader receives, with what it returns. */
async function receives<Value>(
  { takeEvents }: CountingClient,
  read: () => Promise<Value>,
): Promise<{ readonly events: number; readonly value: Value }> {
  takeEvents();
  const value = await read();
  return { events: takeEvents(), value };
}

test('S1: a late reader of the last turn, after 240 tasks, receives the events of that turn', async () => {
  const { thread } = drive('runsMany');
  // A few more, and the thread would go on in a new run.
  for (let turn = 0; turn < 12; turn++) expect(await thread.invoke(20)).toEqual({ value: 20 });
  await thread.invoke(1, { key: 'last' });
  expect(await length(thread)).toBeGreaterThan(700);
  await using counting = await countingClient(scenario.test.taskQueue);
  const late = () => counting.client.thread(thread.id, 'runsMany');
  const updates = await receives(counting, () => drain(late().follow()));
  expect(updates.value).toEqual([{ echo: 0 }, { runsMany: 1 }]);
  expect(updates.events).toBeLessThan(FEW);
  const result = await receives(counting, () => late().result());
  expect(result.value).toBe(1);
  expect(result.events).toBeLessThan(FEW);
  const repeated = await receives(counting, () => late().invoke(1, { key: 'last' }));
  expect(repeated.value).toEqual({ value: 1 });
  expect(repeated.events).toBeLessThan(FEW);
  const questions = await receives(counting, () => drain(late().follow({ mode: 'interrupts' }) as Updates<never>));
  expect(questions.value).toEqual([{ kind: 'open', interrupts: [] }]);
  expect(questions.events).toBeLessThan(FEW);
});

test('S1: `invoke` and `stream` with a new `Thread` object read no more at turn 60 than at turn 2', async () => {
  const { thread } = drive('runsMany');
  await thread.invoke(1);
  await using counting = await countingClient(scenario.test.taskQueue);
  const fresh = () => counting.client.thread(thread.id, 'runsMany');
  for (let turn = 2; turn <= 60; turn++) {
    const { events, value } = await receives(counting, () => fresh().invoke(1));
    expect(value).toEqual({ value: 1 });
    expect(events, `turn ${turn}`).toBeLessThan(FEW);
  }
  const { events, value } = await receives(counting, () => drain(fresh().stream(1)));
  expect(value).toEqual([{ echo: 0 }, { runsMany: 1 }]);
  expect(events).toBeLessThan(FEW);
  expect(await length(thread)).toBeGreaterThan(500);
});

test('S1: an answer from a new `Thread` object, after 300 tasks, reads what follows it', async () => {
  await using counting = await countingClient(scenario.test.taskQueue);
  for (const read of ['invoke', 'stream'] as const) {
    const { thread } = drive('asksAfterMany');
    await thread.invoke([60, 5]);
    expect(await length(thread)).toBeGreaterThan(900);
    const late = counting.client.thread(thread.id, 'asksAfterMany');
    const answer = new Command({ resume: 'yes' });
    const { events } = await receives(counting, async () =>
      read === 'invoke'
        ? expect(await late.invoke(answer)).toEqual({ value: 'yes' })
        : expect(await drain(late.stream(answer))).toEqual([{ echo: 'yes' }, { asksAfterMany: 'yes' }]),
    );
    expect(events, read).toBeLessThan(2 * FEW);
  }
});

test('S1: a reader with a cursor receives what follows it, after 300 tasks', async () => {
  const { thread } = drive('asksAfterMany');
  const updates = thread.stream([60, 5]);
  const all = await drain(updates);
  expect(all).toHaveLength(301);
  expect(await thread.invoke(new Command({ resume: 'yes' }))).toEqual({ value: 'yes' });
  await using counting = await countingClient(scenario.test.taskQueue);
  const { events, value } = await receives(counting, () =>
    drain(counting.client.thread(thread.id).follow({ from: updates.cursor! })),
  );
  expect(value).toEqual([{ echo: 'yes' }, { asksAfterMany: 'yes' }]);
  expect(events).toBeLessThan(2 * FEW);
});

test.each(['updates', 'tasks', 'interrupts'] as const)(
  'S1: in mode `%s`, what follows a cursor is the same from each cursor, with calls and questions open there',
  async (mode) => {
    const { thread } = drive('holdsBesideMany');
    await thread.start();
    await asks(thread, 1);
    await thread.resume(1);
    await asks(thread, 2);
    await thread.resume(3, { id: 'holdsBesideMany:2' });
    await thread.resume(2, { id: 'ask:1' });
    openGate(thread, 'g');
    expect(await thread.result()).toEqual([1, [2, 3], 'held']);
    const reader = thread.follow({ from: 'start', mode });
    const seen: { readonly item: unknown; readonly cursor: string }[] = [];
    for await (const item of reader) seen.push({ item, cursor: reader.cursor! });
    for (const [n, { cursor }] of seen.entries()) {
      const rest = await drain(scenario.client.thread(thread.id).follow({ from: cursor, mode }) as Updates<never>);
      expect(rest, `after item ${n}`).toEqual(seen.slice(n + 1).map(({ item }) => item));
    }
  },
);

test('S3: a reader that begins in the middle waits for a call that was scheduled before', async () => {
  const { thread } = drive('holdsBesideMany');
  await thread.start();
  await asks(thread, 1);
  const late = scenario.client.thread(thread.id, 'holdsBesideMany');
  const updates = drain(late.stream(new Command({ resume: 1 })));
  const invoked = scenario.client.thread(thread.id, 'holdsBesideMany').result();
  await asks(thread, 2);
  openGate(thread, 'g');
  // Otherwise it would end with the two questions.
  expect(await updates).toContainEqual({ hold: 'held' });
  await thread.resume(3, { id: 'holdsBesideMany:2' });
  await thread.resume(2, { id: 'ask:1' });
  expect(await invoked).toEqual([1, [2, 3], 'held']);
});

test('S3: `invoke` notices a question while its outcome is waited for, in a turn too', async () => {
  const { thread } = drive('asksAfterMany');
  expect((await thread.invoke([2, 3])).interrupts).toMatchObject([{ id: 'asksAfterMany:1', value: 'q' }]);
});

test('S1: a history with more than 4 MB in a page is read, also on a connection that takes no more', async () => {
  const { thread } = drive('returnsLarge');
  await thread.start();
  expect(await thread.result()).toBe('done');
  expect(await length(thread)).toBeLessThan(256);
  const sizes = async (updates: AsyncIterable<Record<string, unknown>>): Promise<unknown[]> =>
    (await drain(updates)).map(({ large, returnsLarge }) => (large as string | undefined)?.length ?? returnsLarge);
  const expected = [...Array.from({ length: 6 }, () => 1024 * 1024), 'done'];
  await using ours = await connect({ address: process.env['TEMPORAL_ADDRESS'] });
  expect(await sizes(ours.thread(thread.id).follow({ from: 'start' }))).toEqual(expected);
  // A connection with interceptors of its own does not repeat a call. Temporal's client would repeat it for 40 seconds.
  await using own = await countingClient(scenario.test.taskQueue);
  expect(await sizes(own.client.thread(thread.id).follow({ from: 'start' }))).toEqual(expected);
});
