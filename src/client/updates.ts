/**
 * What `stream` and `follow` return: updates, and where the reader is.
 */
import { encodeCursor, type Followed, type FollowEnd } from './follow.ts';

export class Updates<Item> implements AsyncIterableIterator<Item> {
  readonly #abort = new AbortController();
  readonly #steps: AsyncGenerator<Followed, FollowEnd>;
  readonly #pick: (step: Followed) => Item | undefined;
  #cursor: string | undefined;

  constructor(
    read: (signal: AbortSignal) => AsyncGenerator<Followed, FollowEnd>,
    pick: (step: Followed) => Item | undefined,
  ) {
    this.#steps = read(this.#abort.signal);
    this.#pick = pick;
  }

  /** Where this reader is: `follow({ from })` with it continues behind the last update. One line; valid as an SSE id. */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  async next(): Promise<IteratorResult<Item, undefined>> {
    for (;;) {
      const step = await this.#read();
      if (step.done) return { done: true, value: undefined };
      this.#cursor = encodeCursor(step.value.position);
      const item = this.#pick(step.value);
      if (item !== undefined) return { done: false, value: item };
    }
  }

  async #read(): Promise<IteratorResult<Followed, unknown>> {
    try {
      return await this.#steps.next();
    } catch (error) {
      // Left while it waited.
      if (this.#abort.signal.aborted) return { done: true, value: undefined };
      throw error;
    }
  }

  /** Stops reading, also while a `next()` waits. The thread goes on. */
  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#abort.abort();
    await this.#steps.return(undefined as never).catch(() => undefined);
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
