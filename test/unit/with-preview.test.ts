/** The way of a preview out of its task (P1). */
import { asyncLocalStorage, Context } from '@temporalio/activity';
import { defaultPayloadConverter } from '@temporalio/common';
import { heartbeats } from 'holdpoint/previews';
import { expect, test, vi } from 'vitest';
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
  const client = { options: { loadedDataConverter: { payloadConverter: { toPayload }, payloadCodecs: [] } } };
  const log = { warn: (message: string) => void logged.push(message) };
  const forever = new Promise<never>(() => undefined);
  const { signal } = new AbortController();
  const context: Context = Reflect.construct(Context, [info, forever, signal, () => undefined, client, log, {}]);
  return { context, logged };
}

/** Shows two texts, each when the one before has been carried or the log has something. */
async function showTwice({ context, logged }: ReturnType<typeof contextWith>, carried: Preview[]): Promise<void> {
  const way = { transport: heartbeats({ every: 10 }), hasWarned: false };
  const carry = (shown: Preview): void => void carried.push(shown);
  const task = async (): Promise<void> => {
    for (const [i, text] of ['one ', 'two'].entries()) {
      preview(text);
      await vi.waitUntil(() => carried.length > i || logged.length > 0, { timeout: 10_000 });
    }
  };
  await asyncLocalStorage.run(context, () => withPreview(context, { way, carry }, task));
}

test('P1: a preview that the payload converter of the user refuses is not sent, which the log says once', async () => {
  const own = contextWith(() => {
    throw new Error('no such type');
  });
  const carried: Preview[] = [];
  await showTwice(own, carried);
  expect(carried).toEqual([]);
  expect(own.logged).toEqual([
    'What task `play` shows while it runs is lost: no such type. Its result is not affected.',
  ]);
});

test('P1: one that it takes is sent', async () => {
  const own = contextWith((value) => defaultPayloadConverter.toPayload(value));
  const carried: Preview[] = [];
  await showTwice(own, carried);
  expect(carried.at(-1)?.parts).toEqual([{ kind: 'chunk', chunk: 'one two' }]);
  expect(own.logged).toEqual([]);
});
