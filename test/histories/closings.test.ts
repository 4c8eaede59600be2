/** Today's client reads every recorded history: each question that opens in it closes in it (A9, S5). */
import { expect, test } from 'vitest';
import type { Closed } from 'holdpoint/client';
import { Timeline } from '../../src/client/reading/timeline.ts';
import { decode, eventsOf, files } from './recorded.ts';

async function readQuestions(file: string): Promise<{ opened: string[]; closed: Closed[]; open: string[] }> {
  const timeline = new Timeline(decode, 'run');
  const opened: string[] = [];
  const closed: Closed[] = [];
  for (const event of eventsOf(file)) {
    const read = await timeline.apply(event);
    opened.push(...(read.opened ?? []).map(({ id }) => id));
    closed.push(...(read.closed ?? []));
  }
  return { opened, closed, open: timeline.open().map(({ id }) => id) };
}

test.each(files)('%s: every question that opens closes once, at the latest with the run', async (file) => {
  const { opened, closed, open } = await readQuestions(file);
  expect([...closed.map(({ id }) => id), ...open].toSorted()).toEqual(opened.toSorted());
  for (const { run, at } of closed) expect({ run, at }).toEqual({ run: expect.any(String), at: expect.any(String) });
});

test('a history of an earlier version does not say how', async () => {
  const { closed } = await readQuestions('turns.json');
  expect(closed).toHaveLength(4);
  for (const one of closed) expect(one).toEqual({ id: one.id, run: one.run, at: one.at });
});

test.each(['closed.json', 'closed-uncached.json'])('%s: says how, and by whom', async (file) => {
  const { closed } = await readQuestions(file);
  expect(closed.map(({ id, how, actor }) => [id, how, actor])).toEqual([
    ['closed:1', 'expired', undefined],
    ['closed:2', 'default', undefined],
    ['closed:4', 'answered', 'ann'],
    ['closed:3', 'withdrawn', undefined],
  ]);
});
