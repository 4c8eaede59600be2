/**
 * Refusals of a thread with memory: what a caller gets whose input or state was not accepted.
 */
import { ApplicationFailure } from '@temporalio/common';
import { withCode, type ErrorCode } from '../protocol/errors.ts';
import { REFUSED_DETAIL } from '../protocol/names.ts';
import type { KnownTurn } from './carried.ts';

/** Marks "your input was not accepted", as opposed to a turn that ran and failed with the same code. */
export function refusal(code: ErrorCode, message: string, known?: KnownTurn): Error {
  return withCode(ApplicationFailure.nonRetryable(message, code, REFUSED_DETAIL, ...(known ? [known] : [])));
}

export function alreadyInvoked(turn: KnownTurn): Error {
  const message = `The input with this key was turn ${turn.n}, which has ended in run ${turn.runId}: its result is in that run's history.`;
  return refusal('AlreadyInvoked', message, turn);
}
