/**
 * `entrypoint.final`: a turn that returns one thing and saves another (R2).
 */

/** The two halves of a turn's end. */
export interface FinalFields<Value, Saved> {
  /** What the caller gets. */
  readonly value: Value;
  /** What the next turn gets as `previous`. */
  readonly save: Saved;
}

/** What `entrypoint.final` returns: the value of a turn, and what the turn saves instead of it. */
export class Final<Value, Saved> implements FinalFields<Value, Saved> {
  /** What the caller gets. */
  readonly value: Value;
  /** What the next turn gets as `previous`. */
  readonly save: Saved;
  /** Private, so that a user's object with the same fields is not a `Final`, for the types as well. */
  readonly #isFinal = true;

  constructor({ value, save }: FinalFields<Value, Saved>) {
    this.value = value;
    this.save = save;
  }

  /** Whether a body returned a `Final`. */
  static is(returned: unknown): returned is Final<unknown, unknown> {
    return typeof returned === 'object' && returned !== null && #isFinal in returned && returned.#isFinal;
  }
}

/** The value of a body, by what the body returns. */
export type ValueOf<Returned> = Returned extends Final<infer Value, unknown> ? Value : Returned;
/** What a turn saves, by what its body returns: the value, unless that is a `Final`. */
export type SavedOf<Returned> = Returned extends Final<unknown, infer Saved> ? Saved : Returned;

/**
 * Makes a turn return one thing and save another, as LangGraph's `entrypoint.final` does. Return what it returns. A plain
 * entrypoint, or one that is called inline, saves nothing.
 *
 * @param both `value`: what the caller gets. `save`: what the next turn gets as `previous`.
 */
export function final<Value, Saved>(both: FinalFields<Value, Saved>): Final<Value, Saved> {
  return new Final(both);
}

/** The two halves of what a body returned: any value that is not a `Final` is both. */
export function readFinal<Returned>(returned: Returned): { value: ValueOf<Returned>; save: unknown } {
  // The casts: `ValueOf` makes the same distinction.
  return Final.is(returned)
    ? { value: returned.value as ValueOf<Returned>, save: returned.save }
    : { value: returned as ValueOf<Returned>, save: returned };
}
