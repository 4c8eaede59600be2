/**
 * A body at work: it calls the user's function, and decides what becomes of what the function leaves behind (T6).
 *
 * Owns the count of its running task calls, and whether it is over. A task call reports when it starts and ends; whoever
 * rejects a promise that the body may have left behind asks {@link Body.abandons} first. For the timers and children of a
 * turn, an interceptor asks (`turn-leftovers.ts`).
 *
 * A frame says where the code at hand is: in which body, and in which entrypoint of it. Temporal's `AsyncLocalStorage`
 * carries the frame along every `await` of the function.
 *
 * T6. When a body returns, its open questions are withdrawn, and its end waits for its running calls. When it throws, all
 *     of them are cancelled. Promises abandoned this way stay pending and never surface as unhandled rejections: nobody
 *     handles them any more, and a rejection would fail the workflow task for ever.
 */
import { AsyncLocalStorage, CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import { deferred } from '../sandbox/promises.ts';

/** The function that the user gave to `entrypoint`. */
export type UserFunction = (input: unknown, previous?: unknown) => Promise<unknown>;

/** Where the code at hand is. */
export interface Frame {
  /** The name under which questions are asked. An entrypoint that is called inline asks under its own (I3, R6). */
  readonly entrypoint: string;
  readonly body: Body;
}

const frames = new AsyncLocalStorage<Frame>();

/** Calls the function of an entrypoint. */
export function withinFrame(frame: Frame, fn: UserFunction, ...args: Parameters<UserFunction>): Promise<unknown> {
  return frames.run(frame, fn, ...args);
}

/** `undefined` outside of every body, as in a handler that the user has set. */
export function currentFrame(): Frame | undefined {
  return frames.getStore();
}

export interface BodySettings {
  /** The entrypoint of the run. */
  readonly entrypoint: string;
  /** True if this body is one turn of a thread with memory: the workflow continues after it. */
  readonly isTurn: boolean;
  /** Runs in the step in which the body ends. Withdraws the questions that it left open. */
  readonly onEnd: (how: 'returned' | 'threw') => void;
}

export class Body {
  /** The frame of its own function. */
  readonly frame: Frame;
  readonly isTurn: boolean;
  readonly #onEnd: BodySettings['onEnd'];
  /** Never false again: what a body left behind is abandoned for good. */
  #isOver = false;
  /** Task calls that have neither ended nor wait for an answer. */
  #runningCalls = 0;

  constructor({ entrypoint, isTurn, onEnd }: BodySettings) {
    this.frame = { entrypoint, body: this };
    this.isTurn = isTurn;
    this.#onEnd = onEnd;
  }

  /** True once the function has returned or thrown: nobody waits for its questions and tasks any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Runs the function, and waits for the calls that it left running. */
  async run(scope: CancellationScope, fn: UserFunction, args: Parameters<UserFunction>): Promise<unknown> {
    try {
      const value = await scope.run(() => withinFrame(this.frame, fn, ...args));
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
