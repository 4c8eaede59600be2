/**
 * Failures on the worker: our own, and errors that leave an activity.
 */
import { ApplicationFailure } from '@temporalio/common';
import { withCode, type ErrorCode } from '../protocol/errors.ts';
import { sendableError } from '../protocol/sendable-error.ts';
import { isErrorLike, messageOf, typeOf } from '../protocol/thrown.ts';

/** A failure with one of our codes, which Temporal does not retry. */
export function failure(code: ErrorCode, message: string): ApplicationFailure {
  return withCode(ApplicationFailure.nonRetryable(message, code));
}

/** Makes an error not retryable: a schema that throws and a wrong option are the same in the next attempt. */
export function nonRetryable<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    throw error instanceof Error ? ApplicationFailure.nonRetryable(error.message, error.name) : error;
  }
}

/** The error to send for what an activity threw (R7). Temporal itself would give a thrown object the message `undefined`. */
export function sendableThrown(thrown: unknown, settings: { readonly checksDetails: boolean }): Error {
  const error = isErrorLike(thrown) ? thrown : new ApplicationFailure(messageOf(thrown), typeOf(thrown));
  return sendableError(error, settings);
}
