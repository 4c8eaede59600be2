/**
 * The hub: the open questions of all threads, as the list shows them, and the news about them.
 *
 * W1. One follower reads visibility, however many pages look, and none while nobody does. What this server has just
 *     answered or reassigned counts at once, also while visibility lags.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ListedInterrupt, QuestionEvent, QuestionList, Tools } from '../client/tools.ts';
import { questionKey } from '../protocol/question-key.ts';
import { hasCode } from '../protocol/errors.ts';
import { messageOf } from '../protocol/thrown.ts';
import { HttpProblem, problemOf } from '../web/problem.ts';
import type { Ending, QuestionAddress } from './api.ts';
import { endingFrom } from './ending.ts';
import { NewsLog } from './news.ts';

/** What the hub needs. */
export interface HubSettings {
  readonly tools: Tools;
  readonly query: string | undefined;
  readonly notify: (sentence: string) => void;
}

/** The pause between two readings, within limits: four times as long as the reading took, a fifth of the server's time for it. */
const MIN_PAUSE_MS = 300;
const MAX_PAUSE_MS = 5_000;
const PAUSE_FACTOR = 4;
/** The follower stops when nobody has looked for this long. */
const UNWATCHED_MS = 30_000;
/** A server that says nothing for this long is away: Temporal's client tries for some 20 seconds before it says so. */
const AWAY_AFTER_MS = 3_000;
/** How many questions that have closed are remembered, with how. */
const MAX_CLOSED = 1_000;

/** A question that has closed, and how. */
export interface ClosedQuestion {
  readonly question: ListedInterrupt;
  readonly ending: Ending;
}

/** The open questions, and the news about them. */
export class Hub {
  readonly news = new NewsLog();
  readonly #settings: HubSettings;
  readonly #list: QuestionList;
  readonly #closed = new Map<string, ClosedQuestion>();
  readonly #ended = new AbortController();
  #watchers = 0;
  #lookedMs = 0;
  #isAway = false;
  /** Whether the list has ever been read. */
  #isKnown = false;
  /** The first reading of the follower at work. */
  #first: PromiseWithResolvers<void> | undefined;
  /** Runs during a reading, and begins again with each word of the server. */
  #silence: NodeJS.Timeout | undefined;
  /** Why the readings fail at the moment. */
  #fault: string | undefined;

  constructor(settings: HubSettings) {
    const { tools, query } = settings;
    this.#settings = settings;
    this.#list = tools.questionList({ query }, { signal: this.#ended.signal, heard: () => this.#hear() });
  }

  /** Whether the Temporal server is away. */
  get isAway(): boolean {
    return this.#isAway;
  }

  /** The open questions, once they have been read. @throws `HttpProblem` if the list cannot be read. */
  async open(): Promise<Iterable<ListedInterrupt>> {
    this.#lookedMs = Date.now();
    await this.#follow();
    return this.#list.questions();
  }

  /** A question that has closed since the server looks. */
  findClosed(address: QuestionAddress): ClosedQuestion | undefined {
    return this.#closed.get(questionKey(address));
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
    const wasListed = this.#list.close(question);
    this.#remember({ question, ending });
    if (wasListed) this.news.add({ kind: 'closed', question, ending });
  }

  /** The question is another one now: it was reassigned, or somebody has voted. */
  change(question: ListedInterrupt): void {
    const before = this.#list.change(question);
    if (before) this.news.add({ kind: 'changed', question, before });
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
    let failures = 0;
    while (!signal.aborted && (this.#watchers > 0 || Date.now() - this.#lookedMs < UNWATCHED_MS)) {
      const startedMs = performance.now();
      this.#silence = setTimeout(() => this.#setAway(true), AWAY_AFTER_MS);
      try {
        await this.#list.read((event) => this.#tell(event));
        failures = 0;
        this.#succeed();
      } catch (error) {
        failures++;
        if (!signal.aborted) this.#fail(error);
      } finally {
        clearTimeout(this.#silence);
      }
      const shortest = Math.min(MIN_PAUSE_MS * 2 ** failures, MAX_PAUSE_MS);
      const pauseMs = Math.min(Math.max((performance.now() - startedMs) * PAUSE_FACTOR, shortest), MAX_PAUSE_MS);
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
    this.#first?.reject(signal.reason);
    this.#first = undefined;
  }

  #tell(event: QuestionEvent): void {
    const { kind, question } = event;
    switch (kind) {
      case 'open':
      case 'opened':
        this.#closed.delete(questionKey(question));
        return this.news.add({ kind: 'opened', question });
      case 'changed':
        return this.news.add(event);
      case 'left':
        // It is open, and nobody here sees it any more.
        return this.news.add({ kind: 'closed', question, ending: { how: 'unknown', at: new Date().toISOString() } });
      case 'closed': {
        const ending = endingFrom(event.closed);
        this.#remember({ question, ending });
        return this.news.add({ kind: 'closed', question, ending });
      }
      default:
        return kind satisfies never;
    }
  }

  #hear(): void {
    this.#setAway(false);
    this.#silence?.refresh();
  }

  #succeed(): void {
    this.#isKnown = true;
    this.#fault = undefined;
    this.#setAway(false);
    this.#first?.resolve();
  }

  /**
   * Whoever waits for the list is told. Whoever asks later gets what was read last, or waits for the next reading. What keeps
   * the list from being read is told once.
   */
  #fail(error: unknown): void {
    const fault = messageOf(error);
    if (this.#fault !== fault) this.#settings.notify(`The inbox could not read the list of questions: ${fault}`);
    this.#fault = fault;
    // Pages that show an old list are told that it is old, whatever the reason.
    if (hasCode(error, 'NoServer') || this.#isKnown) this.#setAway(true);
    this.#first?.reject(unreadable(error));
    this.#first = waiting();
    if (this.#isKnown) this.#first.resolve();
  }

  #remember(closed: ClosedQuestion): void {
    const key = questionKey(closed.question);
    this.#closed.delete(key);
    this.#closed.set(key, closed);
    for (const oldest of this.#closed.keys()) {
      if (this.#closed.size <= MAX_CLOSED) break;
      this.#closed.delete(oldest);
    }
  }

  #setAway(isAway: boolean): void {
    if (this.#isAway === isAway) return;
    this.#isAway = isAway;
    this.news.add({ kind: 'server', isAway });
  }
}

/** The problem of a list that cannot be read. It has no cause: the owner of the inbox has been told. */
function unreadable(error: unknown): HttpProblem {
  const { status, body } = problemOf(error);
  const message = body.error === 'Internal' ? 'The list of questions cannot be read.' : body.message;
  return new HttpProblem(status, { ...body, message });
}

/** A promise that may be rejected while nobody waits. */
function waiting(): PromiseWithResolvers<void> {
  const made = Promise.withResolvers<void>();
  made.promise.catch(() => undefined);
  return made;
}
