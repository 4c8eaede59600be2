/**
 * The values that the history of this run is known to hold, by their JSON text: the results of calls, and the elements of
 * lists that were passed to calls (V1).
 *
 * By text, and not by identity: a value that was changed in place has another text, and a copy has the same. Never by a
 * hash alone, because a tool's output may be hostile.
 */
import { Piece } from '../../protocol/json-piece.ts';
import type { Reference, Source } from '../../protocol/shared-argument.ts';

/** The texts that are kept, in characters. Beyond that, those that were not used for the longest time are forgotten. */
const MAX_CHARACTERS = 16 * 1024 * 1024;
/** A shorter text is not worth a place of its own. In a list, it is found by its neighbours. */
const MIN_CHARACTERS = 24;

/** A list in the history. */
export interface KnownList extends Source {
  readonly pieces: readonly Piece[];
}

export interface KnownValue {
  readonly piece: Piece;
  /** The newest list that has it, so that what was passed together before is one slice. */
  readonly list?: KnownList;
  /** Where it is in that list, at first. */
  readonly at?: number;
  /** The first call that had it as a whole. */
  readonly whole?: Reference;
}

export class KnownValues {
  /** The last used at the end. */
  readonly #values = new Map<string, KnownValue>();
  #characters = 0;

  /** The piece of a text. A known one has its fingerprint already. */
  readonly piece = (text: string): Piece => this.#values.get(text)?.piece ?? new Piece(text);

  get(piece: Piece): KnownValue | undefined {
    return this.#values.get(piece.text);
  }

  addWhole(piece: Piece, whole: Reference): void {
    const known = this.get(piece);
    this.#put({ piece, whole, ...known });
  }

  /** From now on, another call has it as a whole. */
  moveWhole(piece: Piece, whole: Reference): void {
    this.#put({ piece, ...this.get(piece), whole });
  }

  addList(list: KnownList): void {
    // Backwards: of equal elements, the first one counts.
    for (let at = list.pieces.length - 1; at >= 0; at--) {
      const piece = list.pieces[at]!;
      this.#put({ piece, ...this.get(piece), list, at });
    }
  }

  #put(value: KnownValue): void {
    const { text } = value.piece;
    if (text.length < MIN_CHARACTERS) return;
    if (!this.#values.delete(text)) this.#characters += text.length;
    this.#values.set(text, value);
    this.#forget();
  }

  #forget(): void {
    for (const text of this.#values.keys()) {
      if (this.#characters <= MAX_CHARACTERS) return;
      this.#values.delete(text);
      this.#characters -= text.length;
    }
  }
}

/** How many pieces, from `from` on, are in the list one after the other from `at` on. */
export function commonLength(pieces: readonly Piece[], from: number, list: readonly Piece[], at: number): number {
  let length = 0;
  while (from + length < pieces.length && list[at + length]?.text === pieces[from + length]!.text) length++;
  return length;
}
