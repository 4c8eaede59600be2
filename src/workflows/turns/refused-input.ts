/**
 * What a caller gets whose input, or whose saved state, a thread with memory did not accept.
 */
import type { ErrorCode } from '../../protocol/errors.ts';
import { REFUSED_DETAIL } from '../../protocol/names.ts';
import type { KnownTurn } from './continue-as-new.ts';
import { failure } from '../errors/failure.ts';

/** Marks "your input was not accepted", as opposed to a turn that ran and failed with the same code. */
export function refusedInput(code: ErrorCode, message: string, ...known: readonly KnownTurn[]): Error {
  return failure(code, message, REFUSED_DETAIL, ...known);
}

/** The input was accepted before, in a run whose update is gone. The detail says where its result is. */
export function alreadyInvoked(turn: KnownTurn): Error {
  const message = `The input with this key was turn ${turn.n}, which has ended in run ${turn.runId}: its result is in that run's history.`;
  return refusedInput('AlreadyInvoked', message, turn);
}
