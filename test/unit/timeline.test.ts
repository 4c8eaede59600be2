/** What a timeline makes of the recorded histories: updates, turns, ends, and when it is quiet. No server is needed. */
import { expect, test } from 'vitest';
import { isRunEnd } from '../../src/client/reading/ends.ts';
import { Timeline, type ReadEvent } from '../../src/client/reading/timeline.ts';
import type { HistoryEvent } from '../../src/client/server/events.ts';
import { decode, eventsOf, files } from '../histories/recorded.ts';

async function read(file: string): Promise<{ timeline: Timeline; reads: ReadEvent[]; events: HistoryEvent[] }> {
  const timeline = new Timeline(decode, 'run');
  const events = eventsOf(file);
  const reads: ReadEvent[] = [];
  for (const event of events) reads.push(await timeline.apply(event));
  return { timeline, reads, events };
}

test.each(files)('%s: the timeline ends with the event that ends the run, if there is one', async (file) => {
  const { timeline, events } = await read(file);
  expect(events.slice(0, -1).some(isRunEnd)).toBe(false);
  expect(timeline.end !== undefined).toBe(isRunEnd(events.at(-1)!));
});

test.each(files)(
  '%s: a result of a task comes with its step, and each step has a call and a time (S2, S4)',
  async (file) => {
    const { reads } = await read(file);
    for (const { task, update } of reads) {
      if (!task) continue;
      expect(task).toMatchObject({ id: expect.stringMatching(/^\w+:\d+$/), at: expect.stringMatching(/Z$/) });
      expect(Object.keys(update ?? {})).toEqual(task.kind === 'finished' ? [task.task] : []);
    }
  },
);

test.each(files)('%s: a thread with memory has an update for each good turn, a plain one for its run', async (file) => {
  const { timeline, reads } = await read(file);
  const own = reads.flatMap(({ update }) => (update && timeline.entrypoint in update ? [update] : []));
  const good = reads.filter(({ turnEnd }) => turnEnd?.kind === 'completed');
  const isCompleted = timeline.end?.kind === 'completed' && !timeline.hasMemory;
  expect(own).toHaveLength(timeline.hasMemory ? good.length : Number(isCompleted));
  if (!timeline.hasMemory) expect(reads.every(({ turn }) => turn === undefined)).toBe(true);
});

test.each(files)(
  '%s: nothing is quiet while a workflow task is under way, nor before anything is asked (S3)',
  async (file) => {
    const timeline = new Timeline(decode, 'run');
    for (const event of eventsOf(file)) {
      await timeline.apply(event);
      if (timeline.workflowTask.kind !== 'none') expect(timeline.isQuiet()).toBe(false);
      else if (timeline.open().length === 0 && !timeline.hasMemory) expect(timeline.isQuiet()).toBe(false);
    }
  },
);

test('the turns of a conversation: their keys, numbers and ends (R3)', async () => {
  const { timeline, reads } = await read('remembered.json');
  const ends = reads.flatMap(({ turnEnd }) => (turnEnd ? [turnEnd] : []));
  expect(ends.map(({ n, kind }) => [n, kind])).toEqual([
    [1, 'completed'],
    [2, 'failed'],
    [3, 'completed'],
  ]);
  const { turns } = timeline;
  expect(turns.count).toBe(3);
  for (const { key } of ends) expect(turns.has(key!, { asTurn: true })).toBe(true);
  expect(turns.has('nobody', { asTurn: false })).toBe(false);
  expect(turns.current).toMatchObject({ n: 3, status: 'completed' });
  expect(turns.hasBegun({ n: 3 })).toBe(true);
  expect(turns.hasBegun({ n: 4 })).toBe(false);
});

test('a run that another one continued as begins with the last turn of that run (R5)', async () => {
  const [started, ...rest] = eventsOf('continued.json');
  const timeline = new Timeline(decode, 'run');
  await timeline.apply(started!);
  expect(timeline.turns.current?.n).toBe(2);
  expect(timeline.hasMemory).toBe(true);
  expect([timeline.continuedFrom, timeline.firstRun]).toEqual([expect.any(String), expect.any(String)]);
  for (const event of rest) await timeline.apply(event);
  expect(timeline.turns.count).toBe(1);
});

test.each([
  ['remembered.json', 0],
  ['remembered-reset.json', 1],
])('%s was made by %i resets', async (file, resets) => {
  expect((await read(file)).timeline.resets.size).toBe(resets);
});
