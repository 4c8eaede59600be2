/**
 * The open questions of all threads, as far as they are known: read from visibility as often as the owner likes, and
 * corrected by what is known sooner.
 *
 * Visibility lags, and may lose a question for a moment. So a question that it does not list is looked up in its thread, which
 * says how it closed (A9), or how it has changed (A12). What the owner has done to a question, it says: the question does not go
 * back then to what visibility still has (W1).
 */
import type { Client } from '@temporalio/client';
import { defined } from '../../protocol/defined.ts';
import { hasCode } from '../../protocol/errors.ts';
import type { Closed, Interrupt } from '../../protocol/shapes.ts';
import { inBatches } from '../../protocol/in-batches.ts';
import { questionKey } from '../../protocol/question-key.ts';
import { messageOf } from '../../protocol/thrown.ts';
import { findClosing } from '../reading/closing.ts';
import type { NoticeSink } from '../server/notices.ts';
import type { ThreadHandle } from '../server/thread-handle.ts';
import {
  findInterrupts,
  isWanted,
  type FoundInterrupt,
  type InterruptFilter,
  type ListedInterrupt,
} from './interrupts.ts';

/** A question that is open, opens, changes or closes. */
export type QuestionEvent =
  /** A question that was open when the list was first read. */
  | { readonly kind: 'open'; readonly question: ListedInterrupt }
  | { readonly kind: 'opened'; readonly question: ListedInterrupt }
  | { readonly kind: 'changed'; readonly question: ListedInterrupt; readonly before: ListedInterrupt }
  /** An open question as it is now, which does not match the filter any more. If it matches again, it is `opened`. */
  | { readonly kind: 'left'; readonly question: ListedInterrupt }
  | { readonly kind: 'closed'; readonly question: ListedInterrupt; readonly closed: Closed };

/** Settings of a {@link QuestionList}. */
export interface QuestionListSettings {
  readonly client: Client;
  /** The questions to list. */
  readonly filter: InterruptFilter;
  /** Takes notices. */
  readonly notify: NoticeSink;
  /** Makes the handle of a thread, to look a question up. */
  readonly makeThread: (id: string) => ThreadHandle;
  /** Nothing is told any more when it aborts. */
  readonly signal?: AbortSignal | undefined;
  /** Called whenever the server has said something, also in the middle of a reading. */
  readonly heard?: (() => void) | undefined;
  /** How far visibility may lag, in milliseconds. @default 15 seconds */
  readonly lagMs?: number | undefined;
}

const LAG_MS = 15_000;
/** How many questions are looked up in their threads at the same time. */
const LOOKUPS = 8;
/** How many closed questions are remembered that visibility has probably dropped. */
const MAX_GONE = 1_000;

/** A question that has closed, while visibility may still list it. */
interface Gone {
  /** When it was asked: after a reset it may be asked again, under the same id. */
  readonly askedAt: string;
  readonly untilMs: number;
}

/** A question that the owner has changed, while visibility may still have it as it was. */
interface Ahead {
  /** What it was before, as JSON: several changes may come within one lag. */
  readonly old: ReadonlySet<string>;
  readonly untilMs: number;
}

/** What its thread says of a question: how it closed, or how it is now; neither if that could not be found out. */
interface LookedUp {
  readonly closed?: Closed;
  readonly interrupt?: Interrupt;
}

type Keyed = readonly [key: string, found: FoundInterrupt];

/** The open questions. Its owner lets one reading end before the next one. */
export class QuestionList {
  readonly #settings: QuestionListSettings;
  readonly #lagMs: number;
  /** Whether it was said that there are questions that cannot be read. */
  #isUnreadableSaid = false;
  readonly #open = new Map<string, FoundInterrupt>();
  /** The one that closed first comes first. */
  readonly #gone = new Map<string, Gone>();
  readonly #ahead = new Map<string, Ahead>();
  /** Open questions that visibility does not list, and since when. */
  readonly #missing = new Map<string, number>();
  #isRead = false;

  constructor(settings: QuestionListSettings) {
    this.#settings = settings;
    this.#lagMs = settings.lagMs ?? LAG_MS;
  }

