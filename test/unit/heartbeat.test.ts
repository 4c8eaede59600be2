/** The heartbeats that a worker sends for a task (T4). */
import type { Context } from '@temporalio/activity';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startHeartbeats } from '../../src/activities/heartbeat.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function fakeContext(info: { heartbeatTimeoutMs?: number; heartbeatDetails?: unknown }): {
  readonly context: Context;
  readonly sent: unknown[];
} {
  const sent: unknown[] = [];
  const context = { info, heartbeat: (details: unknown) => sent.push(details) };
  // As far as the heartbeats use it.
  return { context: context as unknown as Context, sent };
}

test('they repeat the last details: at first those of the previous attempt, then the task’s own', () => {
  const { context, sent } = fakeContext({ heartbeatTimeoutMs: 30_000, heartbeatDetails: 'before' });
  const heartbeats = startHeartbeats(context);
  vi.advanceTimersByTime(3_000);
  context.heartbeat('own');
  vi.advanceTimersByTime(10_000);
  heartbeats[Symbol.dispose]();
  vi.advanceTimersByTime(60_000);
  expect(sent).toEqual(['before', 'own', 'own', 'own']);
});

test('a short timeout gets three heartbeats, and none at all without one', () => {
  const short = fakeContext({ heartbeatTimeoutMs: 900 });
  using _short = startHeartbeats(short.context);
  const none = fakeContext({});
  using _none = startHeartbeats(none.context);
  vi.advanceTimersByTime(900);
  expect(short.sent).toHaveLength(3);
  expect(none.sent).toEqual([]);
});
