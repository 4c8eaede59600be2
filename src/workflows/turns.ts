/**
 * The turns of a thread with memory: one after the other, each with what the last good one saved.
 *
 * The workflow's input is the first turn; each further one is an update `invoke`, which ends when its turn does and so
 * has its value or its error. Owns the memory, the queue, and the end of the run: closed, idle for too long, cancelled,
 * or continued as new.
 *
 * R2. The update id is the key: an input that is sent again is no second turn.
 * R3. A failed or cancelled turn leaves the memory as it was.
 * R4. What a second input gets while a turn runs is `onBusy`.
 * R5. Between turns the run continues as new when Temporal suggests it. An accepted update ends in its own run, so the
 *     queue is worked off first, and meanwhile nothing is accepted.
 * R11. After a reset the server delivers all inputs at once. Each was accepted in its time, so they run one after the
 *      other, whatever `onBusy` says; what else was sent takes effect between them.
 */
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  currentUpdateInfo,
  defineSignal,
  defineUpdate,
  DeterminismViolationError,
  log,
  makeContinueAsNewFunc,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { CancelledFailure } from '@temporalio/common';
import type { ErrorCode } from '../protocol/errors.ts';
import { checkJson, MAX_KNOWN_TURNS, MAX_QUEUED_TURNS, MAX_SAVED_BYTES } from '../protocol/limits.ts';
import { CANCEL_TURN_SIGNAL, CLOSE_SIGNAL, INVOKE_UPDATE, TURN_MEMO, UPDATE_STATE_UPDATE } from '../protocol/names.ts';
import type { EndAddress, State, TurnMemo } from '../protocol/shapes.ts';
import { describeIdle } from './details.ts';
import { encodeCarried, type CarriedThread, type KnownTurn } from './carried.ts';
import { assertSaved, assertSendable, failure } from './failure.ts';
import { readFinal } from './final.ts';
import { assertInstalled } from './left-behind.ts';
import { alreadyInvoked, refusal } from './refusal.ts';
import { isAfterReset, isReapplied, isReapplying, setInOrder } from './reset.ts';
import type { Memory, Run } from './run.ts';
import { failed, replaced, REPLACED, showEnding, showTurn, type Ending, type Turn } from './turn.ts';

/** What a second input gets while a turn runs or waits. */
export type OnBusy = 'reject' | 'enqueue' | 'replace';

export interface TurnsSettings {
  /** How long the thread stays open between turns; `undefined`: until it is closed. */
  readonly idleTimeoutMs: number | undefined;
  readonly onBusy: OnBusy;
  readonly body: (input: unknown, previous: unknown) => Promise<unknown>;
}

export interface Beginning {
  readonly input: unknown;
  /** What the run before it has left; then there is no input. */
  readonly carried: CarriedThread | undefined;
}

/** Whether inputs are taken: no more when the thread closes, or goes on in another run. */
type Course = 'open' | 'closing' | 'continuing';

/** How long the end of a run waits for handlers of the user's own. */
const HANDLERS_MS = 5000;

export class Turns implements Memory {
  readonly #run: Run;
  readonly #settings: TurnsSettings;
  readonly #root = CancellationScope.current();
  /** The last ones of the chain. */
  #known: readonly KnownTurn[];
  /** That which came with the start. The server knows an input of this run by its update, and that one was none. */
  readonly #first: Turn | undefined;
  readonly #queue: Turn[] = [];
  /** The turn at work. */
  #current: Turn | undefined;
  #course: Course = 'open';
  /** By number, the turns that were cancelled before a reset. */
  readonly #cancelled = new Map<number, EndAddress>();
  #n: number;
  /** As JSON: what a turn does to it reaches no other turn, and continue-as-new changes nothing. */
  #saved: string | undefined;
  #value: unknown;
  #status: TurnMemo['status'] = 'completed';

