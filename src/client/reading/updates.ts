/**
 * What `stream` and `follow` return: updates, and where the reader is.
 */
import { encodeCursor, type Followed, type FollowEnd, type Position } from './follow.ts';

export interface UpdatesSettings<Item> {
  readonly read: (signal: AbortSignal) => AsyncGenerator<Followed, FollowEnd>;
  /** The items of a step. */
  readonly pick: (step: Followed) => readonly Item[];
  /** The cursor that it begins with: it may stand between two items of one event. */
  readonly from?: Position | undefined;
}

export class Updates<Item> implements AsyncIterableIterator<Item> {
  readonly #abort = new AbortController();
  readonly #steps: AsyncGenerator<Followed, FollowEnd>;
  readonly #pick: (step: Followed) => readonly Item[];
  readonly #from: Position | undefined;
  /** The items of the last event that was read, and how many of them have been yielded. */
  #items: readonly Item[] = [];
  #yielded = 0;
  #position: Position | undefined;
  #cursor: string | undefined;

  constructor({ read, pick, from }: UpdatesSettings<Item>) {
    this.#steps = read(this.#abort.signal);
    this.#pick = pick;
    this.#from = from;
  }

  /** Where this reader is: `follow({ from })` with it continues behind the last update. One line; valid as an SSE id. */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  async next(): Promise<IteratorResult<Item, undefined>> {
    while (this.#yielded >= this.#items.length) {
      const step = await this.#read();
      if (step.done) return { done: true, value: undefined };
      const { position } = step.value;
      this.#items = this.#pick(step.value);
      this.#yielded = this.#isCut(position) ? (this.#from?.items ?? 0) : 0;
      this.#position = position;
      this.#cursor = encodeCursor(position);
    }
    const value = this.#items[this.#yielded++]!;
    this.#cursor = this.#describePlace();
    return { done: false, value };
  }

  /** Whether the cursor stands within that event. */
  #isCut({ run, event }: Position): boolean {
    return this.#from !== undefined && run === this.#from.run && event === this.#from.event + 1;
  }

  #describePlace(): string {
    const { run, event } = this.#position!;
    const isWithin = this.#yielded < this.#items.length;
    return encodeCursor(isWithin ? { run, event: event - 1, items: this.#yielded } : { run, event });
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
    this.#items = [];
    await this.#steps.return(undefined as never).catch(() => undefined);
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
