/**
 * The closed list of error codes, and how to recognise one.
 *
 * Errors cross realms and the wire. Thrown in a task, an error is an `ApplicationFailure` whose `type` is the code; thrown
 * by the client, it is an `Error` with a `code`. {@link hasCode} recognises both, `instanceof` does not. Each code has one
 * heading in docs/errors.md.
 */
import type { Problem } from './shapes.ts';

export const ERROR_CODES = [
  'AlreadyAnswered',
  'AlreadyInvoked',
  'AmbiguousAnswer',
  'InterruptChanged',
  'InterruptExpired',
  'InterruptSwallowed',
  'InterruptWithdrawn',
  'InvalidAnswer',
  'MaxRoundsReached',
  'NoServer',
  'NoWorker',
  'NotAllowed',
  'NotPending',
  'NotRemembered',
  'NotSerializable',
  'OutsideRun',
  'ThreadBusy',
  'ThreadClosed',
  'ThreadContinuing',
  'ThreadNotFound',
  'TooLarge',
  'TurnCancelled',
  'TurnReplaced',
  'WrongEntrypoint',
] as const;

/** The name of an error that holdpoint throws. Each has a heading in docs/errors.md with its causes and what to do. */
export type ErrorCode = (typeof ERROR_CODES)[number];

/** An error with this code, as {@link hasCode} narrows it. */
export type CodedError<Code extends ErrorCode> = Code extends 'InvalidAnswer'
  ? Error & {
      readonly code: Code;
      /** What is wrong with the answer, if it does not fit the schema. */
      readonly problems?: readonly Problem[];
    }
  : Error & { readonly code: Code };

/**
 * Whether `error` has one of these codes, whether it was thrown in a task, in a workflow or by the client.
 *
 * @example
 * try { await thread.resume('yes'); } catch (error) { if (!hasCode(error, 'AlreadyAnswered')) throw error; }
 */
export function hasCode<Code extends ErrorCode>(error: unknown, ...codes: Code[]): error is CodedError<Code> {
  if (typeof error !== 'object' || error === null) return false;
  // An `ApplicationFailure`, in a workflow or from the wire, has the code as its `type`.
  const { code, type } = error as { code?: unknown; type?: unknown };
  return codes.some((candidate) => candidate === code || candidate === type);
}

/** Sets the `code` of a failure from its `type`: wherever it is caught, it has both. */
export function withCode<Failure extends Error>(failure: Failure): Failure {
  const { type } = failure as { type?: unknown };
  const code = ERROR_CODES.find((candidate) => candidate === type);
  return code === undefined ? failure : Object.assign(failure, { code });
}
