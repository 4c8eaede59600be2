/** A task at the end of its invocation (T9). */
import type { Context } from '@temporalio/activity';
import { expect, test, vi } from 'vitest';
import { markCutOff, untilCutOff } from '../../src/activities/cut-off.ts';

test('T9: a task that starts after it should have been cut off can end, and sets no timer that Node warns of', async () => {
  const timers = vi.spyOn(globalThis, 'setTimeout');
  // Only the mark is read.
  const context = {} as Context;
  markCutOff(context, Date.now() - 1_000);
  expect(await untilCutOff(context, new AbortController().signal, async () => 'ended')).toBe('ended');
  // Node warns of a negative time, once in a process.
  expect(timers.mock.calls.map(([, ms]) => ms)).toEqual([0]);
  timers.mockRestore();
});
