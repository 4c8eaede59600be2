/** The recorded histories, as the client reads them: with Temporal's own payload converter, and without a server. */
import { readdirSync, readFileSync } from 'node:fs';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { defaultPayloadConverter } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import type { HistoryEvent } from '../../src/client/server/events.ts';
import type { Decode } from '../../src/client/server/payloads.ts';

const proto = temporal.api.history.v1;
const folder = new URL('.', import.meta.url);

export const files = readdirSync(folder).filter((file) => file.endsWith('.json'));

export const decode: Decode = {
  list: async (payloads) => (payloads ?? []).map((payload) => defaultPayloadConverter.fromPayload(payload)),
  map: async (fields) =>
    Object.fromEntries(
      Object.entries(fields ?? {}).map(([key, payload]) => [key, defaultPayloadConverter.fromPayload(payload)]),
    ),
  failure: async () => {
    throw new Error('A timeline reads no failures');
  },
  text: async () => {
    throw new Error('A timeline reads no previews');
  },
};

export function eventsOf(file: string): HistoryEvent[] {
  const { events } = historyFromJSON(JSON.parse(readFileSync(new URL(file, folder), 'utf8')));
  // The JSON reader makes plain objects, which do not say which attributes are set.
  return (events ?? []).map((event) => proto.HistoryEvent.fromObject(event));
}
