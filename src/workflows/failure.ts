/**
 * Failures in the sandbox: ours, and those that leave a body.
 *
 * Temporal fails a run for a `TemporalFailure` and retries the workflow task for ever for anything else. So every error
 * that a user's body throws leaves it as a failure (R7), but for the two that are Temporal's own business.
 */
import { ApplicationFailure, ensureTemporalFailure, type TemporalFailure } from '@temporalio/common';
import { ContinueAsNew, DeterminismViolationError } from '@temporalio/workflow';
import { withCode, type ErrorCode } from '../protocol/errors.ts';
import { checkSendable } from '../protocol/limits.ts';
import { isErrorLike, messageOf, sendableError, typeOf } from '../protocol/thrown.ts';

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

/** Throws where a value cannot be sent, instead of losing the run at the server (T3). */
export function assertSendable(value: unknown, what: string, limit?: number): void {
  const problem = checkSendable(value, what, limit);
  if (problem) throw failure(problem.code, problem.message);
}
