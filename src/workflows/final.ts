/**
 * `entrypoint.final`: a turn that returns one thing and saves another (R2).
 */

/** What a body returns that saves something else than its value. Made by `entrypoint.final`. */
export class Final<Value, Saved> {
  readonly value: Value;
  readonly save: Saved;
  /** Private, so that an object of a user's own with the same fields is none, for the types as well. */
  readonly #isFinal = true;

  constructor({ value, save }: { readonly value: Value; readonly save: Saved }) {
    this.value = value;
    this.save = save;
  }

  static is(returned: unknown): returned is Final<unknown, unknown> {
    return typeof returned === 'object' && returned !== null && #isFinal in returned && returned.#isFinal;
  }
}

/** The value of what a body returns. */
export type ValueOf<Returned> = Returned extends Final<infer Value, unknown> ? Value : Returned;
/** What the next turn gets as `previous`: by default the value. */
export type SavedOf<Returned> = Returned extends Final<unknown, infer Saved> ? Saved : Returned;

/**
 * Returns one thing and saves another for the next turn, as LangGraph's `entrypoint.final` does. A plain entrypoint, or
 * one that is called inline, saves nothing.
 *
 * @param both `value`: what the caller gets. `save`: what the next turn gets as `previous`.
 */
export function final<Value, Saved>(both: { readonly value: Value; readonly save: Saved }): Final<Value, Saved> {
  return new Final(both);
}

/** Both halves of what a body returned. */
export function readFinal<Returned>(returned: Returned): { value: ValueOf<Returned>; save: unknown } {
  // What is no Final is its own value.
  return Final.is(returned)
    ? { value: returned.value as ValueOf<Returned>, save: returned.save }
    : { value: returned as ValueOf<Returned>, save: returned };
}
