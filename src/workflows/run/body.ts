/**
 * A body at work, and what becomes of what it leaves behind (T6).
 *
 * Owns the count of its running task calls, and whether it is over. A task call reports when it starts and ends; whoever
 * rejects a promise that the body may have left behind asks {@link Body.abandons} first.
 *
 * T6. When a body returns, its open questions are withdrawn, and its end waits for its running calls. When it throws, all
 *     of them are cancelled. Promises abandoned this way stay pending and never surface as unhandled rejections: nobody
 *     handles them any more, and a rejection would fail the workflow task for ever.
 */
import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import { deferred } from '../sandbox/promises.ts';

export interface BodySettings {
  /** True if this body is one turn of a thread with memory: the workflow continues after it. */
  readonly isTurn: boolean;
  /** Runs in the step in which the body ends. Withdraws the questions that it left open. */
  readonly onEnd: (how: 'returned' | 'threw') => void;
}

export class Body {
  readonly isTurn: boolean;
  readonly #onEnd: BodySettings['onEnd'];
  /** Never false again: what a body left behind is abandoned for good. */
  #isOver = false;
  /** Task calls that have neither ended nor wait for an answer. */
  #runningCalls = 0;

  constructor({ isTurn, onEnd }: BodySettings) {
    this.isTurn = isTurn;
    this.#onEnd = onEnd;
  }

  /** True once the function has returned or thrown: nobody waits for its questions and tasks any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Runs the function, and waits for the calls that it left running. */
  async run<Value>(scope: CancellationScope, fn: () => Promise<Value>): Promise<Value> {
    try {
      const value = await scope.run(fn);
      this.#isOver = true;
      this.#onEnd('returned');
      // A cancellation reaches these calls, but no longer the value.
      if (this.#runningCalls > 0)
        await CancellationScope.nonCancellable(() => condition(() => this.#runningCalls === 0));
      return value;
    } catch (error) {
      this.#isOver = true;
      scope.cancel();
      this.#onEnd('threw');
      throw error;
    }
  }

  /** The end of the body waits for this call from now on. */
  callStarted(): void {
    this.#runningCalls++;
  }

  /** The call has a result, has failed, or waits for an answer. */
  callEnded(): void {
    this.#runningCalls--;
  }

  /** Whether this rejection has nobody to go to: the cancellation of something that the body left behind. */
  abandons(error: unknown): boolean {
    return this.#isOver && isCancellation(error);
  }

  /** A copy of the promise that stays pending where the body abandons it. It needs no handler. */
  keepQuiet<Value>(promise: Promise<Value>): Promise<Value> {
    const { promise: quiet, resolve, reject } = deferred<Value>();
    promise.then(resolve, (error: unknown) => {
      if (!this.abandons(error)) reject(error);
    });
    return quiet;
  }
}
