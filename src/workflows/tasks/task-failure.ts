/**
 * The error that a failed call of a task rejects with: the task's own, with Temporal's `ActivityFailure` as its cause (T3).
 */
import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  TemporalFailure,
  TimeoutFailure,
} from '@temporalio/common';
import { withCode } from '../../protocol/errors.ts';
import { messageOf } from '../../protocol/thrown.ts';
import { failure } from '../errors/failure.ts';

export function taskFailure(error: unknown, task: string): unknown {
  if (!(error instanceof TemporalFailure)) {
    // Scheduling itself failed, where the arguments are converted.
    const message = `Expected the arguments of task \`${task}\` to be plain data that can be sent: ${messageOf(error)}`;
    return failure('NotSerializable', message);
  }
  if (!(error instanceof ActivityFailure) || !error.cause) return error;
  const own = ownFailure(error.cause, task);
  // Not all of Temporal's classes take a cause in their constructor; it is a plain property of each.
  return Object.assign(own, { cause: error, ...(error.cause.stack === undefined ? {} : { stack: error.cause.stack }) });
}

/** A copy of the failure inside an `ActivityFailure`. The original is the cause of that, and cannot have it as its own. */
function ownFailure(inside: Error, task: string): TemporalFailure {
  if (inside instanceof ApplicationFailure) {
    const { message, type, nonRetryable, details } = inside;
    return withCode(new ApplicationFailure(message, type, nonRetryable, details));
  }
  if (inside instanceof CancelledFailure) return new CancelledFailure(inside.message, inside.details);
  if (inside instanceof TimeoutFailure) {
    const { timeoutType, lastHeartbeatDetails } = inside;
    return new TimeoutFailure(`Task \`${task}\` timed out (${timeoutType})`, lastHeartbeatDetails, timeoutType);
  }
  return new ApplicationFailure(inside.message, inside.name);
}

/** How Temporal refuses a local activity on a worker that lacks it and has no `default` activity. */
export function isUnregisteredLocally(error: unknown): boolean {
  return error instanceof ReferenceError && error.message.endsWith('not registered on worker');
}
