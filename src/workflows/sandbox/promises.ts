/**
 * Promises that nobody has to await.
 *
 * R7. A promise from the library never becomes an unhandled rejection by itself: in the sandbox one would fail the
 *     workflow task, which Temporal then retries for ever.
 *
 * Promises are expensive here: each costs a stack trace, live and in every replay. These functions add as few as they can.
 */

/** A promise, and the functions that settle it. */
export interface Deferred<Value> {
  readonly promise: Promise<Value>;
  readonly resolve: (value: Value) => void;
  readonly reject: (error: unknown) => void;
}

/** Makes a promise that is settled from outside, and whose rejection may go unhandled. */
export function deferred<Value>(): Deferred<Value> {
  let resolve!: Deferred<Value>['resolve'];
  let reject!: Deferred<Value>['reject'];
  const promise = new Promise<Value>((...functions) => {
    [resolve, reject] = functions;
  });
  return { promise: handled(promise), resolve, reject };
}

/** The same promise; its rejection may go unhandled. */
export function handled<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => undefined);
  return promise;
}

/** A promise that stays pending, for code that is abandoned. */
export function pending(): Promise<never> {
  return new Promise(() => undefined);
}
