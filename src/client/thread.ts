/**
 * A thread: one conversation with an entrypoint, known by its id, which is the workflow id (R1).
 *
 * Every call works from any process and at any time; a `Thread` keeps nothing but how far it has read.
 */
import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { hasCode } from '../protocol/errors.ts';
import {
  ANSWERS_QUERY,
  CANCEL_TURN_SIGNAL,
  CLOSE_SIGNAL,
  STATE_QUERY,
  UPDATE_STATE_UPDATE,
} from '../protocol/names.ts';
import type { Answer, EndAddress, Interrupt, State } from '../protocol/shapes.ts';
import { isCommand, type Command } from './command.ts';
import { HoldpointError, translate } from './errors.ts';
import { findTurn } from './find-turn.ts';
import { decodeCursor, follow, runError, turnError, type Followed, type FollowEnd, type Position } from './follow.ts';
import { resume, settle, type ResumeOptions, type ResumeResult } from './resume.ts';
import { hasMemory, knownMemory } from './has-memory.ts';
import { sendInput, wrongEntrypoint, type StartOptions } from './send-input.ts';
import { retryContinuing, sendUpdate } from './send-update.ts';
import { Target, type Described, type TargetSettings } from './target.ts';
import type { TaskUpdate, TurnRef, Update } from './timeline.ts';
import { Updates } from './updates.ts';
import { Views } from './views.ts';

const RECEIPT_MS = 10_000;

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

/** `updates`, or `tasks` for each step of each task (not yet stable). */
export type StreamMode = 'updates' | 'tasks';
export type UpdateOf<Mode extends StreamMode> = Mode extends 'tasks' ? TaskUpdate : Update;

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

/** From where to read, which turn, and the answer that no worker has taken yet. */
interface Begun {
  readonly position: Position;
  readonly turn?: TurnRef | undefined;
  /** Or the first turn to read. */
  readonly since?: number | undefined;
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
   * Starts a run, or adds a turn to a thread with memory. A finished thread starts a new run.
   *
   * @throws `ThreadBusy` when a run is open, or a turn at work, naming its open questions. `TooLarge`,
   *   `NotSerializable`: the input. `ThreadClosed`, `ThreadContinuing`: a thread with memory is closing, or goes on in a
   *   new run and has not done so for ten seconds.
   */
  async start(input: Input, options: StartOptions = {}): Promise<Started> {
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
    const reading = this.#read((signal) => this.#begin(input, { ...options, signal }), { ...options, live: false });
    const { view, ended } = await readToEnd(reading);
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
      const thread = await this.#target.describe();
      if (from === 'start') return { position: { run: thread.run, event: 0 } };
      const { position, turn } = lastTurn(thread);
      // Who stays reads the turns to come too.
      return live ? { position, since: turn?.n } : { position, turn };
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
   * Waits for the end of the run, or of the turn: the value that the entrypoint returned.
   *
   * @param options `key`: of the current or last run, or of one of the last 20 turns. Default: the current, else the
   *   last, turn or run. `signal` stops waiting.
   * @throws What the entrypoint threw. `ThreadNotFound` when nothing was started with that key.
   */
  async result({ key, signal }: ResultOptions = {}): Promise<Value> {
    if (key === undefined && this.#target.isPlain) return this.#runResult(signal);
    const thread = await this.#target.describe();
    const isLast = key === undefined || thread.key === key;
    if (isLast && !(await hasMemory(this.#target, thread, signal))) return this.#runResult(signal);
    const begun = isLast
      ? lastTurn(thread)
      : { position: await findTurn(this.#target, thread, { key, orInput: true, signal }), turn: { key } };
    const reading = this.#read(async () => begun, { live: true, signal });
    // The entrypoint's own type says what it returns.
    return (await readToEnd(reading)).ended?.value as Value;
  }

  async #runResult(signal: AbortSignal | undefined): Promise<Value> {
    const { client } = this.#target;
    try {
      const result = (): Promise<unknown> => this.handle.result();
      // The entrypoint's own type says what it returns.
      return (await (signal ? client.connection.withAbortSignal(signal, result) : result())) as Value;
    } catch (error) {
      signal?.throwIfAborted();
      throw translate(error, this.id);
    }
  }

  /**
   * Cancels the run, as Temporal's `cancel` does: running tasks are told, and what waits sees a `CancelledFailure`. On a
   * thread with memory it cancels the running turn, and the thread takes the next one (R4).
   *
   * @param reason Shown in the run's history.
   */
  async cancel(reason?: string): Promise<void> {
    const { status, turn } = await this.#target.describe();
    if (status !== 'RUNNING') throw this.#target.closed(status);
    await (turn ? this.#signal(CANCEL_TURN_SIGNAL, { reason }) : this.#ended(this.#target.cancel(reason)));
  }

  /** Ends a thread with memory after its running turn. Its next input starts it anew, with nothing in its memory. */
  async close(reason?: string): Promise<void> {
    await this.#assertMemory('close');
    await this.#signal(CLOSE_SIGNAL, { reason });
  }

  /**
   * Sets what the next turn of a thread with memory gets as `previous`, as LangGraph's `updateState` does.
   *
   * @throws `ThreadBusy` while a turn is at work, whose end would overwrite it. `TooLarge`, `NotSerializable`.
   */
  async updateState(saved: unknown): Promise<void> {
    this.#target.assertSendable(saved, 'what is to be saved');
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
    const keyed = key === undefined ? {} : { key };
    if (!isCommand(input)) {
      const sent = await sendInput(this.#target, input, { ...keyed, signal });
      return { position: this.#views.before(sent), turn: { key: sent.key } };
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

  #updates<Item>(begin: Begin, reading: Reading): Updates<Item> {
    const read = (left: AbortSignal): AsyncGenerator<Followed, FollowEnd> =>
      this.#read(begin, { ...reading, signal: reading.signal ? AbortSignal.any([reading.signal, left]) : left });
    // The mode says which of the two an item is.
    return new Updates(read, (step) => (reading.mode === 'tasks' ? step.task : step.update) as Item | undefined);
  }

  async *#read(begin: Begin, { live, signal }: Reading): AsyncGenerator<Followed, FollowEnd> {
    signal?.throwIfAborted();
    const { position, turn, since, unconfirmed } = await begin(signal);
    const view = this.#views.take(position);
    const end = yield* follow(this.#target, { from: position, live, signal, turn, since, view });
    this.#views.keep(end.view);
    const receipt =
      unconfirmed === undefined ? null : await this.#target.receipt(position.run, unconfirmed, Date.now() + RECEIPT_MS);
    if (receipt && unconfirmed !== undefined) settle(receipt, unconfirmed);
    if (end.ended?.kind === 'failed') throw await turnError(this.#target, end.view.run, end.ended);
    if (!end.ended && end.view.timeline.ending?.kind === 'failed') throw await runError(this.#target, end.view.run);
    return end;
  }
}

/** The current turn, or the last one; on a plain thread its run. Nothing tells of the first one before it has begun. */
function lastTurn({ runId, turn }: Described): Begun {
  return { position: { run: turn?.runId ?? runId, event: 0 }, turn: { n: turn?.n ?? 1 } };
}

async function readToEnd(reading: AsyncGenerator<Followed, FollowEnd>): Promise<FollowEnd> {
  let step = await reading.next();
  while (!step.done) step = await reading.next();
  return step.value;
}
