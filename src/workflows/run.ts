/**
 * One run of an entrypoint, as the sandbox holds it: its questions, its answers, its calls, and the messages it takes.
 *
 * There is one in a workflow, made by the first entrypoint that is called there; an entrypoint called from it runs
 * inline and shares it (R6).
 *
 * Handlers are set before the first await: Temporal buffers a signal without a handler silently, and one that came with
 * the start is delivered the moment a handler exists.
 */
import {
  CancellationScope,
  condition,
  defineQuery,
  defineSignal,
  inWorkflowContext,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import {
  ANSWERS_QUERY,
  INTERRUPTS_QUERY,
  PROTOCOL_VERSION,
  RECEIPT_QUERY,
  RESUME_SIGNAL,
  STATE_QUERY,
} from '../protocol/names.ts';
import { MAX_CARRIED_CLOSED_BYTES } from '../protocol/limits.ts';
import type { Check } from '../protocol/schema.ts';
import type { Answer, Asked, Interrupt, Problem, Receipt, State } from '../protocol/shapes.ts';
import { Answers, newestFitting, type CarriedAnswers } from './answers.ts';
import { currentFrame, withinFrame, type Body, type Frame } from './body.ts';
import { describeWaiting } from './details.ts';
import { failure } from './failure.ts';
import { Notifier } from './notify.ts';
import {
  Questions,
  type CarriedQuestion,
  type Closing,
  type Opening,
  type Outcome,
  type QuestionsListener,
} from './questions.ts';
import { answerCheck, resolveDefault } from './schema.ts';
import { SearchAttributes } from './search-attributes.ts';

/** A question of this run before it opens: what is asked, by whom, and why again. */
export interface Asking {
  readonly id: string;
  readonly asked: Asked;
  /** What the code gets for an answer that fits the JSON Schema; by default the answer. */
  readonly parse?: Check;
  readonly task?: string;
  readonly problems?: readonly Problem[];
}

type Phase =
  | { readonly kind: 'live' }
  | { readonly kind: 'returned' }
  | { readonly kind: 'idle' }
  | { readonly kind: 'failed' | 'canceled' }
  | { readonly kind: 'completed'; readonly value?: unknown };

/** What a thread with memory adds to the state of its run. */
export interface Memory {
  state(): Pick<State, 'turn' | 'saved' | 'value'>;
  /** How to go on when it is idle, for the Web UI. */
  describe(): string;
}

/** What continue-as-new carries of a run (R5). */
export interface CarriedRun {
  readonly counts: Readonly<Record<string, number>>;
  readonly answers: CarriedAnswers;
  /** Missing in what runs of earlier versions carried. */
  readonly closed?: readonly CarriedQuestion[];
}

export class Run implements QuestionsListener {
  readonly id: string = workflowInfo().firstExecutionRunId;
  readonly entrypoint: string;
  readonly answers: Answers;
  /** The one at work, or the last one. */
  body: Body = { isTurn: false, isOver: false, runningCalls: 0 };
  readonly #questions: Questions;
  readonly #notifier: Notifier | undefined;
  readonly #searchAttributes = new SearchAttributes();
  /** How often each task and entrypoint was called or asked: one counter a name (I3). */
  readonly #counts: Map<string, number>;
  #phase: Phase = { kind: 'live' };
  #memory: Memory | undefined;
  #drawing = false;

  constructor(entrypoint: string, { notify, carried }: RunSettings) {
    this.entrypoint = entrypoint;
    this.#counts = new Map(Object.entries(carried?.counts ?? {}));
    this.#notifier = notify === undefined ? undefined : new Notifier(notify, entrypoint);
    this.#questions = new Questions(this, [...answeredBefore(carried), ...(carried?.closed ?? [])]);
    this.answers = new Answers(this.#questions, this.id, carried?.answers);
    this.#setHandlers();
  }

  /** Makes it the run of a thread with memory, which has turns. */
  remember(memory: Memory): void {
    this.#memory = memory;
  }

  carry(): CarriedRun {
    return {
      counts: Object.fromEntries(this.#counts),
      answers: this.answers.carry(),
      closed: newestFitting(this.#questions.closed(), MAX_CARRIED_CLOSED_BYTES),
    };
  }

  /** The next number of a task or entrypoint, from 1 (I3). */
  next(name: string): number {
    const n = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, n);
    return n;
  }

  /** Asks, and waits for all to end. Once the body is over nobody waits for answers any more (T6). */
  ask(asking: readonly Asking[], body: Body): Promise<Outcome[]> {
    if (body.isOver) return new Promise(() => undefined);
    return this.#questions.ask(
      asking.map((question) => this.#open(question)),
      body,
    );
  }

  #open({ id, asked, parse, task, problems }: Asking): Opening {
    const { timeout, default: fallback, remind, ...shown } = asked;
    const now = Date.now();
    const expiresAt = typeof timeout === 'number' ? new Date(now + timeout).toISOString() : timeout;
    const interrupt: Interrupt = {
      id,
      run: this.id,
      ...shown,
      ...(task === undefined ? {} : { task }),
      askedAt: new Date(now).toISOString(),
      ...(expiresAt === undefined ? {} : { expiresAt }),
      ...(problems ? { problems } : {}),
    };
    const check = answerCheck(asked.schema, parse);
    return {
      interrupt,
      check,
      ...(fallback ? { default: resolveDefault(fallback.value, check, id) } : {}),
      ...(remind === undefined ? {} : { remind }),
    };
  }

  /**
   * Runs a body to its end, and that of what it leaves behind (T6): when it returns, its questions are withdrawn and its
   * tasks come to their end; when it throws, all is cancelled.
   */
  async work<Value>(scope: CancellationScope, fn: () => Promise<Value>): Promise<Value> {
    const body: Body = (this.body = { isTurn: this.#memory !== undefined, isOver: false, runningCalls: 0 });
    this.#phase = { kind: 'live' };
    this.#index();
    // It is idle no longer.
    if (this.#memory) this.#showWaiting();
    try {
      const value = await scope.run(() => withinFrame({ entrypoint: this.entrypoint, body }, fn));
      body.isOver = true;
      this.#phase = { kind: 'returned' };
      this.#questions.withdrawAll();
      // A cancellation reaches those tasks, and no longer the value.
      if (body.runningCalls > 0) await CancellationScope.nonCancellable(() => condition(() => body.runningCalls === 0));
      return value;
    } catch (error) {
      body.isOver = true;
      scope.cancel();
      this.#questions.withdrawAll();
      throw error;
    }
  }

  /** What happened to its questions is told before the run ends. */
  async notified(): Promise<void> {
    const notifier = this.#notifier;
    if (notifier) await CancellationScope.nonCancellable(() => condition(() => notifier.isDone()));
  }

  /** Open questions, oldest first. */
  open(): readonly Interrupt[] {
    return this.#questions.open();
  }

  opened(interrupts: readonly Interrupt[]): void {
    this.answers.settleHeld(interrupts);
    for (const interrupt of interrupts) {
      // A question that is answered already needs nobody.
      if (this.#questions.kind(interrupt.id) === 'open') this.#notifier?.opened(interrupt);
    }
    this.#index();
    this.#showWaiting();
  }

  reminded(interrupt: Interrupt): void {
    this.#notifier?.reminded(interrupt);
  }

  closed(interrupt: Interrupt, closing: Closing): void {
    if (closing.kind === 'answered' && closing.record.how === 'default') {
      this.answers.record({ id: interrupt.id, ...closing.record, value: closing.sent });
    }
    this.#notifier?.closed(interrupt, closing);
    this.#index();
    this.#showWaiting();
  }

  hasEnded(): boolean {
    return this.#phase.kind === 'completed' || this.#phase.kind === 'failed' || this.#phase.kind === 'canceled';
  }

  /** A turn has ended, and no other one is there. */
  rest(): void {
    this.#phase = { kind: 'idle' };
    this.#index();
    this.#showWaiting();
  }

  complete(value?: unknown): void {
    this.answers.refuseHeld();
    this.#phase = { kind: 'completed', ...(value === undefined ? {} : { value }) };
    if (this.#memory) this.#showWaiting();
  }

  fail(kind: 'failed' | 'canceled'): void {
    this.answers.refuseHeld();
    this.#phase = { kind };
    if (this.#memory) this.#showWaiting();
  }

  #setHandlers(): void {
    setHandler(
      defineSignal<unknown[]>(RESUME_SIGNAL),
      (...args) => {
        this.answers.take(args);
        this.#showWaiting();
      },
      { description: 'Answers an open question: (value, { id?, run?, actor?, key? }?)' },
    );
    setHandler(defineQuery<readonly Interrupt[]>(INTERRUPTS_QUERY), () => this.open(), {
      description: 'The open questions',
    });
    setHandler(defineQuery<readonly Answer[]>(ANSWERS_QUERY), () => this.answers.list(), {
      description: 'The accepted answers',
    });
    setHandler(defineQuery<Receipt | null, [string]>(RECEIPT_QUERY), (key) => this.answers.receipt(key), {
      description: 'What became of the answer with this key',
    });
    setHandler(defineQuery<State>(STATE_QUERY), () => this.#state(), {
      description: 'Status, open questions, value, refused answers',
    });
  }

  #state(): State {
    const interrupts = this.#questions.open();
    const base = {
      version: PROTOCOL_VERSION,
      turn: 1,
      interrupts,
      refused: this.answers.refusals(),
      ...this.#memory?.state(),
    };
    const phase = this.#phase;
    switch (phase.kind) {
      case 'live':
        return { ...base, status: interrupts.length > 0 ? 'waiting' : 'running' };
      case 'returned':
        return { ...base, status: 'running' };
      case 'completed': {
        const { kind, ...ended } = phase;
        return { ...base, ...ended, status: kind };
      }
      case 'idle':
      case 'failed':
      case 'canceled':
        return { ...base, status: phase.kind };
      default:
        return phase satisfies never;
    }
  }

  /** By what the server finds the thread; each change is a command of this step. */
  #index(): void {
    if (!this.#searchAttributes.isOn) return;
    const open = this.#questions.open();
    if (open.length > 0) this.#searchAttributes.show('waiting', open);
    else this.#searchAttributes.show(this.#phase.kind === 'idle' ? 'idle' : 'running', open);
  }

  /** Draws the current details, once for all that changes in this step. */
  #showWaiting(): void {
    if (this.#drawing) return;
    this.#drawing = true;
    void Promise.resolve().then(() => {
      this.#drawing = false;
      const idle = this.#phase.kind === 'idle' ? this.#memory?.describe() : undefined;
      setCurrentDetails(describeWaiting(this.#questions.open(), this.answers.refusals(), idle));
    });
  }
}

/** The questions of the record of answers, which may go back further than the list of ended questions. */
function answeredBefore(carried: CarriedRun | undefined): readonly CarriedQuestion[] {
  return (carried?.answers.accepted ?? []).map(({ id, how }) => [id, how === 'default' ? 'expired' : how]);
}

export interface RunSettings {
  readonly notify?: string | undefined;
  /** What the run before it in the chain has left (R5). */
  readonly carried?: CarriedRun | undefined;
}

let theRun: Run | undefined;
/** Makes the run of this workflow; `undefined` when there is one already. */
export function startRun(entrypoint: string, settings: RunSettings): Run | undefined {
  if (!inWorkflowContext()) {
    throw failure(
      'OutsideRun',
      `Entrypoint \`${entrypoint}\` runs as a workflow: start it with \`thread.start\`, or call it in another entrypoint.`,
    );
  }
  if (theRun?.hasEnded()) {
    throw failure(
      'OutsideRun',
      `Entrypoint \`${entrypoint}\` was called in a workflow whose entrypoint \`${theRun.entrypoint}\` has ended: call one from the other, or run it as a child workflow.`,
    );
  }
  return theRun ? undefined : (theRun = new Run(entrypoint, settings));
}

/** Calls an entrypoint inline, in the body at hand (R6). */
export function inline<Value>(entrypoint: string, fn: () => Value): Value {
  const { body } = currentRun(`Entrypoint \`${entrypoint}\``);
  return withinFrame({ entrypoint, body }, fn);
}

/** Where the caller is; refuses a call from anywhere else (I6). */
export function currentRun(what: string): Frame & { readonly run: Run } {
  if (!inWorkflowContext() || !theRun) {
    throw failure(
      'OutsideRun',
      `${what} of \`holdpoint/workflow\` may only be called in the body of an entrypoint, while it runs. In a task, import \`interrupt\` from \`holdpoint/activity\`.`,
    );
  }
  // A handler that the user has set is called from outside the body.
  return { run: theRun, ...(currentFrame() ?? { entrypoint: theRun.entrypoint, body: theRun.body }) };
}
