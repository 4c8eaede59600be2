/**
 * One run of a thread, as far as it has been read: its history, and what that means.
 */
import type { EventSource, HistoryEvent } from '../server/events.ts';
import { History } from '../server/history.ts';
import { Timeline, type ReadEvent, type TimelineStart } from './timeline.ts';

/** What happens while a run is read. */
export interface ReadSettings {
  /** Stops reading when it aborts. */
  readonly signal?: AbortSignal | undefined;
  /** Sees each event, in their order. */
  readonly visit?: (event: HistoryEvent, read: ReadEvent) => void | Promise<void>;
}

/** Reads one run into its timeline. */
export class RunReader {
  readonly run: string;
  readonly history: History;
  readonly timeline: Timeline;
  readonly #source: EventSource;
  #isWhole = true;

  constructor(source: EventSource, run: string) {
    this.run = run;
    this.#source = source;
    this.history = new History(source.client, source.id, run);
    this.timeline = new Timeline(this.history.decode, run);
  }

  /** The id of the last event that was read. */
  get last(): number {
    return this.history.last;
  }

  /** Whether it began with the first event of the run. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Begins in the middle of the history, after the event `last`. The next events are known, up to the end of the history. */
  async begin(start: TimelineStart, last: number, events: readonly HistoryEvent[]): Promise<void> {
    this.#isWhole = false;
    await this.timeline.begin(start);
    this.history.goOn(last, events);
  }

  /** The runs that resets made of the part that was read, and of the part before it. */
  async resets(signal: AbortSignal | undefined): Promise<ReadonlySet<string>> {
    if (this.#isWhole) return this.timeline.resets;
    const whole = new RunReader(this.#source, this.run);
    await whole.readTo(this.last, { signal });
    return whole.timeline.resets;
  }

  /** Reads to the event with this id, or to the end of the run. */
  readTo(eventId: number, settings: ReadSettings = {}): Promise<void> {
    return this.readUntil(() => this.last >= eventId, settings);
  }

  /** Reads, a page at a time, until `isDone` or to the end of the run. Waits for events that are not there yet. */
  async readUntil(isDone: () => boolean, { signal, visit }: ReadSettings = {}): Promise<void> {
    while (!isDone() && !this.timeline.end) {
      for (const event of await this.history.read(signal)) {
        const read = await this.timeline.apply(event);
        await visit?.(event, read);
      }
    }
  }
}
