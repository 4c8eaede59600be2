/**
 * What people have entered and not sent, kept in the browser (W6).
 *
 * There is one entry for each question and person. A tab writes over an entry only if it has seen what is there: what another
 * tab wrote meanwhile is never lost silently. The store is bounded: the oldest entries go first, and none that is on its way.
 */
import type { Answering, QuestionAddress } from '../../inbox/api.ts';
import { questionKey } from '../../protocol/question-key.ts';

/** What a person has entered and not sent, as JSON. Only the form of the answer knows what is in it. */
export type Draft = Readonly<Record<string, unknown>>;

/** An answer that a person has sent off. It stays in its entry until the server has taken it. */
export interface OnItsWay {
  /** The key of the answer. It stays the same however often the answer is sent. */
  readonly key: string;
  readonly answer: Pick<Answering, 'value' | 'decisions' | 'askedAt'>;
  readonly summary: string;
  /**
   * `counting`: it can be taken back, and nothing was sent. `sending`: it may have arrived. The others say the same of a page
   * that was closed: `unsent`, or `interrupted`.
   */
  readonly stage: 'counting' | 'sending' | 'unsent' | 'interrupted';
}

export interface Entry {
  readonly address: QuestionAddress;
  readonly title: string;
  readonly form?: Draft;
  readonly sent?: OnItsWay;
  /** The tab that wrote the entry, and how often it was written. */
  readonly tab: string;
  readonly revision: number;
  /** When it was written, in milliseconds. */
  readonly at: number;
}

/** What of an entry changes. `undefined` takes a part out. */
export interface Change {
  readonly form?: Draft | undefined;
  readonly sent?: OnItsWay | undefined;
}

export type Writing = 'kept' | 'changed elsewhere' | 'full';

/** The part of `localStorage` that is used. */
export interface Shelf {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

const MOST_ENTRIES = 100;
const LONGEST_AGE_MS = 90 * 24 * 60 * 60_000;

export class DraftStore {
  readonly #shelf: Shelf;
  readonly #prefix: string;
  readonly #tab: string;

  constructor(shelf: Shelf, options: { readonly prefix: string; readonly tab: string }) {
    this.#shelf = shelf;
    this.#prefix = options.prefix;
    this.#tab = options.tab;
  }

  /** The key of an entry in the browser's storage. */
  nameOf(address: QuestionAddress): string {
    return this.#prefix + questionKey(address);
  }

  read(address: QuestionAddress): Entry | undefined {
    return this.#entry(this.nameOf(address));
  }

  /**
   * Writes a part of an entry.
   *
   * @param seen The revision that the tab has seen. Without it the entry is written whatever is there.
   */
  write(entry: Pick<Entry, 'address' | 'title'>, change: Change, seen?: number): Writing {
    const before = this.read(entry.address);
    if (seen !== undefined && before && before.tab !== this.#tab && before.revision !== seen)
      return 'changed elsewhere';
    const { form, sent } = { form: before?.form, sent: before?.sent, ...change };
    if (form === undefined && sent === undefined) {
      this.remove(entry.address);
      return 'kept';
    }
    const after: Entry = {
      address: pick(entry.address),
      title: entry.title,
      ...(form !== undefined && { form }),
      ...(sent !== undefined && { sent }),
      tab: this.#tab,
      revision: (before?.revision ?? 0) + 1,
      at: Date.now(),
    };
    return this.#put(this.nameOf(entry.address), JSON.stringify(after)) ? 'kept' : 'full';
  }

  remove(address: QuestionAddress): void {
    this.#shelf.removeItem(this.nameOf(address));
  }

  /** All entries of the person, the newest first. */
  all(): Entry[] {
    const names = Array.from({ length: this.#shelf.length }, (_, index) => this.#shelf.key(index));
    const entries = names.flatMap((name) => (name?.startsWith(this.#prefix) ? [this.#entry(name)] : []));
    return entries.filter((entry) => entry !== undefined).toSorted((a, b) => b.at - a.at);
  }

  /** Takes out what is too old or too much. */
  clean(now: number = Date.now()): void {
    const idle = this.all().filter((entry) => entry.sent === undefined);
    for (const [index, entry] of idle.entries()) {
      if (index >= MOST_ENTRIES || now - entry.at > LONGEST_AGE_MS) this.remove(entry.address);
    }
  }

  #entry(name: string): Entry | undefined {
    const text = this.#shelf.getItem(name);
    if (text === null) return undefined;
    try {
      // Only this class writes under the prefix.
      return JSON.parse(text) as Entry;
    } catch {
      return undefined;
    }
  }

  /** Where the browser has no room, the oldest entries make some. */
  #put(name: string, text: string): boolean {
    for (;;) {
      try {
        this.#shelf.setItem(name, text);
        return true;
      } catch {
        const last = this.all().findLast((entry) => entry.sent === undefined && this.nameOf(entry.address) !== name);
        if (!last) return false;
        this.remove(last.address);
      }
    }
  }
}

function pick({ thread, run, id }: QuestionAddress): QuestionAddress {
  return { thread, run, id };
}
