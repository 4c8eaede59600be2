/** Today's client reads every recorded history: each question that opens in it closes in it (A9, S5). */
import { readdirSync, readFileSync } from 'node:fs';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { defaultPayloadConverter } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { expect, test } from 'vitest';
import type { Closed } from 'holdpoint/client';
import type { Decode } from '../../src/client/server/history.ts';
import { Timeline } from '../../src/client/reading/timeline.ts';

const { HistoryEvent } = temporal.api.history.v1;
const folder = new URL('.', import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith('.json'));

const decode: Decode = {
  list: async (payloads) => (payloads ?? []).map((payload) => defaultPayloadConverter.fromPayload(payload)),
  map: async (fields) =>
    Object.fromEntries(
      Object.entries(fields ?? {}).map(([key, payload]) => [key, defaultPayloadConverter.fromPayload(payload)]),
    ),
  failure: async () => {
    throw new Error('A timeline reads no failures');
  },
};

async function read(file: string): Promise<{ opened: string[]; closed: Closed[]; open: string[] }> {
  const { events } = historyFromJSON(JSON.parse(readFileSync(new URL(file, folder), 'utf8')));
  const timeline = new Timeline(decode, 'run');
  const opened: string[] = [];
  const closed: Closed[] = [];
  for (const event of events ?? []) {
    // The JSON reader makes plain objects, which do not say which attributes are set.
    const step = await timeline.apply(HistoryEvent.fromObject(event));
    opened.push(...(step.opened ?? []).map(({ id }) => id));
    closed.push(...(step.closed ?? []));
  }
  return { opened, closed, open: timeline.open().map(({ id }) => id) };
}

test.each(files)('%s: every question that opens closes once, at the latest with the run', async (file) => {
  const { opened, closed, open } = await read(file);
  expect([...closed.map(({ id }) => id), ...open].toSorted()).toEqual(opened.toSorted());
  for (const { run, at } of closed) expect({ run, at }).toEqual({ run: expect.any(String), at: expect.any(String) });
});

test('a history of an earlier version does not say how', async () => {
  const { closed } = await read('turns.json');
  expect(closed).toHaveLength(4);
  for (const one of closed) expect(one).toEqual({ id: one.id, run: one.run, at: one.at });
});

test.each(['closed.json', 'closed-uncached.json'])('%s: says how, and by whom', async (file) => {
  const { closed } = await read(file);
  expect(closed.map(({ id, how, actor }) => [id, how, actor])).toEqual([
    ['closed:1', 'expired', undefined],
    ['closed:2', 'default', undefined],
    ['closed:4', 'answered', 'ann'],
    ['closed:3', 'withdrawn', undefined],
  ]);
});
