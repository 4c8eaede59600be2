/**
 * Reading a thread: from which place in its history, which turn, and how the reading ends.
 *
 * Owns how far the thread has been read. It follows the history with `follow`, and throws the error with which the run
 * or the turn has failed (S2).
 */
import { decodeCursor, follow, runError, turnError, type Followed, type FollowEnd, type Position } from './follow.ts';
import { itemsOf, type StreamMode, type UpdateOf } from './items.ts';
import { runOf } from './next-run.ts';
import { refusedAnswer } from '../server/errors.ts';
import { Patience } from '../server/outage.ts';
import type { Described, Target } from '../server/thread-handle.ts';
import type { TurnRef } from './timeline.ts';
import { Updates, type UpdatesSettings } from './updates.ts';
import { Views } from './views.ts';

const RECEIPT_MS = 10_000;

/** From where to read, which turn, and the answer that no worker has taken yet. */
export interface Begun {
  readonly position: Position;
  readonly turn?: TurnRef | undefined;
  /** Or the first turn to read. */
  readonly since?: number | undefined;
  /** Its run may have ended, and been reset since. */
  readonly isOld?: boolean;
  readonly showsOpen?: boolean;
  readonly unconfirmed?: string;
}

/** Sends what is to be read about, if anything. */
export type Begin = (signal: AbortSignal | undefined) => Promise<Begun>;

export interface Reading {
  readonly live: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface FollowSettings extends Reading {
  readonly from: string | undefined;
  readonly mode: StreamMode;
}

export class Reader {
  readonly views: Views;
  readonly #target: Target;

  constructor(target: Target) {
    this.#target = target;
    this.views = new Views(target.client, target.id);
  }

  /** The items of what was begun, in a mode. */
  updates<Mode extends StreamMode>(mode: Mode, begin: Begin, reading: Reading): Updates<UpdateOf<Mode>> {
    return this.steps(begin, reading, { pick: (step) => itemsOf(mode, step) });
  }

  /** The items of a thread that goes on by itself. */
  follow<Mode extends StreamMode>(settings: FollowSettings & { readonly mode: Mode }): Updates<UpdateOf<Mode>> {
    return this.followSteps(settings, (step) => itemsOf(settings.mode, step));
  }

  /** The same, with items that the caller makes of the steps. */
  followSteps<Item>(settings: FollowSettings, pick: (step: Followed) => readonly Item[]): Updates<Item> {
    const cursor = settings.from === undefined || settings.from === 'start' ? undefined : decodeCursor(settings.from);
    const look = async (): Promise<Begun> => (cursor ? { position: cursor, isOld: true } : this.#beginAt(settings));
    const begin = (signal: AbortSignal | undefined): Promise<Begun> => this.patience(signal).outlast(look);
    return this.steps(begin, settings, { pick, from: cursor });
  }

  async #beginAt({ from, live, mode }: FollowSettings): Promise<Begun> {
    const thread = await this.#target.describe();
    if (from === 'start') return { position: { run: await runOf(this.#target, thread.run), event: 0 }, isOld: true };
    const { position, turn } = await this.lastTurn(thread);
    // Who stays reads the turns to come too.
    const which = live ? { since: turn?.n } : { turn };
    if (mode !== 'interrupts') return { position, ...which };
    return { position: { run: thread.runId, event: thread.historyLength }, ...which, showsOpen: true };
  }

  steps<Item>(begin: Begin, reading: Reading, settings: Omit<UpdatesSettings<Item>, 'read'>): Updates<Item> {
    const read = (left: AbortSignal): AsyncGenerator<Followed, FollowEnd> =>
      this.read(begin, { ...reading, signal: reading.signal ? AbortSignal.any([reading.signal, left]) : left });
    return new Updates({ read, ...settings });
  }

  async *read(begin: Begin, { live, signal }: Reading): AsyncGenerator<Followed, FollowEnd> {
    signal?.throwIfAborted();
    const { position, unconfirmed, ...rest } = await begin(signal);
    const view = this.views.take(position);
    const end = yield* follow(this.#target, { ...rest, from: position, live, signal, view });
    this.views.keep(end.view);
    const { ended } = end;
    const { run, timeline } = end.view;
    const patience = this.patience(signal);
    if (unconfirmed !== undefined) {
      const receipt = await patience.outlast(() =>
        this.#target.receipt(position.run, unconfirmed, Date.now() + RECEIPT_MS),
      );
      if (receipt?.outcome === 'refused') throw refusedAnswer(receipt);
    }
    if (ended?.kind === 'failed') throw await patience.outlast(() => turnError(this.#target, run, ended));
    if (!ended && timeline.ending?.kind === 'failed') throw await patience.outlast(() => runError(this.#target, run));
    return end;
  }

  async readToEnd(begin: Begin, reading: Reading): Promise<FollowEnd> {
    const steps = this.read(begin, reading);
    let step = await steps.next();
    while (!step.done) step = await steps.next();
    return step.value;
  }

  /** The current turn, or the last one; on a plain thread its run. The first turn is not in the memo before it begins. */
  async lastTurn({ runId, turn }: Described): Promise<Begun> {
    const about = { turn: { n: turn?.n ?? 1 } };
    if (!turn || turn.runId === runId) return { position: { run: runId, event: 0 }, ...about };
    // It began before the thread went on in another run, or was reset to another one.
    return { position: { run: await runOf(this.#target, turn.runId), event: 0 }, ...about };
  }

  /** What waits through an outage of the server (S6). */
  patience(signal: AbortSignal | undefined): Patience {
    return new Patience({ thread: this.#target.id, notify: this.#target.settings.notify, signal });
  }
}
