/** A cursor is the place of a reader: a run, an event in it, and how many items of that event were read (S1). */
import { expect, test } from 'vitest';
import { decodeCursor, encodeCursor } from '../../src/client/reading/cursor.ts';

const run = '01a2046a-bce5-7365-915a-1de43933ecdc';

test.each([
  { run, event: 0 },
  { run, event: 17 },
  { run, event: 51_200, items: 3 },
])('a cursor leads back to its place: %o', (position) => {
  const cursor = encodeCursor(position);
  expect(decodeCursor(cursor)).toEqual({ items: undefined, ...position });
  // It goes through a URL as it is.
  expect(encodeURIComponent(cursor).replaceAll('%3A', ':')).toBe(cursor);
});

test.each([
  { call: 'callModel:1', scheduledMs: 1_700_000_000_000, attempt: 1, place: 0 },
  { call: 'a~b:12', scheduledMs: 0, attempt: 20, place: 65_536 },
  { call: 'näme 100%:3', scheduledMs: 1, attempt: 2, place: 3 },
])('P2: a cursor has the places in running calls: %o', (place) => {
  const other = { ...place, call: 'other:1' };
  const position = { run, event: 17, items: 2, previews: [place, other] };
  const cursor = encodeCursor(position);
  expect(decodeCursor(cursor)).toEqual(position);
  // It is one line, and one word.
  expect(cursor).toMatch(/^\S+$/);
});

test.each(['~', '~a', '~a~1~2', '~a~1~2~', '~a~1~2~3~', '~~1~2~3', '~a~1~-2~3'])(
  'P2: a malformed place in a running call is refused: %o',
  (places) => {
    expect(() => decodeCursor(`${run}:1${places}`)).toThrow(TypeError);
  },
);

test('P2: a place whose call cannot be read is refused as a malformed cursor', () => {
  expect(() => decodeCursor(`${run}:1~%~1~2~3`)).toThrow('Expected `from` to be a cursor');
});

test.each(['', 'start', 'yesterday', run, `${run}:`, `${run}:1.`, `${run}:-1`, ` ${run}:1`, `${run}:1.2.3`])(
  'a malformed cursor is refused with a sentence: %o',
  (cursor) => {
    expect(() => decodeCursor(cursor)).toThrow(
      new TypeError(`Expected \`from\` to be a cursor of a stream or 'start', got \`${cursor}\``),
    );
  },
);
