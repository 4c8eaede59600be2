/**
 * Waiting for what the history says of an answer (A8, A9).
 *
 * The change of the memo that closes a question names the key of the answer that closed it, so an accepted answer needs
 * no query: the server buffers one query for each workflow, and a run that has ended is replayed for each. An answer
 * that closed nothing has only its receipt.
 *
 * The watch begins before the answer is sent, at the end of the history, and long-polls from there: its cost does not
 * grow with the history. A server that does not give the end away is asked for the last events again and again.
 */
import { CLOSED_MEMO, RESUME_SIGNAL } from '../../protocol/names.ts';
import type { ResumeAddress } from '../../protocol/shapes.ts';
import { translate } from '../server/errors.ts';
import { History, type HistoryEvent } from '../server/history.ts';
import { readClosed } from '../server/memo.ts';
import { poll } from '../server/poll.ts';
import type { Described, Target } from '../server/thread-handle.ts';

/** How much of the history's end is looked at, and how often, where there is no long poll from it. */
const TAIL_EVENTS = 20;
const PAUSES = { firstPauseMs: 4, maxPauseMs: 250 };

/** What became of an answer, as far as the history says. */
export type Fate =
  | { readonly kind: 'accepted'; readonly id: string }
  /** A workflow task took it, and it closed no question: it was refused, or its key was used before. */
  | { readonly kind: 'handled' }
  /** The run ended before a workflow task took it. */
  | { readonly kind: 'ended' }
  /** Time is up. */
  | { readonly kind: 'waiting' };

export interface Waiting {
  readonly deadline: number;
  readonly signal: AbortSignal | undefined;
}

export class AnswerWatch {
  readonly #target: Target;
  readonly #thread: Described;
  readonly #key: string;
  readonly #history: History | undefined;

  private constructor(target: Target, thread: Described, sent: { key: string; history: History | undefined }) {
    this.#target = target;
    this.#thread = thread;
    this.#key = sent.key;
    this.#history = sent.history;
  }

  /** To be called before the answer with that key is sent. */
  static async begin(target: Target, thread: Described, key: string): Promise<AnswerWatch> {
    const history = new History(target.client, target.id, thread.runId);
    return new AnswerWatch(target, thread, { key, history: (await history.skipToEnd()) ? history : undefined });
  }

  wait(waiting: Waiting): Promise<Fate> {
    return this.#history ? this.#follow(this.#history, waiting) : this.#poll(waiting);
  }

  async #follow(history: History, { deadline, signal }: Waiting): Promise<Fate> {
    const timeUp = AbortSignal.timeout(Math.max(0, deadline - Date.now()));
    const reading = new Reading(this.#target, this.#key);
    const either = signal ? AbortSignal.any([signal, timeUp]) : timeUp;
    for (;;) {
      try {
        const fate = await reading.read(await history.read(either));
        if (fate) return fate;
      } catch (error) {
        signal?.throwIfAborted();
        if (timeUp.aborted) return { kind: 'waiting' };
        throw translate(error, this.#target.id);
      }
    }
  }

  async #poll({ deadline, signal }: Waiting): Promise<Fate> {
    const settings = { ...PAUSES, deadline, ...(signal ? { signal } : {}) };
    return (await poll(() => this.#look(), Boolean, settings)) ?? { kind: 'waiting' };
  }

  async #look(): Promise<Fate | undefined> {
    const { runId, historyLength } = this.#thread;
    const events = (await this.#target.lastEvents(runId, TAIL_EVENTS)).toReversed();
    const fate = await new Reading(this.#target, this.#key).read(events);
    // So much has happened since that the answer must have been handled in what was not looked at.
    const isPast = Number(events[0]?.eventId) > historyLength + 1;
    return fate ?? (isPast ? { kind: 'handled' } : undefined);
  }
}

const ENDS: ReadonlySet<string | undefined> = new Set([
  'workflowExecutionCompletedEventAttributes',
  'workflowExecutionFailedEventAttributes',
  'workflowExecutionTimedOutEventAttributes',
  'workflowExecutionCanceledEventAttributes',
  'workflowExecutionTerminatedEventAttributes',
  'workflowExecutionContinuedAsNewEventAttributes',
]);

/**
 * Reads events in their order. A signal that comes while a workflow task runs is in the history behind the events of
 * that task, so the first workflow task that completes behind the signal is the one that took it.
 */
class Reading {
  readonly #target: Target;
  readonly #key: string;
  #progress: 'none' | 'sent' | 'handled' = 'none';

  constructor(target: Target, key: string) {
    this.#target = target;
    this.#key = key;
  }

  async read(events: readonly HistoryEvent[]): Promise<Fate | undefined> {
    for (const event of events) {
      const closed = await this.#closed(event);
      if (closed) return closed;
      if (this.#progress === 'none' && (await this.#isAnswer(event))) this.#progress = 'sent';
      else if (this.#progress === 'sent' && event.workflowTaskCompletedEventAttributes) this.#progress = 'handled';
      if (this.#progress !== 'handled' && ENDS.has(event.attributes)) return { kind: 'ended' };
    }
    // What a workflow task has done stands directly behind its end, on the same page.
    return this.#progress === 'handled' ? { kind: 'handled' } : undefined;
  }

  async #closed(event: HistoryEvent): Promise<Fate | undefined> {
    const entry = event.workflowPropertiesModifiedEventAttributes?.upsertedMemo?.fields?.[CLOSED_MEMO];
    if (!entry) return undefined;
    // The entry alone; what else changes may be large.
    const closed = readClosed(await this.#target.decode.map({ [CLOSED_MEMO]: entry }));
    return closed?.key === this.#key ? { kind: 'accepted', id: closed.id } : undefined;
  }

  async #isAnswer(event: HistoryEvent): Promise<boolean> {
    const signaled = event.workflowExecutionSignaledEventAttributes;
    if (signaled?.signalName !== RESUME_SIGNAL) return false;
    // The address alone; the answer may be large.
    const [address] = (await this.#target.decode.list(signaled.input?.payloads?.slice(1, 2))) as [
      ResumeAddress | undefined,
    ];
    return address?.key === this.#key;
  }
}