  /** The open questions as they are known. One that has not changed is the same object as before. */
  *questions(): Generator<ListedInterrupt, void> {
    for (const { question } of this.#open.values()) yield question;
  }

  /**
   * Reads the list. If it fails, nothing has changed.
   *
   * @param tell Takes what has changed since the last time, at once and together: first what is no longer listed, in the order
   *   in which it closed, and then what is, the oldest thread first.
   * @throws `NoServer`.
   */
  async read(tell: (event: QuestionEvent) => void): Promise<void> {
    const listed = await this.#list();
    const overdue = await this.#lookUp([...listed].filter(([key, found]) => this.#isOverdue(key, found)));
    const lost = await this.#lookUp([...this.#open].filter(([key]) => !listed.has(key)));
    this.#settleGone(listed, overdue);
    for (const [key, one] of this.#inOrder(lost)) {
      const event = this.#settleLost(key, one);
      if (event) tell(event);
    }
    for (const [key, found] of [...listed].toReversed()) {
      const event = this.#see(key, found);
      if (event) tell(event);
    }
    this.#isRead = true;
  }

  /** The owner knows that a question has closed. Returns whether it was listed. */
  close({ askedAt, ...address }: Pick<ListedInterrupt, 'thread' | 'run' | 'id' | 'askedAt'>): boolean {
    const key = questionKey(address);
    this.#gone.delete(key);
    this.#gone.set(key, { askedAt, untilMs: Date.now() + this.#lagMs });
    for (const [oldest, { untilMs }] of this.#gone) {
      if (this.#gone.size <= MAX_GONE || untilMs > Date.now()) break;
      this.#gone.delete(oldest);
    }
    return this.#drop(key);
  }

  /** The owner knows how a question is now. Returns what it was, if it was listed, and as something else. */
  change(question: ListedInterrupt): ListedInterrupt | undefined {
    const key = questionKey(question);
    const found = this.#open.get(key);
    if (!found || isSame(found.question, question)) return undefined;
    const old = new Set(this.#ahead.get(key)?.old).add(JSON.stringify(found.question));
    old.delete(JSON.stringify(question));
    this.#ahead.set(key, { old, untilMs: Date.now() + this.#lagMs });
    this.#open.set(key, { ...found, question });
    return found.question;
  }

  async #list(): Promise<ReadonlyMap<string, FoundInterrupt>> {
    const { client, filter, heard } = this.#settings;
    const listed = new Map<string, FoundInterrupt>();
    for await (const found of findInterrupts(client, filter, heard))
      if (this.#isReadable(found.question)) listed.set(questionKey(found.question), found);
    return listed;
  }

  /** A question that cannot be read is left out: nobody knows for whom it is. */
  #isReadable({ thread, id, unreadable }: ListedInterrupt): boolean {
    if (unreadable === undefined) return true;
    if (!this.#isUnreadableSaid)
      this.#settings.notify(
        `Questions that cannot be read are left out, for example ${id} of thread ${thread} (${unreadable}). They need another data converter.`,
      );
    this.#isUnreadableSaid = true;
    return false;
  }

  /** Visibility should have dropped it, and has not: perhaps a reset has opened it again. */
  #isOverdue(key: string, { question }: FoundInterrupt): boolean {
    const gone = this.#gone.get(key);
    return gone !== undefined && gone.askedAt === question.askedAt && gone.untilMs <= Date.now();
  }

  async #lookUp(questions: readonly Keyed[]): Promise<ReadonlyMap<string, LookedUp>> {
    const looked = await inBatches(
      questions,
      LOOKUPS,
      async ([key, found]) => [key, await this.#ask(key, found)] as const,
    );
    return new Map(looked);
  }

  async #ask(key: string, { question, runId }: FoundInterrupt): Promise<LookedUp> {
    const { thread, id, run } = question;
    const { makeThread, signal, notify, heard } = this.#settings;
    try {
      const handle = makeThread(thread);
      const closed = await findClosing(handle, { id, run, runId });
      heard?.();
      if (closed) return { closed };
      const { interrupts } = await handle.describe();
      return defined({ interrupt: interrupts.find((one) => one.id === id && one.run === run) });
    } catch (error) {
      signal?.throwIfAborted();
      if (hasCode(error, 'NoServer')) throw error;
      // The thread was deleted, or its retention has ended.
      if (hasCode(error, 'ThreadNotFound')) return { closed: { id, run, at: new Date().toISOString() } };
      // What is wrong with one thread must not keep the questions of all others from being read.
      if (!this.#missing.has(key))
        notify(`Question ${id} of thread ${thread} cannot be looked up: ${messageOf(error)}`);
      return {};
    }
  }

  /** In the order of closing. The lookups end in any order, and the list has the newest question of a thread first. */
  #inOrder(lost: ReadonlyMap<string, LookedUp>): readonly (readonly [key: string, looked: LookedUp])[] {
    const keys = [...this.#open.keys()].toReversed();
    const found = keys.flatMap((key) => {
      const looked = lost.get(key);
      return looked ? [[key, looked] as const] : [];
    });
    return found.toSorted(([, one], [, other]) => compareTexts(one.closed?.at ?? '', other.closed?.at ?? ''));
  }

  /** Forgets what has closed, once visibility agrees, or the question is open again. */
  #settleGone(listed: ReadonlyMap<string, FoundInterrupt>, overdue: ReadonlyMap<string, LookedUp>): void {
    for (const [key, { untilMs, askedAt }] of this.#gone) {
      if (untilMs > Date.now()) continue;
      const looked = overdue.get(key);
      if (looked && !looked.interrupt) this.#gone.set(key, { askedAt, untilMs: Date.now() + this.#lagMs });
      // What became overdue during this reading is looked up in the next one.
      else if (looked || listed.get(key)?.question.askedAt !== askedAt) this.#gone.delete(key);
    }
  }

