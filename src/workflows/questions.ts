/**
 * The questions of one run: which are open, and how each one ended.
 *
 * Owns the wait for an answer and its deadline. The memo index and the current details are drawn from it; deciding
 * whether an answer counts is in `answers.ts`.
 *
 * Q1. A question ends once: answered, expired or withdrawn. Its id is never used again in the run (I3).
 * Q2. Questions of one pass open in one step, and each end is a step of its own: a replay sees the same commands
 *     however the server groups the events.
 * Q3. The wait obeys its cancellation scope; cancelling that withdraws the question (I1).
 * Q4. Signals are handled before timers, so an answer that the workflow sees with the deadline is in time (A6).
 */
import { CancelledFailure, CancellationScope, log, sleep, upsertMemo } from '@temporalio/workflow';
import { CLOSED_MEMO, QUESTION_MEMO_PREFIX } from '../protocol/names.ts';
import type { Check } from '../protocol/schema.ts';
import type { Closed, How, Interrupt, Recorded } from '../protocol/shapes.ts';
import type { Body } from './body.ts';
import { closedEntry, memoEntry } from './memo.ts';
import { count } from './metrics.ts';

/** A question as it opens. */
export interface Opening {
  readonly interrupt: Interrupt;
  /** Whether an answer counts, and what the code gets for it. */
  readonly check: Check;
  /** What stands for an answer when time runs out, as it was given and as the code gets it. */
  readonly default?: { readonly sent: unknown; readonly value: unknown };
  /** Milliseconds until the reminder. */
  readonly remind?: number;
}

/** An answer or a default: what was sent, and in `record` what the code gets for it. */
export interface Answered {
  readonly record: Recorded;
  readonly sent: unknown;
  readonly key?: string | undefined;
}

/** How the wait ended: with an answer or the default, or with neither in time. A withdrawn question rejects. */
export type Outcome = ({ readonly kind: 'answered' } & Answered) | { readonly kind: 'expired' };
export type Closing = Outcome | { readonly kind: 'withdrawn' };

/** How a question ended. A late answer is refused with it. */
export type ClosedKind = 'answered' | 'expired' | 'withdrawn';

type Question =
  | {
      readonly kind: 'open';
      readonly opening: Opening;
      readonly body: Body;
      readonly settle: Settle;
      readonly timers: CancellationScope | undefined;
    }
  | { readonly kind: ClosedKind };

interface Settle {
  resolve(outcome: Outcome): void;
  reject(error: unknown): void;
}

/** A question that has ended, as continue-as-new carries it. */
export type CarriedQuestion = readonly [id: string, how: ClosedKind];

/** What the run does when its questions change. */
export interface QuestionsListener {
  opened(interrupts: readonly Interrupt[]): void;
  reminded(interrupt: Interrupt): void;
  closed(interrupt: Interrupt, closing: Closing): void;
}

export class Questions {
  /** Open questions in the order of their opening, ended ones in the order of their end. */
  readonly #all = new Map<string, Question>();
  /** JSON sizes of the open questions' memo entries, which share one budget. */
  readonly #memoBytes = new Map<string, number>();
  readonly #listener: QuestionsListener;

  constructor(listener: QuestionsListener, closed: readonly CarriedQuestion[] = []) {
    this.#listener = listener;
    for (const [id, kind] of closed) this.#close(id, kind);
  }

