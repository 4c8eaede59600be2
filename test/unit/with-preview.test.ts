/** The way of a preview out of its task (P1). */
import { asyncLocalStorage, Context } from '@temporalio/activity';
import { defaultPayloadConverter } from '@temporalio/common';
import { heartbeats } from 'holdpoint/previews';
import { expect, test } from 'vitest';
import { preview } from '../../src/activities/preview.ts';
import { withPreview } from '../../src/activities/with-preview.ts';
import type { Preview } from '../../src/protocol/preview.ts';

/** A context whose data converter has this payload converter. */
function contextWith(toPayload: (value: unknown) => unknown): { readonly context: Context; readonly logged: string[] } {
  const logged: string[] = [];
  const info = {
    activityId: 'play:1',
    activityType: 'play',
    attempt: 1,
    namespace: 'default',
    scheduledTimestampMs: 1,
    workflowExecution: { workflowId: 't', runId: 'r' },
  };
  const client = { options: { loadedDataConverter: { payloadConverter: { toPayload } } } };
  const log = { warn: (message: string) => void logged.push(message) };
  const forever = new Promise<never>(() => undefined);
  const { signal } = new AbortController();
  const context: Context = Reflect.construct(Context, [info, forever, signal, () => undefined, client, log, {}]);
  return { context, logged };
}

async function showTwice(context: Context, carry: (preview: Preview) => void): Promise<void> {
  const way = { transport: heartbeats({ every: 10 }), hasWarned: false };
  const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 30));
  const task = async (): Promise<void> => {
    for (const text of ['one ', 'two']) {
      preview(text);
      await later();
    }
  };
  await asyncLocalStorage.run(context, () => withPreview(context, { way, carry }, task));
}

test('P1: a preview that the payload converter of the user refuses is not sent, which the log says once', async () => {
  const { context, logged } = contextWith(() => {
    throw new Error('no such type');
  });
  const carried: Preview[] = [];
  await showTwice(context, (shown) => void carried.push(shown));
  expect(carried).toEqual([]);
  expect(logged).toEqual(['What task `play` shows while it runs is lost: no such type. Its result is not affected.']);
});

test('P1: one that it takes is sent', async () => {
  const { context, logged } = contextWith((value) => defaultPayloadConverter.toPayload(value));
  const carried: Preview[] = [];
  await showTwice(context, (shown) => void carried.push(shown));
  expect(carried.at(-1)?.parts).toEqual([{ kind: 'chunk', chunk: 'one two' }]);
  expect(logged).toEqual([]);
});
