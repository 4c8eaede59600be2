/**
 * What a run keeps of answers: each accepted answer and default, the last refusals, and a receipt for each key.
 *
 * Owns these three lists, their bounds, and what continue-as-new carries of them (R5). A closing question adds to the
 * record; a refused answer adds a refusal. Nothing here decides.
 *
 * A4. The last refusals are kept, without their values.
 * A7. Every answer is on record with who gave it, when and how.
 * A8. A key has one receipt.
 */
import { defined } from '../../protocol/defined.ts';
import { MAX_ANSWERS, MAX_CARRIED_RECEIPTS, MAX_RECEIPTS, MAX_REFUSALS } from '../../protocol/limits.ts';
import type { Answer, Receipt, Refusal, SentAddress, VoteCount } from '../../protocol/shapes.ts';
import { newestFitting, type CarriedAnswers } from '../turns/continue-as-new.ts';
import { shortNamed } from '../display/preview.ts';
import type { RefusedAnswer } from './answer-decision.ts';
import type { AcceptedAnswer } from '../questions/question.ts';

export class AnswerRecords {
  // Each with the oldest first.
  readonly #accepted: Answer[];
  readonly #refused: Refusal[];
  readonly #receipts: Map<string, Receipt>;

  constructor(carried?: CarriedAnswers) {
    this.#accepted = [...(carried?.accepted ?? [])];
    this.#refused = [...(carried?.refused ?? [])];
    this.#receipts = new Map(carried?.receipts);
  }

  carry(): CarriedAnswers {
    return {
      accepted: newestFitting(this.#accepted),
      refused: newestFitting(this.#refused),
      receipts: newestFitting([...this.#receipts].slice(-MAX_CARRIED_RECEIPTS)),
    };
  }

  accepted(): readonly Answer[] {
    return this.#accepted;
  }

  refused(): readonly Refusal[] {
    return this.#refused;
  }

  receipt(key: string): Receipt | undefined {
    return this.#receipts.get(key);
  }

  /** Keeps the answer that a question closed with. */
  accept(id: string, { record, sent, key }: AcceptedAnswer): void {
    this.#accepted.push({ id, ...record, value: sent });
    if (this.#accepted.length > MAX_ANSWERS) this.#accepted.shift();
    if (key !== undefined) this.#keepReceipt(key, { outcome: 'accepted', id });
  }

  /** Keeps the receipt of a reassignment. */
  reassign(id: string, key: string | undefined): void {
    if (key !== undefined) this.#keepReceipt(key, { outcome: 'reassigned', id });
  }

  /** Notes a vote, which is no answer yet (A11). */
  vote({ id, count, quorum }: VoteCount & { readonly id: string }, key: string | undefined): void {
    if (key !== undefined) this.#keepReceipt(key, { outcome: 'voted', id, count, quorum });
  }

  refuse({ code, message, id, problems }: RefusedAnswer, { actor, key }: SentAddress): void {
    const why = { code, message, ...defined({ id }) };
    this.#refused.push({ ...shortNamed({ ...why, ...defined({ actor, key }) }), at: new Date().toISOString() });
    if (this.#refused.length > MAX_REFUSALS) this.#refused.shift();
    if (key !== undefined) this.#keepReceipt(key, { outcome: 'refused', ...why, ...defined({ problems }) });
  }

  #keepReceipt(key: string, receipt: Receipt): void {
    this.#receipts.set(key, receipt);
    if (this.#receipts.size <= MAX_RECEIPTS) return;
    for (const oldest of this.#receipts.keys()) {
      this.#receipts.delete(oldest);
      return;
    }
  }
}
