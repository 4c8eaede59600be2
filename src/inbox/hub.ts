/**
 * The hub: the open questions of all threads, as the list shows them, and the news about them.
 *
 * W1. One follower reads visibility, however many pages look, and none while nobody does. What this server has just
 *     answered or reassigned counts at once, also while visibility lags.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ReadableOnly, type ListedInterrupt, type Tools } from '../client/tools.ts';
import { hasCode } from '../protocol/errors.ts';
import { messageOf } from '../protocol/thrown.ts';
import type { Ending, QuestionAddress } from './api.ts';
import { endingOf } from './ending.ts';
import { keyOf } from './items.ts';
import { NewsLog } from './news.ts';

/** What the hub needs. */
export interface HubSettings {
  readonly tools: Tools;
  readonly query: string | undefined;
  readonly notify: (sentence: string) => void;
}

/** The pause between two readings: some times what a reading takes, so that the server has mostly something else to do. */
const MIN_PAUSE_MS = 300;
const MAX_PAUSE_MS = 5_000;
const PAUSE_FACTOR = 4;
/** The follower stops when nobody has looked for this long. */
const UNWATCHED_MS = 30_000;
/** A reading that takes longer is one without a server: Temporal's client tries for some 20 seconds before it says so. */
const AWAY_AFTER_MS = 3_000;
/** Visibility has caught up by then. A question that it still lists is looked up in its thread. */
const LAG_MS = 15_000;
/** How many questions are looked up in their threads at the same time. */
const LOOKUPS = 8;
/** How many questions that have closed are remembered, with how. */
const MAX_CLOSED = 1_000;

/** A question that has closed, and how. */
export interface ClosedQuestion {
  readonly question: ListedInterrupt;
  readonly ending: Ending;
}

interface Gone {
  /** When it was asked: after a reset it may be asked again, under the same id. */
  readonly askedAt: string;
  readonly untilMs: number;
}

interface Ahead {
  /** What visibility may still show, as JSON. */
  readonly stale: string;
  readonly untilMs: number;
}

/** The open questions, and the news about them. */
export class Hub {
  readonly news = new NewsLog();
  readonly #settings: HubSettings;
  /** Nobody knows for whom a question is that cannot be read. */
  readonly #readable: ReadableOnly;
  readonly #open = new Map<string, ListedInterrupt>();
  readonly #closed = new Map<string, ClosedQuestion>();
  /** Questions that have closed, while visibility may still list them. */
  readonly #gone = new Map<string, Gone>();
  /** Questions that this server has changed, while visibility may still show them as they were. */
  readonly #ahead = new Map<string, Ahead>();
  readonly #ended = new AbortController();
  #watchers = 0;
  #lookedMs = 0;
  #isAway = false;
  /** Whether the list has ever been read. */
  #isKnown = false;
  /** The first reading of the follower at work. */
  #first: PromiseWithResolvers<void> | undefined;

  constructor(settings: HubSettings) {
    this.#settings = settings;
    this.#readable = new ReadableOnly(settings.notify);
  }

  /** Whether the Temporal server is away. */
  get isAway(): boolean {
    return this.#isAway;
  }

  /** The open questions, once they have been read. @throws `NoServer`. */
  async open(): Promise<Iterable<ListedInterrupt>> {
    this.#lookedMs = Date.now();
    await this.#follow();
    return this.#open.values();
  }

  /** A question, if the list has it. */
  find(address: QuestionAddress): ListedInterrupt | undefined {
    return this.#open.get(keyOf(address));
  }

  /** A question that has closed since the server looks. */
  findClosed(address: QuestionAddress): ClosedQuestion | undefined {
    return this.#closed.get(keyOf(address));
  }

  /** Keeps the follower at work until it is disposed of. */
  watch(): Disposable {
    this.#watchers++;
    // The news say it if the server is away.
    this.#follow().catch(() => undefined);
    return {
      [Symbol.dispose]: () => {
        this.#watchers--;
        this.#lookedMs = Date.now();
      },
    };
  }

  /** The question has closed: it leaves the list at once. */
  close(question: ListedInterrupt, ending: Ending): void {
    this.#remove(keyOf(question), { question, ending });
  }

  /** The question is another one now: it was reassigned, or somebody has voted. */
  change(question: ListedInterrupt): void {
    const key = keyOf(question);
    const before = this.#open.get(key);
    if (!before || same(before, question)) return;
    this.#ahead.set(key, { stale: JSON.stringify(before), untilMs: Date.now() + LAG_MS });
    this.#open.set(key, question);
    this.news.add({ kind: 'changed', question, before });
  }

  /** Stops the follower. */
  end(): void {
    this.#ended.abort();
  }

  #follow(): Promise<void> {
    if (this.#first) return this.#first.promise;
    const first = waiting();
    this.#first = first;
    void this.#run();
    return first.promise;
  }

