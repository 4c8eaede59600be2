/**
 * What this worker process knows of the calls of its runs: their arguments and results, as JSON (V1).
 *
 * A cache, bounded in size, and one for all runs. It holds what this process was given and has returned, and what it has
 * read from histories. It may be wrong: an attempt that this worker finished may not have counted. So whoever takes a value
 * out compares its fingerprint (V2).
 */
import { decodeShared } from '../../protocol/envelopes.ts';
import { fingerprint, joined, Piece, takeApart, type Pieces } from '../../protocol/json-piece.ts';
import type { Reference, SharedArgument, Slice } from '../../protocol/shared-argument.ts';

/** What is kept of all runs, in characters of JSON. */
const MAX_CHARACTERS = 32 * 1024 * 1024;
/** What an element takes that is kept already, in place of its text. */
const POINTER_CHARACTERS = 8;
/** What a call and a run take, beside the texts. Most runs have hardly more. */
const CALL_CHARACTERS = 128;
const RUN_CHARACTERS = 512;

/** `undefined` in the place of a value that is not JSON. */
export interface KnownCall {
  readonly args?: readonly (Pieces | undefined)[];
  readonly result?: Pieces | undefined;
}

/** The calls of one run. */
export class KnownRun {
  readonly #calls = new Map<string, KnownCall>();
  #counted = new WeakSet<Piece>();
  readonly #onGrowth: (run: KnownRun) => void;
  #characters = RUN_CHARACTERS;
  #lastRead: Promise<unknown> = Promise.resolve();

  /** @param onGrowth Runs after something was added. */
  constructor(onGrowth: (run: KnownRun) => void) {
    this.#onGrowth = onGrowth;
  }

  /** What is kept, in characters, or more: what another attempt replaces still counts. */
  get characters(): number {
    return this.#characters;
  }

  add(call: string, about: KnownCall): void {
    if (!this.#calls.has(call)) this.#characters += CALL_CHARACTERS;
    this.#calls.set(call, { ...this.#calls.get(call), ...about });
    for (const pieces of [...(about.args ?? []), about.result]) if (pieces) this.#count(pieces);
    this.#onGrowth(this);
  }

  /** Reads of the history come one after the other: what one has read, the next need not. */
  inTurn<Value>(read: () => Promise<Value>): Promise<Value> {
    const result = this.#lastRead.then(read);
    this.#lastRead = result.catch(() => undefined);
    return result;
  }

  /** Forgets all calls, because what they had was wrong. */
  clear(): void {
    this.#calls.clear();
    this.#counted = new WeakSet();
    this.#characters = RUN_CHARACTERS;
  }

  /** The value, or the elements, that a reference means; `undefined` if they are not known. */
  find({ call, argument, ...place }: Reference | Slice): readonly Piece[] | undefined {
    const about = this.#calls.get(call);
    const pieces = argument === undefined ? about?.result : about?.args?.[argument];
    if (!pieces) return undefined;
    if ('to' in place) return pieces instanceof Piece ? undefined : slice(pieces, place.from, place.to);
    if (place.at !== undefined) return pieces instanceof Piece ? undefined : slice(pieces, place.at, place.at + 1);
    return [pieces instanceof Piece ? pieces : new Piece(joined(pieces))];
  }

  /**
   * An argument as it was sent, in pieces. `undefined` if it is not JSON, or is shared and what is known does not have its
   * fingerprint.
   */
  inPieces(argument: unknown): Pieces | undefined {
    const shared = decodeShared(argument);
    if (!shared) return takeApart(argument);
    if ('plain' in shared) return takeApart(shared.plain);
    const pieces = this.#resolve(shared);
    return pieces && fingerprint(pieces) === shared.fingerprint ? pieces : undefined;
  }

  #resolve(shared: Exclude<SharedArgument, { readonly plain: unknown }>): Pieces | undefined {
    if ('value' in shared) return this.find(shared.value)?.[0];
    const pieces: Piece[] = [];
    for (const part of shared.list) {
      // The elements of a list are in pieces of their own.
      const found = 'items' in part ? (takeApart(part.items) as readonly Piece[] | undefined) : this.find(part);
      if (!found) return undefined;
      // Not `push(...found)`: a call cannot have as many arguments as a list may have elements.
      for (const piece of found) pieces.push(piece);
    }
    return pieces;
  }

  #count(pieces: Pieces): void {
    if (pieces instanceof Piece) return this.#countPiece(pieces);
    for (const piece of pieces) this.#countPiece(piece);
  }

  #countPiece(piece: Piece): void {
    this.#characters += this.#counted.has(piece) ? POINTER_CHARACTERS : piece.text.length + POINTER_CHARACTERS;
    this.#counted.add(piece);
  }
}

function slice(pieces: readonly Piece[], from: number, to: number): readonly Piece[] | undefined {
  return to <= pieces.length ? pieces.slice(from, to) : undefined;
}

/** The runs of this process. */
export class KnownRuns {
  readonly #maxCharacters: number;
  /** The last used at the end, with the size that was last counted. */
  readonly #runs = new Map<string, { readonly run: KnownRun; counted: number }>();
  #characters = 0;

  constructor(maxCharacters: number = MAX_CHARACTERS) {
    this.#maxCharacters = maxCharacters;
  }

  /** What is known of a run. @param id Its run id, which is unique everywhere. */
  of(id: string): KnownRun {
    const entry = this.#runs.get(id) ?? { run: new KnownRun((run) => this.#grew(id, run)), counted: 0 };
    this.#runs.delete(id);
    this.#runs.set(id, entry);
    if (entry.counted === 0) this.#grew(id, entry.run);
    return entry.run;
  }

  /** Forgets a run. */
  drop(id: string): void {
    this.#characters -= this.#runs.get(id)?.counted ?? 0;
    this.#runs.delete(id);
  }

  #grew(id: string, run: KnownRun): void {
    const entry = this.#runs.get(id);
    // A run that was dropped may still be in use.
    if (entry?.run !== run) return;
    this.#characters += run.characters - entry.counted;
    entry.counted = run.characters;
    for (const oldest of this.#runs.keys()) {
      if (this.#characters <= this.#maxCharacters || oldest === id) return;
      this.drop(oldest);
    }
  }
}
