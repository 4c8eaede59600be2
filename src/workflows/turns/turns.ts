/**
 * The turns of a thread with memory: one after the other, each with what the last good one saved.
 *
 * Inputs become turns in `admission.ts`. Owns the loop over them, the memory, and the end of the run: closed, idle for
 * too long, cancelled, or continued as new.
 *
 * R3. A failed or cancelled turn leaves the memory as it was.
 * R5. Between turns the run continues as new when it is long and no input waits, or when Temporal suggests it.
 * T6. The scope of a turn is cancelled when it ends, and with it the timers and children that it left behind.
 */
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  DeterminismViolationError,
  workflowInfo,
} from '@temporalio/workflow';
import { CancelledFailure } from '@temporalio/common';
import { defined } from '../../protocol/defined.ts';
import { checkJson } from '../../protocol/limits.ts';
import { TURN_MEMO } from '../../protocol/names.ts';
import type { State, TurnMemo } from '../../protocol/shapes.ts';
import { Admission, type OnBusy } from './admission.ts';
import { continueAsNew, isContinueSuggested, isLong, type CarriedThread } from './continue-as-new.ts';
import { describeIdle } from '../display/details.ts';
import { readFinal } from '../entrypoint/final.ts';
import type { UserFunction } from '../run/body.ts';
import { setTurnHandlers, type SaveMessages } from '../run/handlers.ts';
import { encodeSaved, Memory, savedProblem, saveOf } from './memory.ts';
import { refusedInput } from './refused-input.ts';
import type { Conversation, Run } from '../run/run.ts';
import { assertInstalled } from '../run/turn-leftovers.ts';
import { assertSendable } from '../errors/sendable.ts';
import { showTurn, type Turn, type TurnOutcome } from './turn.ts';

export interface TurnsSettings {
  /** How long the thread stays open between turns; `undefined`: until it is closed. */
  readonly idleTimeoutMs: number | undefined;
  readonly onBusy: OnBusy;
  readonly fn: UserFunction;
}

/** What a run begins with: an input, or what the run before it has left. */
export interface Beginning {
  readonly input: unknown;
  readonly carried: CarriedThread | undefined;
}

/** How long the end of a run waits for handlers of the user's own. */
const HANDLERS_MS = 5000;

export class Turns implements Conversation, SaveMessages {
  readonly #run: Run;
  readonly #settings: TurnsSettings;
  readonly #root = CancellationScope.current();
  readonly #admission: Admission;
  readonly #memory: Memory;
  /** The value of the last good turn of this run. */
  #value: unknown;
  /** How the last turn ended. */
  #status: TurnMemo['status'] = 'completed';
  /** Whether this run has had a turn. Without one it does not continue because of its length, so no two runs in a row do. */
  #hasWorked = false;

