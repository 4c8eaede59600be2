/**
 * Resets: whether the messages of a step were sent before one. Answers (A10) and inputs (R11) are handled differently then.
 *
 * `temporal workflow reset` makes a new run from the first part of a history. In the next workflow task of that run, the
 * server delivers all later signals and updates again: before the code that would ask, and signals before updates, in
 * whatever order they were sent.
 *
 * Workflow code is not told of a reset. But the run gets another random seed in exactly that step, live and in every
 * replay. Where the code acts on a reset, a patch marker in the history says so: a run that was reset before this code
 * existed replays as it went.
 *
 * This is an interceptor, which the plugin puts in the bundle: it sees each step before the messages in it are handled.
 */
import { patched, type WorkflowInterceptors, type WorkflowInternalsInterceptor } from '@temporalio/workflow';
import { randomnessSeed, setBeforeMessages } from './runtime.ts';

const PATCH = 'holdpoint/reset';

let seed: unknown;
/** True in the step in which a run that was reset goes on, and only there. */
let hasNewSeed = false;
let wasReset = false;

const internals: WorkflowInternalsInterceptor = {
  activate(input, next) {
    hasNewSeed = randomnessSeed() !== seed;
    wasReset ||= hasNewSeed;
    next(input);
    // In a run that an old SDK began, the seed changes in here, after the signals: such a reset goes unnoticed.
    seed = randomnessSeed();
  },
};

export const interceptors = (): WorkflowInterceptors => {
  seed = randomnessSeed();
  return { internals: [internals] };
};

/** Whether this step delivers messages again. For validators: it records nothing, and a replay does not run them. */
export function isReapplying(): boolean {
  return hasNewSeed;
}

/** The same for code that acts on it: records the marker. */
export function isReapplied(): boolean {
  return hasNewSeed && patched(PATCH);
}

/** Whether the messages of this step were sent after a reset. */
export function isAfterReset(): boolean {
  return wasReset && !hasNewSeed;
}

/**
 * Sets the first of several handlers of updates or of signals. After a reset the messages wait for the next handler of their
 * kind, with which they are delivered in the order in which they were sent.
 */
export function setInOrder(setHandler: () => void): void {
  if (hasNewSeed) setBeforeMessages(setHandler);
  else setHandler();
}
