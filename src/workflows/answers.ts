/**
 * Answers as they arrive by the signal `resume`.
 *
 * An accepted answer takes one path: it is decided (`decision.ts`), its question closes (`questions.ts`), and the run,
 * which listens to the questions, puts it on record, in the memo, in a notification and in the details (`run.ts`).
 *
 * Owns the answers that wait for their question after a reset.
 *
 * A4. A refused answer changes nothing: the question stays open.
 * A7. `at` is the time that the sender gives, because a workflow is not told the time of a signal's event. It is limited
 *     to the time between the opening of the question and now, when a worker takes the answer. By default it is now.
 * A8. A signal that repeats a key is not a second answer.
 * A10. After a reset the server delivers answers before their questions open. An answer that says what it answered waits,
 *     and is decided when the question opens. No other answer ever waits.
 */
import { log } from '@temporalio/workflow';
import { defined } from '../protocol/defined.ts';
import type { Interrupt } from '../protocol/shapes.ts';
import { hashValue } from '../protocol/value-hash.ts';
import type { AnswerRecords } from './answer-records.ts';
import { decide, refusedAfterReset, type RefusedAnswer } from './decision.ts';
import { count } from './metrics.ts';
import type { Questions } from './questions.ts';
import { isReapplied } from './reset.ts';
import { readSentAnswer, type SentAnswer } from './sent-answer.ts';

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
  /** Answers that wait for their question, in the order in which they were sent (A10). */
  #waiting: readonly SentAnswer[] = [];

  constructor({ questions, records, run }: AnswersSettings) {
    this.#questions = questions;
    this.#records = records;
    this.#run = run;
  }

  /** Takes the arguments of the signal. Synchronous: the answer counts before any other code of the run continues. */
  take(args: readonly unknown[]): void {
    const answer = readSentAnswer(args);
    if (this.#isRepeated(answer)) return;
    if (this.#isEarly(answer)) this.#waiting = [...this.#waiting, answer];
    else this.#decide(answer);
  }

  /** Decides the answers that waited for these questions, in the order in which they were sent (A10). */
  decideWaiting(interrupts: readonly Interrupt[]): void {
    for (const { id, value } of this.#waiting.length > 0 ? interrupts : []) {
      const ofQuestion = this.#waiting.filter(({ address }) => address.id === id);
      this.#waiting = this.#waiting.filter(({ address }) => address.id !== id);
      for (const answer of ofQuestion) {
        if (answer.address.hash === hashValue(value)) this.#decide(answer);
        else this.#refuse(refusedAfterReset(id, 'changed'), answer);
      }
    }
  }

  /** Refuses the answers that still wait: the body that would have asked is over, and a later question is another one. */
  refuseWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const answer of waiting) this.#refuse(refusedAfterReset(String(answer.address.id), 'not asked'), answer);
  }

  #isRepeated({ address: { key } }: SentAnswer): boolean {
    if (key === undefined) return false;
    return this.#records.receipt(key) !== undefined || this.#waiting.some(({ address }) => address.key === key);
  }

  /** Whether the answer was sent before a reset, for a question that this run has not asked again yet. */
  #isEarly({ address, malformed }: SentAnswer): boolean {
    const { id, run = this.#run, hash } = address;
    if (malformed !== undefined || id === undefined || hash === undefined || run !== this.#run) return false;
    return this.#questions.kind(id) === undefined && isReapplied();
  }

  #decide(answer: SentAnswer): void {
    const decision = decide(answer, this.#questions, this.#run);
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
