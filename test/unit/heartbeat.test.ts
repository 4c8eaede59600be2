/** The heartbeats that a worker sends for a task (T4). */
import {
  asyncLocalStorage,
  cancellationDetails,
  cancellationSignal,
  cancelled,
  Context,
  sleep,
} from '@temporalio/activity';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startHeartbeats } from '../../src/activities/heartbeat.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Attempt {
  readonly context: Context;
  readonly sent: unknown[];
  cancel(): void;
}

function attempt(info: { heartbeatTimeoutMs?: number; heartbeatDetails?: unknown }): Attempt {
  const sent: unknown[] = [];
  const controller = new AbortController();
  // The constructor's other arguments are what the heartbeats do not use.
  const rest = [undefined, undefined, undefined, {}];
  const forever = new Promise<never>(() => undefined);
  const send = (details: unknown): void => void sent.push(details);
  const context: Context = Reflect.construct(Context, [info, forever, controller.signal, send, ...rest]);
  return { context, sent, cancel: () => controller.abort() };
}

function inside<Value>({ context }: Attempt, call: () => Value): Value {
  return asyncLocalStorage.run(context, call);
}

test('T4: they repeat the last details: at first those of the previous attempt, then the task’s own', () => {
  const { context, sent } = attempt({ heartbeatTimeoutMs: 30_000, heartbeatDetails: 'before' });
  const heartbeats = startHeartbeats(context);
  vi.advanceTimersByTime(20_000);
  context.heartbeat('own');
  vi.advanceTimersByTime(40_000);
  heartbeats[Symbol.dispose]();
  vi.advanceTimersByTime(120_000);
  expect(sent).toEqual(['before', 'own', 'own', 'own']);
});

test.each([
  [900, 3],
  [15_000, 3],
  [30_000, 1],
  [600_000, 1],
  [10_000_000_000, 0],
])('T4: a heartbeat timeout of %i ms gets heartbeats before it is over: %i', (heartbeatTimeoutMs, count) => {
  const { context, sent } = attempt({ heartbeatTimeoutMs });
  using _heartbeats = startHeartbeats(context);
  vi.advanceTimersByTime(Math.min(heartbeatTimeoutMs, 2 ** 30));
  expect(sent).toHaveLength(count);
});

test('T4: without a timeout there are none at all', () => {
  const { context, sent } = attempt({});
  using _heartbeats = startHeartbeats(context);
  expect(context.cancellationSignal.aborted).toBe(false);
  vi.advanceTimersByTime(60_000);
  expect(sent).toEqual([]);
});

test('T4: a task that does not listen gets three a minute', () => {
  const { context, sent } = attempt({ heartbeatTimeoutMs: 30_000 });
  using _heartbeats = startHeartbeats(context);
  vi.advanceTimersByTime(60_000);
  expect(sent).toHaveLength(3);
});

test.each<[string, () => unknown]>([
  ['cancellationSignal()', () => cancellationSignal()],
  ['the context', () => Context.current().cancellationSignal],
  ['cancelled()', () => cancelled()],
  ['sleep()', () => void sleep('1 hour')],
  ['cancellationDetails()', () => cancellationDetails()],
])('T4: a task that reads its cancellation gets eight a minute: %s', (_, read) => {
  const listening = attempt({ heartbeatTimeoutMs: 30_000 });
  using _heartbeats = startHeartbeats(listening.context);
  inside(listening, read);
  vi.advanceTimersByTime(60_000);
  expect(listening.sent).toHaveLength(8);
});

test('T4: a task that begins to listen late learns of an earlier cancellation at once', () => {
  const late = attempt({ heartbeatTimeoutMs: 30_000 });
  using _heartbeats = startHeartbeats(late.context);
  vi.advanceTimersByTime(10_000);
  expect(late.sent).toHaveLength(0);
  const timers = vi.spyOn(globalThis, 'setTimeout');
  inside(late, cancellationSignal);
  vi.advanceTimersByTime(0);
  expect(late.sent).toHaveLength(1);
  // Node prints a warning for a negative one.
  expect(timers.mock.calls[0]?.[1]).toBe(0);
});

test('T4: once it has been cancelled, a task only has to show that its worker lives', () => {
  const listening = attempt({ heartbeatTimeoutMs: 30_000 });
  using _heartbeats = startHeartbeats(listening.context);
  const signal = inside(listening, cancellationSignal);
  vi.advanceTimersByTime(7_500);
  listening.cancel();
  expect(signal.aborted).toBe(true);
  vi.advanceTimersByTime(60_000);
  // One was due already.
  expect(listening.sent).toHaveLength(4);
});

test('T4: a task that sends its own needs no others', () => {
  const { context, sent } = attempt({ heartbeatTimeoutMs: 30_000 });
  using _heartbeats = startHeartbeats(context);
  for (let n = 1; n <= 4; n++) {
    vi.advanceTimersByTime(15_000);
    context.heartbeat(n);
  }
  expect(sent).toEqual([1, 2, 3, 4]);
});

test('T4: a task that has ended sends nothing, whatever is read of its context', () => {
  const ended = attempt({ heartbeatTimeoutMs: 30_000 });
  startHeartbeats(ended.context)[Symbol.dispose]();
  expect(inside(ended, cancellationSignal).aborted).toBe(false);
  vi.advanceTimersByTime(60_000);
  expect(ended.sent).toEqual([]);
});
