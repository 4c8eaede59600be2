/**
 * A thread: one conversation with an entrypoint, known by its id, which is the workflow id (R1).
 *
 * Every call works from any process and at any time; a `Thread` keeps nothing but how far it has read.
 */
import { randomUUID } from 'node:crypto';
import {
  WorkflowExecutionAlreadyStartedError,
  type WorkflowHandle,
  type WorkflowStartOptions,
} from '@temporalio/client';
import { hasCode } from '../protocol/errors.ts';
import { ANSWERS_QUERY, STATE_QUERY, TURN_MEMO } from '../protocol/names.ts';
import type { Answer, Interrupt, State } from '../protocol/shapes.ts';
import { Command } from './command.ts';
import { HoldpointError, translate } from './errors.ts';
import { decodeCursor, follow, runError, type Followed, type FollowEnd, type Position } from './follow.ts';
import { resume, settle, type ResumeOptions, type ResumeResult } from './resume.ts';
import { Target, type TargetSettings } from './target.ts';
import type { TaskUpdate, Update } from './timeline.ts';
import { Updates } from './updates.ts';
import { Views } from './views.ts';

const RECEIPT_MS = 10_000;

/** Temporal's start options, but for what the thread itself says. */
export interface StartOptions extends Omit<WorkflowStartOptions, 'workflowId' | 'args' | 'taskQueue'> {
  /** Makes the start idempotent: with the key of the current or last run nothing is started (R1). */
  readonly key?: string | undefined;
  /** @default the client's `taskQueue` */
  readonly taskQueue?: string | undefined;
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
  /** Of the start, or of the answer. */
  readonly key?: string | undefined;
  /** Stops waiting when it aborts; the thread goes on. */
  readonly signal?: AbortSignal | undefined;
}

/** `updates`, or `tasks` for each step of each task (not yet stable). */
export type StreamMode = 'updates' | 'tasks';
export type UpdateOf<Mode extends StreamMode> = Mode extends 'tasks' ? TaskUpdate : Update;

export interface StreamOptions<Mode extends StreamMode = StreamMode> extends InvokeOptions {
  /** @default 'updates' */
  readonly mode?: Mode | undefined;
}

export interface FollowOptions<Mode extends StreamMode = StreamMode> {
  /** A reader's `cursor`, or 'start' for the first run of the chain. Default: the start of the current, else the last run. */
  readonly from?: string | undefined;
  /** @default 'updates' */
  readonly mode?: Mode | undefined;
  /** Stay when only answers are left to wait for. @default false */
  readonly live?: boolean | undefined;
  /** Stops reading when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

/** From where to read, and the answer that no worker has taken yet. */
interface Begun {
  readonly position: Position;
  readonly unconfirmed?: string;
}

/** Sends what is to be read about, if anything. */
type Begin = (signal: AbortSignal | undefined) => Promise<Begun>;

interface Reading {
  readonly live: boolean;
  readonly mode?: StreamMode | undefined;
  readonly signal?: AbortSignal | undefined;
}

export class Thread<Input = never, Value = unknown> {
  readonly id: string;
  readonly #target: Target;
  readonly #views: Views;

  constructor(settings: TargetSettings) {
    if (typeof settings.id !== 'string' || settings.id === '') {
      throw new TypeError(
        `Expected the thread id to be a non-empty string, got \`${settings.id}\` (${typeof settings.id})`,
      );
    }
    this.id = settings.id;
    this.#target = new Target(settings);
    this.#views = new Views(settings.client, settings.id);
  }

  /** Temporal's handle of the thread's workflow, for everything that is not holdpoint's. */
  get handle(): WorkflowHandle {
    return this.#target.handle;
  }