  constructor(run: Run, settings: TurnsSettings, { input, carried }: Beginning) {
    assertInstalled();
    this.#run = run;
    this.#settings = settings;
    this.#memory = new Memory(carried?.saved);
    const { onBusy } = settings;
    this.#admission = new Admission({ onBusy, root: this.#root, carried, open: () => run.open() });
    run.converse(this);
    const { key } = (workflowInfo().memo?.[TURN_MEMO] ?? {}) as Partial<TurnMemo>;
    if (!carried) this.#admission.start(input, key);
    // Last: a message that came with the start is delivered here, and is about the turn that the start brought.
    setTurnHandlers(this.#admission, this);
  }

  /** Runs turns until the thread ends or continues in another run. */
  async toEnd(): Promise<void> {
    const admission = this.#admission;
    try {
      for (let turn = await this.#next(); turn; turn = await this.#next()) await this.#work(turn);
    } catch (error) {
      if (!this.#root.consideredCancelled) throw error;
    }
    const isCancelled = this.#root.consideredCancelled;
    if (isCancelled) admission.stop();
    admission.refuseQueued(isCancelled ? 'TurnCancelled' : 'ThreadClosed');
    // Our own handlers finish at once. One of the user's may wait for what never comes: a question of a turn that is
    // over, or the next turn.
    await CancellationScope.nonCancellable(() => condition(allHandlersFinished, HANDLERS_MS, { summary: 'handlers' }));
    await this.#run.notified();
    // The cancellation may have come meanwhile.
    if (this.#root.consideredCancelled) throw new CancelledFailure('The thread was cancelled');
    if (admission.isContinuing) await this.#continue();
  }

  state(): Pick<State, 'turn' | 'saved' | 'value'> {
    return { turn: this.#admission.n, ...defined({ saved: this.#memory.previous(), value: this.#value }) };
  }

  describeIdle(): string {
    return describeIdle(this.#admission.n, this.#status);
  }

  validateUpdateState(saved: unknown): void {
    const problem = savedProblem(saved);
    if (problem) throw refusedInput(problem.code, problem.message);
    this.#admission.validateUpdateState();
  }

  updateState(saved: unknown): void {
    const text = encodeSaved(saved);
    if (!this.#admission.saveAfterTurn(text)) this.#memory.save(text);
  }

  /** The next turn; `undefined` when there is none in this run. */
  async #next(): Promise<Turn | undefined> {
    if (this.#root.consideredCancelled) return undefined;
    if (this.#admission.isIdle) await this.#idle();
    if (this.#isOver()) this.#admission.continue();
    return this.#admission.next();
  }

  async #idle(): Promise<void> {
    this.#run.answers.refuseHeld();
    this.#run.rest();
    const hasNews = (): boolean => !this.#admission.isIdle || this.#isOver();
    const { idleTimeoutMs } = this.#settings;
    if (idleTimeoutMs === undefined) await condition(hasNews);
    else if (!(await condition(hasNews, idleTimeoutMs, { summary: 'idle' }))) this.#admission.stop();
  }

  /** Whether the thread is to go on in a new run. No input has to wait for that, unless Temporal suggests it (R5). */
  #isOver(): boolean {
    return isContinueSuggested() || (this.#hasWorked && this.#admission.isIdle && isLong());
  }

  async #work(turn: Turn): Promise<void> {
    this.#hasWorked = true;
    if (turn.isAfterReset) this.#run.answers.refuseHeld();
    this.#admission.begin(turn);
    showTurn(turn);
    const outcome = await this.#attempt(turn);
    this.#admission.end();
    this.#status = outcome.kind;
    if (outcome.kind === 'completed') {
      this.#memory.save(outcome.saved);
      this.#value = outcome.value;
    }
    if (turn.savedAfter !== undefined) this.#memory.save(turn.savedAfter);
    showTurn(turn, outcome);
    turn.end(outcome);
  }

  async #attempt(turn: Turn): Promise<TurnOutcome> {
    const { scope } = turn;
    const { entrypoint } = this.#run;
    try {
      // The turn may have been cancelled before it began.
      if (scope.consideredCancelled) await scope.cancelRequested;
      const returned = await this.#run.work(scope, this.#settings.fn, turn.input, this.#memory.previous());
      // Cancels the timers and children that the turn left behind.
      scope.cancel();
      const replaced = turn.replacedOutcome();
      if (replaced) return replaced;
      const { value, save } = readFinal(returned);
      // As JSON: the memo shows the value of the first turn within its outcome, where bytes would not be bytes.
      assertSendable(value, `the value of entrypoint \`${entrypoint}\``, checkJson);
      return { kind: 'completed', value, saved: saveOf(save, entrypoint) };
    } catch (error) {
      if (error instanceof DeterminismViolationError) throw error;
      return turn.replacedOutcome() ?? turn.failedOutcome(error);
    }
  }

  #continue(): Promise<never> {
    return continueAsNew({
      turn: this.#admission.n,
      ...defined({ saved: this.#memory.previous() }),
      known: this.#admission.known,
      run: this.#run.carry(),
    });
  }
}
