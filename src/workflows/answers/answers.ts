/**
 * Answers as they arrive by the signals `resume` and `answer`.
 *
 * An accepted answer takes one path: it is decided (`answer-decision.ts`), its question closes (`questions.ts`), and the run,
 * which listens to the questions, updates the memo, the record, the notifications and the details (`run.ts`).
 *
 * Owns the held answers: after a reset they wait for their question.
 *
 * A4. A refused answer changes nothing: the question stays open.
 * A7. `at` is the time that the sender gives, because a workflow is not told the time of a signal's event. It is limited
 *     to the time between the opening of the question and now, when a worker takes the answer. By default it is now.
 * A8. A signal that repeats a key is not a second answer.
 * A10. After a reset the server delivers answers before their questions open. An answer that says what it answered is
 *      held, and decided when the question opens. No other answer is ever held.
 */
import { log, patched } from '@temporalio/workflow';
import { defined } from '../../protocol/defined.ts';
import type { Interrupt } from '../../protocol/shapes.ts';
import { hashValue } from '../../protocol/value-hash.ts';
import type { AnswerRecords } from './answer-records.ts';
import { decide, refusedAfterReset, type RefusedAnswer } from './answer-decision.ts';
import { count } from '../display/metrics.ts';
import type { Questions } from '../questions/questions.ts';
import { isReapplied } from '../sandbox/reset.ts';
import { readOneAnswer, readSentAnswer, type SentAnswer } from './sent-answer.ts';

/** A patch: earlier versions show `by`, take everybody's answer, and their runs must replay. */
const OBEYS_BY = 'holdpoint/by';
/** A patch: earlier versions have no handler for the signal `answer`, and what was sent to them is lost. */
const TAKES_ONE_ARGUMENT = 'holdpoint/answer';

/** An answer that waits for its question after a reset. */
type HeldAnswer = SentAnswer & { readonly address: { readonly id: string } };

export interface AnswersSettings {
  readonly questions: Questions;
  readonly records: AnswerRecords;
  /** The id of the run, which answers may be addressed with. */
  readonly run: string;
}

export class Answers {
  readonly #questions: Questions;
  readonly #records: AnswerRecords;
  readonly #run: string;
  /** In the order in which they were sent. */
  #held: readonly HeldAnswer[] = [];

  constructor({ questions, records, run }: AnswersSettings) {
    this.#questions = questions;
    this.#records = records;
    this.#run = run;
  }

  /** Takes the arguments of `resume`. Synchronous: the answer counts before any other code of the run continues. */
  take(args: readonly unknown[]): void {
    this.#take(readSentAnswer(args));
  }

  /** Takes the argument of `answer`. */
  takeOne(args: readonly unknown[]): void {
    if (patched(TAKES_ONE_ARGUMENT)) this.#take(readOneAnswer(args));
  }

  #take(answer: SentAnswer): void {
    if (this.#isRepeated(answer)) return;
    if (this.#isEarly(answer)) this.#held = [...this.#held, answer];
    else this.#decide(answer);
  }

  /** Decides the answers that were held for these questions, in the order in which they were sent. */
  decideHeld(interrupts: readonly Interrupt[]): void {
    for (const { id, value } of this.#held.length > 0 ? interrupts : []) {
      const ofQuestion = this.#held.filter(({ address }) => address.id === id);
      this.#held = this.#held.filter(({ address }) => address.id !== id);
      for (const answer of ofQuestion) {
        if (answer.address.hash === hashValue(value)) this.#decide(answer);
        else this.#refuse(refusedAfterReset(id, 'changed'), answer);
      }
    }
  }

  /** Refuses all held answers: the body that would have asked is over, and a later question is another one. */
  refuseHeld(): void {
    const held = this.#held;
    this.#held = [];
    for (const answer of held) this.#refuse(refusedAfterReset(answer.address.id, 'not asked'), answer);
  }

  #isRepeated({ address: { key } }: SentAnswer): boolean {
    if (key === undefined) return false;
    const receipt = this.#records.receipt(key);
    // The question may have been reassigned since, to whoever sends it (A11).
    const wasNotAllowed = receipt?.outcome === 'refused' && receipt.code === 'NotAllowed';
    return (receipt && !wasNotAllowed) || this.#held.some(({ address }) => address.key === key);
  }

  /** Whether the answer was sent before a reset, for a question that this run has not asked again yet. */
  #isEarly(answer: SentAnswer): answer is HeldAnswer {
    const { address, malformed } = answer;
    const { id, run = this.#run, hash } = address;
    if (malformed !== undefined || id === undefined || hash === undefined || run !== this.#run) return false;
    return this.#questions.kind(id) === undefined && isReapplied();
  }

  #decide(answer: SentAnswer): void {
    const obeysBy = (): boolean => patched(OBEYS_BY);
    const decision = decide(answer, { questions: this.#questions, run: this.#run, obeysBy });
    if (decision.kind === 'refused') return this.#refuse(decision, answer);
    const { id, value } = decision;
    const { actor, key, sentAt } = answer.address;
    const record = { value, ...defined({ actor }), at: this.#timeOf(id, sentAt), how: 'answered' } as const;
    this.#questions.answer(id, { record, sent: answer.value, key });
  }

  /** When the answer to an open question was sent (A7). */
  #timeOf(id: string, sentAt: string | undefined): string {
    const now = Date.now();
    const claimed = sentAt === undefined ? now : Date.parse(sentAt);
    return new Date(Math.min(now, Math.max(claimed, this.#questions.askedAt(id) ?? now))).toISOString();
  }

  #refuse(refused: RefusedAnswer, { address }: SentAnswer): void {
    this.#records.refuse(refused, address);
    const { code, message, id } = refused;
    log.warn('Answer refused', { code, reason: message, interrupt: id, actor: address.actor });
    count('refused');
  }
}
