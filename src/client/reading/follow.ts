/**
 * Following a thread: what its history means as it happens, over all runs of its chain, until only answers are left to
 * wait for (S1, S3).
 */
import { defined } from '../../protocol/defined.ts';
import type { Interrupt } from '../../protocol/shapes.ts';
import { eventMs, type HistoryEvent } from '../server/events.ts';
import { resetTo } from '../server/workflow-task-failure.ts';
import type { Patience } from '../server/outage.ts';
import type { ThreadHandle } from '../server/thread-handle.ts';
import type { Position } from './cursor.ts';
import { isTurn, type TurnEnd, type TurnRef } from './ends.ts';
import type { NextRun } from './next-run.ts';
import type { Pace } from './pace.ts';
import { Previews } from './previews.ts';
import { RunReader } from './run-reader.ts';
import { RunWatch } from './run-watch.ts';
import type { ReadEvent } from './timeline.ts';
import { completeByWorkflow } from './whole-questions.ts';

/** What to follow, and from where. */
export interface FollowSettings {
  /** Everything up to here has been read. */
  readonly from: Position;
  /** Stays when only answers are left to wait for. */
  readonly live: boolean;
  /** Stops following when it aborts. */
  readonly signal: AbortSignal | undefined;
  /** A reader of the run of `from`. It has not read beyond the place where news begin. */
  readonly reader: RunReader;
  /** On a thread with memory, the only turn to read. */
  readonly turn?: TurnRef | undefined;
  /** Instead of `turn`, the number of the first turn to read. */
  readonly since?: number | undefined;
  /** Begins with the questions that are open at `from` (S5). */
  readonly showsOpen?: boolean | undefined;
  /** `from` may be of any age, so its run may have been reset after its end. */
  readonly isOld?: boolean | undefined;
  /** Reads in batches. Without it, each event is read when it happens. */
  readonly pace?: Pace | undefined;
  /** Reads through outages. */
  readonly patience: Patience;
  /** Reads what running tasks show, too (P2). */
  readonly previews?: boolean | undefined;
}

/** What one event means, and the position after it. */
export interface FollowedEvent extends ReadEvent {
  /** The place after this event. */
  readonly position: Position;
  /** The event itself. Missing for what is in no history. */
  readonly history?: HistoryEvent;
}

/** Where following ended: after its turn, after the run, or where only answers are left to wait for. */
export interface FollowEnd {
  readonly reader: RunReader;
  /** The end of the turn to read or, where no turn was wanted, of the last one that was read. */
  readonly turnEnd?: TurnEnd | undefined;
}

/** Yields an item for each event that is news, and returns where following ended. */
export async function* follow(
  thread: ThreadHandle,
  settings: FollowSettings,
): AsyncGenerator<FollowedEvent, FollowEnd> {
  const follower = new Follower(thread, settings);
  try {
    for (;;) {
      yield* await follower.begin();
      const end = await follower.goOn();
      if (end) return end;
      yield* follower.read();
    }
  } finally {
    follower.close();
  }
}

class Follower {
  readonly #thread: ThreadHandle;
  readonly #settings: FollowSettings;
  readonly #watch: RunWatch;
  readonly #previews: Previews | undefined;
  #reader: RunReader;
  #from: Position;
  #since: number;
  #turnEnd: TurnEnd | undefined;
  #owesOpen: boolean;
  /** The resets of runs that have been read. A run made by another reset begins with a copy of their events. */
  readonly #resets = new Set<string>();
  /** A run whose resets have not been read. */
  #first: RunReader | undefined;
  /** The reader is within such a copy. */
  #isRepeated = false;
  /** When the run before began, in milliseconds since the epoch. */
  #previousBegan = 0;
  /** Where the run before ended, until what its calls have shown is forgotten. */
  #previousEnd: Position | undefined;

