/**
 * A stream: what `stream` and `follow` return. Knows where its reader is, also between two items of one
 * event (S1, S5).
 */
import { eitherSignal } from '../server/abort.ts';
import { encodeCursor, type Position } from './cursor.ts';
import type { FollowedEvent } from './follow.ts';

/** What a stream reads, and which items it makes of that. */
export interface UpdatesSettings<Item> {
  /** Reads the events, until the signal aborts. Called once; the first `next` runs it. */
  readonly read: (signal: AbortSignal) => AsyncGenerator<FollowedEvent, unknown>;
  /** The items for an event. */
  readonly pick: (event: FollowedEvent) => readonly Item[];
  /** The cursor that reading begins with. It may be between two items of one event. */
  readonly from?: Position | undefined;
  /** Stops reading when it aborts: the waiting `next` rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** The updates of a thread, for a `for await` loop. Leaving the loop stops reading; the thread goes on. */
export class Updates<Item> implements AsyncIterableIterator<Item> {
  readonly #left = new AbortController();
  readonly #events: AsyncGenerator<FollowedEvent, unknown>;
  readonly #pick: (event: FollowedEvent) => readonly Item[];
  readonly #from: Position | undefined;
  /** The items of the last event that was read, and how many of them have been yielded. */
  #items: readonly Item[] = [];
  #yielded = 0;
  #position: Position | undefined;
  #cursor: string | undefined;

  constructor({ read, pick, from, signal }: UpdatesSettings<Item>) {
    this.#events = read(eitherSignal(signal, this.#left.signal));
    this.#pick = pick;
    this.#from = from;
  }

  /**
   * Where this reader is: `follow({ from })` with it continues after the last update. One line, and valid as the id of a
   * server-sent event. `undefined` before the first update.
   */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  /** Waits for the next update. */
  async next(): Promise<IteratorResult<Item, undefined>> {
    while (this.#yielded >= this.#items.length) {
      const event = await this.#read();
      if (event.done) return { done: true, value: undefined };
      const { position, previews } = event.value;
      this.#items = this.#pick(event.value);
      this.#yielded = !previews && this.#isCut(position) ? (this.#from?.items ?? 0) : 0;
      this.#position = position;
      this.#cursor = encodeCursor(position);
    }
    const value = this.#items[this.#yielded++]!;
    this.#cursor = this.#describePlace();
    return { done: false, value };
  }

  /** Whether the reader began between two items of this event. */
  #isCut({ run, event }: Position): boolean {
    return this.#from !== undefined && run === this.#from.run && event === this.#from.event + 1;
  }

  #describePlace(): string {
    const position = this.#position!;
    const isWithin = this.#yielded < this.#items.length;
    return encodeCursor(isWithin ? { ...position, event: position.event - 1, items: this.#yielded } : position);
  }

  async #read(): Promise<IteratorResult<FollowedEvent, unknown>> {
    try {
      return await this.#events.next();
    } catch (error) {
      // The caller left the loop while it waited.
      if (this.#left.signal.aborted) return { done: true, value: undefined };
      throw error;
    }
  }

  /** Stops reading, also while a `next()` waits. The thread goes on. */
  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#left.abort();
    this.#items = [];
    await this.#events.return(undefined).catch(() => undefined);
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