  /**
   * Starts a run. A finished thread starts a new one.
   *
   * @throws `ThreadBusy` when a run is open, naming its open questions. `TooLarge`, `NotSerializable`: the input.
   */
  async start(input: Input, options: StartOptions = {}): Promise<Started> {
    const { entrypoint, client } = this.#target.settings;
    const { key = randomUUID(), memo, taskQueue = this.#target.settings.taskQueue, ...rest } = options;
    if (entrypoint === undefined) {
      throw new TypeError(
        `Expected \`client.thread('${this.id}', entrypoint)\` with an entrypoint, to start the thread`,
      );
    }
    if (taskQueue === undefined)
      throw new TypeError('Expected `taskQueue` in the options of `connect`, to start threads on it');
    this.#target.assertSendable(input, 'the input');
    const known = options.key === undefined ? undefined : await this.#runOfKey(key);
    if (known !== undefined) return { run: known, key };
    try {
      const handle = await client.workflow.start(entrypoint, {
        staticSummary: summarize(input),
        staticDetails: 'A holdpoint thread. What it waits for, and how to answer, is in its current details.',
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
      if (run !== undefined) return { run, key };
      throw await this.#busy();
    }
  }

  /**
   * Starts a run or answers a question, and waits until the run ends or only answers are left to wait for.
   *
   * @throws What the entrypoint threw; and like `start` or `resume`.
   */
  async invoke(input: Input | Command, options: InvokeOptions = {}): Promise<Result<Value>> {
    const reading = this.#read((signal) => this.#begin(input, { ...options, signal }), { ...options, live: false });
    let step = await reading.next();
    while (!step.done) step = await reading.next();
    const { timeline } = step.value.view;
    // The entrypoint's own type says what it returns.
    if (timeline.ending?.kind === 'completed') return { value: timeline.ending.value as Value };
    return { interrupts: await this.#target.complete(timeline.open()) };
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
    return this.#updates((signal) => this.#begin(input, { ...options, signal }), { ...options, live: false });
  }

  /**
   * Yields updates without starting anything, from any place in the thread's history, while it runs or after its end.
   * It ends when the run has, or when only answers are left to wait for, unless `live`.
   *
   * @throws What the entrypoint threw; `ThreadNotFound`.
   */
  follow<Mode extends StreamMode = 'updates'>(options: FollowOptions<Mode> = {}): Updates<UpdateOf<Mode>> {
    const { from, live = false, ...rest } = options;
    const cursor = from === undefined || from === 'start' ? undefined : decodeCursor(from);
    const begin = async (): Promise<Begun> => {
      if (cursor) return { position: cursor };
      const { run, runId } = await this.#target.describe();
      return { position: { run: from === 'start' ? run : runId, event: 0 } };
    };
    return this.#updates(begin, { ...rest, live });
  }

  /**
   * Answers a question. Without `id` it answers the one that is open.
   *
   * @throws `NotPending`, `AmbiguousAnswer`, `AlreadyAnswered`, `InterruptWithdrawn`, `InvalidAnswer`: refused, and
   *   nothing has changed. `ThreadNotFound`, `ThreadClosed`: there is no run to take it.
   */
  resume(answer: unknown, options: ResumeOptions = {}): Promise<ResumeResult> {
    return resume(this.#target, answer, options);
  }

  /** The thread's state, as its workflow tells it. Needs a worker, also after the end. */
  async state(): Promise<State> {
    const [state, { status }] = await Promise.all([this.#target.query<State>(STATE_QUERY), this.#target.describe()]);
    // A run that the server ended does not know that it did.
    if (status === 'TERMINATED' || status === 'TIMED_OUT') return { ...state, status: 'failed', interrupts: [] };
    return state;
  }

  /** The accepted answers of the run, oldest first: the last 1,000. Needs a worker, also after the end. */
  answers(): Promise<readonly Answer[]> {
    return this.#target.query(ANSWERS_QUERY);
  }

  /**
   * Waits for the end of the run: the value that the entrypoint returned.
   *
   * @throws What the entrypoint threw.
   */
  async result(): Promise<Value> {
    try {
      // The entrypoint's own type says what it returns.
      return (await this.handle.result()) as Value;
    } catch (error) {
      throw translate(error, this.id);
    }
  }

  /**
   * Cancels the run, as Temporal's `cancel` does: running tasks are told, and what waits sees a `CancelledFailure`.
   *
   * @param reason Shown in the run's history.
   */
  async cancel(reason?: string): Promise<void> {
    try {
      await this.#target.cancel(reason);
    } catch (error) {
      const translated = translate(error, this.id);
      throw hasCode(translated, 'ThreadNotFound') ? await this.#target.notRunning() : translated;
    }
  }

  /** Sends the input or the answer, and says from where its updates follow. */
  async #begin(input: Input | Command, { key, signal }: InvokeOptions): Promise<Begun> {
    const keyed = key === undefined ? {} : { key };
    if (!(input instanceof Command)) {
      const { run } = await this.start(input, keyed);
      return { position: { run, event: 0 } };
    }
    const { runId, entrypoint, historyLength } = await this.#target.describe();
    const expected = this.#target.settings.entrypoint;
    if (expected !== undefined && entrypoint !== expected) {
      throw new HoldpointError(
        'WrongEntrypoint',
        `Thread \`${this.id}\` runs entrypoint \`${entrypoint}\`, not \`${expected}\`. Check the thread id.`,
      );
    }
    const sent = await resume(this.#target, input.resume, { ...input.address, ...keyed, signal });
    const position = { run: runId, event: historyLength };
    return sent.outcome === 'queued' ? { position, unconfirmed: sent.key } : { position };
  }

  #updates<Item>(begin: Begin, reading: Reading): Updates<Item> {
    const read = (left: AbortSignal): AsyncGenerator<Followed, FollowEnd> =>
      this.#read(begin, { ...reading, signal: reading.signal ? AbortSignal.any([reading.signal, left]) : left });
    // The mode says which of the two an item is.
    return new Updates(read, (step) => (reading.mode === 'tasks' ? step.task : step.update) as Item | undefined);
  }

  async *#read(begin: Begin, { live, signal }: Reading): AsyncGenerator<Followed, FollowEnd> {
    signal?.throwIfAborted();
    const { position, unconfirmed } = await begin(signal);
    const end = yield* follow(this.#target, { from: position, live, signal, view: this.#views.take(position) });
    this.#views.keep(end.view);
    const receipt =
      unconfirmed === undefined ? null : await this.#target.receipt(position.run, unconfirmed, Date.now() + RECEIPT_MS);
    if (receipt && unconfirmed !== undefined) settle(receipt, unconfirmed);
    if (end.view.timeline.ending?.kind === 'failed') throw await runError(this.#target, end.view.run);
    return end;
  }

  /** The run that was started with this key, if it is the current or the last one (R1). */
  async #runOfKey(key: string): Promise<string | undefined> {
    try {
      const { run, memo } = await this.#target.describe();
      return (memo[TURN_MEMO] as { key?: string } | undefined)?.key === key ? run : undefined;
    } catch (error) {
      if (hasCode(error, 'ThreadNotFound')) return undefined;
      throw error;
    }
  }

  async #busy(): Promise<HoldpointError> {
    const { entrypoint, interrupts, status } = await this.#target.describe();
    if (status !== 'RUNNING') return this.#target.closed(status);
    const ids = interrupts.map(({ id }) => `\`${id}\``).join(', ');
    const what = ids
      ? `waits for an answer to ${ids}: answer it with \`resume\``
      : 'is at work: follow it with `follow`';
    return new HoldpointError(
      'ThreadBusy',
      `Thread \`${this.id}\` already runs entrypoint \`${entrypoint}\` and ${what}, or use another thread id.`,
    );
  }
}

/** One short line about the input, for the Web UI. */
function summarize(input: unknown): string {
  const text = input === undefined ? 'no input' : JSON.stringify(input);
  return text.length <= 100 ? text : `${text.slice(0, 99)}…`;
}
