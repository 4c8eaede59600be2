/** How often a call is tried whose task no worker has, and what that adds to its history (T8). */
import { expect, test } from 'vitest';
import { pauseMs } from '../../src/workflows/tasks/unregistered.ts';

const DAY_MS = 86_400_000;

function triesWithin(ms: number, bytes: number): number {
  let waited = 0;
  let tries = 0;
  while ((waited += pauseMs(tries, bytes)) < ms) tries++;
  return tries;
}

test('a call is tried often at first, then every ten minutes, then every hour (T8)', () => {
  expect([0, 1, 2, 16, 99, 100, 10_000].map((tries) => pauseMs(tries, 0))).toEqual([
    1_000, 1_500, 2_250, 600_000, 600_000, 3_600_000, 3_600_000,
  ]);
});

test('a run lives for months while a call waits: 11 events a try, of 50,000 (T8)', () => {
  expect(triesWithin(DAY_MS / 2, 0) * 11).toBeLessThan(1_000);
  expect(triesWithin(180 * DAY_MS, 0) * 11).toBeLessThan(50_000);
});

test('a call with 2 MB of arguments waits for five days before its run has 50 MB (T8)', () => {
  const bytes = 2 * 1024 * 1024;
  expect(triesWithin(5 * DAY_MS, bytes) * bytes).toBeLessThan(50 * 1024 * 1024);
});
