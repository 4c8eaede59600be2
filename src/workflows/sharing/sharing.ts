/**
 * Sharing: what the history of the run holds already is not stored there again.
 *
 * V1. When a task is scheduled, the values of its arguments that an earlier call of this run was given or has returned are
 *     replaced by references. The worker puts them back (`src/activities/sharing`).
 * V2. Each reference goes with a fingerprint of what it means. Temporal lets newer code change what an earlier call was
 *     passed, and a reference would then mean the old value.
 */
import { encodePlain, encodeShared } from '../../protocol/envelopes.ts';
import { fingerprint, joined, lengthOf, Piece, takeApart, type Pieces } from '../../protocol/json-piece.ts';
import { MIN_SHARED_ARGUMENTS, MIN_SHARED_VALUE } from '../../protocol/limits.ts';
import type { Part, Reference, Slice } from '../../protocol/shared-argument.ts';
import { isPluginInstalled } from '../run/turn-leftovers.ts';
import { isJsonEncoded } from '../sandbox/runtime.ts';
import { commonLength, KnownValues, type KnownList } from './known-values.ts';

/** The arguments of a call, ready to be sent. */
export interface SharedArguments {
  readonly args: readonly unknown[];
  /** The arguments in full, in pieces. Missing if they are too short to be shared. */
  readonly pieces?: readonly (Pieces | undefined)[];
  /** The length of the arguments in full, if they are in pieces. */
  readonly characters: number;
}

/** The arguments of a call that shares nothing. */
export function inFull(args: readonly unknown[]): SharedArguments {
  return { args: args.map(encodePlain), characters: 0 };
}

/** What the calls of one run share. A run that continues as new has a new history, and begins with nothing. */
export class Sharing {
  readonly #known = new KnownValues();
  readonly #isOn: boolean;

  constructor(isOn: boolean = canShare()) {
    this.#isOn = isOn;
  }

  /**
   * Replaces what is known by references.
   *
   * @param maxBytes An upper bound of the length of the arguments.
   */
  share(args: readonly unknown[], maxBytes: number): SharedArguments {
    if (!this.#isOn || maxBytes < MIN_SHARED_ARGUMENTS) return inFull(args);
    const pieces = args.map((argument) => takeApart(argument, this.#known.piece));
    const characters = pieces.reduce((sum, one) => sum + (one ? lengthOf(one) : 0), 0);
    if (characters < MIN_SHARED_ARGUMENTS) return inFull(args);
    return { args: args.map((argument, i) => this.#encode(argument, pieces[i])), pieces, characters };
  }

  /** Whether the arguments are still what they were. A body may change what it has passed. */
  isUnchanged(args: readonly unknown[], pieces: readonly (Pieces | undefined)[]): boolean {
    return args.every((argument, i) => {
      const [now, before] = [takeApart(argument, this.#known.piece), pieces[i]];
      return now && before ? joined(now) === joined(before) : now === before;
    });
  }

  /** The call was scheduled: from now on its arguments are in the history. */
  scheduled(call: string, { pieces = [] }: SharedArguments): void {
    pieces.forEach((one, argument) => one && this.#add(one, { call, argument }));
  }

  /**
   * The call is scheduled once more, in full, because a value was not where it was known to be. A later call refers to it
   * here, and need not be sent in full as well. Lists need no such care: their newest place counts anyway.
   */
  sentInFull(call: string, { pieces = [] }: SharedArguments): void {
    pieces.forEach((one, argument) => one instanceof Piece && this.#known.moveWhole(one, { call, argument }));
  }

  /** The call has returned a value. */
  returned(call: string, value: unknown): void {
    if (!this.#isOn || !isWorthAPlace(value)) return;
    const pieces = takeApart(value, this.#known.piece);
    if (pieces && lengthOf(pieces) >= MIN_SHARED_VALUE) this.#add(pieces, { call });
  }

  #add(pieces: Pieces, source: Reference): void {
    if (pieces instanceof Piece) this.#known.addWhole(pieces, source);
    else this.#known.addList({ ...source, pieces });
  }

  #encode(argument: unknown, pieces: Pieces | undefined): unknown {
    if (!pieces) return argument;
    if (pieces instanceof Piece) {
      const value = this.#find(pieces);
      return value ? encodeShared({ value, fingerprint: fingerprint(pieces) }) : encodePlain(argument);
    }
    // In pieces, a list is an array.
    const list = this.#parts(argument as readonly unknown[], pieces);
    return list.some((part) => 'call' in part) ? encodeShared({ list, fingerprint: fingerprint(pieces) }) : argument;
  }

  #find(piece: Piece): Reference | undefined {
    if (piece.text.length < MIN_SHARED_VALUE) return undefined;
    const { whole, list, at } = this.#known.get(piece) ?? {};
    return whole ?? (list && { ...sourceOf(list), ...(at === undefined ? {} : { at }) });
  }

  #parts(elements: readonly unknown[], pieces: readonly Piece[]): readonly Part[] {
    const parts: Part[] = [];
    let items: unknown[] | undefined;
    for (let i = 0; i < pieces.length;) {
      const slice = this.#slice(pieces, i) ?? this.#find(pieces[i]!);
      if (slice) {
        parts.push(slice);
        items = undefined;
        i += 'to' in slice ? slice.to - slice.from : 1;
      } else {
        if (!items) parts.push({ items: (items = []) });
        items.push(elements[i++]);
      }
    }
    return parts;
  }

  /** The longest slice of a known list that begins with this piece, if it saves enough. */
  #slice(pieces: readonly Piece[], from: number): Slice | undefined {
    const { list, at = 0 } = this.#known.get(pieces[from]!) ?? {};
    if (!list) return undefined;
    const length = commonLength(pieces, from, list.pieces, at);
    const saved = lengthOf(pieces.slice(from, from + length));
    return saved < MIN_SHARED_VALUE ? undefined : { ...sourceOf(list), from: at, to: at + length };
  }
}

function sourceOf({ call, argument }: KnownList): Reference {
  return { call, ...(argument === undefined ? {} : { argument }) };
}

/** A payload converter of the user's may send what JSON cannot. Without the plugin, the worker puts nothing back. */
function canShare(): boolean {
  return isJsonEncoded() && isPluginInstalled();
}

/** Most results are short. They are not written as text. */
function isWorthAPlace(value: unknown): boolean {
  return typeof value === 'string' ? value.length >= MIN_SHARED_VALUE - 2 : typeof value === 'object' && value !== null;
}
