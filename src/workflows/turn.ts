/**
 * One turn of a thread with memory: who waits for it, and how it ended.
 */
import { ContinueAsNew, isCancellation, upsertMemo, workflowInfo, type CancellationScope } from '@temporalio/workflow';
import { ApplicationFailure } from '@temporalio/common';
import { checkEncodable, MAX_MEMO_OUTCOME_BYTES } from '../protocol/limits.ts';
import { TURN_MEMO } from '../protocol/names.ts';
import type { TurnMemo } from '../protocol/shapes.ts';
import { failure, runFailure } from './failure.ts';

/** A turn of this run. */
export interface Turn {
  readonly key: string | undefined;
  readonly input: unknown;
  readonly outcome: Promise<unknown>;
  readonly settle: { resolve(value: unknown): void; reject(error: unknown): void };
  readonly scope: CancellationScope;
  /** It came after a reset: what is left of the time before that is none of its business (A10). */
  readonly isAfterReset: boolean;
  /** Given when it starts. */
  n?: number;
  isReplaced?: boolean;
  /** What `updateState` put in the place of what it saves, as JSON, while it waited for its time after a reset (R11). */
  savedAfter?: string;
  /** Of its cancellation. */
  reason?: string | undefined;
}

export type Ending =
  | { readonly kind: 'completed'; readonly value: unknown; readonly saved: string | undefined }
  | { readonly kind: 'failed' | 'canceled'; readonly error: Error };

/** Shows how a turn ended. The first one came with the start; of each other one its update tells the outcome. */
export function showEnding(turn: Turn, ending: Ending): void {
  const outcome = turn.n === 1 ? memoOutcome(ending) : {};
  showTurn(turn, { status: ending.kind, ...outcome });
  // Readers of the history have seen what is too large to stay in the memo.
  if (checkEncodable(outcome, 'the outcome', MAX_MEMO_OUTCOME_BYTES))
    showTurn(turn, { status: ending.kind, truncated: true });
}

/** Puts the turn in the memo, from which readers of the history and listings know it. */
export function showTurn({ n = 0, key }: Turn, about: Omit<TurnMemo, 'n' | 'key' | 'runId'>): void {
  const { runId } = workflowInfo();
  upsertMemo({ [TURN_MEMO]: { n, runId, ...(key === undefined ? {} : { key }), ...about } satisfies TurnMemo });
}

/** The outcome of a turn that no update tells of. */
function memoOutcome(ending: Ending): Pick<TurnMemo, 'value' | 'error'> {
  if (ending.kind === 'completed') return ending.value === undefined ? {} : { value: ending.value };
  const { message, type, nonRetryable, details } = ending.error as Partial<ApplicationFailure> & Error;
  const about = { message, ...(type ? { type } : {}), ...(nonRetryable ? { nonRetryable } : {}) };
  return { error: details && !checkEncodable(details, 'the details') ? { ...about, details } : about };
}

export const REPLACED = 'Another input came, and took the place of this turn.';

/** Whatever its body came to. */
export function replaced(): Ending {
  return { kind: 'canceled', error: failure('TurnReplaced', REPLACED) };
}

export function failed({ scope, reason }: Turn, error: unknown): Ending {
  if (error instanceof ContinueAsNew) {
    const message = 'A thread with memory continues as new by itself, between turns: return instead.';
    return { kind: 'failed', error: ApplicationFailure.nonRetryable(message, 'TypeError') };
  }
  if (scope.consideredCancelled && isCancellation(error)) {
    const why = reason === undefined ? '' : ` (${reason})`;
    return { kind: 'canceled', error: failure('TurnCancelled', `The turn was cancelled${why}.`) };
  }
  return { kind: 'failed', error: runFailure(error) };
}
