/**
 * Failures in the sandbox: ours, and those that leave a body.
 *
 * Temporal fails a run for a `TemporalFailure` and retries the workflow task for ever for anything else. So every error
 * that a user's body throws leaves it as a failure (R7), but for the two that are Temporal's own business.
 */
import {
  ApplicationFailure,
  defaultPayloadConverter,
  ensureTemporalFailure,
  type TemporalFailure,
} from '@temporalio/common';
import { ContinueAsNew, DeterminismViolationError, patched } from '@temporalio/workflow';
import { withCode, type ErrorCode } from '../protocol/errors.ts';
import { sendableError } from '../protocol/sendable-error.ts';
import { isErrorLike, messageOf, typeOf } from '../protocol/thrown.ts';
import { checkEncodable, checkJson, checkSendable, MAX_SAVED_BYTES, type Unsendable } from '../protocol/limits.ts';

/** A failure with one of our codes; `type` is the code, and so is `code`, for those who look there. */
export function failure(code: ErrorCode, message: string): ApplicationFailure {
  return withCode(ApplicationFailure.nonRetryable(message, code));
}

/** What an error that leaves the body is for Temporal (R7). */
export function runFailure(error: unknown): Error {
  if (error instanceof ContinueAsNew || error instanceof DeterminismViolationError) return error;
  return sendableError(readable(error), { checksDetails: true });
}

/** Makes a Temporal failure of a thrown value, whose getters may throw. */
function readable(thrown: unknown): TemporalFailure {
  try {
    if (isErrorLike(thrown)) return ensureTemporalFailure(thrown);
  } catch {}
  return new ApplicationFailure(messageOf(thrown), typeOf(thrown));
}

/**
 * Whether this run decides about values as T7 says. Earlier versions sent what JSON would only flatten, and a run that did
 * so must replay as it was. Asked only where the two decide differently, because the mark is an event of the run.
 */
export function isLossless(): boolean {
  return patched('holdpoint/lossless');
}

/** Whether values leave the sandbox as JSON. A payload converter of the user's own may carry more. */
export function isJsonEncoded(): boolean {
  // Temporal has no public way to ask. Where this one is gone, the converter decides.
  const { __TEMPORAL_ACTIVATOR__: activator } = globalThis as {
    readonly __TEMPORAL_ACTIVATOR__?: { readonly payloadConverter?: unknown };
  };
  return activator?.payloadConverter === defaultPayloadConverter;
}

/** Throws where a value cannot be sent or would not arrive as it is, instead of losing it at the server (T3, T7). */
export function assertSendable(value: unknown, what: string, check: typeof checkSendable = checkSendable): void {
  const before = (): Unsendable | undefined => checkEncodable(value, what);
  refuse(isJsonEncoded() ? check(value, what) : before(), before);
}

/** The memory of a thread is JSON whatever payload converter there is. */
export function assertSaved(saved: unknown, what: string): void {
  refuse(checkJson(saved, what, MAX_SAVED_BYTES), () => checkEncodable(saved, what, MAX_SAVED_BYTES));
}

/** @param before What earlier versions refused, for runs that they began. */
export function refuse(problem: Unsendable | undefined, before: () => Unsendable | undefined): void {
  const counted = problem?.isLoss && !isLossless() ? before() : problem;
  if (counted) throw failure(counted.code, counted.message);
}
