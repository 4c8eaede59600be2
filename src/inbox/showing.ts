/**
 * What was shown to whom, for the audit (A13): recorded in the history of the thread, once for each person and each form of
 * the question.
 */
import { hasCode } from '../protocol/errors.ts';
import { digestOf } from '../client/tools.ts';
import { questionKey } from '../protocol/question-key.ts';
import type { Visitor } from './actor.ts';
import type { QuestionAddress } from './api.ts';
import { findQuestion, type InboxContext } from './item.ts';

/** How many showings are remembered. An older one is recorded again, which does no harm. */
const MAX_REMEMBERED = 10_000;

/** Records showings. */
export class Showings {
  readonly #context: InboxContext;
  readonly #recorded = new Set<string>();

  constructor(context: InboxContext) {
    this.#context = context;
  }

  /**
   * A page has shown the question to the person. What it says it has shown counts only if that is what is asked: the page is
   * no witness.
   *
   * @returns Whether it is on record. A question that is for others is not: the same as one that never was.
   */
  async record(address: QuestionAddress, digest: string, visitor: Visitor): Promise<boolean> {
    const { recordShown, permits, tools } = this.#context.settings;
    const { actor } = visitor;
    if (!recordShown) return false;
    const confirmed = await findQuestion(this.#context, address);
    if (!confirmed) return false;
    const { question } = confirmed;
    if (!(await permits(visitor, question, 'see')) || digestOf(question) !== digest) return false;
    // After a reset, the same may be asked again: it is another question.
    const key = JSON.stringify([questionKey(address), question.askedAt, actor, digest]);
    if (this.#recorded.has(key)) return true;
    this.#remember(key);
    try {
      await tools.thread(address.thread).shown(address.id, { run: address.run, actor, digest });
    } catch (error) {
      this.#recorded.delete(key);
      // It has ended in this moment.
      if (hasCode(error, 'ThreadClosed', 'ThreadNotFound')) return false;
      throw error;
    }
    return true;
  }

  #remember(key: string): void {
    this.#recorded.add(key);
    for (const oldest of this.#recorded) {
      if (this.#recorded.size <= MAX_REMEMBERED) break;
      this.#recorded.delete(oldest);
    }
  }
}
