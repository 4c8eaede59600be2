/**
 * Asking again and again, with growing pauses, where nothing wakes the caller.
 */
import { pause } from './abort.ts';

/** How long to ask, and how often. */
export interface PollSettings {
  /** When to give up, in milliseconds since the epoch. */
  readonly deadline: number;
  /** The first pause, in milliseconds. Each further one is half as long again. */
  readonly firstPauseMs: number;
  /** The longest pause, in milliseconds. */
  readonly maxPauseMs: number;
  /** Ends the pause, and the poll with it, when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

/** Asks until the answer is final or the deadline has passed, and returns the last answer in both cases. */
export async function poll<Answer>(
  ask: () => Promise<Answer>,
  isFinal: (answer: Answer) => boolean,
  { deadline, firstPauseMs, maxPauseMs, signal }: PollSettings,
): Promise<Answer> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 1.5, maxPauseMs)) {
    const answer = await ask();
    if (isFinal(answer) || Date.now() + pauseMs >= deadline) return answer;
    await pause(pauseMs, signal);
  }
}
