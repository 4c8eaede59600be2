/**
 * Error codes: the closed list, and how to recognise one.
 *
 * An error crosses realms and the wire: thrown in a task it is an `ApplicationFailure` whose `type` is the code, thrown
 * by the client an `Error` with a `code`. So a code is recognised with {@link hasCode}, never with `instanceof`. Each
 * has one heading in docs/errors.md.
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
  'NotPending',
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

export type ErrorCode = (typeof ERROR_CODES)[number];

/** An error with a code, as {@link hasCode} knows it. */
export type CodedError<Code extends ErrorCode> = Code extends 'InvalidAnswer'
  ? Error & {
      readonly code: Code;
      /** What is wrong with the answer, if it does not fit its schema. */
      readonly problems?: readonly Problem[];
    }
  : Error & { readonly code: Code };

/**
 * Whether `error` carries one of `codes`, wherever it was thrown: in a task, in a workflow or by the client.
 *
 * @example
 * try { await thread.resume('yes'); } catch (error) { if (!hasCode(error, 'AlreadyAnswered')) throw error; }
 */
export function hasCode<Code extends ErrorCode>(error: unknown, ...codes: Code[]): error is CodedError<Code> {
  if (typeof error !== 'object' || error === null) return false;
  // In a workflow or after the wire it is an ApplicationFailure, where Temporal calls the code `type`.
  const { code, type } = error as { code?: unknown; type?: unknown };
  return codes.some((candidate) => candidate === code || candidate === type);
}

/** Gives a failure of ours the `code` that its `type` says, so that both are there wherever it is caught. */
export function withCode<Failure extends Error>(failure: Failure): Failure {
  const { type } = failure as { type?: unknown };
  const code = ERROR_CODES.find((candidate) => candidate === type);
  return code === undefined ? failure : Object.assign(failure, { code });
}
