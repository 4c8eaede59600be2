/**
 * What becomes of a sent answer, as the history shows it (A8, A9).
 *
 * The change of the memo that closes a question names the key of the answer that closed it, so an accepted answer needs no
 * query. Queries are expensive: the server buffers one for each workflow, and replays a run that has ended for each. Only an
 * answer that closed nothing needs its receipt.
 *
 * The watch begins before the answer is sent, at the end of the history, and long-polls from there, so its cost does not
 * grow with the history. A server that does not give the end away is asked for the last events again and again.
 */
import { CLOSED_MEMO } from '../../protocol/names.ts';
import { isRunEnd } from '../reading/ends.ts';
import { readSentAnswer } from '../reading/sent-answer.ts';
import { eitherSignal } from '../server/abort.ts';
import type { ThreadDescription } from '../server/description.ts';
import { translate } from '../server/errors.ts';
import { lastEvents, type HistoryEvent } from '../server/events.ts';
import { History } from '../server/history.ts';
import { readClosed } from '../server/memo.ts';
import type { Decode } from '../server/payloads.ts';
import { poll } from '../server/poll.ts';
import type { ThreadHandle } from '../server/thread-handle.ts';

/** How much of the history's end is read, and how often, where there is no long poll from it. */
const TAIL_EVENTS = 20;
/** Node's timers take no more, some 24 days. */
const MAX_TIMER_MS = 2 ** 31 - 1;
const PAUSES = { firstPauseMs: 4, maxPauseMs: 250 };

/** What became of an answer, as far as the history shows. */
export type AnswerFate =
  | { readonly kind: 'accepted'; readonly id: string }
  /** A workflow task took it, and it closed no question: it was refused, or its key was used before. */
  | { readonly kind: 'handled' }
  /** The run ended before a workflow task took it. */
  | { readonly kind: 'ended' }
  /** Nothing by the deadline. */
  | { readonly kind: 'waiting' };

/** How long to wait. */
export interface WaitSettings {
  /** In milliseconds since the epoch. */
  readonly deadline: number;
  /** Stops waiting when it aborts. */
  readonly signal: AbortSignal | undefined;
}

/** Watches a run for what becomes of one answer. */
export class AnswerWatch {
  readonly #thread: ThreadHandle;
  readonly #description: ThreadDescription;
  readonly #key: string;
  readonly #history: History | undefined;

  private constructor(
    thread: ThreadHandle,
    description: ThreadDescription,
    { key, history }: { readonly key: string; readonly history: History | undefined },
  ) {
    this.#thread = thread;
    this.#description = description;
    this.#key = key;
    this.#history = history;
  }

  /** Must be called before the answer with this key is sent. */
  static async begin(thread: ThreadHandle, description: ThreadDescription, key: string): Promise<AnswerWatch> {
    const history = new History(thread.client, thread.id, description.runId);
    return new AnswerWatch(thread, description, { key, history: (await history.skipToEnd()) ? history : undefined });
  }

  wait(settings: WaitSettings): Promise<AnswerFate> {
    return this.#history ? this.#follow(this.#history, settings) : this.#poll(settings);
  }

  async #follow(history: History, { deadline, signal }: WaitSettings): Promise<AnswerFate> {
    const timeUp = AbortSignal.timeout(Math.min(MAX_TIMER_MS, Math.max(0, deadline - Date.now())));
    const trace = new AnswerTrace(this.#thread.decode, this.#key);
    const either = eitherSignal(signal, timeUp);
    for (;;) {
      try {
        const fate = await trace.read(await history.read(either));
        if (fate) return fate;
      } catch (error) {
        signal?.throwIfAborted();
        if (timeUp.aborted) return { kind: 'waiting' };
        throw translate(error, this.#thread.id);
      }
    }
  }

  async #poll(settings: WaitSettings): Promise<AnswerFate> {
    return (await poll(() => this.#look(), Boolean, { ...PAUSES, ...settings })) ?? { kind: 'waiting' };
  }

  async #look(): Promise<AnswerFate | undefined> {
    const { runId, historyLength } = this.#description;
    const events = (await lastEvents(this.#thread, runId, TAIL_EVENTS)).toReversed();
    const fate = await new AnswerTrace(this.#thread.decode, this.#key).read(events);
    // If so many events have come since, the answer was handled in one that these do not include.
    const isPast = Number(events[0]?.eventId) > historyLength + 1;
    return fate ?? (isPast ? { kind: 'handled' } : undefined);
  }
}

/**
 * The trace of one answer in a history.
 *
 * A signal that comes while a workflow task runs is written after the events of that task. So the first workflow task that
 * completes after the signal is the one that took it.
 */
class AnswerTrace {
  readonly #decode: Decode;
  readonly #key: string;
  #progress: 'none' | 'sent' | 'handled' = 'none';

  constructor(decode: Decode, key: string) {
    this.#decode = decode;
    this.#key = key;
  }

  /** Reads events in their order. `undefined` until they show what became of the answer. */
  async read(events: readonly HistoryEvent[]): Promise<AnswerFate | undefined> {
    for (const event of events) {
      const closed = await this.#closed(event);
      if (closed) return closed;
      if (this.#progress === 'none' && (await this.#isAnswer(event))) this.#progress = 'sent';
      else if (this.#progress === 'sent' && event.workflowTaskCompletedEventAttributes) this.#progress = 'handled';
      if (this.#progress !== 'handled' && isRunEnd(event)) return { kind: 'ended' };
    }
    // What a workflow task has done follows its completion directly, on the same page.
    return this.#progress === 'handled' ? { kind: 'handled' } : undefined;
  }

  async #closed(event: HistoryEvent): Promise<AnswerFate | undefined> {
    const entry = event.workflowPropertiesModifiedEventAttributes?.upsertedMemo?.fields?.[CLOSED_MEMO];
    if (!entry) return undefined;
    // Only this entry is decoded: the other changes may be large.
    const closed = readClosed(await this.#decode.map({ [CLOSED_MEMO]: entry }));
    return closed?.key === this.#key ? { kind: 'accepted', id: closed.id } : undefined;
  }

  async #isAnswer(event: HistoryEvent): Promise<boolean> {
    return (await readSentAnswer(event, this.#decode))?.key === this.#key;
  }
}
