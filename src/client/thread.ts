/**
 * A thread: one conversation with an entrypoint, known by its id, which is the workflow id (R1).
 *
 * Every call works from any process and at any time; a `Thread` keeps nothing but how far it has read.
 */
import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { hasCode } from '../protocol/errors.ts';
import { assertOptions, assertText, refusedOption, type OptionNames } from '../protocol/refused-options.ts';
import { checkJson } from '../protocol/limits.ts';
import {
  ANSWERS_QUERY,
  CANCEL_TURN_SIGNAL,
  CLOSE_SIGNAL,
  STATE_QUERY,
  UPDATE_STATE_UPDATE,
} from '../protocol/names.ts';
import type { Answer, EndAddress, Interrupt, State } from '../protocol/shapes.ts';
import { isCommand, type Command } from './command.ts';
import { HoldpointError, translate } from './server/errors.ts';
import { readRunResult } from './reading/run-result.ts';
import { findTurn } from './reading/find-turn.ts';
import { hasMemory, knownMemory } from './reading/memory.ts';
import type { StreamMode, UpdateOf } from './reading/items.ts';
import { openInterrupts } from './listing/open-interrupts.ts';
import { Reader, type Begun } from './reading/reader.ts';
import { assertResumeOptions, resume, type ResumeOptions, type ResumeResult } from './sending/answer.ts';
import { sendInput, START_NAMES, wrongEntrypoint, type StartOptions } from './sending/input.ts';
import { retryContinuing, sendUpdate } from './sending/update.ts';
import { Target, type Described, type TargetSettings } from './server/thread-handle.ts';
import type { Updates } from './reading/updates.ts';

export interface Started {
  /** The first run id of the chain. */
  readonly run: string;
  readonly key: string;
  /** Which turn it is, from 1; not known when other inputs wait before it. */
  readonly turn?: number | undefined;
}

/** `value` when the run or the turn has ended; `interrupts` when only answers are left to wait for. */
export type Result<Value> =
  | { readonly value: Value; readonly interrupts?: undefined }
  | { readonly value?: undefined; readonly interrupts: readonly Interrupt[] };

export interface ResultOptions {
  readonly key?: string | undefined;
  /** Stops waiting when it aborts; the thread goes on. */
  readonly signal?: AbortSignal | undefined;
}

export interface InvokeOptions {
  /** Of the start, or of the answer. */
  readonly key?: string | undefined;
  /** Stops waiting when it aborts; the thread goes on. */
  readonly signal?: AbortSignal | undefined;
}

export interface ReadOptions {
  /** Stops waiting when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

export interface StreamOptions<Mode extends StreamMode = StreamMode> extends InvokeOptions {
  /** @default 'updates' */
  readonly mode?: Mode | undefined;
}

export interface FollowOptions<Mode extends StreamMode = StreamMode> {
  /** A reader's `cursor`, or 'start' for the first run of the chain. Default: the current, else the last, turn or run. */
  readonly from?: string | undefined;
  /** @default 'updates' */
  readonly mode?: Mode | undefined;
  /** Stay when only answers are left to wait for. @default false */
  readonly live?: boolean | undefined;
  /** Stops reading when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

const INVOKE_NAMES: OptionNames<InvokeOptions> = { key: true, signal: true };
const RESULT_NAMES: OptionNames<ResultOptions> = { key: true, signal: true };
const READ_NAMES: OptionNames<ReadOptions> = { signal: true };
const STREAM_NAMES: OptionNames<StreamOptions> = { ...INVOKE_NAMES, mode: true };
const FOLLOW_NAMES: OptionNames<FollowOptions> = { from: true, mode: true, live: true, signal: true };
const MODES: OptionNames<Record<StreamMode, unknown>> = { updates: true, interrupts: true, tasks: true };

export class Thread<Input = never, Value = unknown> {
  readonly id: string;
  readonly #target: Target;
  readonly #reader: Reader;

  constructor(settings: TargetSettings) {
    if (settings.id === undefined) throw refusedOption('the thread id', 'a non-empty string', settings.id);
    assertText('the thread id', settings.id);
    this.id = settings.id;
    this.#target = new Target(settings);
    this.#reader = new Reader(this.#target);
  }

  /** Temporal's handle of the thread's workflow, for everything that is not holdpoint's. */
  get handle(): WorkflowHandle {
    return this.#target.handle;
  }

