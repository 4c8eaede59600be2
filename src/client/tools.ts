/**
 * The seam for tools: all that the command uses of the client, and that an inbox or a chat handler needs.
 *
 * A tool lists questions and threads, shows one thread in full, answers, follows one thread or the questions of all of them,
 * and finds out what keeps threads from going on. It gets facts; the words for people are its own.
 */
import { defined } from '../protocol/defined.ts';
import { assertText } from '../protocol/refused-options.ts';
import type { Closed, Interrupt, Receipt } from '../protocol/shapes.ts';
import {
  readConversation,
  readLastTalk,
  talkAbout,
  type ConversationOptions,
  type TalkOptions,
} from './conversation.ts';
import { connect, type ConnectOptions, type Holdpoint } from './holdpoint.ts';
import { readHealth, type Health, type HealthSettings } from './listing/health.ts';
import { assertFilter, type InterruptFilter, type ListedInterrupt } from './listing/interrupts.ts';
import { obstacleAfterSending, obstacleAhead, type Obstacle } from './listing/obstacle.ts';
import { followQuestions } from './listing/question-feed.ts';
import { QuestionList, type QuestionEvent, type QuestionListSettings } from './listing/question-list.ts';
import { readReport, type ThreadReport } from './listing/report.ts';
import {
  listThreads,
  newestThreads,
  type ListedThread,
  type NamedThread,
  type ThreadFilter,
} from './listing/threads.ts';
import { readAnswerBefore, type AnswerBefore } from './reading/answer-before.ts';
import { findClosing } from './reading/closing.ts';
import type { TalkEvent } from './reading/talk.ts';
import { threadEventsOf, type ThreadEvent } from './reading/thread-events.ts';
import { ThreadReader } from './reading/thread-reader.ts';
import { Updates } from './reading/stream.ts';
import { wholeInterrupts } from './reading/whole-questions.ts';
import { RECEIPT_MS, sendDescribed, type AnswerSettings, type ResumeResult } from './sending/answer.ts';
import { startTurn, type Started, type StartOptions } from './sending/input.ts';
import type { ThreadDescription } from './server/description.ts';
import { wrongEntrypoint } from './server/errors.ts';
import { isIndexed, registerAttributes, type RegisteredAttribute } from './server/search-attributes.ts';
import { ThreadHandle } from './server/thread-handle.ts';
import type { Thread } from './thread.ts';

export type { ConnectOptions, Holdpoint, NamedEntrypoint } from './holdpoint.ts';
export type { Health, HealthSettings, ThreadTrouble } from './listing/health.ts';
export type { InterruptFilter, ListedInterrupt } from './listing/interrupts.ts';
export type { FailureReport } from './listing/last-turn.ts';
export type { LostVersion } from './listing/lost-version.ts';
export type { Obstacle } from './listing/obstacle.ts';
export type { QuestionEvent, QuestionList } from './listing/question-list.ts';
export { PROBE_MS, type QueueHealth } from './listing/queue-health.ts';
export type { ThreadReport } from './listing/report.ts';
export type { TaskReport } from './listing/task-report.ts';
export {
  threadStatus,
  type ListedThread,
  type NamedThread,
  type ThreadFilter,
  type ThreadStatus,
} from './listing/threads.ts';
export type {
  CustomUpdate,
  InterruptUpdate,
  ItemOf,
  MessageUpdate,
  PreviewUpdate,
  TaskUpdate,
  Update,
} from './reading/stream-modes.ts';
export type { AnswerBefore } from './reading/answer-before.ts';
export type { AuditedAnswer, AuditedClosing, AuditEntry, AuditPlace } from './reading/audit-entries.ts';
export { digestOf } from './reading/digest.ts';
export type { Updates } from './reading/stream.ts';
export type { ThreadEvent } from './reading/thread-events.ts';
export type { TalkAnswer, TalkEnd, TalkEvent, TalkFailure } from './reading/talk.ts';
export type { ResumeOptions, ResumeResult } from './sending/answer.ts';
export type { AddressedAnswer, AnswerOutcome } from './sending/answers.ts';
export { nothingAsked } from './sending/nothing-asked.ts';
export { assertAssignees, type ReassignOptions, type ReassignResult } from './sending/reassign.ts';
export type { StartOptions } from './sending/input.ts';
export type { ThreadDescription } from './server/description.ts';
export type { MemoInterrupt } from './server/memo.ts';
export type { RegisteredAttribute } from './server/search-attributes.ts';
export type { Pollers } from './server/workers.ts';

/** Options of {@link Tools.watch}. */
export interface WatchOptions {
  /** A cursor, or 'start' for the first run of the chain. @default the current, else the last, turn or run */
  readonly from?: string | undefined;
  /** Stays when only answers or inputs are left to wait for. @default false */
  readonly live?: boolean | undefined;
  /** Stops reading when it aborts. */
  readonly signal?: AbortSignal | undefined;
  /** Reads what running tasks show, too (P2). @default false */
  readonly previews?: boolean | undefined;
}

