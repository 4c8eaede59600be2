/**
 * How far a thread has been read: one run's view, kept between calls, so that an answer to a thread of a thousand tasks
 * does not read them all again.
 */
import type { Client } from '@temporalio/client';
import { RunView, type Position } from './follow.ts';

export class Views {
  readonly #client: Client;
  readonly #thread: string;
  /** Taken out while somebody reads on with it: a view has one reader. */
  #kept: RunView | undefined;

  constructor(client: Client, thread: string) {
    this.#client = client;
    this.#thread = thread;
  }

  /** A place in the run where an input that was just sent has not begun: as far as it has been read, if that is before. */
  before({ runId, key }: { readonly runId: string; readonly key: string }): Position {
    const kept = this.#kept;
    if (kept?.run !== runId) return { run: runId, event: 0 };
    const { hasTurns, keys, turnKeys } = kept.timeline;
    const isBefore = hasTurns && !keys.has(key) && !turnKeys.has(key);
    return { run: runId, event: isBefore ? kept.history.last : 0 };
  }

  /** A view of the run that has not read beyond the position. */
  take({ run, event }: Position): RunView {
    const kept = this.#kept;
    if (kept?.run !== run || kept.history.last > event) return new RunView(this.#client, this.#thread, run);
    this.#kept = undefined;
    return kept;
  }

  keep(view: RunView): void {
    this.#kept = view;
  }
}
