/** Durations: what is checked where it is given. */
import { expect, test } from 'vitest';
import { assertTemporalDuration, durationMs, resolveDeadline } from '../../src/protocol/duration.ts';

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

test.each([-1, Number.NaN, Infinity, 1e16, 'soon', '3', '', '3 fortnights', 'P3D', null, true, new Date()])(
  '%j is refused with a sentence',
  (duration) => {
    expect(() => durationMs(duration, 'timeout')).toThrow(
      /^Expected `timeout` to be milliseconds from 0 to 8e15, or text such as '3s', '90 minutes' or '2 days', got /,
    );
  },
);

test('a deadline is a duration or a date', () => {
  expect(resolveDeadline('3s', 'timeout')).toBe(3_000);
  expect(resolveDeadline(new Date('2026-12-24'), 'timeout')).toBe('2026-12-24T00:00:00.000Z');
  for (const wrong of [new Date('no'), '2026-12-24', null, 1e16, {}])
    expect(() => resolveDeadline(wrong, 'timeout')).toThrow(
      /^Expected `timeout` to be milliseconds .*, or a date such as new Date\('2026-12-24'\), got `/,
    );
});

test.each([0, 1500, '5m', '1.5 hrs', '90', '.5s', '2 years'])('%j is a duration of Temporal', (duration) => {
  expect(() => assertTemporalDuration(duration, 'x')).not.toThrow();
});

test.each([-1, Number.NaN, Infinity, null, 'soon', 'P3D', ''])('%j is none of Temporal', (duration) => {
  expect(() => assertTemporalDuration(duration, '`heartbeatTimeout`')).toThrow(/^Expected `heartbeatTimeout` to be /);
});
