/**
 * Failures in the worker: our own, and the errors that leave an activity.
 */
import { ApplicationFailure } from '@temporalio/common';
import { withCode, type ErrorCode } from '../protocol/errors.ts';
import { sendableError } from '../protocol/sendable-error.ts';
import { isErrorLike, messageOf, typeOf } from '../protocol/thrown.ts';

export function failure(code: ErrorCode, message: string): ApplicationFailure {
  return withCode(ApplicationFailure.nonRetryable(message, code));
}

/** What the user's schema throws, or an option that makes no sense, is the same at the next attempt. */
export function nonRetryable<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    throw error instanceof Error ? ApplicationFailure.nonRetryable(error.message, error.name) : error;
  }
}

/** The error to send for what an activity threw (R7). Temporal gives a thrown object the message `undefined`. */
export function sendableThrown(thrown: unknown, settings: { readonly checksDetails: boolean }): Error {
  const error = isErrorLike(thrown) ? thrown : new ApplicationFailure(messageOf(thrown), typeOf(thrown));
  return sendableError(error, settings);
}