  constructor(thread: ThreadHandle, settings: FollowSettings) {
    const { reader, from, since = 0, showsOpen = false } = settings;
    this.#thread = thread;
    this.#settings = settings;
    this.#watch = new RunWatch(thread, settings);
    this.#previews = settings.previews ? new Previews(thread, from.previews) : undefined;
    this.#reader = reader;
    this.#from = from;
    this.#since = since;
    this.#owesOpen = showsOpen;
  }

  /** The questions that are open where the reader begins, once it has come there. */
  async begin(): Promise<readonly FollowedEvent[]> {
    return this.#owesOpen && this.#reader.last >= this.#from.event ? this.#complete([this.#showOpen()]) : [];
  }

  #showOpen(): FollowedEvent {
    this.#owesOpen = false;
    return { open: this.#reader.timeline.open(), position: this.#from };
  }

  /** The end of following; or goes on to the next run, if this one has ended, and returns `undefined`. */
  async goOn(): Promise<FollowEnd | undefined> {
    const { turn, isOld = false } = this.#settings;
    const isTurnOver = turn !== undefined && this.#turnEnd !== undefined;
    const next = isTurnOver ? undefined : await this.#watch.next(this.#reader, { isOld });
    if (!next) {
      const isOver = isTurnOver || this.#reader.timeline.end !== undefined || (await this.#isQuiet());
      return isOver ? { reader: this.#reader, turnEnd: this.#turnEnd } : undefined;
    }
    await this.#noteResets(next);
    this.#isRepeated = next.isReset;
    this.#previousBegan = this.#reader.timeline.began;
    this.#previousEnd = { run: this.#reader.run, event: this.#reader.last };
    // After a reset, turns that had ended run again.
    if (next.isReset) [this.#turnEnd, this.#since] = [undefined, 0];
    this.#from = { run: next.run, event: 0 };
    this.#reader = new RunReader(this.#thread, next.run);
    return undefined;
  }

  /** A run of which only the end was read has its resets read when they are needed. Only the first run is read like that. */
  async #noteResets({ isReset }: NextRun): Promise<void> {
    if (!this.#reader.isWhole) this.#first = this.#reader;
    else for (const run of this.#reader.timeline.resets) this.#resets.add(run);
    if (!isReset || !this.#first) return;
    for (const run of await this.#watch.resets(this.#first)) this.#resets.add(run);
    this.#first = undefined;
  }

  /** Whether only answers are left to wait for, and the reader does not stay for them (S3). */
  async #isQuiet(): Promise<boolean> {
    const { live, turn } = this.#settings;
    const { timeline } = this.#reader;
    if (live || !timeline.isQuiet() || (turn && !timeline.turns.hasBegun(turn))) return false;
    return this.#watch.isQuiet(this.#reader);
  }

  close(): void {
    this.#previews?.close();
  }

  /** Reads the next events, and yields those that are news. Until they come, it yields what running tasks show. */
  async *read(): AsyncGenerator<FollowedEvent> {
    const { run } = this.#reader;
    // Reading moves both.
    const [place, calls] = [this.#place(), this.#shownCalls()];
    const reading = this.#read();
    const previews = this.#previews;
    if (!previews) {
      yield* await reading;
      return;
    }
    // The reader may leave while it is shown something.
    reading.catch(() => undefined);
    yield* this.#forget(previews);
    for await (const update of previews.until(reading, run, calls)) {
      yield { previews: [update], position: { ...place, previews: previews.places() } };
    }
    for (const item of await reading) {
      const { run: of, event } = item.position;
      for (const update of item.task ? previews.finish(item.task) : [])
        yield { previews: [update], position: { run: of, event: event - 1, previews: previews.places() } };
      yield { ...item, position: { ...item.position, previews: previews.places() } };
    }
  }

  /** The place of a reader that has read what there is so far. */
  #place(): Position {
    const { run, last } = this.#reader;
    return last > this.#from.event ? { run, event: last } : this.#from;
  }

  /** The calls whose previews are news. */
  #shownCalls(): readonly string[] {
    const { timeline, last } = this.#reader;
    const { event, items } = this.#from;
    // The event of which an earlier reader has seen a part may be the end of a call.
    const isThere = last > event || (last === event && !items);
    return this.#previews && isThere && !this.#isRepeated ? timeline.running() : [];
  }

  /** What calls have shown in the run before is void. Until that is told, a cursor is at the end of that run. */
  *#forget(previews: Previews): Generator<FollowedEvent> {
    const place = this.#previousEnd;
    this.#previousEnd = undefined;
    if (!place) return;
    for (const update of previews.forget())
      yield { previews: [update], position: { ...place, previews: previews.places() } };
  }

  async #read(): Promise<readonly FollowedEvent[]> {
    const reader = this.#reader;
    const { timeline, run } = reader;
    const items: FollowedEvent[] = [];
    for (const event of await this.#watch.read(reader)) {
      const position = { run, event: Number(event.eventId) };
      // A page may go on beyond the place where the reader begins.
      if (this.#owesOpen && position.event > this.#from.event) items.push(this.#showOpen());
      const read = await timeline.apply(event);
      const isNews = !this.#isRepeated && position.event > this.#from.event;
      if (this.#isRepeated && this.#endsCopy(event)) {
        this.#isRepeated = false;
        // Questions that were open at the point of the reset are open again, and their opening is not news.
        items.push({ open: timeline.open(), position });
      }
      if (!isNews || (read.turn && !this.#isWanted(read.turn))) continue;
      items.push({ ...read, position, history: event });
      this.#noteTurnEnd(read);
    }
    return this.#complete(items);
  }

  /**
   * Whether this event is the reset behind which there is news: the one that made this run, or an earlier one whose run has
   * not been read. Runs of a chain follow one another, so a reset that is older than the run before made a run that ended
   * before this reader began, which is no news.
   */
  #endsCopy(event: HistoryEvent): boolean {
    const run = resetTo(event);
    if (run === undefined) return false;
    const isRead = this.#resets.has(run) || eventMs(event) < this.#previousBegan;
    return run === this.#reader.run || !isRead;
  }

  #isWanted(turn: TurnRef): boolean {
    const wanted = this.#settings.turn;
    return wanted ? isTurn(wanted, turn) : (turn.n ?? this.#since) >= this.#since;
  }

  #noteTurnEnd({ turn, turnEnd }: ReadEvent): void {
    // The end of an input that never became a turn counts only for a reader of that input.
    if (turnEnd && (this.#settings.turn || turnEnd.n !== undefined)) this.#turnEnd = turnEnd;
    // Another turn has begun, so following does not end with the turn before it.
    else if (!turnEnd && (turn?.n ?? 0) > (this.#turnEnd?.n ?? 0)) this.#turnEnd = undefined;
  }

  /** Completes questions that were cut for the memo and are still open, with one query for all of them. */
  async #complete(items: readonly FollowedEvent[]): Promise<readonly FollowedEvent[]> {
    const isOpen = new Set(this.#reader.timeline.open().map(({ id }) => id));
    const cut = items
      .flatMap(({ open = [], opened = [], changed = [] }) => [
        ...open,
        ...opened,
        ...changed.map((one) => one.interrupt),
      ])
      .filter(({ id, truncated }) => truncated && isOpen.has(id));
    if (cut.length === 0) return items;
    const completed = await completeByWorkflow(this.#thread, cut, this.#settings.signal);
    const whole = new Map(completed.map((interrupt) => [interrupt.id, interrupt]));
    const fill = (interrupts: readonly Interrupt[]): readonly Interrupt[] =>
      interrupts.map((interrupt) => whole.get(interrupt.id) ?? interrupt);
    return items.map((item) => ({
      ...item,
      ...defined({
        open: item.open && fill(item.open),
        opened: item.opened && fill(item.opened),
        changed: item.changed?.map((one) => ({ ...one, interrupt: whole.get(one.interrupt.id) ?? one.interrupt })),
      }),
    }));
  }
}
