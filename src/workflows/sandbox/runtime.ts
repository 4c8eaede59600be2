/**
 * Temporal's own state of the workflow, which its SDK keeps in a global: the one place that reads it.
 *
 * Four facts have no public name. Each function says why it is needed, and what happens when an SDK no longer has it:
 * nothing fails, but one of the library's rules no longer holds.
 */
import { defaultPayloadConverter } from '@temporalio/common';

interface FailureConverter {
  errorToFailure(error: unknown, ...rest: unknown[]): unknown;
  failureToError(...args: unknown[]): unknown;
}

/** The fields of Temporal's `Activator` that are used here. */
interface Activator {
  readonly payloadConverter?: unknown;
  failureConverter?: FailureConverter;
  /** Replaced by another array when the seed changes. */
  readonly randomnessSeed?: unknown;
  readonly bufferedUpdates?: unknown[];
  readonly bufferedSignals?: unknown[];
}

function activator(): Activator {
  return (globalThis as { readonly __TEMPORAL_ACTIVATOR__?: Activator }).__TEMPORAL_ACTIVATOR__ ?? {};
}

/**
 * Whether values leave the sandbox as JSON. A payload converter of the user's own may carry more, and nothing public says
 * which converter a workflow has.
 *
 * If it is gone: values count as converted by the user, so what JSON flattens is no longer refused.
 */
export function isJsonEncoded(): boolean {
  return activator().payloadConverter === defaultPayloadConverter;
}

/**
 * Wraps the failure converter of this workflow, which may be the user's. No interceptor sees the failure of a workflow
 * task.
 *
 * If it is gone: the text of such a failure is sent as it is.
 */
export function wrapErrorToFailure(
  wrap: (convert: FailureConverter['errorToFailure']) => FailureConverter['errorToFailure'],
): void {
  const current = activator();
  const { failureConverter: converter } = current;
  if (!converter) return;
  current.failureConverter = {
    errorToFailure: wrap((...args) => converter.errorToFailure(...args)),
    failureToError: (...args) => converter.failureToError(...args),
  };
}

/**
 * The seed of the run's random numbers: another object once a reset has made a new run. Workflow code is not told of a
 * reset in any other way.
 *
 * If it is gone: resets go unnoticed, and what is delivered again is handled as if it were new.
 */
export function randomnessSeed(): unknown {
  return activator().randomnessSeed;
}

/**
 * Sets a handler while the messages that wait for a handler are hidden from it, so that they are delivered with the next
 * handler, in the order in which they were sent. Temporal delivers buffered messages handler by handler.
 *
 * If it is gone: after a reset, all inputs are delivered before the first `updateState`, and all reassignments before the
 * first answer.
 */
export function setBeforeMessages(setHandler: () => void): void {
  const { bufferedUpdates = [], bufferedSignals = [] } = activator();
  const [updates, signals] = [bufferedUpdates.splice(0), bufferedSignals.splice(0)];
  setHandler();
  bufferedUpdates.push(...updates);
  bufferedSignals.push(...signals);
}
