/**
 * The step in which a run that was reset goes on.
 *
 * `temporal workflow reset` makes a new run of the first part of a history. The server then delivers again all signals
 * and updates that came after that part, in the new run's next workflow task: before the code that would ask, and
 * signals before updates, whatever came first.
 *
 * Workflow code is not told of it. But the run gets another random seed, in exactly that step, live and in every
 * replay; and where the code acts on it, a patch marker is in the history, so that a run that was reset before this
 * code existed replays as it went.
 *
 * This is an interceptor, which the plugin puts in the bundle: it sees each step before the messages in it are handled.
 */
import { patched, type WorkflowInterceptors, type WorkflowInternalsInterceptor } from '@temporalio/workflow';

const PATCH = 'holdpoint/reset';

/** Temporal's runtime of this workflow; a new seed is a new array. */
function currentSeed(): unknown {
  const { __TEMPORAL_ACTIVATOR__: runtime } = globalThis as { __TEMPORAL_ACTIVATOR__?: { randomnessSeed?: unknown } };
  return runtime?.randomnessSeed;
}

let seed: unknown;
let hasNewSeed = false;
let wasReset = false;

const internals: WorkflowInternalsInterceptor = {
  activate(input, next) {
    hasNewSeed = currentSeed() !== seed;
    wasReset ||= hasNewSeed;
    next(input);
    // Where signals are a batch of their own the seed comes after them, which is too late to tell anything.
    seed = currentSeed();
  },
};

export const interceptors = (): WorkflowInterceptors => {
  seed = currentSeed();
  return { internals: [internals] };
};

/** Whether the messages of this step were sent before the reset. Records nothing, so a validator may ask. */
export function isReapplying(): boolean {
  return hasNewSeed;
}

/** The same for code that acts on it: records the marker. Not for validators, which a replay does not run. */
export function isReapplied(): boolean {
  return hasNewSeed && patched(PATCH);
}

/** Whether the messages of this step were sent after a reset. */
export function isAfterReset(): boolean {
  return wasReset && !hasNewSeed;
}