  async #run(): Promise<void> {
    const { signal } = this.#ended;
    while (!signal.aborted && (this.#watchers > 0 || Date.now() - this.#lookedMs < UNWATCHED_MS)) {
      const startedMs = performance.now();
      const slow = setTimeout(() => this.#setAway(true), AWAY_AFTER_MS);
      try {
        await this.#read();
        this.#setAway(false);
        this.#first?.resolve();
      } catch (error) {
        this.#fail(error);
      } finally {
        clearTimeout(slow);
      }
      const pauseMs = Math.min(Math.max((performance.now() - startedMs) * PAUSE_FACTOR, MIN_PAUSE_MS), MAX_PAUSE_MS);
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
    this.#first?.reject(signal.reason);
    this.#first = undefined;
  }

  /** Whoever waits for the list is told. Whoever asks later gets what was read last, or waits for the next reading. */
  #fail(error: unknown): void {
    this.#settings.notify(`The inbox could not read the list of questions: ${messageOf(error)}`);
    this.#setAway(true);
    this.#first?.reject(error);
    this.#first = waiting();
    if (this.#isKnown) this.#first.resolve();
  }

  async #read(): Promise<void> {
    const now = new Map<string, ListedInterrupt>();
    const { tools, query } = this.#settings;
    for await (const question of tools.questions({ query }))
      if (this.#readable.takes(question)) now.set(keyOf(question), question);
    this.#isKnown = true;
    await this.#settleGone(now);
    await this.#confirmClosed([...this.#open].filter(([key]) => !now.has(key)));
    // The newest thread comes first, and opened last.
    for (const [key, question] of [...now].toReversed()) this.#see(key, question);
  }

  #see(key: string, question: ListedInterrupt): void {
    if (this.#gone.get(key)?.askedAt === question.askedAt) return;
    const before = this.#open.get(key);
    if (!before) {
      this.#open.set(key, question);
      this.#closed.delete(key);
      return this.news.add({ kind: 'opened', question });
    }
    const text = JSON.stringify(question);
    if (text === JSON.stringify(before)) return;
    const ahead = this.#ahead.get(key);
    if (ahead?.stale === text && ahead.untilMs > Date.now()) return;
    this.#ahead.delete(key);
    this.#open.set(key, question);
    this.news.add({ kind: 'changed', question, before });
  }

  /** Forgets what has closed, once visibility agrees, or the question is open again. */
  async #settleGone(now: ReadonlyMap<string, ListedInterrupt>): Promise<void> {
    for (const [key, { untilMs, askedAt }] of this.#gone) {
      if (untilMs > Date.now()) continue;
      const question = now.get(key);
      const isClosed = question?.askedAt === askedAt && (await this.#endingOf(question));
      if (isClosed) this.#gone.set(key, { askedAt, untilMs: Date.now() + LAG_MS });
      else this.#gone.delete(key);
    }
  }

  /** Questions that have left the list: their threads say whether they have closed. Visibility may lose one for a moment. */
  async #confirmClosed(missing: readonly (readonly [string, ListedInterrupt])[]): Promise<void> {
    for (let at = 0; at < missing.length; at += LOOKUPS) {
      await Promise.all(
        missing.slice(at, at + LOOKUPS).map(async ([key, question]) => {
          const ending = await this.#endingOf(question);
          if (ending) this.#remove(key, { question, ending });
        }),
      );
    }
  }

  /** How a question ended, if it did. What is wrong with one thread must not keep the list of all others from being read. */
  async #endingOf(question: ListedInterrupt): Promise<Ending | undefined> {
    try {
      return await endingOf(this.#settings.tools, question);
    } catch (error) {
      if (hasCode(error, 'NoServer')) throw error;
      // It was deleted, by hand or because its time was over.
      if (hasCode(error, 'ThreadNotFound')) return { how: 'unknown', at: new Date().toISOString() };
      this.#settings.notify(`The inbox could not look up a question of ${question.thread}: ${messageOf(error)}`);
      return undefined;
    }
  }

  #remove(key: string, closed: ClosedQuestion): void {
    this.#ahead.delete(key);
    this.#gone.set(key, { askedAt: closed.question.askedAt, untilMs: Date.now() + LAG_MS });
    this.#closed.delete(key);
    this.#closed.set(key, closed);
    for (const oldest of this.#closed.keys()) {
      if (this.#closed.size <= MAX_CLOSED) break;
      this.#closed.delete(oldest);
    }
    if (this.#open.delete(key)) this.news.add({ kind: 'closed', ...closed });
  }

  #setAway(isAway: boolean): void {
    if (this.#isAway === isAway) return;
    this.#isAway = isAway;
    this.news.add({ kind: 'server', isAway });
  }
}

function same(one: ListedInterrupt, other: ListedInterrupt): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** A promise that may be rejected while nobody waits. */
function waiting(): PromiseWithResolvers<void> {
  const made = Promise.withResolvers<void>();
  made.promise.catch(() => undefined);
  return made;
}
