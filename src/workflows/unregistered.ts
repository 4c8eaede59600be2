/**
 * The wait of a call whose task is not registered on the worker that took it (T8).
 *
 * The call is scheduled again after a pause: an activity goes to any worker of its task queue, so in the end to one that
 * has the task. A pause is half as long again as the one before, which is about half of the time that the call has waited.
 * It starts at a second and grows to ten minutes, and is an hour after 100 tries. A try is 11 events: 1,100 in the first
 * 15 hours, then 264 a day, of the 50,000 that a run may have. Each try has the arguments in the history again, so the
 * pauses of a call with more than 30 KB of them are longer in proportion: with 2 MB it can wait for five days, until the
 * run has 50 MB.
 */
import { sleep } from '@temporalio/workflow';
import { unregisteredSummary } from '../protocol/names.ts';

const FIRST_PAUSE_MS = 1_000;
const GROWTH = 1.5;
const TEN_MINUTES_MS = 600_000;
const HOUR_MS = 3_600_000;
const FREQUENT_TRIES = 100;
const SMALL_BYTES = 30_000;

/** @param tries How often the call was tried before. */
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
    // What is not JSON has a payload converter of the user's.
    return 0;
  }
}

/**
 * Fails the workflow task because of a local task, which runs on the worker that runs the body. The server then offers the
 * workflow task to any worker. A timer would not: the worker that lacks the task would get the next workflow task too.
 */
export function failWorkflowTask(call: string, task: string): Promise<never> {
  // Nobody handles this rejection, whatever the body catches: Temporal fails the workflow task for it, and not the run.
  void Promise.reject(
    new Error(
      `Local task \`${task}\` (call \`${call}\`) is not registered on this worker, which has its entrypoint. Register it: the thread goes on by itself.`,
    ),
  );
  return new Promise(() => undefined);
}
