/**
 * The ids of tool calls: each id names one call of its conversation (R13).
 *
 * A server may send no id, an empty one, or one that it has sent before. Such a call gets an id of ours. It follows from the
 * seed and from the ids before it, so it is the same when the task runs again. Nine letters and digits are the one form
 * that every server accepts: Mistral's accepts no other.
 */
import { createHash } from 'node:crypto';

const LENGTH = 9;

export class CallIds {
  readonly #seed: string;
  readonly #taken: Set<string>;

  /** @param taken The ids that the conversation has. */
  constructor(seed: string, taken: Iterable<string> = []) {
    this.#seed = seed;
    this.#taken = new Set(taken);
  }

  /** Takes the id for a call if it can have it, or else a new one. */
  take(id: unknown): string {
    const sent = typeof id === 'number' ? String(id) : id;
    const own = typeof sent === 'string' && sent !== '' && !this.#taken.has(sent) ? sent : this.#make();
    this.#taken.add(own);
    return own;
  }

  #make(): string {
    for (let n = this.#taken.size; ; n++) {
      const id = createHash('sha256').update(`${this.#seed}/${n}`).digest('hex').slice(0, LENGTH);
      if (!this.#taken.has(id)) return id;
    }
  }
}
