/**
 * Answers that wait for a worker: who was first, so that others learn that theirs may not count (W2).
 *
 * A help, and no promise: the workflow decides, and this process knows only what it has sent itself.
 */
import type { ListedInterrupt, ThreadDescription } from '../client/tools.ts';
import { questionKey } from '../protocol/question-key.ts';

/** How many are remembered: those that were sent last. */
const MAX_QUEUED = 1_000;

/** A question, and its thread as it was looked up with it. */
interface Confirmed {
  readonly question: ListedInterrupt;
  readonly description: Pick<ThreadDescription, 'hasWorkflowTask'>;
}

/** Who was first to answer questions whose programs are away. */
export class QueuedAnswers {
  readonly #first = new Map<string, { readonly askedAt: string; readonly actor: string }>();

  /** An answer waits. With a quorum, those of several people count. */
  add(question: ListedInterrupt, actor: string): void {
    const key = questionKey(question);
    if ((question.by?.quorum ?? 1) > 1 || this.#first.has(key)) return;
    this.#first.set(key, { askedAt: question.askedAt, actor });
    for (const oldest of this.#first.keys()) {
      if (this.#first.size <= MAX_QUEUED) break;
      this.#first.delete(oldest);
    }
  }

  /** Who was first, if that answer still waits. */
  firstOf({ question, description }: Confirmed): string | undefined {
    const key = questionKey(question);
    const first = this.#first.get(key);
    // What waits for a worker waits for its workflow task. After a reset it is another question.
    if (first && description.hasWorkflowTask && first.askedAt === question.askedAt) return first.actor;
    this.#first.delete(key);
    return undefined;
  }
}
