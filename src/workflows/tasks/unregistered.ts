/**
 * How long a call waits before it is tried again, if the worker that took it lacks the task (T8).
 *
 * The call is scheduled again after the pause. Any worker of the task queue may take the next try, so in
 * the end a worker that has the task does. Pauses start at a second and grow by half each time, to ten minutes, and to an hour after 100 tries.
 *
 * Each try adds 11 events: 1,100 in the first 15 hours, then 264 a day. A run may have 50,000. Each try also adds the
 * arguments to the history, so pauses are longer in proportion if the arguments are larger than 30 KB. With arguments of
 * 2 MB, the run reaches its limit of 50 MB after five days.
 */
import { sleep } from '@temporalio/workflow';
import { unregisteredSummary } from '../../protocol/names.ts';
import { pending } from '../sandbox/promises.ts';

const FIRST_PAUSE_MS = 1_000;
const GROWTH = 1.5;
const TEN_MINUTES_MS = 600_000;
const HOUR_MS = 3_600_000;
const FREQUENT_TRIES = 100;
const SMALL_BYTES = 30_000;

/** @param tries How many retries came before this pause. */
export function pauseUntilNextTry(call: string, tries: number, args: readonly unknown[]): Promise<void> {
  return sleep(pauseMs(tries, jsonLength(args)), { summary: unregisteredSummary(call) });
}

export function pauseMs(tries: number, bytes: number): number {
  const longest = tries < FREQUENT_TRIES ? TEN_MINUTES_MS : HOUR_MS;
  const pause = Math.min(FIRST_PAUSE_MS * GROWTH ** tries, longest);
  return Math.round(pause * Math.max(1, bytes / SMALL_BYTES));
}

function jsonLength(args: readonly unknown[]): number {
  try {
    return JSON.stringify(args).length;
  } catch {
    // Not JSON: a payload converter of the user's own encodes it, to an unknown size.
    return 0;
  }
}

/**
 * Fails the workflow task because of a local task, which runs on the worker that runs the body: the server then offers the
 * workflow task to any worker. After a timer, the worker that lacks the task would get the next workflow task too.
 */
export function failWorkflowTask(call: string, task: string): Promise<never> {
  // Unhandled on purpose, and out of reach of the body's `catch`: Temporal fails the workflow task for it, not the run.
  void Promise.reject(
    new Error(
      `Local task \`${task}\` (call \`${call}\`) is not registered on this worker, which has its entrypoint. Register the task: the thread then continues by itself.`,
    ),
  );
  return pending();
}
