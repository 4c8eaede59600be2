/**
 * The questions of one run: which are open, and how each one ended.
 *
 * Owns the wait for an answer. The memo index and the current details are drawn from it; deciding whether an answer
 * counts is in `answers.ts`.
 *
 * Q1. A question ends once: answered or withdrawn. Its id is never used again in the run (I3).
 * Q2. Questions of one pass open in one step, and each end is a step of its own: a replay sees the same commands
 *     however the server groups the events.
 * Q3. The wait obeys its cancellation scope; cancelling that withdraws the question (I1).
 */
import { CancelledFailure, CancellationScope, log, upsertMemo } from '@temporalio/workflow';
import { QUESTION_MEMO_PREFIX } from '../protocol/names.ts';
import type { Interrupt } from '../protocol/shapes.ts';
import { memoEntry } from './memo.ts';
import { count } from './metrics.ts';

type Question =
  | { readonly kind: 'open'; readonly interrupt: Interrupt; readonly settle: Settle }
  | { readonly kind: 'answered' }
  | { readonly kind: 'withdrawn' };

interface Settle {
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

export class Questions {
  readonly #all = new Map<string, Question>();
  /** JSON sizes of the open questions' memo entries, which share one budget. */
  readonly #memoBytes = new Map<string, number>();
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** Open questions, oldest first. */
  open(): Interrupt[] {
    const open: Interrupt[] = [];
    for (const question of this.#all.values()) if (question.kind === 'open') open.push(question.interrupt);
    return open;
  }

  kind(id: string): Question['kind'] | undefined {
    return this.#all.get(id)?.kind;
  }

  /** Opens questions in one step and resolves with their answers, in order (Q2). */
  ask(interrupts: readonly Interrupt[]): Promise<unknown[]> {
    const scope = CancellationScope.current();
    // A question that nobody may wait for is never shown.
    if (scope.consideredCancelled) return Promise.reject(new CancelledFailure('Cancelled before the question opened'));
    const answers = interrupts.map((interrupt) => this.#wait(interrupt));
    this.#index(interrupts);
    if (scope.cancellable) {
      scope.cancelRequested.catch((error: unknown) => {
        for (const { id } of interrupts) this.withdraw(id, error);
      });
    }
    return Promise.all(answers);
  }

  /** Hands the answer to the code that waits. */
  answer(id: string, value: unknown): void {
    this.#end(id, { kind: 'answered' })?.resolve(value);
  }

  /** Ends a question without an answer; what waits for it sees `reason`. */
  withdraw(id: string, reason: unknown): void {
    const settle = this.#end(id, { kind: 'withdrawn' });
    if (!settle) return;
    log.info('Interrupt withdrawn', { interrupt: id });
    count('withdrawn');
    settle.reject(reason);
  }

  /** Withdraws all that are open, when the run ends. */
  withdrawAll(reason: string): void {
    for (const { id } of this.open()) this.withdraw(id, new CancelledFailure(reason));
  }

  #wait(interrupt: Interrupt): Promise<unknown> {
    const { promise, settle } = withSettle();
    this.#all.set(interrupt.id, { kind: 'open', interrupt, settle });
    return promise;
  }

  #index(interrupts: readonly Interrupt[]): void {
    const memo: Record<string, unknown> = {};
    for (const interrupt of interrupts) {
      const { entry, bytes } = memoEntry(interrupt, this.#memoBytes.values());
      this.#memoBytes.set(interrupt.id, bytes);
      memo[QUESTION_MEMO_PREFIX + interrupt.id] = entry;
    }
    upsertMemo(memo);
    log.info('Interrupt opened', { interrupts: interrupts.map(({ id }) => id) });
    count('opened', interrupts.length);
    this.#onChange();
  }

  #end(id: string, ended: Exclude<Question, { kind: 'open' }>): Settle | undefined {
    const question = this.#all.get(id);
    if (question?.kind !== 'open') return undefined;
    this.#all.set(id, ended);
    this.#memoBytes.delete(id);
    upsertMemo({ [QUESTION_MEMO_PREFIX + id]: null });
    this.#onChange();
    return question.settle;
  }
}

function withSettle(): { promise: Promise<unknown>; settle: Settle } {
  let settle!: Settle;
  const promise = new Promise<unknown>((resolve, reject) => (settle = { resolve, reject }));
  // A withdrawn question that nobody awaits must not fail the workflow task (R7).
  promise.catch(() => undefined);
  return { promise, settle };
}
