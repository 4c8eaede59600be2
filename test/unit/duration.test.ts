/** Durations, and cursors: what is checked where it is given. */
import { expect, test } from 'vitest';
import { decodeCursor, encodeCursor } from '../../src/client/follow.ts';
import { durationMs, type Duration } from '../../src/protocol/duration.ts';

test.each([
  [0, 0],
  [1500, 1500],
  ['3s', 3_000],
  ['250ms', 250],
  ['1.5 hours', 5_400_000],
  ['1 day', 86_400_000],
  ['2 weeks', 1_209_600_000],
  ['90 minutes', 5_400_000],
  ['10 s', 10_000],
] as const)('%j is %d ms', (duration, ms) => {
  expect(durationMs(duration, 'timeout')).toBe(ms);
});

test.each([-1, Number.NaN, Infinity, 'soon', '3', '', '3 fortnights'])('%j is refused with a sentence', (duration) => {
  expect(() => durationMs(duration as Duration, 'timeout')).toThrow(
    /^Expected `timeout` to be milliseconds or text such as '3s'/,
  );
});

test.each([{}, { items: 2 }])('a cursor is read back as it was written: %j', (within) => {
  const position = { run: '01a20444-a2c4-7426-a013-9498d85420bf', event: 42, ...within };
  expect(decodeCursor(encodeCursor(position))).toEqual(position);
});
