/**
 * Reading a thread: where in its history it begins, which turn it is about, and how it ends (S1).
 *
 * Owns how far the thread has been read: the reader of one run is kept between calls, so that an answer to a thread of a
 * thousand tasks does not read them all again.
 */
import type { Interrupt } from '../../protocol/shapes.ts';
import { eitherSignal } from '../server/abort.ts';
import type { ThreadDescription } from '../server/description.ts';
import { refusedAnswer } from '../server/errors.ts';
import { Patience } from '../server/outage.ts';
import type { ThreadHandle } from '../server/thread-handle.ts';
import { decodeCursor, type Position } from './cursor.ts';
import { runError, turnError, type TurnRef } from './ends.ts';
import { follow, type FollowedEvent, type FollowEnd } from './follow.ts';
import { latestRunOf } from './next-run.ts';
import { readOutcome, type OutcomePlace, type Value } from './outcome.ts';
import { Pace } from './pace.ts';
import { RunReader } from './run-reader.ts';
import { Updates } from './stream.ts';
import { openTail } from './tail.ts';

/** How long to wait for the receipt of an answer that no worker had taken when reading began. */
const RECEIPT_MS = 10_000;

/** A kept reader that is further behind, in events, is of no use. */
const FAR = 256;

/** Where reading begins, and what it is about. */
export interface StartingPoint {
  /** Everything up to here is not news. */
  readonly position: Position;
  /** The only turn to read. */
  readonly turn?: TurnRef | undefined;
  /** Instead of `turn`, the number of the first turn to read. */
  readonly since?: number | undefined;
  /** The key of an input in the run of the position: what comes before it is not read. */
  readonly begin?: string | undefined;
  /** The input has just been sent for the first time, so it is news for every reader. */
  readonly isNew?: boolean;
  /** The run as it was at the position. */
  readonly description?: ThreadDescription;
  /** What gives the outcome without the history, if anything does. */
  readonly outcome?: OutcomePlace | undefined;
  /** How long sending took, where something was sent. */
  readonly sendMs?: number;
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
  /** Reads what running tasks show, too. */
  readonly previews?: boolean | undefined;
}

