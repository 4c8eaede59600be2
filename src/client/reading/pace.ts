/**
 * How often a history is read by a caller that waits for an outcome and wants to know only whether a question keeps it away.
 *
 * A long poll comes back with each event. Read like that, a run of many short tasks would be slower than without a reader. So
 * there is a pause between two reads, which grows while events keep coming.
 */
import { eitherSignal, pause } from '../server/abort.ts';
import type { OutcomePlace } from './outcome.ts';
import type { Timeline } from './timeline.ts';

/** Before the first read. Most turns of one short task have ended by then, and nothing is read. */
const FIRST_MS = { run: 8, turn: 30 };
/** The same in relation to the time that sending took: where the server is far away or busy, everything takes longer. */
const FIRST_SENDS = 2;
const SHORTEST_MS = 10;
const LONGEST_MS = 250;
const GROWTH = 2;

/** The pauses between the reads of one caller. */
export class Pace {
  readonly #kind: OutcomePlace['kind'];
  readonly #sendMs: number;
  readonly #hurry = new AbortController();
  #pauseMs = SHORTEST_MS;
  #readAt = 0;

  /** @param kind What the outcome is asked of. @param sendMs How long sending took. */
  constructor(kind: OutcomePlace['kind'], sendMs: number) {
    this.#kind = kind;
    this.#sendMs = sendMs;
  }

  /** Ends the present pause, and makes no more. */
  hurry(): void {
    this.#hurry.abort();
  }

  /** Waits before the first read. Rejects with the signal's reason when it aborts. */
  async begin(signal: AbortSignal | undefined): Promise<void> {
    await this.#pause(Math.min(Math.max(FIRST_MS[this.#kind], FIRST_SENDS * this.#sendMs), LONGEST_MS), signal);
    this.#readAt = Date.now();
  }

  /** Waits until the next read is due. Rejects with the signal's reason when it aborts. */
  async wait({ hasMemory }: Timeline, signal: AbortSignal | undefined): Promise<void> {
    // On a thread with memory the run goes on after its first turn, whose end only the history shows.
    if (this.#kind === 'run' && hasMemory) this.hurry();
    const left = this.#readAt + this.#pauseMs - Date.now();
    await this.#pause(left, signal);
    // The server held the last read back for so long that it was not one too many.
    this.#pauseMs = left > 0 ? Math.min(this.#pauseMs * GROWTH, LONGEST_MS) : SHORTEST_MS;
    this.#readAt = Date.now();
  }

  async #pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
    if (ms <= 0 || this.#hurry.signal.aborted) return;
    try {
      await pause(ms, eitherSignal(signal, this.#hurry.signal));
    } catch {
      signal?.throwIfAborted();
    }
  }
}
