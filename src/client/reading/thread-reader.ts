/**
 * Reading a thread: where in its history it begins, which turn it is about, and how it ends (S1).
 *
 * Owns how far the thread has been read: the reader of one run is kept between calls, so that an answer to a thread of a
 * thousand tasks does not read them all again.
 */
import type { Interrupt } from '../../protocol/shapes.ts';
import type { ThreadDescription } from '../server/description.ts';
import { refusedAnswer } from '../server/errors.ts';
import { Patience } from '../server/outage.ts';
import type { ThreadHandle } from '../server/thread-handle.ts';
import { decodeCursor, type Position } from './cursor.ts';
import { runError, turnError, type TurnRef } from './ends.ts';
import { follow, type FollowedEvent, type FollowEnd } from './follow.ts';
import { latestRunOf } from './next-run.ts';
import { RunReader } from './run-reader.ts';
import { Updates } from './stream.ts';

/** How long to wait for the receipt of an answer that no worker had taken when reading began. */
const RECEIPT_MS = 10_000;

/** Where reading begins, and what it is about. */
export interface StartingPoint {
  /** Everything up to here is not news. */
  readonly position: Position;
  /** The only turn to read. */
  readonly turn?: TurnRef | undefined;
  /** Instead of `turn`, the number of the first turn to read. */
  readonly since?: number | undefined;
  /** The position may be of any age, so its run may have been reset after its end. */
  readonly isOld?: boolean;
  /** Begins with the questions that are open at the position. */
  readonly showsOpen?: boolean;
  /** The key of an answer that no worker has taken yet. If it turns out refused, reading ends with the refusal. */
  readonly unconfirmed?: string;
}

/** How reading ended. A failure is thrown. */
export type ReadEnd =
  | { readonly kind: 'completed'; readonly value: unknown }
  /** Only answers are left to wait for, or a thread with memory waits for its next input. */
  | { readonly kind: 'waiting'; readonly interrupts: readonly Interrupt[] };

/** How long a reader stays. */
export interface ReadingSettings {
  /** Stays when only answers are left to wait for. */
  readonly live: boolean;
  /** Stops reading when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

/** What a reader that starts nothing reads, and which items it makes of that. */
export interface FollowedItems<Item> extends ReadingSettings {
  /** A cursor, `'start'` for the first run of the chain, or nothing for the current, else the last, turn or run. */
  readonly from: string | undefined;
  /** Without `from`, begins with the questions that are open now, and reads only what happens from now on (S5). */
  readonly showsOpen: boolean;
  /** The items for an event. */
  readonly pick: (event: FollowedEvent) => readonly Item[];
}

/** Reads one thread, from any place of its history. */
export class ThreadReader {
  /** The thread that it reads. */
  readonly thread: ThreadHandle;
  /** Taken out while somebody reads on with it: a run's reader has one user. */
  #kept: RunReader | undefined;

  constructor(thread: ThreadHandle) {
    this.thread = thread;
  }

  /** The items of a thread that goes on by itself. */
  follow<Item>(settings: FollowedItems<Item>): Updates<Item> {
    const { from, live, pick, signal } = settings;
    const cursor = from === undefined || from === 'start' ? undefined : decodeCursor(from);
    return new Updates({
      read: (either) => this.#readFrom(cursor, settings, { live, signal: either }),
      pick,
      from: cursor,
      signal,
    });
  }

  async *#readFrom<Item>(
    cursor: Position | undefined,
    settings: FollowedItems<Item>,
    reading: ReadingSettings,
  ): AsyncGenerator<FollowedEvent, ReadEnd> {
    reading.signal?.throwIfAborted();
    const find = async (): Promise<StartingPoint> =>
      cursor ? { position: cursor, isOld: true } : this.#startingPoint(settings);
    const start = await this.patience(reading.signal).outlast(find);
    return yield* this.read(start, reading);
  }

  async #startingPoint<Item>({ from, live, showsOpen }: FollowedItems<Item>): Promise<StartingPoint> {
    const thread = await this.thread.describe();
    if (from === 'start')
      return { position: { run: await latestRunOf(this.thread, thread.run), event: 0 }, isOld: true };
    const { position, turn } = await this.lastTurn(thread);
    // A live reader also reads the turns to come.
    const which = live ? { since: turn?.n } : { turn };
    if (!showsOpen) return { position, ...which };
    return { position: { run: thread.runId, event: thread.historyLength }, ...which, showsOpen: true };
  }

  /** The current turn, or the last one. On a plain thread its run, which counts as the first turn. */
  async lastTurn({ runId, turn }: ThreadDescription): Promise<StartingPoint> {
    const about = { turn: { n: turn?.n ?? 1 } };
    if (!turn || turn.runId === runId) return { position: { run: runId, event: 0 }, ...about };
    // The turn began before the thread went on in another run, or was reset to one.
    return { position: { run: await latestRunOf(this.thread, turn.runId), event: 0 }, ...about };
  }

  /**
   * Yields what happens from the starting point on, until the turn or the run ends or only answers are left to wait for.
   *
   * @throws The error with which the turn or the run failed (S2), or the refusal of an unconfirmed answer.
   */
  async *read(start: StartingPoint, { live, signal }: ReadingSettings): AsyncGenerator<FollowedEvent, ReadEnd> {
    signal?.throwIfAborted();
    const { position, unconfirmed, ...rest } = start;
    const reader = this.#take(start);
    const end = yield* follow(this.thread, { ...rest, from: position, live, signal, reader });
    this.#kept = end.reader;
    const patience = this.patience(signal);
    if (unconfirmed !== undefined) {
      const receipt = await patience.outlast(() =>
        this.thread.receipt(position.run, unconfirmed, Date.now() + RECEIPT_MS),
      );
      if (receipt?.outcome === 'refused') throw refusedAnswer(receipt);
    }
    return patience.outlast(() => this.#readEnd(end));
  }

  async #readEnd({ reader, turnEnd }: FollowEnd): Promise<ReadEnd> {
    const { run, timeline } = reader;
    if (turnEnd?.kind === 'failed') throw await turnError(this.thread, run, turnEnd);
    if (!turnEnd && timeline.end?.kind === 'failed') throw await runError(this.thread, run);
    const end = turnEnd ?? timeline.end;
    if (end?.kind === 'completed') return { kind: 'completed', value: end.value };
    return { kind: 'waiting', interrupts: timeline.open() };
  }

  /** Reads to the end, for a caller that wants no updates. */
  async readToEnd(events: AsyncGenerator<FollowedEvent, ReadEnd>): Promise<ReadEnd> {
    let event = await events.next();
    while (!event.done) event = await events.next();
    return event.value;
  }

  /** A reader of the run that has read no news for this starting point: the kept one, or a new one. */
  #take({ position: { run, event }, turn }: StartingPoint): RunReader {
    const kept = this.#kept;
    if (kept?.run !== run || !(kept.last <= event || isBefore(kept, turn))) return new RunReader(this.thread, run);
    this.#kept = undefined;
    return kept;
  }

  /** Repeats reads during an outage of the server (S6). */
  patience(signal: AbortSignal | undefined): Patience {
    const { client, id, settings } = this.thread;
    return new Patience({ client, thread: id, notify: settings.notify, signal });
  }
}

/** Whether a reader has not come to the input with the turn's key. */
function isBefore({ timeline }: RunReader, turn: TurnRef | undefined): boolean {
  return turn?.key !== undefined && timeline.hasMemory && !timeline.turns.has(turn.key, { asTurn: false });
}
