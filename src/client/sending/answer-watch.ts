/**
 * What becomes of a sent answer, as the history shows it (A8, A9).
 *
 * The change of the memo that closes a question names the key of the answer that closed it, so an accepted answer needs no
 * query. Queries are expensive: the server buffers one for each workflow, and replays a run that has ended for each. Only an
 * answer that closed nothing needs its receipt.
 *
 * All answers of this process to one thread share its tail.
 */
import { LONGEST_TIMER_MS } from '../../protocol/duration.ts';
import { eitherSignal } from '../server/abort.ts';
import { translate } from '../server/errors.ts';
import type { ThreadHandle } from '../server/thread-handle.ts';
import { tailOf, type AnswerTail } from './answer-tail.ts';
import type { AnswerFate, AnswerTrace } from './answer-traces.ts';

/** How long to wait. */
export interface WaitSettings {
  /** In milliseconds since the epoch. */
  readonly deadline: number;
  /** Stops waiting when it aborts. */
  readonly signal: AbortSignal | undefined;
}

/** Watches a thread for what becomes of one answer, from before it is sent until the watch is disposed of. */
export class AnswerWatch implements Disposable {
  readonly #thread: ThreadHandle;
  readonly #tail: AnswerTail;
  readonly #trace: AnswerTrace;

  /** @param about The key of the answer, and the first run of the chain that it is for. */
  constructor(thread: ThreadHandle, { key, run }: { readonly key: string; readonly run: string }) {
    this.#thread = thread;
    this.#tail = tailOf(thread, run);
    this.#trace = this.#tail.join(key);
  }

  /** Waits for what becomes of the answer, which has been sent. */
  async wait({ deadline, signal }: WaitSettings): Promise<AnswerFate> {
    const timeUp = AbortSignal.timeout(Math.min(LONGEST_TIMER_MS, Math.max(0, deadline - Date.now())));
    try {
      return await this.#tail.follow(this.#trace, eitherSignal(signal, timeUp));
    } catch (error) {
      signal?.throwIfAborted();
      if (timeUp.aborted) return { kind: 'waiting' };
      throw translate(error, this.#thread.id);
    }
  }

  [Symbol.dispose](): void {
    this.#tail.leave(this.#trace);
  }
}
