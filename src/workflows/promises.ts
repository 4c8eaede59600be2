/**
 * Promises that nobody has to await (R7).
 *
 * In the sandbox an unhandled rejection fails the workflow task, which Temporal then retries for ever. Promises are also
 * expensive here: each one costs a stack trace, live and in every replay. So these functions add as few as they can.
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

/** A promise that stays pending, for code that is abandoned (T6). */
export function pending(): Promise<never> {
  return new Promise(() => undefined);
}
