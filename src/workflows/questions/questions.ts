/**
 * The questions of one run: which are open, and how each one closed.
 *
 * Owns the wait for an answer and its deadline. Whether an answer counts is decided in `answers.ts`, which closes the
 * question here; everything that follows from an opening or a closing is the business of the listener, which is the run.
 *
 * Q1. A question closes once: answered, expired or withdrawn. Its id is never used again in the run (I3).
 * Q2. The questions of one pass open in one step, and each closing is a step of its own: a replay sees the same commands
 *     however the server groups the events.
 * Q3. The wait obeys its cancellation scope. Cancelling the scope withdraws the question (I1).
 * Q4. Signals are handled before timers, so an answer that the workflow sees together with the deadline is in time (A6).
 * Q5. An open question may change under its id, which is a step of its own too. A closed one never changes (A12).
 */
import { CancelledFailure, CancellationScope, log, sleep } from '@temporalio/workflow';
import type { Interrupt } from '../../protocol/shapes.ts';
import type { Body } from '../run/body.ts';
import type { CarriedQuestion } from '../turns/continue-as-new.ts';
import { count } from '../display/metrics.ts';
import { deferred, type Deferred } from '../sandbox/promises.ts';
import {
  closedKind,
  type AcceptedAnswer,
  type Change,
  type ClosedKind,
  type Closing,
  type OpenQuestion,
} from './question.ts';

type Question =
  | {
      readonly kind: 'open';
      readonly question: OpenQuestion;
      readonly body: Body;
      readonly wait: Deferred<Closing>;
      /** The scope of its deadline and reminders, if it has any. */
      readonly timers: CancellationScope | undefined;
    }
  | { readonly kind: ClosedKind };

/** What happens to questions, in the step in which it happens. */
export interface QuestionsListener {
  opened(interrupts: readonly Interrupt[]): void;
  reminded(interrupt: Interrupt): void;
  /** @param before The question as it was. */
  changed(interrupt: Interrupt, change: Change, before: Interrupt): void;
  closed(interrupt: Interrupt, closing: Closing): void;
}

export class Questions {
  /** Open questions in the order of their opening, closed ones in the order of their closing. */
  readonly #all = new Map<string, Question>();
  readonly #listener: QuestionsListener;
  /** The assignees of each reassigned question. They are kept after it has closed: it may be asked again (A12). */
  readonly #reassigned = new Map<string, readonly string[]>();

  constructor(listener: QuestionsListener, closed: readonly CarriedQuestion[] = []) {
    this.#listener = listener;
    for (const [id, kind] of closed) this.#setClosed(id, kind);
  }

