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

test.each(['', 'start', 'yesterday', run, `${run}:`, `${run}:1.`, `${run}:-1`, ` ${run}:1`, `${run}:1.2.3`])(
  'a malformed cursor is refused with a sentence: %o',
  (cursor) => {
    expect(() => decodeCursor(cursor)).toThrow(
      new TypeError(`Expected \`from\` to be a cursor of a stream or 'start', got \`${cursor}\``),
    );
  },
);
