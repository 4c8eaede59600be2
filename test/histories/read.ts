/** Reads a recorded history with the timeline of today's client, without a server. */
import { readdirSync, readFileSync } from 'node:fs';
import { defaultPayloadConverter } from '@temporalio/common';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { temporal } from '@temporalio/proto';
import { Timeline } from '../../src/client/reading/timeline.ts';

const { HistoryEvent } = temporal.api.history.v1;
const folder = new URL('.', import.meta.url);

/** The names of all recorded histories. */
export const histories: readonly string[] = readdirSync(folder).filter((file) => file.endsWith('.json'));

type Decode = ConstructorParameters<typeof Timeline>[0];
/** What one event of a history means to a reader. */
export type Applied = Awaited<ReturnType<Timeline['apply']>>;

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

export interface ReadHistory {
  readonly timeline: Timeline;
  readonly applied: readonly Applied[];
}

/** Applies the events of a history. With `count`, only the first ones. */
export async function readHistory(file: string, count = Infinity): Promise<ReadHistory> {
  const { events } = historyFromJSON(JSON.parse(readFileSync(new URL(file, folder), 'utf8')));
  const timeline = new Timeline(decode, 'run');
  const applied: Applied[] = [];
  for (const event of (events ?? []).slice(0, count)) {
    // The JSON reader makes plain objects, which do not say which attributes are set.
    applied.push(await timeline.apply(HistoryEvent.fromObject(event)));
  }
  return { timeline, applied };
}

/** How many events a history has. */
export function countEvents(file: string): number {
  return (JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as { events: unknown[] }).events.length;
}
