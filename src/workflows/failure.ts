/**
 * Failures in the sandbox: ours, and those that leave a body.
 *
 * Temporal fails a run for a `TemporalFailure` and retries the workflow task for ever for anything else. So every error
 * that a user's body throws leaves it as a failure (R7), but for the two that are Temporal's own business.
 */
import { ApplicationFailure, ensureTemporalFailure, type TemporalFailure } from '@temporalio/common';
import { ContinueAsNew, DeterminismViolationError } from '@temporalio/workflow';
import { withCode, type ErrorCode } from '../protocol/errors.ts';
import { checkSendable, MAX_MESSAGE_CHARACTERS } from '../protocol/limits.ts';

/** A failure with one of our codes; `type` is the code, and so is `code`, for those who look there. */
export function failure(code: ErrorCode, message: string): ApplicationFailure {
  return withCode(ApplicationFailure.nonRetryable(message, code));
}

/** What an error that leaves the body is for Temporal (R7). */
export function runFailure(error: unknown): Error {
  if (error instanceof ContinueAsNew || error instanceof DeterminismViolationError) return error;
  const failed = readable(error);
  // A failure over the message limit would never reach the server, and the workflow task would be retried for ever.
  if (failed.message.length > MAX_MESSAGE_CHARACTERS) {
    failed.message = `${failed.message.slice(0, MAX_MESSAGE_CHARACTERS)}…`;
    failed.stack = '';
  }
  return failed;
}

/** A failure that can be sent: what a user throws may refuse to be read, or have details that are no JSON. */
function readable(error: unknown): TemporalFailure {
  try {
    const failed = ensureTemporalFailure(error);
    if (!(failed instanceof ApplicationFailure) || !failed.details) return failed;
    if (!checkSendable(failed.details, 'the details of the error')) return failed;
    const { message, type, nonRetryable, cause } = failed;
    return new ApplicationFailure(message, type, nonRetryable, undefined, cause);
  } catch {
    return ApplicationFailure.nonRetryable('What was thrown could not be read', 'Error');
  }
}

/** Throws where a value cannot be sent, instead of losing the run at the server (T3). */
export function assertSendable(value: unknown, what: string, limit?: number): void {
  const problem = checkSendable(value, what, limit);
  if (problem) throw failure(problem.code, problem.message);
}
