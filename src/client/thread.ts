/**
 * A thread: one conversation with an entrypoint, known by its id, which is the workflow id (R1).
 *
 * Every call works from any process and at any time; a `Thread` object keeps nothing but how far it has read.
 */
import { randomUUID } from 'node:crypto';
import {
  WorkflowExecutionAlreadyStartedError,
  type Client,
  type WorkflowHandle,
  type WorkflowStartOptions,
} from '@temporalio/client';
import { ANSWERS_QUERY, QUESTION_MEMO_PREFIX, STATE_QUERY, TURN_MEMO } from '../protocol/names.ts';
import type { Answer, Interrupt, ResumeAddress, State } from '../protocol/shapes.ts';
import { Command } from './command.ts';
import { assertSendable, HoldpointError, translate } from './errors.ts';
import {
  decodeCursor,
  follow,
  RunView,
  runError,
  type FollowEnd,
  type FollowedThread,
  type Position,
} from './follow.ts';
import type { NoticeSink } from './notices.ts';
import { awaitHandled, readReceipt, sendAnswer, settleReceipt, type ResumeResult } from './resume.ts';
import type { TaskUpdate, Update } from './timeline.ts';
import { Updates } from './updates.ts';

const RESUME_WAIT_MS = 5_000;
const QUERY_MS = 10_000;

/** What an input starts: the entrypoint's name, and where its workers poll. */
export interface ThreadSettings {
  readonly client: Client;
  readonly id: string;
  readonly entrypoint: string | undefined;
  readonly taskQueue: string | undefined;
  readonly notify: NoticeSink;
}

/** Temporal's start options, but for what the thread itself says. */
export interface StartOptions extends Omit<WorkflowStartOptions, 'workflowId' | 'args' | 'taskQueue'> {
  /** Makes the start idempotent: with the key of the current or last run nothing is started (R1). */
  readonly key?: string;
  /** @default the client's `taskQueue` */
  readonly taskQueue?: string;
}

export interface Started {
  /** The first run id of the chain. */
  readonly run: string;
  readonly key: string;
}

/** `value` when the run has ended; `interrupts` when only answers are left to wait for. */
export type Result<Value> =
  | { readonly value: Value; readonly interrupts?: undefined }
  | { readonly value?: undefined; readonly interrupts: readonly Interrupt[] };

export interface InvokeOptions {
  readonly key?: string;
  /** Stops waiting when it aborts; the thread goes on. */
  readonly signal?: AbortSignal;
}

export interface FollowOptions<Mode extends StreamMode = StreamMode> {
  /** A reader's `cursor`, or 'start' for the first run of the chain. Default: the start of the current, else the last run. */
  readonly from?: string;
  /** @default 'updates' */
  readonly mode?: Mode;
  /** Stay when only answers are left to wait for. @default false */
  readonly live?: boolean;
  /** Stops reading when it aborts. */
  readonly signal?: AbortSignal;
}

export type StreamMode = 'updates' | 'tasks';
export type StreamOptions<Mode extends StreamMode = StreamMode> = InvokeOptions & { readonly mode?: Mode };
export type UpdateOf<Mode extends StreamMode> = Mode extends 'tasks' ? TaskUpdate : Update;

export interface ResumeOptions extends ResumeAddress {
  /** How long to wait for a worker to take the answer, in milliseconds; 0 sends only. @default 5000 */
  readonly wait?: number;
}

export class Thread<Input = never, Value = unknown> {
  readonly id: string;
  readonly #settings: ThreadSettings;
  /** The run that was read last, and how far; taken out while somebody reads on. */
  #view: RunView | undefined;

  constructor(settings: ThreadSettings) {
    if (settings.id === '') throw new TypeError('Expected the thread id to be a non-empty string, got ``');
    this.id = settings.id;
    this.#settings = settings;
  }

  /** Temporal's handle of the thread's workflow, for everything that is not holdpoint's. */
  get handle(): WorkflowHandle {
    return this.#settings.client.workflow.getHandle(this.id);
  }

