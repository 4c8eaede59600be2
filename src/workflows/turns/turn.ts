/**
 * One turn of a thread with memory: from its input to its outcome.
 *
 * Owns the scope of the turn, and the promise that its caller waits for. `admission.ts` queues, cancels and replaces turns;
 * `turns.ts` runs and ends them.
 */
import { ContinueAsNew, CancellationScope, isCancellation, upsertMemo, workflowInfo } from '@temporalio/workflow';
import { ApplicationFailure } from '@temporalio/common';
import { defined } from '../../protocol/defined.ts';
import { checkEncodable, MAX_MEMO_OUTCOME_BYTES } from '../../protocol/limits.ts';
import { TURN_MEMO } from '../../protocol/names.ts';
import type { TurnMemo } from '../../protocol/shapes.ts';
import { failure, runFailure } from '../errors/failure.ts';
import type { SavedText } from './memory.ts';
import { deferred } from '../sandbox/promises.ts';
import { isAfterReset } from '../sandbox/reset.ts';

/** How a turn ended. A turn that was cancelled or replaced is `canceled`. */
export type TurnOutcome =
  | { readonly kind: 'completed'; readonly value: unknown; readonly saved: SavedText }
  | { readonly kind: 'failed' | 'canceled'; readonly error: Error };

export interface TurnSettings {
  readonly input: unknown;
  /** The key of the input: the id of its update, or the key that the thread was started with. */
  readonly key: string | undefined;
  /** The scope of the run. */
  readonly parent: CancellationScope;
}

export const REPLACED = 'Another input arrived and replaced this turn.';

export class Turn {
  readonly key: string | undefined;
  readonly input: unknown;
  readonly scope: CancellationScope;
  /** True if the input arrived after a reset: answers from before the reset are not for this turn (A10). */
  readonly isAfterReset: boolean = isAfterReset();
  readonly #result = deferred<unknown>();
  /** 0 until the turn begins. */
  #n = 0;
  #isReplaced = false;
  /** Why the turn was cancelled, as the sender said. */
  #reason: string | undefined;
  /** What an `updateState` after this turn saved, if a reset delivered both at once (R11). It replaces what the turn saves. */
  #savedAfter: SavedText;

  constructor({ input, key, parent }: TurnSettings) {
    this.key = key;
    this.input = input;
    this.scope = new CancellationScope({ cancellable: true, parent });
  }

  /** What the caller waits for: the value, or the error. */
  get result(): Promise<unknown> {
    return this.#result.promise;
  }

  get n(): number {
    return this.#n;
  }

  get savedAfter(): SavedText {
    return this.#savedAfter;
  }

  begin(n: number): void {
    this.#n = n;
  }

  cancel(reason: string | undefined): void {
    this.#reason = reason;
    this.scope.cancel();
  }

  replace(): void {
    this.#isReplaced = true;
    this.scope.cancel();
  }

  saveAfter(saved: SavedText): void {
    this.#savedAfter = saved;
  }

  /** Ends a turn that never began. */
  refuse(error: Error): void {
    this.#result.reject(error);
  }

  end(outcome: TurnOutcome): void {
    if (outcome.kind === 'completed') this.#result.resolve(outcome.value);
    else this.#result.reject(outcome.error);
  }

  /** The outcome of a turn that was replaced, whatever its body returned or threw; `undefined` for any other turn. */
  replacedOutcome(): TurnOutcome | undefined {
    return this.#isReplaced ? { kind: 'canceled', error: failure('TurnReplaced', REPLACED) } : undefined;
  }

  /** The outcome of a turn whose body threw. */
  failedOutcome(error: unknown): TurnOutcome {
    if (error instanceof ContinueAsNew) {
      const message = 'A thread with memory continues as new by itself, between turns: return instead.';
      return { kind: 'failed', error: ApplicationFailure.nonRetryable(message, 'TypeError') };
    }
    if (this.scope.consideredCancelled && isCancellation(error)) {
      const why = this.#reason === undefined ? '' : ` (${this.#reason})`;
      return { kind: 'canceled', error: failure('TurnCancelled', `The turn was cancelled${why}.`) };
    }
    return { kind: 'failed', error: runFailure(error) };
  }
}

/** Shows in the memo that a turn runs, or how it ended. Readers of the history and listings know the turn by that. */
export function showTurn(turn: Turn, outcome?: TurnOutcome): void {
  if (!outcome) return upsertTurn(turn, { status: 'running' });
  // An update reports the outcome of its turn. The first turn has no update.
  const shown = turn.n === 1 ? memoOutcome(outcome) : {};
  upsertTurn(turn, { status: outcome.kind, ...shown });
  // What is too large to stay in the memo is in the history now, where readers find it.
  if (checkEncodable(shown, 'the outcome', MAX_MEMO_OUTCOME_BYTES))
    upsertTurn(turn, { status: outcome.kind, truncated: true });
}

function upsertTurn({ n, key }: Turn, about: Omit<TurnMemo, 'n' | 'key' | 'runId'>): void {
  const { runId } = workflowInfo();
  upsertMemo({ [TURN_MEMO]: { n, runId, ...defined({ key }), ...about } satisfies TurnMemo });
}

function memoOutcome(outcome: TurnOutcome): Pick<TurnMemo, 'value' | 'error'> {
  if (outcome.kind === 'completed') return outcome.value === undefined ? {} : { value: outcome.value };
  const { message, type, nonRetryable, details } = outcome.error as Partial<ApplicationFailure> & Error;
  const about = { message, ...(type ? { type } : {}), ...(nonRetryable ? { nonRetryable } : {}) };
  return { error: details && !checkEncodable(details, 'the details') ? { ...about, details } : about };
}
