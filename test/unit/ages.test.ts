/** Ages, due times and durations, as the command prints and reads them. */
import { expect, test } from 'vitest';
import { formatAge, formatDue, formatDuration, formatTime, readDuration } from '../../src/cli/ages.ts';

const NOW = Date.parse('2026-07-01T12:00:00Z');

test.each<[ms: number, text: string]>([
  [-5, '0ms'],
  [0, '0ms'],
  [120.4, '120ms'],
  [999, '999ms'],
  [1000, '1s'],
  [59_999, '59s'],
  [60_000, '1m'],
  [725_000, '12m 5s'],
  [3_600_000, '1h'],
  // The two largest units at most, and no gap between them.
  [3_605_000, '1h'],
  [11_520_000, '3h 12m'],
  [86_400_000, '1d'],
  [273_600_000, '3d 4h'],
  [259_260_000, '3d'],
])('a duration of %d ms is %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test.each<[time: string | undefined, age: string, due: string]>([
  ['2026-07-01T11:59:59.500Z', '0s', '500ms ago'],
  ['2026-07-01T11:59:20Z', '40s', '40s ago'],
  ['2026-07-01T09:00:00Z', '3h', '3h ago'],
  // A clock that is ahead of ours.
  ['2026-07-01T12:00:05Z', '0s', 'in 5s'],
  ['2026-07-02T08:47:00Z', '0s', 'in 20h 47m'],
  [undefined, '-', '-'],
  ['', '-', '-'],
  ['soon', '-', '-'],
])('%s is %s old, and due %s', (time, age, due) => {
  expect(formatAge(time, NOW)).toBe(age);
  expect(formatDue(time, NOW)).toBe(due);
});

test('a time is printed to the second', () => {
  expect(formatTime('2026-07-01T09:30:33.123Z')).toBe('2026-07-01 09:30:33');
  expect(formatTime(undefined)).toBe('-');
  expect(formatTime('')).toBe('-');
});

test('a duration that is no duration is a wrong call, named by its option', () => {
  expect(readDuration('30s', '--wait')).toBe(30_000);
  expect(readDuration('3 days', '--wait')).toBe(259_200_000);
  for (const given of ['soon', '', '1x', '\u001b[2J'])
    expect(() => readDuration(given, '--wait')).toThrow(
      /^Expected `--wait` to be a duration such as 30s, 2h or 3d, got /,
    );
  expect(() => readDuration('\u001b[2J', '--wait')).toThrow(String.raw`\x1b[2J`);
});