  /**
   * Starts a run. A finished thread starts a new one.
   *
   * @throws `ThreadBusy` when a run is open, naming its open questions.
   */
  async start(input: Input, options: StartOptions = {}): Promise<Started> {
    const { key = randomUUID(), memo, taskQueue = this.#settings.taskQueue, ...rest } = options;
    const { entrypoint } = this.#settings;
    if (entrypoint === undefined)
      throw new TypeError(
        `Expected the entrypoint of thread \`${this.id}\`: \`client.thread('${this.id}', 'entrypoint')\``,
      );
    if (taskQueue === undefined)
      throw new TypeError('Expected `taskQueue` in the options of `connect`, to start threads on it');
    assertSendable(input, 'the input');
    const known = options.key === undefined ? undefined : await this.#runOfKey(options.key);
    if (known) return { run: known, key };
    try {
      const handle = await this.#settings.client.workflow.start(entrypoint, {
        staticSummary: summarize(input),
        ...rest,
        taskQueue,
        workflowId: this.id,
        args: input === undefined ? [] : [input],
        memo: { ...memo, [TURN_MEMO]: { key } },
      });
      return { run: handle.firstExecutionRunId, key };
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw translate(error, this.id);
      // Another start with this key may have come between.
      const run = await this.#runOfKey(key);
      if (run) return { run, key };
      throw await this.#busy();
    }
  }

  /**
   * Starts a run or answers a question, and waits until the run ends or only answers are left to wait for.
   *
   * @throws What the entrypoint threw; and like `start` or `resume`.
   */
  async invoke(input: Input | Command, options: InvokeOptions = {}): Promise<Result<Value>> {
    const reading = this.#follow(() => this.#begin(input, options), { ...options, live: false });
    for (;;) {
      const step = await reading.next();
      if (!step.done) continue;
      const { view, quiet } = step.value;
      if (quiet) return { interrupts: await this.#completeAll(view.timeline.open()) };
      const { ending } = view.timeline;
      // The entrypoint's own type says what it returns.
      if (ending?.kind === 'completed') return { value: ending.value as Value };
      throw new Error('unreachable: a failed run ends the reading with its error');
    }
  }

  /**
   * Starts a run or answers a question at the first `next()`, and yields its updates as they happen. Leaving the loop
   * cancels nothing.
   *
   * @throws What the entrypoint threw; and like `start` or `resume`.
   */
  stream<Mode extends StreamMode = 'updates'>(
    input: Input | Command,
    options: StreamOptions<Mode> = {},
  ): Updates<UpdateOf<Mode>> {
    return this.#updates(() => this.#begin(input, options), { ...options, live: false });
  }

  /**
   * Yields updates without starting anything, from any place in the thread's history, while it runs or after its end.
   * It ends when the run has, or when only answers are left to wait for, unless `live`.
   */
  follow<Mode extends StreamMode = 'updates'>(options: FollowOptions<Mode> = {}): Updates<UpdateOf<Mode>> {
    const { from, live = false, ...rest } = options;
    const position = from === undefined || from === 'start' ? undefined : decodeCursor(from);
    return this.#updates(async () => ({ position: position ?? (await this.#startPosition(from === 'start')) }), {
      ...rest,
      live,
    });
  }

  /**
   * Answers a question. Without `id` it answers the one that is open.
   *
   * @throws `NotPending`, `AmbiguousAnswer`, `AlreadyAnswered`, `InterruptWithdrawn`, `InvalidAnswer`: refused, and
   *   nothing has changed. `ThreadNotFound`, `ThreadClosed`: there is no run to take it.
   */
  async resume(answer: unknown, options: ResumeOptions = {}): Promise<ResumeResult> {
    const { wait = RESUME_WAIT_MS, key = randomUUID(), ...given } = options;
    if (!Number.isFinite(wait) || wait < 0)
      throw new TypeError(`Expected \`wait\` to be milliseconds, at least 0, got \`${wait}\``);
    if (answer === undefined)
      throw new HoldpointError('InvalidAnswer', 'Expected an answer, got `undefined`; `null` is an answer.');
    assertSendable(answer, 'the answer');
    const { client } = this.#settings;
    const deadline = Date.now() + wait;
    const repeated = options.key !== undefined;
    const address = given.id === undefined ? await this.#addressOpen(given, repeated ? key : undefined) : given;
    // A key that was used before has its receipt, whatever is open now.
    if ('receipt' in address) return settleReceipt(address.receipt, key);
    const sent = await sendAnswer({ client, thread: this.id, answer, address: { ...address, key } });
    if (!sent) {
      const receipt = repeated ? await this.#receiptOf(key) : null;
      if (receipt) return settleReceipt(receipt, key);
      throw await this.#notRunning();
    }
    const queued: ResumeResult = { outcome: 'queued', id: address.id ?? '', key };
    if (wait === 0 || !(await this.#handled(key, address.run, deadline))) return queued;
    const receipt = await readReceipt(client, this.id, key, Math.max(deadline, Date.now() + 1_000));
    return receipt ? settleReceipt(receipt, key) : queued;
  }

  /** The thread's state, as its workflow tells it. Needs a worker, also after the end. */
  async state(): Promise<State> {
    const [state, { status }] = await Promise.all([this.#query<State>(STATE_QUERY), this.#describe()]);
    // A run that the server ended knows nothing of it.
    const ended =
      status === 'TERMINATED' || status === 'TIMED_OUT' || status === 'FAILED'
        ? 'failed'
        : status === 'CANCELLED'
          ? 'canceled'
          : undefined;
    return ended === undefined ? state : { ...state, status: ended, interrupts: [] };
  }

  /** The accepted answers of the run, oldest first: the last 1,000. Needs a worker, also after the end. */
  answers(): Promise<readonly Answer[]> {
    return this.#query(ANSWERS_QUERY);
  }

  /**
   * Waits for the end of the run: the value that the entrypoint returned.
   *
   * @throws What the entrypoint threw.
   */
  async result(): Promise<Value> {
    try {
      return (await this.handle.result()) as Value;
    } catch (error) {
      throw translate(error, this.id);
    }
  }

  /** Cancels the run, as Temporal's `cancel` does: running tasks are told, and what waits sees a `CancelledFailure`. */
  async cancel(): Promise<void> {
    await this.handle.cancel().catch(async (error: unknown) => {
      throw await this.#closedOr(error);
    });
  }

  /** Sends the input or the answer, and says from where its updates follow. */
  async #begin(input: Input | Command, { key }: InvokeOptions): Promise<Begun> {
    if (!(input instanceof Command)) {
      const { run } = await this.start(input, key === undefined ? {} : { key });
      return { position: { run, event: 0 } };
    }
    const { runId, type, historyLength } = await this.#describe();
    const { entrypoint } = this.#settings;
    if (entrypoint !== undefined && type !== entrypoint)
      throw new HoldpointError(
        'WrongEntrypoint',
        `Thread \`${this.id}\` runs entrypoint \`${type}\`, not \`${entrypoint}\`. Check the thread id.`,
      );
    const sent = await this.resume(input.resume, { ...input.address, ...(key === undefined ? {} : { key }) });
    return {
      position: { run: runId, event: historyLength },
      ...(sent.outcome === 'queued' ? { unconfirmed: sent.key } : {}),
    };
  }

  #updates<Item>(begin: () => Promise<Begun>, options: Reading & { readonly mode?: StreamMode }): Updates<Item> {
    const { mode = 'updates' } = options;
    return new Updates(
      (signal) =>
        this.#follow(begin, {
          ...options,
          signal: options.signal ? AbortSignal.any([options.signal, signal]) : signal,
        }),
      (step) => (mode === 'tasks' ? step.task : step.update) as Item | undefined,
    );
  }

  async *#follow(
    begin: () => Promise<Begun>,
    { live, signal }: Reading,
  ): AsyncGenerator<import('./follow.ts').Followed, FollowEnd> {
    signal?.throwIfAborted();
    const { position, unconfirmed } = await begin();
    const end = yield* follow(this.#followed(), { from: position, live, signal, view: this.#takeView(position) });
    this.#view = end.view;
    if (unconfirmed !== undefined) {
      const receipt = await readReceipt(this.#settings.client, this.id, unconfirmed, Date.now() + QUERY_MS);
      if (receipt) settleReceipt(receipt, unconfirmed);
    }
    if (end.view.timeline.ending?.kind === 'failed') throw await runError(this.#followed(), end.view.run);
    return end;
  }

  #followed(): FollowedThread {
    return { client: this.#settings.client, id: this.id, notify: this.#settings.notify };
  }

  #takeView({ run, event }: Position): RunView | undefined {
    const view = this.#view;
    this.#view = undefined;
    return view?.run === run && view.history.last <= event ? view : undefined;
  }

  async #handled(key: string, run: string | undefined, deadline: number): Promise<boolean> {
    const runId = run === undefined || this.#view?.run !== run ? (await this.#describe()).runId : run;
    const view =
      this.#takeView({ run: runId, event: Number.MAX_SAFE_INTEGER }) ??
      new RunView(this.#settings.client, this.id, runId);
    const handled = await awaitHandled(view, key, AbortSignal.timeout(Math.max(1, deadline - Date.now())));
    this.#view = view;
    return handled;
  }

  /** The one open question's address (A1); or the receipt, when the key was used before. */
  async #addressOpen(
    given: ResumeAddress,
    key: string | undefined,
  ): Promise<ResumeAddress | { readonly receipt: NonNullable<Awaited<ReturnType<typeof readReceipt>>> }> {
    const { status, interrupts } = await this.#describe();
    const [only] = interrupts;
    if (status === 'RUNNING' && interrupts.length === 1 && only)
      return { ...given, id: only.id, run: given.run ?? only.run };
    const receipt = key === undefined ? null : await this.#receiptOf(key);
    if (receipt) return { receipt };
    if (status !== 'RUNNING') throw this.#closed(status);
    if (!only)
      throw new HoldpointError(
        'NotPending',
        `Thread \`${this.id}\` asks nothing at the moment. An answer is never kept for a later question.`,
      );
    throw new HoldpointError(
      'AmbiguousAnswer',
      `Thread \`${this.id}\` asks ${interrupts.length} questions: ${interrupts.map(({ id }) => `\`${id}\``).join(', ')}. Say which one with \`id\`.`,
    );
  }

  #receiptOf(key: string): ReturnType<typeof readReceipt> {
    return readReceipt(this.#settings.client, this.id, key, Date.now() + QUERY_MS);
  }

  /** The run that was started with this key, if it is the current or the last one (R1). */
  async #runOfKey(key: string): Promise<string | undefined> {
    try {
      const { run, memo } = await this.#describe();
      return (memo[TURN_MEMO] as { key?: string } | undefined)?.key === key ? run : undefined;
    } catch (error) {
      if (error instanceof HoldpointError && error.code === 'ThreadNotFound') return undefined;
      throw error;
    }
  }

  async #startPosition(ofChain: boolean): Promise<Position> {
    const { run, runId } = await this.#describe();
    return { run: ofChain ? run : runId, event: 0 };
  }

  /** What the server knows of the thread without a worker. Unlike a listing it is up to date. */
  async #describe(): Promise<Described> {
    try {
      const { type, runId, status, historyLength, memo = {}, raw } = await this.handle.describe();
      const interrupts = Object.entries(memo)
        .filter(([key, entry]) => key.startsWith(QUESTION_MEMO_PREFIX) && entry !== undefined && entry !== null)
        .map(([key, entry]) => ({ ...(entry as Interrupt), id: key.slice(QUESTION_MEMO_PREFIX.length) }));
      return {
        type,
        runId,
        run: raw.workflowExecutionInfo?.firstRunId || runId,
        status: status.name,
        historyLength,
        memo,
        interrupts,
      };
    } catch (error) {
      throw translate(error, this.id);
    }
  }

  async #query<Answered>(name: string): Promise<Answered> {
    try {
      return await this.#settings.client.withDeadline(Date.now() + QUERY_MS, () => this.handle.query<Answered>(name));
    } catch (error) {
      throw translate(error, this.id);
    }
  }

  /** Completes questions that were cut for the memo, if a worker can tell. */
  async #completeAll(interrupts: readonly Interrupt[]): Promise<readonly Interrupt[]> {
    if (!interrupts.some(({ truncated }) => truncated)) return interrupts;
    const whole = await this.state().then(
      (state) => state.interrupts,
      () => [],
    );
    return interrupts.map((interrupt) => whole.find(({ id }) => id === interrupt.id) ?? interrupt);
  }

  async #busy(): Promise<HoldpointError> {
    const { type, interrupts } = await this.#describe();
    const ids = interrupts.map(({ id }) => `\`${id}\``).join(', ');
    const what = ids
      ? `waits for an answer to ${ids}: answer it with \`resume\``
      : 'is at work: follow it with `follow`';
    return new HoldpointError(
      'ThreadBusy',
      `Thread \`${this.id}\` already runs entrypoint \`${type}\` and ${what}, or use another thread id.`,
    );
  }

  async #notRunning(): Promise<unknown> {
    return this.#describe().then(
      ({ status }) => this.#closed(status),
      (error: unknown) => error,
    );
  }

  async #closedOr(error: unknown): Promise<unknown> {
    const translated = translate(error, this.id);
    return translated instanceof HoldpointError && translated.code === 'ThreadNotFound'
      ? this.#notRunning()
      : translated;
  }

  #closed(status: string): HoldpointError {
    return new HoldpointError(
      'ThreadClosed',
      `Thread \`${this.id}\` has ended (${status.toLowerCase()}), so it takes no answers. Start it again, or look at its result.`,
    );
  }
}

interface Begun {
  readonly position: Position;
  /** The key of an answer that no worker has taken yet. */
  readonly unconfirmed?: string;
}

interface Reading {
  readonly live: boolean;
  readonly signal?: AbortSignal | undefined;
}

interface Described {
  readonly type: string;
  readonly runId: string;
  readonly run: string;
  readonly status: string;
  readonly historyLength: number;
  readonly memo: Record<string, unknown>;
  readonly interrupts: readonly Interrupt[];
}

/** One short line about the input, for the Web UI. */
function summarize(input: unknown): string {
  const text = input === undefined ? 'no input' : JSON.stringify(input);
  return text.length <= 100 ? text : `${text.slice(0, 99)}…`;
}
