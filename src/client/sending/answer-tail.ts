/**
 * The end of one thread's history, followed once for all answers and reassignments of this process that wait there (A8).
 *
 * The tail begins at the end of the history, so its cost does not grow with the history. It is sought only when an answer
 * has been sent: then few events are left to wait for, and the answer waits for no other request. The answer may have been
 * handled before, so its signal is looked for in the last events, unless what comes next shows it accepted. Answers that
 * join later, before they are sent, miss nothing.
 *
 * One of those who wait reads for all, with the deadline and the metadata of its own call. When it leaves, another one
 * reads on from the same place. Nothing is read while nobody waits, and the last one who leaves drops the tail.
 */
import { isRunEnd } from '../reading/ends.ts';
import { readSentKey } from '../reading/sent-answer.ts';
import { eitherSignal, pause, withSignal } from '../server/abort.ts';
import { ClientMap } from '../server/client-map.ts';
import { eventsBackwards, lastEvents, type HistoryEvent } from '../server/events.ts';
import { History } from '../server/history.ts';
import type { ThreadHandle } from '../server/thread-handle.ts';
import { AnswerTraces, type AnswerFate, type AnswerTrace } from './answer-traces.ts';

/** How many of the last events are searched for a signal, and how many are requested at once. */
const SEARCHED_EVENTS = 200;
const PAGE_EVENTS = 20;
/** When the last events are searched if nothing comes. */
const SEARCH_AFTER_MS = 50;
/** How often the last events are searched where there is no long poll from the end. */
const MIN_PAUSE_MS = 4;
const MAX_PAUSE_MS = 250;
/** The current run, or the last one. */
const CURRENT = '';

/** The tails at which somebody waits, by thread and run. */
const tails = new ClientMap<AnswerTail>();

/**
 * The tail that this process follows, or a new one.
 *
 * @param run The first run of the chain that the answer is for.
 */
export function tailOf(thread: ThreadHandle, run: string): AnswerTail {
  const { client, id } = thread;
  const name = JSON.stringify([id, run]);
  const ofClient = tails.of(client);
  const drop = (one: AnswerTail): void => void (ofClient.get(name) === one && ofClient.delete(name));
  const tail = ofClient.get(name) ?? new AnswerTail(thread, run, drop);
  ofClient.set(name, tail);
  return tail;
}

/** The end of a thread's history. */
export class AnswerTail {
  readonly #thread: ThreadHandle;
  readonly #traces: AnswerTraces;
  readonly #drop: (tail: AnswerTail) => void;
  readonly #run: string;
  /** Open once its end was found. */
  #history: History | undefined;
  #pauseMs = 0;
  #isReading = false;
  #news = Promise.withResolvers<void>();
  /** A page that could not be read is lost for everybody. */
  #failure: { readonly error: unknown } | undefined;

  constructor(thread: ThreadHandle, run: string, drop: (tail: AnswerTail) => void) {
    this.#thread = thread;
    this.#traces = new AnswerTraces(thread.decode);
    this.#drop = drop;
    this.#run = run;
  }

  /** Must be called before the answer with this key is sent. */
  join(key: string): AnswerTrace {
    return this.#traces.add(key, !this.#history);
  }

