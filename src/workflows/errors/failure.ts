/**
 * Failures in the sandbox: our own, and the errors that leave a body.
 *
 * Temporal fails a run for a `TemporalFailure`, and for any other error retries the workflow task for ever. So every error
 * that a body throws leaves it as a failure (R7), except for two that are Temporal's own.
 */
import { ApplicationFailure, ensureTemporalFailure, type TemporalFailure } from '@temporalio/common';
import { ContinueAsNew, DeterminismViolationError } from '@temporalio/workflow';
import { withCode, type ErrorCode } from '../../protocol/errors.ts';
import { sendableError } from '../../protocol/sendable-error.ts';
import { isErrorLike, messageOf, typeOf } from '../../protocol/thrown.ts';

/** A failure with one of our codes, in `type` and in `code`. */
export function failure(code: ErrorCode, message: string, ...details: readonly unknown[]): ApplicationFailure {
  return withCode(ApplicationFailure.nonRetryable(message, code, ...details));
}

/** The failure of a run or turn whose body threw this (R7). */
export function runFailure(error: unknown): Error {
  if (error instanceof ContinueAsNew || error instanceof DeterminismViolationError) return error;
  return sendableError(toFailure(error), { checksDetails: true });
}

/** The getters of a thrown value may throw. */
function toFailure(thrown: unknown): TemporalFailure {
  try {
    if (isErrorLike(thrown)) return ensureTemporalFailure(thrown);
  } catch {}
  return new ApplicationFailure(messageOf(thrown), typeOf(thrown));
}