  constructor(run: Run, settings: TurnsSettings, { input, carried }: Beginning) {
    assertInstalled();
    this.#run = run;
    this.#settings = settings;
    this.#n = carried?.turn ?? 0;
    this.#saved = carried?.saved === undefined ? undefined : JSON.stringify(carried.saved);
    this.#known = carried?.known ?? [];
    run.remember(this);
    const { key } = (workflowInfo().memo?.[TURN_MEMO] ?? {}) as Partial<TurnMemo>;
    this.#first = carried ? undefined : this.#enqueue(input, key);
    // Last: an update or a signal that came with the start is delivered here, and is about what the start brought.
    this.#setHandlers();
  }

  /** Runs turns to the end of the thread, or of this run of it. */
  async toEnd(): Promise<void> {
    try {
      for (let turn = await this.#next(); turn; turn = await this.#next()) await this.#work(turn);
    } catch (error) {
      if (!this.#root.consideredCancelled) throw error;
    }
    const isCancelled = this.#root.consideredCancelled;
    if (isCancelled) this.#course = 'closing';
    this.#refuseQueued(isCancelled ? 'TurnCancelled' : 'ThreadClosed', CLOSED);
    // Those of updates are done in a moment. One of the user's own may wait for what never comes: a question of a turn
    // that is over, or the next turn.
    await CancellationScope.nonCancellable(() => condition(allHandlersFinished, HANDLERS_MS, { summary: 'handlers' }));
    await this.#run.notified();
    // It may have come meanwhile.
    if (this.#root.consideredCancelled) throw new CancelledFailure('The thread was cancelled');
    if (this.#course === 'continuing') await this.#continue();
  }

  state(): Pick<State, 'turn' | 'saved' | 'value'> {
    const saved = this.#previous();
    const value = this.#value;
    return { turn: this.#n, ...(saved === undefined ? {} : { saved }), ...(value === undefined ? {} : { value }) };
  }

  describe(): string {
    return describeIdle(this.#n, this.#status);
  }

  /** The next turn; `undefined` when there is none in this run. */
  async #next(): Promise<Turn | undefined> {
    if (this.#root.consideredCancelled) return undefined;
    if (this.#queue.length === 0 && this.#course === 'open') await this.#idle();
    if (this.#course === 'open' && isContinueSuggested()) this.#course = 'continuing';
    return this.#queue.shift();
  }

  async #idle(): Promise<void> {
    this.#run.answers.refuseHeld();
    this.#run.rest();
    const hasNews = (): boolean => this.#queue.length > 0 || this.#course !== 'open' || isContinueSuggested();
    const { idleTimeoutMs } = this.#settings;
    if (idleTimeoutMs === undefined) await condition(hasNews);
    else if (!(await condition(hasNews, idleTimeoutMs, { summary: 'idle' }))) this.#course = 'closing';
  }

  async #work(turn: Turn): Promise<void> {
    const n = (turn.n = ++this.#n);
    const { key } = turn;
    const { runId } = workflowInfo();
    if (key !== undefined) this.#known = [...this.#known, { n, key, runId }].slice(-MAX_KNOWN_TURNS);
    this.#current = turn;
    if (turn.isAfterReset) this.#run.answers.refuseHeld();
    const cancelled = this.#cancelled.get(n);
    if (cancelled) this.#cancelTurn(turn, cancelled);
    showTurn(turn, { status: 'running' });
    const ending = await this.#attempt(turn);
    this.#current = undefined;
    this.#status = ending.kind;
    if (ending.kind === 'completed') {
      this.#saved = ending.saved;
      this.#value = ending.value;
    }
    this.#saved = turn.savedAfter ?? this.#saved;
    showEnding(turn, ending);
    if (ending.kind === 'completed') turn.settle.resolve(ending.value);
    else turn.settle.reject(ending.error);
  }

  async #attempt(turn: Turn): Promise<Ending> {
    const { scope } = turn;
    const { entrypoint } = this.#run;
    try {
      // Cancelled before it began.
      if (scope.consideredCancelled) await scope.cancelRequested;
      const returned = await this.#run.work(scope, () => this.#settings.body(turn.input, this.#previous()));
      // Timers that it left behind.
      scope.cancel();
      if (turn.isReplaced) return replaced();
      const { value, save } = readFinal(returned);
      // The memo shows the first turn's value within its outcome, where bytes would not be bytes.
      assertSendable(value, `the value of entrypoint \`${entrypoint}\``, checkJson);
      if (ArrayBuffer.isView(save))
        throw failure('NotSerializable', `Expected what entrypoint \`${entrypoint}\` saves to be JSON, got bytes.`);
      assertSaved(save, `what entrypoint \`${entrypoint}\` saves`);
      return { kind: 'completed', value, saved: JSON.stringify(save) };
    } catch (error) {
      if (error instanceof DeterminismViolationError) throw error;
      return turn.isReplaced ? replaced() : failed(turn, error);
    }
  }

  #previous(): unknown {
    return this.#saved === undefined ? undefined : JSON.parse(this.#saved);
  }

  #enqueue(input: unknown, key: string | undefined): Turn {
    let settle!: Turn['settle'];
    const outcome = new Promise((resolve, reject) => (settle = { resolve, reject }));
    // That of the first turn is nobody's to await (R7).
    outcome.catch(() => undefined);
    const scope = new CancellationScope({ cancellable: true, parent: this.#root });
    const turn: Turn = { key, input, outcome, settle, scope, isAfterReset: isAfterReset() };
    this.#queue.push(turn);
    return turn;
  }

  #refuseQueued(code: ErrorCode, message: string, but = 0): void {
    for (const turn of this.#queue.splice(but)) turn.settle.reject(failure(code, message));
  }

  #setHandlers(): void {
    setInOrder(() =>
      setHandler(defineUpdate<unknown, [unknown]>(INVOKE_UPDATE), (input) => this.#invoke(input), {
        description: 'Runs a turn: (input) → value. The update id is its key.',
        validator: (_input) => this.#assertFree(currentUpdateInfo()?.id),
      }),
    );
    setHandler(defineUpdate<void, [unknown]>(UPDATE_STATE_UPDATE), (saved) => this.#updateState(saved), {
      description: 'Sets what the next turn gets as `previous`: (saved)',
      validator: (saved) => {
        const problem = checkJson(saved, 'what is to be saved', MAX_SAVED_BYTES);
        if (problem) throw refusal(problem.code, problem.message);
        if (isReapplying()) return;
        this.#assertOpen();
        if (this.#isBusy()) throw this.#busy('so what is saved now would be lost when its turn ends');
      },
    });
    setHandler(defineSignal<unknown[]>(CANCEL_TURN_SIGNAL), (about) => this.#cancel(about), {
      description: 'Cancels the running turn: ({ reason?, actor? }?). The thread takes the next one.',
    });
    setHandler(defineSignal<unknown[]>(CLOSE_SIGNAL), (about) => this.#close(about), {
      description: 'Ends the thread after the running turn: ({ reason?, actor? }?)',
    });
  }

  async #invoke(input: unknown): Promise<unknown> {
    const key = currentUpdateInfo()?.id;
    if (this.#first && this.#first.key === key) return this.#first.outcome;
    if (this.#settings.onBusy === 'replace' && !isReapplied()) this.#replace();
    return this.#enqueue(input, key).outcome;
  }

  #updateState(saved: unknown): void {
    const text = JSON.stringify(saved);
    // Only after a reset is there a turn that it came after.
    const before = this.#queue.at(-1) ?? this.#current;
    if (before) before.savedAfter = text;
    else this.#saved = text;
  }

  #isBusy(): boolean {
    return this.#current !== undefined || this.#queue.length > 0;
  }

  #assertOpen(): void {
    if (this.#course === 'closing')
      throw refusal('ThreadClosed', 'The thread is closing. When it has ended, an input starts it anew.');
    if (this.#course === 'continuing')
      throw refusal('ThreadContinuing', 'The thread goes on in a new run in a moment. Send it again.');
  }

  /** Throws when no further input is taken (R4). */
  #assertFree(key: string | undefined): void {
    if (this.#first && this.#first.key === key) return;
    const known = this.#known.find((turn) => turn.key === key);
    if (known) throw alreadyInvoked(known);
    if (isReapplying()) return;
    this.#assertOpen();
    if (!this.#isBusy()) return;
    const { onBusy } = this.#settings;
    switch (onBusy) {
      case 'reject':
        throw this.#busy('and takes one input at a time');
      case 'enqueue':
        if (this.#queue.length >= MAX_QUEUED_TURNS) throw this.#busy(`and ${MAX_QUEUED_TURNS} more inputs wait`);
        return;
      case 'replace':
        return;
      default:
        onBusy satisfies never;
    }
  }

  #busy(why: string): Error {
    const open = this.#run.open().map(({ id }) => `\`${id}\``);
    const what = open.length > 0 ? `waits for an answer to ${open.join(', ')}` : 'is at work';
    const { workflowId } = workflowInfo();
    return refusal('ThreadBusy', `Turn ${this.#n} of thread \`${workflowId}\` ${what}, ${why}.`);
  }

  /** The newest input is the one that counts (R4). */
  #replace(): void {
    this.#refuseQueued('TurnReplaced', REPLACED);
    if (!this.#current) return;
    this.#current.isReplaced = true;
    this.#current.scope.cancel();
  }

  #cancel(about: unknown): void {
    const address = readAddress(about);
    const turn = this.#current ?? this.#queue[0];
    if (isReapplied()) this.#cancelReapplied(address);
    else if (turn) this.#cancelTurn(turn, address);
  }

  /** Signals come before updates then, so the turn that is at work now may be another one. */
  #cancelReapplied(address: EndAddress): void {
    const { turn: n = 0 } = address;
    if (this.#current?.n === n) this.#cancelTurn(this.#current, address);
    else if (n > this.#n) this.#cancelled.set(n, address);
  }

  #cancelTurn(turn: Turn, address: EndAddress): void {
    log.info('Turn cancelled', { ...address, turn: turn.n });
    turn.reason = address.reason;
    turn.scope.cancel();
  }

  #close(about: unknown): void {
    log.info('Thread closed', { ...readAddress(about) });
    this.#course = 'closing';
    // The inputs that came before it are delivered after it.
    if (isReapplied()) return;
    // Without a running turn, the one that is about to begin is it.
    this.#refuseQueued('ThreadClosed', CLOSED, this.#current ? 0 : 1);
  }

  #continue(): Promise<never> {
    const { memo = {} } = workflowInfo();
    const saved = this.#previous();
    const carried: CarriedThread = {
      turn: this.#n,
      ...(saved === undefined ? {} : { saved }),
      known: this.#known,
      run: this.#run.carry(),
    };
    const again = makeContinueAsNewFunc<(input: null, thread: unknown) => Promise<unknown>>({ memo });
    return again(null, encodeCarried(carried));
  }
}

function isContinueSuggested(): boolean {
  return workflowInfo().continueAsNewSuggested;
}

/** The argument of a signal, of which whoever may signal may send anything. */
function readAddress(about: unknown): EndAddress {
  const { reason, actor, turn } = (about ?? {}) as Partial<Record<keyof EndAddress, unknown>>;
  return {
    ...(typeof reason === 'string' ? { reason } : {}),
    ...(typeof actor === 'string' ? { actor } : {}),
    ...(typeof turn === 'number' ? { turn } : {}),
  };
}

const CLOSED = 'The thread ended before this turn began.';
