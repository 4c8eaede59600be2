/**
 * Asking again and again, with growing pauses, where nothing wakes the caller.
 */
import { pause } from './abort.ts';

export interface PollSettings {
  /** When to give up, in milliseconds since the epoch. */
  readonly deadline: number;
  readonly firstPauseMs: number;
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