  /** The questions that have ended, oldest end first (R5). */
  closed(): CarriedQuestion[] {
    const closed: CarriedQuestion[] = [];
    for (const [id, { kind }] of this.#all) if (kind !== 'open') closed.push([id, kind]);
    return closed;
  }

  /** Open questions, oldest first. */
  open(): Interrupt[] {
    const open: Interrupt[] = [];
    for (const question of this.#all.values()) if (question.kind === 'open') open.push(question.opening.interrupt);
    return open;
  }

  kind(id: string): Question['kind'] | undefined {
    return this.#all.get(id)?.kind;
  }

  /** When an open question was asked, in milliseconds. */
  askedAt(id: string): number | undefined {
    const question = this.#all.get(id);
    return question?.kind === 'open' ? Date.parse(question.opening.interrupt.askedAt) : undefined;
  }

  /** Opens questions in one step and resolves with how they ended, in order (Q2). */
  ask(openings: readonly Opening[], body: Body): Promise<Outcome[]> {
    const scope = CancellationScope.current();
    // A question that nobody may wait for is never shown.
    if (scope.consideredCancelled) return Promise.reject(new CancelledFailure('Cancelled before the question opened'));
    const outcomes = openings.map((opening) => this.#wait(opening, body));
    this.#index(openings.map(({ interrupt }) => interrupt));
    for (const opening of openings) this.#startTimers(opening);
    if (scope.cancellable) {
      scope.cancelRequested.catch((error: unknown) => {
        for (const { interrupt } of openings) this.withdraw(interrupt.id, error);
      });
    }
    return Promise.all(outcomes);
  }

  /** What an open question makes of an answer; changes nothing. */
  check(id: string, answer: unknown): ReturnType<Check> {
    const question = this.#all.get(id);
    return question?.kind === 'open' ? question.opening.check(answer) : { value: answer };
  }

  /** Hands the answer to the code that waits. */
  answer(id: string, answered: Answered): void {
    const outcome: Outcome = { kind: 'answered', ...answered };
    this.#end(id, outcome)?.resolve(outcome);
  }

  /** Ends a question without an answer; what waits for it sees `reason`, unless its body is over (T6). */
  withdraw(id: string, reason: unknown): void {
    const question = this.#all.get(id);
    const settle = this.#end(id, { kind: 'withdrawn' });
    if (question?.kind === 'open' && !question.body.isOver) settle?.reject(reason);
  }

  /** Withdraws all that are open, when the body is over. */
  withdrawAll(): void {
    for (const { id } of this.open()) this.#end(id, { kind: 'withdrawn' });
  }

  #expire(id: string): void {
    const question = this.#all.get(id);
    if (question?.kind !== 'open') return;
    const fallback = question.opening.default;
    const outcome: Outcome = fallback
      ? {
          kind: 'answered',
          record: { value: fallback.value, at: new Date().toISOString(), how: 'default' },
          sent: fallback.sent,
        }
      : { kind: 'expired' };
    this.#end(id, outcome)?.resolve(outcome);
  }

  #wait(opening: Opening, body: Body): Promise<Outcome> {
    const { promise, settle } = withSettle();
    const timed = opening.remind !== undefined || opening.interrupt.expiresAt !== undefined;
    const timers = timed ? new CancellationScope() : undefined;
    this.#all.set(opening.interrupt.id, { kind: 'open', opening, body, settle, timers });
    return promise;
  }

  #startTimers({ interrupt, remind }: Opening): void {
    const question = this.#all.get(interrupt.id);
    const timers = question?.kind === 'open' ? question.timers : undefined;
    if (!timers) return;
    const { id, expiresAt } = interrupt;
    const later = (ms: number, what: string, then: () => void): void => {
      // Readers tell a question's timer from the user's by its summary.
      const timer = timers.run(() => sleep(Math.max(1, ms), { summary: `${what} ${id}` }));
      // Cancelled when the question ends.
      timer.then(then).catch(() => undefined);
    };
    if (remind !== undefined) later(remind, 'remind', () => this.#listener.reminded(interrupt));
    if (expiresAt !== undefined) later(Date.parse(expiresAt) - Date.now(), 'expire', () => this.#expire(id));
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
    this.#listener.opened(interrupts);
  }

  /** Moves the question behind all that ended before it. */
  #close(id: string, kind: ClosedKind): void {
    this.#all.delete(id);
    this.#all.set(id, { kind });
  }

  #end(id: string, closing: Closing): Settle | undefined {
    const question = this.#all.get(id);
    if (question?.kind !== 'open') return undefined;
    // A default is no answer of a person's: one that comes later is late, not second.
    const late = closing.kind === 'answered' && closing.record.how === 'default';
    const kind = late ? 'expired' : closing.kind;
    this.#close(id, kind);
    question.timers?.cancel();
    this.#memoBytes.delete(id);
    const { interrupt } = question.opening;
    // One command for both: the change that removes the question says how it closed (A9).
    upsertMemo({ [QUESTION_MEMO_PREFIX + id]: null, [CLOSED_MEMO]: closedEntry(describeClosing(interrupt, closing)) });
    log.info(`Interrupt ${kind}`, { interrupt: id });
    count(kind);
    this.#listener.closed(interrupt, closing);
    return question.settle;
  }
}

/** How a question closed, in the words of the wire. */
export function howClosed(closing: Closing): How {
  return closing.kind === 'answered' ? closing.record.how : closing.kind;
}

function describeClosing({ id, run }: Interrupt, closing: Closing): Closed {
  const how = howClosed(closing);
  if (closing.kind !== 'answered') return { id, run, how, at: new Date().toISOString() };
  const { record, key } = closing;
  const { actor, at } = record;
  return { id, run, how, ...(actor === undefined ? {} : { actor }), at, ...(key === undefined ? {} : { key }) };
}

function withSettle(): { promise: Promise<Outcome>; settle: Settle } {
  let settle!: Settle;
  const promise = new Promise<Outcome>((resolve, reject) => (settle = { resolve, reject }));
  // A withdrawn question that nobody awaits must not fail the workflow task (R7).
  promise.catch(() => undefined);
  return { promise, settle };
}