  /**
   * Starts a run, or adds a turn to a thread with memory. A finished thread starts a new run.
   *
   * @throws `ThreadBusy` when a run is open, or a turn at work, naming its open questions. `TooLarge`,
   *   `NotSerializable`: the input. `ThreadClosed`, `ThreadContinuing`: a thread with memory is closing, or goes on in a
   *   new run and has not done so for ten seconds.
   */
  async start(input: Input, options: StartOptions = {}): Promise<Started> {
    assertOptions(options, '`start`', START_NAMES, { isOpen: true });
    assertText('`key`', options.key);
    assertText('`taskQueue`', options.taskQueue);
    const { run, key, turn } = await sendInput(this.#target, input, options);
    if (turn !== undefined) return { run, key, turn };
    const { key: last, turn: current } = await this.#target.describe();
    return { run, key, turn: last === key ? current?.n : undefined };
  }

  /**
   * Starts a run or answers a question, and waits until the run ends or only answers are left to wait for.
   *
   * @throws What the entrypoint threw; and like `start` or `resume`.
   */
  async invoke(input: Input | Command, options: InvokeOptions = {}): Promise<Result<Value>> {
    assertOptions(options, '`invoke`', INVOKE_NAMES);
    const begin = (signal: AbortSignal | undefined): Promise<Begun> => this.#begin(input, { ...options, signal });
    const { view, ended } = await this.#reader.readToEnd(begin, { ...options, live: false });
    const { timeline } = view;
    const ending = ended ?? timeline.ending;
    // The entrypoint's own type says what it returns.
    if (ending?.kind === 'completed') return { value: ending.value as Value };
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
    assertOptions(options, '`stream`', STREAM_NAMES);
    assertText('`key`', options.key);
    // Without a mode, `Mode` is its default.
    const { mode = 'updates' as Mode, ...rest } = options;
    assertMode(mode);
    const begin = (signal: AbortSignal | undefined): Promise<Begun> => this.#begin(input, { ...rest, signal });
    return this.#reader.updates(mode, begin, { ...rest, live: false });
  }

  /**
   * Yields updates without starting anything, from any place in the thread's history, while it runs or after its end.
   * It ends when the run has, or when only answers are left to wait for, unless `live`.
   *
   * @throws What the entrypoint threw; `ThreadNotFound`.
   */
  follow<Mode extends StreamMode = 'updates'>(options: FollowOptions<Mode> = {}): Updates<UpdateOf<Mode>> {
    assertOptions(options, '`follow`', FOLLOW_NAMES);
    // Without a mode, `Mode` is its default.
    const { from, live = false, mode = 'updates' as Mode, signal } = options;
    assertMode(mode);
    return this.#reader.follow({ from, live, mode, signal });
  }

  /**
   * Answers a question. Without `id` it answers the one that is open.
   *
   * @throws `NotPending`, `AmbiguousAnswer`, `AlreadyAnswered`, `InterruptWithdrawn`, `InvalidAnswer`: refused, and
   *   nothing has changed. `ThreadNotFound`, `ThreadClosed`: there is no run to take it.
   */
  async resume(answer: unknown, options: ResumeOptions = {}): Promise<ResumeResult> {
    assertResumeOptions(options);
    return resume(this.#target, answer, options);
  }

  /**
   * The open questions, oldest first, from the server: at once, and without a worker. A question that was cut for the
   * memo, and that neither a worker nor the history completes within moments, is `truncated`.
   *
   * @throws `ThreadNotFound`.
   */
  async interrupts(options: ReadOptions = {}): Promise<readonly Interrupt[]> {
    assertOptions(options, '`interrupts`', READ_NAMES);
    return openInterrupts(this.#target, options.signal);
  }

  /**
   * The thread's state, from its workflow. Needs a worker, also after the end.
   *
   * @throws `NoWorker` when none has answered for 20 seconds. `ThreadNotFound`.
   */
  async state(options: ReadOptions = {}): Promise<State> {
    assertOptions(options, '`state`', READ_NAMES);
    const [state, { status }] = await Promise.all([
      this.#target.query<State>(STATE_QUERY, undefined, options.signal),
      this.#target.describe(),
    ]);
    // A run that the server ended does not know that it did.
    if (status === 'TERMINATED' || status === 'TIMED_OUT') return { ...state, status: 'failed', interrupts: [] };
    return state;
  }

  /**
   * The accepted answers of the run, oldest first: the last 1,000. Needs a worker, also after the end.
   *
   * @throws `NoWorker` when none has answered for 20 seconds. `ThreadNotFound`.
   */
  async answers(options: ReadOptions = {}): Promise<readonly Answer[]> {
    assertOptions(options, '`answers`', READ_NAMES);
    return this.#target.query(ANSWERS_QUERY, undefined, options.signal);
  }

  /**
   * Waits for the end of the run, or of the turn: the value that the entrypoint returned.
   *
   * @param options `key`: of the current or last run, or of one of the last 20 turns. Default: the current, else the
   *   last, turn or run. `signal` stops waiting.
   * @throws What the entrypoint threw. `ThreadNotFound` when nothing was started with that key.
   */
  async result(options: ResultOptions = {}): Promise<Value> {
    assertOptions(options, '`result`', RESULT_NAMES);
    const { key, signal } = options;
    assertText('`key`', key);
    signal?.throwIfAborted();
    const patience = this.#reader.patience(signal);
    const begun =
      key === undefined && this.#target.isPlain ? undefined : await patience.outlast(() => this.#resultOf(key, signal));
    // The entrypoint's own type says what it returns.
    if (!begun) return (await readRunResult(this.#target, patience, signal)) as Value;
    return (await this.#reader.readToEnd(async () => begun, { live: true, signal })).ended?.value as Value;
  }

  /** The turn whose result is wanted; `undefined` on a plain thread. */
  async #resultOf(key: string | undefined, signal: AbortSignal | undefined): Promise<Begun | undefined> {
    const thread = await this.#target.describe();
    if (key !== undefined && thread.key !== key)
      return { position: await findTurn(this.#target, thread, { key, orInput: true, signal }), turn: { key } };
    return (await hasMemory(this.#target, thread, signal)) ? this.#reader.lastTurn(thread) : undefined;
  }

  /**
   * Cancels the run, as Temporal's `cancel` does: running tasks are told, and what waits sees a `CancelledFailure`. On a
   * thread with memory it cancels the running turn, and the thread takes the next one (R4).
   *
   * @param reason Shown in the run's history.
   */
  async cancel(reason?: string): Promise<void> {
    assertReason(reason);
    const { status, turn } = await this.#target.describe();
    if (status !== 'RUNNING') throw this.#target.closed(status);
    if (!turn) return this.#ended(this.#target.cancel(reason));
    await this.#signal(CANCEL_TURN_SIGNAL, { reason, ...(turn.status === 'running' ? { turn: turn.n } : {}) });
  }

  /** Ends a thread with memory after its running turn. Its next input starts it anew, with nothing in its memory. */
  async close(reason?: string): Promise<void> {
    assertReason(reason);
    await this.#assertMemory('close');
    await this.#signal(CLOSE_SIGNAL, { reason });
  }

  /**
   * Sets what the next turn of a thread with memory gets as `previous`, as LangGraph's `updateState` does.
   *
   * @throws `ThreadBusy` while a turn is at work, whose end would overwrite it. `TooLarge`, `NotSerializable`.
   */
  async updateState(saved: unknown): Promise<void> {
    this.#target.assertSendable(saved, 'what is to be saved', checkJson);
    await this.#assertMemory('updateState');
    await retryContinuing(async () => {
      const sent = await sendUpdate(this.#target, { name: UPDATE_STATE_UPDATE, key: randomUUID(), argument: saved });
      if (sent.kind === 'gone') throw await this.#target.notRunning();
      if (sent.kind === 'refused' && !hasCode(sent.error, 'ThreadContinuing')) throw sent.error;
      return sent.kind === 'refused' ? sent.error : undefined;
    });
  }

  async #assertMemory(what: string): Promise<void> {
    const thread = await this.#target.describe();
    if (thread.status !== 'RUNNING') throw this.#target.closed(thread.status);
    if ((await knownMemory(this.#target, thread)) === false) {
      throw new HoldpointError(
        'WrongEntrypoint',
        `Entrypoint \`${thread.entrypoint}\` of thread \`${this.id}\` has no \`memory\`, which \`${what}\` is for.`,
      );
    }
  }

  #signal(name: string, address: EndAddress): Promise<void> {
    return this.#ended(this.handle.signal(name, address));
  }

  /** A call on a thread that has ended says so. */
  async #ended(call: Promise<void>): Promise<void> {
    try {
      await call;
    } catch (error) {
      const translated = translate(error, this.id);
      throw hasCode(translated, 'ThreadNotFound') ? await this.#target.notRunning() : translated;
    }
  }

  /** Sends the input or the answer, and says from where its updates follow. */
  async #begin(input: Input | Command, { key, signal }: InvokeOptions): Promise<Begun> {
    assertText('`key`', key);
    const keyed = key === undefined ? {} : { key };
    if (!isCommand(input)) {
      const sent = await sendInput(this.#target, input, { ...keyed, signal });
      return { position: this.#reader.views.before(sent), turn: { key: sent.key } };
    }
    let begun: Begun | undefined;
    const onDescribed = (thread: Described): void => {
      const { runId, entrypoint, historyLength, turn } = thread;
      const expected = this.#target.settings.entrypoint;
      if (expected !== undefined && entrypoint !== expected) throw wrongEntrypoint(this.#target, thread);
      begun = { position: { run: runId, event: historyLength }, turn: turn && { n: turn.n } };
    };
    const sent = await resume(this.#target, input.resume, { ...input.address, ...keyed, signal, onDescribed });
    return { ...begun!, ...(sent.outcome === 'queued' ? { unconfirmed: sent.key } : {}) };
  }
}

function assertMode(mode: unknown): void {
  if (typeof mode !== 'string' || !Object.hasOwn(MODES, mode))
    throw refusedOption('`mode`', "'updates', 'interrupts' or 'tasks'", mode);
}

/** Half of a character in a reason is no cause to refuse a cancellation: it is replaced where it is sent. */
function assertReason(reason: unknown): void {
  if (reason !== undefined && typeof reason !== 'string') throw refusedOption('the reason', 'a string', reason);
}
