/**
 * Where the code at hand is: in which body, and in which entrypoint of it.
 *
 * Temporal's `AsyncLocalStorage` carries the frame along every `await` of the body.
 */
import { AsyncLocalStorage } from '@temporalio/workflow';
import type { Body } from './body.ts';

export interface Frame {
  /** The name under which questions are asked. An entrypoint that is called inline asks under its own (I3, R6). */
  readonly entrypoint: string;
  readonly body: Body;
}

const frames = new AsyncLocalStorage<Frame>();

export function withinFrame<Value>(frame: Frame, fn: () => Value): Value {
  return frames.run(frame, fn);
}

/** `undefined` outside of every body, as in a handler that the user has set. */
export function currentFrame(): Frame | undefined {
  return frames.getStore();
}