  /** The closed questions, oldest closing first (R5). */
  closed(): CarriedQuestion[] {
    const closed: CarriedQuestion[] = [];
    for (const [id, { kind }] of this.#all) if (kind !== 'open') closed.push([id, kind]);
    return closed;
  }

  /** The open questions, oldest first (I4). */
  open(): Interrupt[] {
    const open: Interrupt[] = [];
    for (const entry of this.#all.values()) if (entry.kind === 'open') open.push(entry.question.interrupt);
    return open;
  }

  /** `undefined` if no question has this id. */
  kind(id: string): Question['kind'] | undefined {
    return this.#all.get(id)?.kind;
  }

  /** When an open question was asked, in milliseconds since the epoch. */
  askedAt(id: string): number | undefined {
    const entry = this.#all.get(id);
    return entry?.kind === 'open' ? Date.parse(entry.question.interrupt.askedAt) : undefined;
  }

  /** Opens questions in one step, and resolves with how they closed, in order (Q2). */
  ask(questions: readonly OpenQuestion[], body: Body): Promise<Closing[]> {
    const scope = CancellationScope.current();
    // A question that nobody may wait for is never shown.
    if (scope.consideredCancelled) return Promise.reject(new CancelledFailure('Cancelled before the question opened'));
    const closings = questions.map((question) => this.#open(question, body));
    const interrupts = questions.map(({ interrupt }) => interrupt);
    log.info('Interrupt opened', { interrupts: interrupts.map(({ id }) => id) });
    count('opened', interrupts.length);
    this.#listener.opened(interrupts);
    for (const question of questions) this.#startTimers(question);
    if (scope.cancellable) {
      scope.cancelRequested.catch((error: unknown) => {
        for (const { id } of interrupts) this.withdraw(id, error);
      });
    }
    return Promise.all(closings);
  }

  /** An open question; `undefined` if none with this id is open. */
  find(id: string): OpenQuestion | undefined {
    const entry = this.#all.get(id);
    return entry?.kind === 'open' ? entry.question : undefined;
  }

  /** A question that asks an earlier one again has its assignees, if that one was reassigned. */
  stayReassigned(id: string, earlier: string): readonly string[] | undefined {
    const assignees = this.#reassigned.get(earlier);
    if (assignees) this.#reassigned.set(id, assignees);
    return assignees;
  }

  /** The only way in which an open question changes (Q5). A question that is not open is left alone. */
  change(id: string, change: Change): void {
    const entry = this.#all.get(id);
    if (entry?.kind !== 'open') return;
    const before = entry.question.interrupt;
    const interrupt = { ...before, ...change.fields };
    const { assignees } = change.fields;
    if (assignees) this.#reassigned.set(id, assignees);
    this.#all.set(id, { ...entry, question: { ...entry.question, interrupt } });
    log.info(`Interrupt ${change.about.how}`, { interrupt: id });
    this.#listener.changed(interrupt, change, before);
  }

  /** Closes a question with an answer, and hands it to the code that waits. */
  answer(id: string, answer: AcceptedAnswer): void {
    const closing: Closing = { kind: 'answered', ...answer };
    this.#close(id, closing)?.resolve(closing);
  }

  /** Closes a question without an answer. The code that waits for it gets `reason`, unless its body is over. */
  withdraw(id: string, reason: unknown): void {
    const entry = this.#all.get(id);
    const wait = this.#close(id, { kind: 'withdrawn' });
    if (entry?.kind === 'open' && !entry.body.isOver) wait?.reject(reason);
  }

  /** Withdraws all open questions, once the body is over. Nobody waits for them any more. */
  withdrawAll(): void {
    for (const { id } of this.open()) this.#close(id, { kind: 'withdrawn' });
  }

  #expire(id: string): void {
    const entry = this.#all.get(id);
    if (entry?.kind !== 'open') return;
    const fallback = entry.question.default;
    const at = new Date().toISOString();
    const closing: Closing = fallback
      ? { kind: 'default', record: { value: fallback.value, at, how: 'default' }, sent: fallback.sent }
      : { kind: 'expired' };
    this.#close(id, closing)?.resolve(closing);
  }

  #open(question: OpenQuestion, body: Body): Promise<Closing> {
    const wait = deferred<Closing>();
    const isTimed = question.reminders.length > 0 || question.interrupt.expiresAt !== undefined;
    const timers = isTimed ? new CancellationScope() : undefined;
    this.#all.set(question.interrupt.id, { kind: 'open', question, body, wait, timers });
    return wait.promise;
  }

  #startTimers({ interrupt, reminders }: OpenQuestion): void {
    const { id, expiresAt } = interrupt;
    const entry = this.#all.get(id);
    const timers = entry?.kind === 'open' ? entry.timers : undefined;
    if (!timers) return;
    const later = (ms: number, what: string, then: () => void): void => {
      // Readers tell a question's timer from the user's by its summary.
      const timer = timers.run(() => sleep(Math.max(1, ms), { summary: `${what} ${id}` }));
      // The timer is cancelled when the question closes.
      timer.then(then).catch(() => undefined);
    };
    for (const ms of reminders) later(ms, 'remind', () => this.#remind(id));
    if (expiresAt !== undefined) later(Date.parse(expiresAt) - Date.now(), 'expire', () => this.#expire(id));
  }

  #remind(id: string): void {
    const entry = this.#all.get(id);
    if (entry?.kind === 'open') this.#listener.reminded(entry.question.interrupt);
  }

  /** Moves the question behind all that closed before it. */
  #setClosed(id: string, kind: ClosedKind): void {
    this.#all.delete(id);
    this.#all.set(id, { kind });
  }

  /** The only way in which an open question closes (Q1). Returns the wait of the code that asked. */
  #close(id: string, closing: Closing): Deferred<Closing> | undefined {
    const entry = this.#all.get(id);
    if (entry?.kind !== 'open') return undefined;
    const kind = closedKind(closing.kind);
    this.#setClosed(id, kind);
    entry.timers?.cancel();
    log.info(`Interrupt ${kind}`, { interrupt: id });
    count(kind);
    this.#listener.closed(entry.question.interrupt, closing);
    return entry.wait;
  }
}
