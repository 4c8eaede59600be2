/**
 * A shared argument: one that the history of the run holds already, in whole or in parts. Its references say where (V1).
 *
 * It is sent as `{ "holdpoint/shared": … }`. docs/envelopes.md describes the fields for other languages.
 */

/** Something in the history of the run: the result of a call or, with `argument`, one of its arguments, from 0. */
export interface Source {
  /** The id of the call, which is the activity id. The newest activity with this id counts. */
  readonly call: string;
  readonly argument?: number;
}

/** One value: the whole source, or with `at` one element of it. */
export interface Reference extends Source {
  readonly at?: number;
}

/** Consecutive elements of a source that is a list: from `from` up to `to`, which is not included. */
export interface Slice extends Source {
  readonly from: number;
  readonly to: number;
}

/** A part of a list. `items` are in no other place. */
export type Part = Slice | Reference | { readonly items: readonly unknown[] };

export type SharedArgument =
  /** An argument that is a list. */
  | { readonly list: readonly Part[]; readonly fingerprint: string }
  /** Any other argument. */
  | { readonly value: Reference; readonly fingerprint: string }
  /** A user's argument that looks like this envelope. */
  | { readonly plain: unknown };