/** An input that a thread has accepted, and what follows from it. */
export interface StartedInput extends Started {
  /** Reads what the input causes, until its run or turn ends or only answers are left to wait for. */
  readonly watch: (options?: Pick<WatchOptions, 'previews'>) => Updates<ThreadEvent>;
  /** The same for a conversation, with what running tasks show. */
  readonly talk: (signal: AbortSignal) => AsyncGenerator<TalkEvent, void>;
}

/** An answer that somebody has given on a page of a tool's. */
export interface GivenAnswer extends Pick<AnswerSettings, 'actor' | 'groups' | 'key' | 'sentAt' | 'wait'> {
  readonly answer: unknown;
}

/** Options of {@link Tools.followQuestions}. */
export interface QuestionFeedOptions {
  /** The pause between two readings of the list, in milliseconds. */
  readonly pauseMs: number;
  /** Stops the feed when it aborts: the waiting `next` rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of {@link Tools.questionList}. */
export type QuestionListOptions = Pick<QuestionListSettings, 'signal' | 'heard' | 'lagMs'>;

/**
 * Connects like `connect`.
 *
 * @throws `NoServer`.
 */
export async function connectTools(options: ConnectOptions = {}): Promise<Tools> {
  return new Tools(await connect(options));
}

/** The client, as tools use it. */
export class Tools implements AsyncDisposable {
  readonly #holdpoint: Holdpoint;

  /** @param holdpoint The client. {@link close} closes it. */
  constructor(holdpoint: Holdpoint) {
    this.#holdpoint = holdpoint;
  }

  get namespace(): string {
    return this.#holdpoint.client.options.namespace;
  }

  // Lists.

  /** The open questions of all threads, the newest thread first. The list may lag by seconds. */
  questions(filter: InterruptFilter = {}): AsyncGenerator<ListedInterrupt, void> {
    return this.#holdpoint.interrupts(filter);
  }

