/** The end of an invocation, as a task sees it (T9). */
import { Context } from '@temporalio/activity';
import { expect, test, vi } from 'vitest';
import { markCutOff, untilCutOff } from '../../src/activities/cut-off.ts';

test('T9: a task that starts after the time of its cut runs, and Node warns of no timer', async () => {
  const { signal } = new AbortController();
  const context: Context = Reflect.construct(Context, [{}, new Promise(() => undefined), signal, () => undefined]);
  markCutOff(context, Date.now() - 1_000);
  const timers = vi.spyOn(globalThis, 'setTimeout');
  expect(await untilCutOff(context, signal, async () => 'done')).toBe('done');
  expect(timers.mock.calls.map(([, ms]) => ms)).toEqual([0]);
});
