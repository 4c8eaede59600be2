/**
 * The end of an invocation, for the tasks of a worker that is a function: how much time is left, and what becomes of a task
 * that has not ended by then.
 *
 * T9. A task that the end of an invocation cuts off uses up no attempt. Temporal alone fails the attempt of a task that gives
 *     in to the cancellation, and waits for any other task, until the platform kills the process.
 */
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';

/** The time from a cancellation to the cut, in which a task that listens can end by itself. */
const CLEAN_UP_MS = 500;

/** On the context of a task: when it is cut off. All copies of this package share the key. */
const CUT_OFF_AT = Symbol.for('holdpoint/cutOffAt');

interface Marked {
  readonly [CUT_OFF_AT]?: number;
}

/** Says of the activity of this context that it is cut off at that time, in milliseconds since 1970. */
export function markCutOff(context: Context, at: number): void {
  Object.assign(context, { [CUT_OFF_AT]: at } satisfies Marked);
}

/**
 * In a task: the milliseconds that are left until the end of the invocation cuts the task off. `Infinity` on a worker that
 * is not a function.
 *
 * @example
 * while (rest.length > 0 && timeLeft() > 10_000) await send(rest.shift());
 */
export function timeLeft(): number {
  const { [CUT_OFF_AT]: at } = Context.current() as Marked;
  return at === undefined ? Infinity : Math.max(0, at - Date.now());
}

/** In place of the result of a task that was cut off. */
export const CUT_OFF: unique symbol = Symbol('cut off');

/**
 * Runs a task until it ends or is cut off. A worker that is not a function cuts nothing off.
 *
 * @param signal The cancellation of the activity, as it is before it is observed.
 */
export async function untilCutOff(
  context: Context,
  signal: AbortSignal,
  task: () => Promise<unknown>,
): Promise<unknown> {
  const { [CUT_OFF_AT]: at } = context as Marked;
  if (at === undefined) return task();
  const cut = Promise.withResolvers<typeof CUT_OFF>();
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    if (isShutdown(signal)) timer = setTimeout(cut.resolve, CLEAN_UP_MS, CUT_OFF);
  };
  // The worker does not tell a task of its shutdown that was cancelled before.
  const end = (): void => {
    if (signal.aborted && !isShutdown(signal)) cut.resolve(CUT_OFF);
  };
  const endTimer = setTimeout(end, at - Date.now());
  signal.addEventListener('abort', stop);
  // A task may start after the worker has begun to cancel.
  if (signal.aborted) stop();
  try {
    return await Promise.race([task(), cut.promise]);
  } catch (error) {
    // What a task throws then comes from its cancellation. A failure that is final was not.
    if (!isShutdown(signal) || (error instanceof ApplicationFailure && error.nonRetryable)) throw error;
    return CUT_OFF;
  } finally {
    clearTimeout(timer);
    clearTimeout(endTimer);
    signal.removeEventListener('abort', stop);
  }
}

/** Whether the activity was cancelled because its worker stops. */
function isShutdown({ reason }: AbortSignal): boolean {
  return (reason as Error | undefined)?.message === 'WORKER_SHUTDOWN';
}
