/**
 * The turns of a run of a thread with memory, as its history shows them.
 *
 * The memo shows the current turn from its start, and again from its end. A turn after the first is a workflow update,
 * whose completion holds its outcome and follows the memo's change.
 */
import type { TurnMemo } from '../../protocol/shapes.ts';
import type { HistoryEvent } from '../server/events.ts';
import type { Decode } from '../server/payloads.ts';
import { endOfFirstTurn, isTurn, readTurnEnd, type TurnEnd, type TurnRef } from './ends.ts';

/** The turns of one run. */
export class Turns {
  readonly #decode: Decode;
  /** Turns that have ended by the memo, and whose updates have not completed yet. */
  readonly #ending = new Map<string, TurnMemo>();
  #current: TurnMemo | undefined;

  constructor(decode: Decode) {
    this.#decode = decode;
  }

  /** The turn at work, or else the last one, of this run or carried into it. `undefined` on a plain thread. */
  get current(): TurnMemo | undefined {
    return this.#current;
  }

  /** Whether that turn has begun. A plain thread has nothing to wait for. */
  hasBegun(turn: TurnRef): boolean {
    return this.#current === undefined || isTurn(turn, this.#current);
  }

  /** The turn where reading begins: the last one of the run before, or the one in the middle of the history. */
  carry(turn: TurnMemo): void {
    this.#current = turn;
  }

  /** The memo has changed: a turn has begun or ended. Returns the end that no update will show. */
  change(turn: TurnMemo): TurnEnd | undefined {
    this.#current = turn;
    const { n, key, status, truncated } = turn;
    if (status === 'running' || truncated) return undefined;
    if (n === 1 || key === undefined) return endOfFirstTurn(turn);
    this.#ending.set(key, turn);
    return undefined;
  }

  /** An update has completed: the end of its turn, or of an input that never became one. */
  async complete(event: HistoryEvent): Promise<{ readonly turn: TurnRef; readonly end: TurnEnd } | undefined> {
    const { meta, outcome } = event.workflowExecutionUpdateCompletedEventAttributes ?? {};
    const key = meta?.updateId ?? '';
    const turn = this.#ending.get(key);
    this.#ending.delete(key);
    // Another update than `invoke`, which has succeeded.
    if (!turn && !outcome?.failure) return undefined;
    return { turn: turn ?? { key }, end: await readTurnEnd(event, this.#decode, { n: turn?.n, key }) };
  }
}
