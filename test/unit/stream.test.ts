/** The updates of a stream: their cursors, also between two items of one event, and what stops the reader. */
import { expect, test } from 'vitest';
import { decodeCursor, encodeCursor, type Position } from '../../src/client/reading/cursor.ts';
import type { FollowedEvent } from '../../src/client/reading/follow.ts';
import { Updates } from '../../src/client/reading/stream.ts';

const run = '01a20444-a2c4-7426-a013-9498d85420bf';

/** A reader of events 1 to `last`, with two items each. */
function updates(last: number, from?: Position): Updates<string> {
  return new Updates({
    read: async function* (signal): AsyncGenerator<FollowedEvent, void> {
      for (let event = (from?.event ?? 0) + 1; event <= last; event++) {
        signal.throwIfAborted();
        yield { position: { run, event } };
      }
    },
    pick: ({ position: { event } }) => [`${event}a`, `${event}b`],
    from,
  });
}

async function all(items: Updates<string>): Promise<string[]> {
  const read: string[] = [];
  for await (const item of items) read.push(item);
  return read;
}

test.each([{}, { items: 2 }])('a cursor is read back as it was written: %j', (within) => {
  const position = { run, event: 42, ...within };
  expect(decodeCursor(encodeCursor(position))).toEqual(position);
});

test.each(['', 'start', run, `${run}:x`, `${run}:1.`, `x:1`])('%j is not a cursor', (cursor) => {
  expect(() => decodeCursor(cursor)).toThrow(/^Expected `from` to be a cursor of a stream or 'start', got `/);
});

test('the cursor behind each item leads to exactly the next one (S1)', async () => {
  const reader = updates(3);
  expect(reader.cursor).toBeUndefined();
  const items = await all(updates(3));
  for (let n = 1; n <= items.length; n++) {
    const { value } = await reader.next();
    expect(value).toBe(items[n - 1]);
    expect(await all(updates(3, decodeCursor(reader.cursor!)))).toEqual(items.slice(n));
  }
  expect(await reader.next()).toEqual({ done: true, value: undefined });
  expect(reader.cursor).toBe(`${run}:3`);
});

test('an event without items moves the cursor', async () => {
  const reader = new Updates<never>({
    read: async function* () {
      yield { position: { run, event: 7 } };
    },
    pick: () => [],
  });
  expect((await reader.next()).done).toBe(true);
  expect(reader.cursor).toBe(`${run}:7`);
});

/** A reader that waits until its signal aborts. */
function endless(signal?: AbortSignal): Updates<string> {
  return new Updates({
    read: async function* (either): AsyncGenerator<FollowedEvent, void> {
      await new Promise((_, reject) => either.addEventListener('abort', () => reject(either.reason as Error)));
      yield { position: { run, event: 1 } };
    },
    pick: () => [],
    signal,
  });
}

test('leaving the loop ends a `next` that waits; an abort of the caller rejects it', async () => {
  const left = endless();
  const waiting = left.next();
  await left.return();
  expect(await waiting).toEqual({ done: true, value: undefined });
  const stop = new AbortController();
  const aborted = endless(stop.signal).next();
  stop.abort(new Error('enough'));
  await expect(aborted).rejects.toThrow('enough');
});