  /** A question that visibility does not list. The owner may have closed or changed it during the reading. */
  #settleLost(key: string, { closed, interrupt }: LookedUp): QuestionEvent | undefined {
    const { filter } = this.#settings;
    const found = this.#open.get(key);
    if (!found) return undefined;
    if (closed) {
      this.close(found.question);
      return { kind: 'closed', question: found.question, closed };
    }
    const { thread, entrypoint } = found.question;
    const question = interrupt ? { ...interrupt, thread, entrypoint } : found.question;
    const sinceMs = this.#missing.get(key) ?? Date.now();
    // One that is open and matches the filter is lost for a moment only, unless it matches `query` no longer.
    if (!isWanted(question, filter) || sinceMs + this.#lagMs <= Date.now()) {
      this.#drop(key);
      return { kind: 'left', question };
    }
    this.#missing.set(key, sinceMs);
    return this.#update(key, { ...found, question });
  }

  #see(key: string, found: FoundInterrupt): QuestionEvent | undefined {
    const { question } = found;
    this.#missing.delete(key);
    if (this.#gone.get(key)?.askedAt === question.askedAt) return undefined;
    if (this.#open.has(key)) return this.#update(key, found);
    this.#open.set(key, found);
    return { kind: this.#isRead ? 'opened' : 'open', question };
  }

  #update(key: string, found: FoundInterrupt): QuestionEvent | undefined {
    const { question } = found;
    const before = this.#open.get(key)?.question ?? question;
    if (this.#isOld(key, question)) return undefined;
    const isUnchanged = isSame(before, question);
    this.#open.set(key, isUnchanged ? { ...found, question: before } : found);
    return isUnchanged ? undefined : { kind: 'changed', question, before };
  }

  /** Whether this is what the question was before the owner has changed it. */
  #isOld(key: string, question: ListedInterrupt): boolean {
    const ahead = this.#ahead.get(key);
    if (ahead && ahead.untilMs <= Date.now()) this.#ahead.delete(key);
    return ahead !== undefined && ahead.untilMs > Date.now() && ahead.old.has(JSON.stringify(question));
  }

  #drop(key: string): boolean {
    this.#ahead.delete(key);
    this.#missing.delete(key);
    return this.#open.delete(key);
  }
}

function compareTexts(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function isSame(one: ListedInterrupt, other: ListedInterrupt): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
