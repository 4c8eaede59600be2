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

/** What this file needs of Temporal's runtime of a workflow, which has no public name for either. */
interface Runtime {
  /** Another array when it changes. */
  readonly randomnessSeed?: unknown;
  /** Updates that wait for a handler. */
  readonly bufferedUpdates?: unknown[];
}

function runtime(): Runtime {
  return (globalThis as { __TEMPORAL_ACTIVATOR__?: Runtime }).__TEMPORAL_ACTIVATOR__ ?? {};
}

let seed: unknown;
let hasNewSeed = false;
let wasReset = false;

const internals: WorkflowInternalsInterceptor = {
  activate(input, next) {
    hasNewSeed = runtime().randomnessSeed !== seed;
    wasReset ||= hasNewSeed;
    next(input);
    // Where signals are a batch of their own the seed comes after them, which is too late to tell anything.
    seed = runtime().randomnessSeed;
  },
};

export const interceptors = (): WorkflowInterceptors => {
  seed = runtime().randomnessSeed;
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

/**
 * Sets a handler, and has the updates of this step wait for the next one: a handler takes all of its own at once, and
 * at the start of a run they would lose their order.
 */
export function setInOrder(setHandler: () => void): void {
  const { bufferedUpdates } = runtime();
  const waiting = hasNewSeed && bufferedUpdates ? bufferedUpdates.splice(0) : [];
  setHandler();
  bufferedUpdates?.push(...waiting);
}
