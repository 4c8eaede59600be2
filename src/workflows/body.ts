/**
 * The body at work, and which one the code at hand belongs to.
 *
 * When a body is over, what it has left behind (questions, tasks, and in a turn timers and children) is cancelled, and
 * stays pending: its promises have no handlers, and a rejection would fail the workflow task for ever (T6).
 */
import { AsyncLocalStorage } from '@temporalio/workflow';

export interface Body {
  /** That of a turn: the workflow goes on when it has ended. */
  readonly isTurn: boolean;
  isOver: boolean;
  /** Calls of its tasks that neither ended nor wait for an answer (T6). */
  runningCalls: number;
}

/** Where the code at hand is. */
export interface Frame {
  /** An entrypoint that is called inline asks under its own name (I3, R6). */
  readonly entrypoint: string;
  readonly body: Body;
}

const frames = new AsyncLocalStorage<Frame>();

export function withinFrame<Value>(frame: Frame, fn: () => Value): Value {
  return frames.run(frame, fn);
}

export function currentFrame(): Frame | undefined {
  return frames.getStore();
}
