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
  AsyncLocalStorage,
  CancellationScope,
  CancelledFailure,
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
import type { Check } from '../protocol/schema.ts';
import type { Answer, Asked, Interrupt, Problem, Receipt, State } from '../protocol/shapes.ts';
import { Answers } from './answers.ts';
import { describeWaiting } from './details.ts';
import { failure } from './failure.ts';
import { Notifier } from './notify.ts';
import { Questions, type Closing, type Opening, type Outcome, type QuestionsListener } from './questions.ts';
import { answerCheck, resolveDefault } from './schema.ts';

/** A question of this run before it opens: what is asked, by whom, and why again. */
export interface Asking {
  readonly id: string;
  readonly asked: Asked;
  /** What the code gets for an answer that fits the JSON Schema; by default the answer. */
  readonly parse?: Check;
  readonly task?: string;
  readonly problems?: readonly Problem[];
}

/** More than any chain of handlers that one would write. */
const SETTLING_HOPS = 32;

type Ending =
  | { readonly kind: 'live' }
  | { readonly kind: 'returned' }
  | { readonly kind: 'failed' | 'canceled' }
  | { readonly kind: 'completed'; readonly value: unknown };

export class Run implements QuestionsListener {
  readonly id: string = workflowInfo().firstExecutionRunId;
  readonly entrypoint: string;
  readonly answers: Answers;
  readonly #questions: Questions;
  readonly #notifier: Notifier | undefined;
  /** How often each task and entrypoint was called or asked: one counter a name (I3). */
  readonly #counts = new Map<string, number>();
  /** Calls of tasks that neither ended nor wait for an answer (T6). */
  #runningCalls = 0;
  #ending: Ending = { kind: 'live' };
  #drawing = false;

  constructor(entrypoint: string, notify?: string) {
    this.entrypoint = entrypoint;
    this.#notifier = notify === undefined ? undefined : new Notifier(notify, entrypoint);
    this.#questions = new Questions(this);
    this.answers = new Answers(this.#questions, this.id);
    this.#setHandlers();
  }

  /** The next number of a task or entrypoint, from 1 (I3). */
  next(name: string): number {
    const n = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, n);
    return n;
  }

  /** Asks, and waits for all to end. Once the body has returned nobody waits for answers any more (T6). */
  ask(asking: readonly Asking[]): Promise<Outcome[]> {
    if (this.#ending.kind !== 'live') return Promise.reject(new CancelledFailure('The entrypoint has returned'));
    return this.#questions.ask(asking.map((question) => this.#open(question)));
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

  /** A task's activity is scheduled: the end of the run waits for it (T6). */
  callStarted(): void {
    this.#runningCalls++;
  }

  callEnded(): void {
    this.#runningCalls--;
  }

  /**
   * The body has returned: questions are withdrawn, and tasks that it left behind come to their end (T6).
   *
   * A cancellation reaches those tasks, and no longer the value.
   */
  async drain(): Promise<void> {
    this.#ending = { kind: 'returned' };
    if (this.#questions.withdrawAll('The entrypoint has returned')) await this.#settle();
    if (this.#runningCalls > 0) await CancellationScope.nonCancellable(() => condition(() => this.#runningCalls === 0));
    await this.notified();
  }

  /** Lets code that handles a withdrawal go on, to where it starts a task. There is no later turn in this step to wait for. */
  async #settle(): Promise<void> {
    for (let hops = 0; hops < SETTLING_HOPS; hops++) await Promise.resolve();
  }

  /** What happened to its questions is told before the run ends. */
  async notified(): Promise<void> {
    const notifier = this.#notifier;
    if (notifier) await CancellationScope.nonCancellable(() => condition(() => notifier.isDone()));
  }

  opened(interrupts: readonly Interrupt[]): void {
    for (const interrupt of interrupts) this.#notifier?.opened(interrupt);
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
    this.#showWaiting();
  }

  hasEnded(): boolean {
    return this.#ending.kind !== 'live' && this.#ending.kind !== 'returned';
  }

  complete(value: unknown): void {
    this.#ending = { kind: 'completed', value };
  }

  fail(kind: 'failed' | 'canceled'): void {
    this.#ending = { kind };
    this.#questions.withdrawAll('The run has ended');
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
    const open = (): readonly Interrupt[] => this.#questions.open();
    setHandler(defineQuery<readonly Interrupt[]>(INTERRUPTS_QUERY), open, { description: 'The open questions' });
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
    const base = { version: PROTOCOL_VERSION, turn: 1, interrupts, refused: this.answers.refusals() };
    const ending = this.#ending;
    switch (ending.kind) {
      case 'live':
        return { ...base, status: interrupts.length > 0 ? 'waiting' : 'running' };
      case 'returned':
        return { ...base, status: 'running' };
      case 'completed':
        return { ...base, status: 'completed', value: ending.value };
      case 'failed':
      case 'canceled':
        return { ...base, status: ending.kind };
      default:
        return ending satisfies never;
    }
  }

  /** Draws the current details, once for all that changes in this step. */
  #showWaiting(): void {
    if (this.#drawing) return;
    this.#drawing = true;
    void Promise.resolve().then(() => {
      this.#drawing = false;
      setCurrentDetails(describeWaiting(this.#questions.open(), this.answers.refusals()));
    });
  }
}

let theRun: Run | undefined;
/** Which entrypoint the code at hand belongs to: one that is called inline asks under its own name (I3, R6). */
const inEntrypoint = new AsyncLocalStorage<string>();

/** Makes the run of this workflow; `undefined` when there is one already. */
export function startRun(entrypoint: string, notify?: string): Run | undefined {
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
  return theRun ? undefined : (theRun = new Run(entrypoint, notify));
}

export function withinEntrypoint<Value>(name: string, body: () => Value): Value {
  return inEntrypoint.run(name, body);
}

/** The run and the entrypoint that the caller is in; refuses a call from anywhere else (I6). */
export function currentRun(what: string): { readonly run: Run; readonly entrypoint: string } {
  if (!inWorkflowContext() || !theRun) {
    throw failure(
      'OutsideRun',
      `${what} of \`holdpoint/workflow\` may only be called in the body of an entrypoint, while it runs. In a task, import \`interrupt\` from \`holdpoint/activity\`.`,
    );
  }
  return { run: theRun, entrypoint: inEntrypoint.getStore() ?? theRun.entrypoint };
}