  leave(trace: AnswerTrace): void {
    this.#traces.delete(trace);
    if (this.#traces.size === 0) this.#drop(this);
  }

  /**
   * Waits until the history shows what became of the answer, which has been sent.
   *
   * @throws The reason of `signal`; what reading fails with.
   */
  async follow(trace: AnswerTrace, signal: AbortSignal): Promise<AnswerFate> {
    this.#traces.sent(trace);
    signal.throwIfAborted();
    const aborted = Promise.withResolvers<never>();
    aborted.promise.catch(() => undefined);
    const abort = (): void => aborted.reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    try {
      while (!trace.fate) {
        if (this.#failure) throw this.#failure.error;
        await (this.#isReading ? Promise.race([this.#news.promise, aborted.promise]) : this.#lead(signal));
      }
      return trace.fate;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  /** Makes one step for everybody who waits. */
  async #lead(signal: AbortSignal): Promise<void> {
    this.#isReading = true;
    try {
      if (this.#history) await this.#read(this.#history, signal);
      else await this.#open(signal);
    } finally {
      this.#isReading = false;
      this.#news.resolve();
      this.#news = Promise.withResolvers();
    }
  }

  /** Goes to the end of the history. Where that does not work, searches the last events. */
  async #open(signal: AbortSignal): Promise<void> {
    if (this.#pauseMs > 0) await pause(this.#pauseMs, signal);
    const history = new History(this.#thread.client, this.#thread.id, CURRENT);
    if (await history.skipToEnd()) {
      this.#history = history;
      return;
    }
    if (await this.#search(signal)) return this.#goOn();
    this.#traces.restart();
    this.#pauseMs = Math.min(Math.max(this.#pauseMs * 1.5, MIN_PAUSE_MS), MAX_PAUSE_MS);
  }

  async #read(history: History, signal: AbortSignal): Promise<void> {
    const stop = new AbortController();
    const page = history.read(eitherSignal(signal, stop.signal));
    const isLate = this.#traces.doubtful().size > 0 && !(await comesWithin(SEARCH_AFTER_MS, page));
    if (isLate) stop.abort();
    // A page that comes nevertheless is not lost.
    const events = await (isLate ? page.catch(() => []) : page);
    const isOver = isLate && events.length === 0 ? await this.#search(signal) : await this.#take(events);
    if (isOver) this.#goOn();
  }

  /** Reads a page. Returns whether the run is over. */
  async #take(page: readonly HistoryEvent[]): Promise<boolean> {
    try {
      await this.#traces.readClosings(page);
      const isOver = this.#traces.doubtful().size > 0 && page.some(isDecisive) && (await this.#search());
      return (await this.#traces.read(page)) || isOver;
    } catch (error) {
      // The history is beyond this page.
      this.#failure = { error };
      this.#drop(this);
      return false;
    }
  }

  /** The run is over. Answers that it has not taken may have gone to the next run of the chain. */
  #goOn(): void {
    const isLast = !this.#history;
    this.#history = undefined;
    this.#traces.restart();
    if (!isLast) return;
    this.#traces.end();
    this.#drop(this);
  }

  /** Searches the last events for the signals of answers in doubt. Returns whether the run is over. */
  #search(signal?: AbortSignal): Promise<boolean> {
    return withSignal(this.#thread.client, signal, async () => {
      const keys = this.#traces.doubtful();
      const events: HistoryEvent[] = [];
      for await (const event of eventsBackwards(this.#thread, CURRENT, PAGE_EVENTS)) {
        events.unshift(event);
        keys.delete((await readSentKey(event, this.#thread.decode)) ?? '');
        if (keys.size === 0 || events.length >= SEARCHED_EVENTS) break;
      }
      if (keys.size > 0 && Number(events[0]?.eventId) === 1) await this.#searchRun();
      return this.#traces.readBack(events);
    });
  }

  /** An answer may have ended its run, and somebody may have started the thread again since. */
  async #searchRun(): Promise<void> {
    // Whoever answers may have given any text as the run.
    const events = await lastEvents(this.#thread, this.#run, SEARCHED_EVENTS).catch(() => []);
    await this.#traces.readClosings(events);
  }
}

/** Whether a trace may end with this event. */
function isDecisive(event: HistoryEvent): boolean {
  return event.attributes === 'workflowTaskCompletedEventAttributes' || isRunEnd(event);
}

/** Whether the page comes within that time. A failure counts as coming. */
async function comesWithin(ms: number, page: Promise<unknown>): Promise<boolean> {
  const came = new AbortController();
  const late = pause(ms, came.signal).then(
    () => false,
    () => true,
  );
  const here = page.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([here, late]);
  } finally {
    came.abort();
  }
}
