/** What the plugin adds to a worker's activities, for tasks that the worker lacks (T8). */
import { expect, test } from 'vitest';
import { withUnregistered } from '../../src/activities/unregistered.ts';

test('a `default` activity is added, unless the user has one or the worker has no activities', () => {
  const step = async (): Promise<void> => undefined;
  expect(withUnregistered({ step })).toMatchObject({ step, default: expect.any(Function) });
  const own = { step, default: step };
  expect(withUnregistered(own)).toBe(own);
  const empty = { NAMES: ['no function'] };
  expect(withUnregistered(empty)).toBe(empty);
  expect(withUnregistered(undefined)).toBeUndefined();
});
