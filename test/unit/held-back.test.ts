/** Heartbeats that are held back where Temporal's worker holds none back (P3). */
import { Context } from '@temporalio/activity';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startHeartbeats } from '../../src/activities/heartbeat.ts';
import { HeldBack } from '../../src/activities/held-back.ts';
import type { Preview } from '../../src/protocol/preview.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const throttle = { max: 7_500, fallback: '30 secs' } as const;
const preview: Preview = { call: 'a:1', scheduledMs: 1, attempt: 1, begin: 0, from: 0, parts: [] };

function attempt(heartbeatTimeoutMs?: number): { readonly context: Context; readonly sent: unknown[] } {
  const sent: unknown[] = [];
  // The constructor's other arguments are what the heartbeats do not use.
  const rest = [undefined, undefined, undefined, {}];
  const forever = new Promise<never>(() => undefined);
  const send = (details: unknown): void => void sent.push(details);
  const info = { heartbeatTimeoutMs };
  const context: Context = Reflect.construct(Context, [info, forever, new AbortController().signal, send, ...rest]);
  return { context, sent };
}

test.each([
  [30_000, 7_500],
  [1_000, 800],
  [undefined, 7_500],
])(
  'P3: with a heartbeat timeout of %s, the first is sent at once and the newest of the others after %i ms',
  (timeout, ms) => {
    const { context, sent } = attempt(timeout);
    using _heldBack = new HeldBack(context, throttle);
    for (const n of [1, 2, 3]) context.heartbeat(n);
    vi.advanceTimersByTime(ms - 1);
    expect(sent).toEqual([1]);
    vi.advanceTimersByTime(1);
    expect(sent).toEqual([1, 3]);
    vi.advanceTimersByTime(10 * ms);
    expect(sent).toEqual([1, 3]);
    context.heartbeat(4);
    expect(sent).toEqual([1, 3, 4]);
  },
);

test('P3: what an activity has recorded last before it fails is sent', () => {
  const { context, sent } = attempt(30_000);
  using heldBack = new HeldBack(context, throttle);
  for (const n of [1, 2]) context.heartbeat(n);
  heldBack.flush();
  heldBack.flush();
  expect(sent).toEqual([1, 2]);
});

test('P3: an activity that has ended sends nothing more', () => {
  const { context, sent } = attempt(30_000);
  const heldBack = new HeldBack(context, throttle);
  for (const n of [1, 2]) context.heartbeat(n);
  heldBack[Symbol.dispose]();
  vi.advanceTimersByTime(60_000);
  context.heartbeat(3);
  expect(sent).toEqual([1]);
});

test('P3: a preview is sent at once, with what is held back of the task’s own beside it', () => {
  const { context, sent } = attempt(30_000);
  using heldBack = new HeldBack(context, throttle);
  using heartbeats = startHeartbeats(context, heldBack);
  for (const n of [1, 2]) context.heartbeat(n);
  heartbeats.carry?.(preview);
  vi.advanceTimersByTime(7_499);
  const { call: _call, ...carried } = preview;
  const envelope = { 'holdpoint/preview': carried, 'holdpoint/details': [2] };
  expect(sent).toEqual([1, envelope]);
  // The heartbeat that shows that the worker lives repeats both.
  vi.advanceTimersByTime(12_501);
  expect(sent).toEqual([1, envelope, envelope]);
});

test('P3: a preview does not ride beside details that would arrive changed, or that are too large', () => {
  const { context, sent } = attempt(30_000);
  using heldBack = new HeldBack(context, throttle);
  using heartbeats = startHeartbeats(context, heldBack);
  for (const [i, own] of [new Uint8Array(1), 'x'.repeat(600_000)].entries()) {
    context.heartbeat(own);
    expect(() => heartbeats.carry?.(preview)).toThrow('the details of a heartbeat');
    vi.advanceTimersByTime(7_500);
    expect(sent).toHaveLength(i + 1);
    expect(sent.at(-1)).toBe(own);
  }
});

test('P3: without a heartbeat timeout nothing can ride', () => {
  const { context } = attempt();
  using heldBack = new HeldBack(context, throttle);
  using heartbeats = startHeartbeats(context, heldBack);
  expect(heartbeats.carry).toBeUndefined();
});