interface FollowingSettings extends ReadingSettings {
  readonly signal: AbortSignal | undefined;
  readonly patience: Patience;
  readonly pace?: Pace | undefined;
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
    const { from, live, pick, signal, previews } = settings;
    const cursor = from === undefined || from === 'start' ? undefined : decodeCursor(from);
    return new Updates({
      read: (either) => this.#readFrom(cursor, settings, { live, signal: either, previews }),
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
    const { position, turn, begin } = await this.lastTurn(thread);
    // A live reader also reads the turns to come.
    const which = live ? { since: turn?.n } : { turn };
    if (!showsOpen) return { position, begin, ...which };
    const now = { run: thread.runId, event: thread.historyLength };
    return { position: now, description: thread, ...which, showsOpen: true };
  }

  /** The current turn, or the last one. On a plain thread its run, which counts as the first turn. */
  async lastTurn({ runId, turn }: ThreadDescription): Promise<StartingPoint> {
    if (!turn) return { position: { run: runId, event: 0 }, turn: { n: 1 } };
    // The turn may have begun before the thread went on in another run, or was reset to one.
    const run = turn.runId === runId ? runId : await latestRunOf(this.thread, turn.runId);
    // The first turn begins with its run.
    const key = turn.n === 1 ? undefined : turn.key;
    const outcome = key === undefined ? undefined : ({ kind: 'turn', run, key } as const);
    return { position: { run, event: 0 }, turn: { n: turn.n }, begin: key, outcome };
  }

  /**
   * Yields what happens from the starting point on, until the turn or the run ends or only answers are left to wait for.
   *
   * @throws The error with which the turn or the run failed (S2), or the refusal of an unconfirmed answer.
   */
  async *read(
    start: StartingPoint,
    { live, signal, previews }: ReadingSettings,
  ): AsyncGenerator<FollowedEvent, ReadEnd> {
    const patience = this.patience(signal);
    const end = yield* this.#follow(start, { live, signal, patience, previews });
    await this.#assertCounted(start, patience);
    return patience.outlast(() => this.#readEnd(end));
  }

  /**
   * Waits for what `read` returns, without the updates on the way. The server is asked for the outcome itself. Beside that the
   * history is read in batches, only to notice that nothing but answers is left to wait for.
   *
   * @throws What `read` throws.
   */
  async wait(start: StartingPoint, { live, signal }: ReadingSettings): Promise<ReadEnd> {
    const over = new AbortController();
    const either = eitherSignal(signal, over.signal);
    const patience = this.patience(either);
    const { outcome } = start;
    const pace = outcome && new Pace(outcome.kind, start.sendMs ?? 0);
    const following = drained(this.#follow(start, { live, signal: either, patience, pace }));
    const valueOrEnd = async (): Promise<Value | FollowEnd> => {
      const value = outcome && (await readOutcome(this.thread, outcome, { patience, signal: either }));
      // The history says what the outcome does not.
      if (!value) pace?.hurry();
      return value ?? following;
    };
    const both = [valueOrEnd(), following];
    try {
      const end = await Promise.race(both);
      await this.#assertCounted(start, patience);
      if ('reader' in end) return await patience.outlast(() => this.#readEnd(end));
      // The reader is behind by now.
      this.#kept = undefined;
      return end;
    } finally {
      over.abort();
      void Promise.allSettled(both);
    }
  }

  async *#follow(start: StartingPoint, settings: FollowingSettings): AsyncGenerator<FollowedEvent, FollowEnd> {
    const { signal, patience, pace } = settings;
    signal?.throwIfAborted();
    await pace?.begin(signal);
    const reader = await patience.outlast(() => this.#take(start));
    const { position, turn, since, isOld, showsOpen } = start;
    const end = yield* follow(this.thread, { ...settings, from: position, turn, since, isOld, showsOpen, reader });
    this.#kept = end.reader;
    return end;
  }

  /** @throws The refusal of an answer that no worker had taken when reading began. */
  async #assertCounted({ position, unconfirmed }: StartingPoint, patience: Patience): Promise<void> {
    if (unconfirmed === undefined) return;
    const receipt = await patience.outlast(() =>
      this.thread.receipt(position.run, unconfirmed, Date.now() + RECEIPT_MS),
    );
    if (receipt?.outcome === 'refused') throw refusedAnswer(receipt);
  }

  async #readEnd({ reader, turnEnd }: FollowEnd): Promise<ReadEnd> {
    const { run, timeline } = reader;
    if (turnEnd?.kind === 'failed') throw await turnError(this.thread, run, turnEnd);
    if (!turnEnd && timeline.end?.kind === 'failed') throw await runError(this.thread, run);
    const end = turnEnd ?? timeline.end;
    if (end?.kind === 'completed') return { kind: 'completed', value: end.value };
    return { kind: 'waiting', interrupts: timeline.open() };
  }

  /** A reader of the run that has read no news for this starting point: the kept one, or a new one. */
  async #take({ position: { run, event }, begin, isNew = false, description }: StartingPoint): Promise<RunReader> {
    const kept = this.#kept;
    if (kept?.run === run && (isNew || (kept.last <= event && event - kept.last <= FAR))) {
      this.#kept = undefined;
      return kept;
    }
    if (event > 0) return openTail(this.thread, { run, place: { kind: 'after', event } }, description);
    if (begin === undefined) return new RunReader(this.thread, run);
    return openTail(this.thread, { run, place: { kind: 'input', key: begin } });
  }

  /** Repeats reads during an outage of the server (S6). */
  patience(signal: AbortSignal | undefined): Patience {
    const { client, id, settings } = this.thread;
    return new Patience({ client, thread: id, notify: settings.notify, signal });
  }
}

async function drained<End>(events: AsyncGenerator<unknown, End>): Promise<End> {
  let event = await events.next();
  while (!event.done) event = await events.next();
  return event.value;
}
