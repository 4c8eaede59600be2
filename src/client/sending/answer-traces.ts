/**
 * The traces of answers and reassignments in a history: what became of each one, as far as the events show (A8, A9, A12).
 *
 * A signal that comes while a workflow task runs is written after the events of that task. So the first workflow task that
 * completes after the signal is the one that took it.
 */
import { CHANGED_MEMO, CLOSED_MEMO } from '../../protocol/names.ts';
import type { Changed } from '../../protocol/shapes.ts';
import { isRunEnd } from '../reading/ends.ts';
import { readSentKey } from '../reading/sent-answer.ts';
import type { HistoryEvent } from '../server/events.ts';
import { readChanged, readClosed } from '../server/memo.ts';
import type { Decode } from '../server/payloads.ts';

/** What became of an answer, as far as the history shows. */
export type AnswerFate =
  | { readonly kind: 'accepted'; readonly id: string }
  /** The open question has changed: it was reassigned, or the answer is a vote (A11, A12). */
  | { readonly kind: 'changed'; readonly changed: Changed }
  /** A workflow task took it, and it neither closed nor changed a question: it was refused, or its key was used before. */
  | { readonly kind: 'handled' }
  /** The run ended before a workflow task took it. Without `isSent`, the history does not show the signal. */
  | { readonly kind: 'ended'; readonly isSent: boolean }
  /** Nothing by the deadline. */
  | { readonly kind: 'waiting' };

/** The trace of one answer. */
export interface AnswerTrace {
  readonly key: string;
  /** Set once the events show it. */
  readonly fate: AnswerFate | undefined;
}

interface OpenTrace extends AnswerTrace {
  progress: 'none' | 'sent' | 'handled';
  /** The answer has been sent. */
  isSent: boolean;
  /** Its signal may be in events that have not been read. */
  isDoubtful: boolean;
  fate: AnswerFate | undefined;
}

/** The traces of answers in the history of one run. Each event is decoded once for all of them. */
export class AnswerTraces {
  readonly #decode: Decode;
  readonly #traces = new Set<OpenTrace>();
  /** The last event that has been read. */
  #last = 0;

  constructor(decode: Decode) {
    this.#decode = decode;
  }

  get size(): number {
    return this.#traces.size;
  }

  /**
   * Adds an answer that has not been sent.
   *
   * @param isDoubtful Whether it may be sent before the place where reading begins.
   */
  add(key: string, isDoubtful: boolean): AnswerTrace {
    const trace: OpenTrace = { key, progress: 'none', isSent: false, isDoubtful, fate: undefined };
    this.#traces.add(trace);
    return trace;
  }

  /** The answer with this trace has been sent. */
  sent(trace: AnswerTrace): void {
    for (const one of this.#traces) if (one === trace) one.isSent = true;
  }

  delete(trace: AnswerTrace): void {
    for (const one of this.#traces) if (one === trace) this.#traces.delete(one);
  }

  /** The keys of sent answers whose signals may be in events that have not been read. */
  doubtful(): Set<string> {
    return new Set([...this.#traces].filter((trace) => trace.isSent && isInDoubt(trace)).map(({ key }) => key));
  }

  /** Begins anew, somewhere in a history. */
  restart(): void {
    this.#last = 0;
    for (const trace of this.#traces) Object.assign(trace, { progress: 'none', isDoubtful: true });
  }

  /** Reads which answers were accepted, out of turn: the events are read again later. */
  async readClosings(events: readonly HistoryEvent[]): Promise<void> {
    for (const event of events) await this.#readClosing(event);
  }

  /** Reads the next events, in their order. Returns whether the run ends with them. */
  async read(events: readonly HistoryEvent[]): Promise<boolean> {
    return this.#read(events.filter(({ eventId }) => Number(eventId) > this.#last));
  }

  /** Reads the last events, some of which may have been read before, for the answers in doubt. */
  async readBack(events: readonly HistoryEvent[]): Promise<boolean> {
    const isOver = await this.#read(events);
    for (const trace of this.#traces) if (trace.isSent) trace.isDoubtful = false;
    return isOver;
  }

  async #read(events: readonly HistoryEvent[]): Promise<boolean> {
    const doubtful = new Set([...this.#traces].filter(isInDoubt));
    const last = this.#last;
    let isOver = false;
    for (const event of events) {
      await this.#readClosing(event);
      const key = await readSentKey(event, this.#decode);
      isOver ||= isRunEnd(event);
      const isNew = Number(event.eventId) > last;
      for (const trace of this.#traces) if (isNew || doubtful.has(trace)) advance(trace, event, key);
    }
    // What a workflow task has done follows its completion directly, on the same page.
    for (const trace of this.#traces) if (trace.progress === 'handled') trace.fate ??= { kind: 'handled' };
    this.#last = Math.max(last, Number(events.at(-1)?.eventId ?? 0));
    return isOver;
  }

  /** There are no more events. */
  end(): void {
    for (const trace of this.#traces) trace.fate ??= { kind: 'ended', isSent: false };
  }

  async #readClosing(event: HistoryEvent): Promise<void> {
    const fields = event.workflowPropertiesModifiedEventAttributes?.upsertedMemo?.fields ?? {};
    // Only these entries are decoded: the other changes may be large.
    const entries = [CLOSED_MEMO, CHANGED_MEMO].flatMap((name) =>
      fields[name] ? [[name, fields[name]] as const] : [],
    );
    if (entries.length === 0) return;
    const memo = await this.#decode.map(Object.fromEntries(entries));
    const [closed, changed] = [readClosed(memo), readChanged(memo)];
    for (const trace of this.#traces) {
      if (closed && closed.key === trace.key) trace.fate ??= { kind: 'accepted', id: closed.id };
      if (changed && changed.key === trace.key) trace.fate ??= { kind: 'changed', changed };
    }
  }
}

function advance(trace: OpenTrace, event: HistoryEvent, sentKey: string | undefined): void {
  const { progress, key } = trace;
  if (progress === 'none' && sentKey === key) trace.progress = 'sent';
  if (progress === 'sent' && event.workflowTaskCompletedEventAttributes) trace.progress = 'handled';
  if (progress === 'sent' && isRunEnd(event)) trace.fate ??= { kind: 'ended', isSent: true };
}

function isInDoubt(trace: OpenTrace): boolean {
  return trace.isDoubtful && trace.progress === 'none' && !trace.fate;
}