  /** All threads, the newest first. The list may lag by seconds. */
  threads(filter: ThreadFilter = {}): AsyncGenerator<ListedThread, void> {
    return listThreads(this.#holdpoint.client, filter);
  }

  /** The newest threads that match a visibility query, at most so many: also those of another data converter. */
  newestThreads(query: string, limit: number): Promise<readonly NamedThread[]> {
    return newestThreads(this.#holdpoint.client, query, limit);
  }

  /**
   * Questions of all threads as they open and close, for as long as the caller reads. Begins with all open questions, and
   * waits through outages of the server. It lags by the pause, and as the list does.
   */
  followQuestions(filter: InterruptFilter, options: QuestionFeedOptions): AsyncGenerator<QuestionEvent, never> {
    return followQuestions({ ...this.#listOf(filter), ...options });
  }

  /** The same as a list that its owners read when they like, and that they tell what they have done themselves. */
  questionList(filter: InterruptFilter, options: QuestionListOptions = {}): QuestionList {
    return new QuestionList({ ...this.#listOf(filter), ...options });
  }

  // One thread.

  /** A thread, to answer, cancel or close; with an entrypoint, to start, too. */
  thread(id: string, entrypoint?: string): Thread {
    return entrypoint === undefined ? this.#holdpoint.thread(id) : this.#holdpoint.thread(id, entrypoint);
  }

  /**
   * What the server knows about a thread, up to date and without a worker.
   *
   * @param entrypoint What the thread must run, if it matters.
   * @throws `ThreadNotFound`, `WrongEntrypoint`.
   */
  async describe(id: string, entrypoint?: string): Promise<ThreadDescription> {
    const description = await this.#handle(id).describe();
    const { entrypoint: runs } = description;
    if (entrypoint === undefined || runs === entrypoint) return description;
    throw wrongEntrypoint(id, { runs, expected: entrypoint });
  }

  /**
   * All that can be found out about a thread. Asks a worker if one is up, for five seconds at most.
   *
   * @throws `ThreadNotFound`.
   */
  report(id: string): Promise<ThreadReport> {
    return readReport(this.#handle(id));
  }

  /** A question of {@link describe} that was cut to fit the memo, complete if a worker or the history has it. */
  async wholeQuestion(id: string, description: ThreadDescription, question: Interrupt): Promise<Interrupt> {
    const [whole = question] = await wholeInterrupts(this.#handle(id), description, { of: [question] });
    return whole;
  }

  /** What was answered to a question of {@link describe} before it was asked again. `undefined` if the history does not say. */
  answerBefore(
    id: string,
    description: ThreadDescription,
    { id: question }: Pick<Interrupt, 'id'>,
  ): Promise<AnswerBefore | undefined> {
    return readAnswerBefore(this.#handle(id), description, question);
  }

  /**
   * Answers a question as it was looked up, in the run that asked it: after a reset, the question may be another one.
   *
   * @throws Like `resume` of a thread. `NotPending` if the thread was reset since.
   */
  answer(question: ListedInterrupt, description: ThreadDescription, given: GivenAnswer): Promise<ResumeResult> {
    const { answer, ...about } = given;
    const { thread, id, run, value, truncated } = question;
    const settings = { ...about, id, run, value, truncated, description };
    return sendDescribed(this.#handle(thread), answer, settings);
  }

  /** What became of an answer, by its key, in the current run or the last one. `null` if no worker says it in a moment. */
  receipt(thread: string, key: string): Promise<Receipt | null> {
    return this.#handle(thread).receipt(undefined, key, Date.now() + RECEIPT_MS);
  }

  /**
   * Starts a thread, or adds a turn to one with memory.
   *
   * @throws Like `start` of a thread.
   */
  async start(id: string, entrypoint: string, input: unknown, options: StartOptions = {}): Promise<StartedInput> {
    assertText('`key`', options.key);
    const thread = this.#handle(id, entrypoint);
    const { run, key, turn, runId } = await startTurn(thread, input, options);
    const start = { position: { run: runId, event: 0 }, turn: { key } };
    const watch = ({ previews = false }: Pick<WatchOptions, 'previews'> = {}): Updates<ThreadEvent> =>
      new Updates({
        read: (signal) => new ThreadReader(thread).read(start, { live: false, signal, previews }),
        pick: threadEventsOf(previews),
      });
    const talk = (signal: AbortSignal): AsyncGenerator<TalkEvent, void> => talkAbout(thread, { key, runId }, signal);
    return { run, key, ...defined({ turn }), watch, talk };
  }

  /**
   * What happens on a thread: an item for each event of its history, also where there is nothing to show.
   *
   * @throws `TypeError` when `from` is not a cursor. The reader throws what the entrypoint threw, and `ThreadNotFound`.
   */
  watch(id: string, { from, live = false, signal, previews = false }: WatchOptions = {}): Updates<ThreadEvent> {
    const reader = new ThreadReader(this.#handle(id));
    return reader.follow({ from, live, signal, previews, showsOpen: false, pick: threadEventsOf(previews) });
  }

  /**
   * What happens in the turn at work, or the last one, from its beginning, for a conversation.
   *
   * @throws What the entrypoint threw, and `ThreadNotFound`.
   */
  talk(id: string, options: TalkOptions): AsyncGenerator<TalkEvent, void> {
    return readLastTalk(this.#handle(id), options);
  }

  /**
   * The conversation so far: all events of the thread's chain of runs. What the server has deleted after its retention is
   * not in it.
   *
   * @throws `ThreadNotFound`.
   */
  conversation(id: string, options: ConversationOptions): AsyncGenerator<TalkEvent, void> {
    return readConversation(this.#handle(id), options);
  }

  /**
   * What keeps a thread from handling what it was just sent.
   *
   * @param settleMs How long a live worker is given to take it. @default 3 seconds
   * @returns `undefined` where nothing does.
   */
  obstacle(id: string, settleMs?: number): Promise<Obstacle | undefined> {
    return obstacleAfterSending(this.#handle(id), settleMs);
  }

  /** What would keep a thread from handling an answer that is sent to it. */
  obstacleAhead(id: string, description: ThreadDescription): Promise<Obstacle | undefined> {
    return obstacleAhead(this.#handle(id), description);
  }

  /**
   * How a question has closed (A9).
   *
   * @returns `undefined` while it is open. A question that was never asked has closed, and nobody knows how.
   * @throws `ThreadNotFound`.
   */
  closing(thread: string, { id, run }: Pick<Interrupt, 'id' | 'run'>): Promise<Closed | undefined> {
    return findClosing(this.#handle(thread), { id, run, runId: run });
  }

  // The namespace.

  /** What may keep threads from going on: workers, search attributes, and the running threads themselves. */
  health(settings: HealthSettings): Promise<Health> {
    return readHealth(this.#holdpoint.client, (id) => this.#handle(id), settings);
  }

  /** Whether the namespace has the optional search attributes. Without them a list looks through all running threads. */
  isIndexed(): Promise<boolean> {
    return isIndexed(this.#holdpoint.client);
  }

  /** Whether the server answers for the namespace: it is there, and no outage or missing permission is in the way. */
  async hasNamespace(): Promise<boolean> {
    const { workflowService } = this.#holdpoint.client;
    const described = workflowService.describeNamespace({ namespace: this.namespace });
    return described.then(
      () => true,
      () => false,
    );
  }

  /** Adds the optional search attributes that the namespace lacks. Those without `foundType` have been added. */
  registerAttributes(): Promise<readonly RegisteredAttribute[]> {
    return registerAttributes(this.#holdpoint.client);
  }

  /** Closes the connection. */
  close(): Promise<void> {
    return this.#holdpoint.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #listOf(filter: InterruptFilter): Pick<QuestionListSettings, 'client' | 'filter' | 'notify' | 'makeThread'> {
    assertFilter(filter);
    const { client, notify } = this.#holdpoint;
    return { client, filter, notify, makeThread: (id) => this.#handle(id) };
  }

  #handle(id: string, entrypoint?: string): ThreadHandle {
    assertText('the thread id', id);
    return new ThreadHandle(this.#holdpoint.settings(id, entrypoint));
  }
}
