/**
 * One run of an entrypoint: what its questions, its answers and its body have to do with each other.
 *
 * There is one in a workflow (`current-run.ts`); an entrypoint that is called inline shares it (R6). It listens to its
 * questions: what follows when one opens or closes is here, in order.
 *
 * Owns the phase, the body at work, and how often each task and entrypoint was called (I3).
 */
import { CancellationScope, condition, patched, workflowInfo } from '@temporalio/workflow';
import { MAX_CARRIED_CLOSED_BYTES } from '../../protocol/limits.ts';
import { PROTOCOL_VERSION } from '../../protocol/names.ts';
import type { Answer, Interrupt, Receipt, Refusal, State } from '../../protocol/shapes.ts';
import { AnswerRecords } from '../answers/answer-records.ts';
import { Answers } from '../answers/answers.ts';
import { Body, type UserFunction } from './body.ts';
import { newestFitting, type CarriedQuestion, type CarriedRun } from '../turns/continue-as-new.ts';
import { Display, type Displayed } from '../display/display.ts';
import { Sharing } from '../sharing/sharing.ts';
import { setRunHandlers, type RunMessages } from './handlers.ts';
import { Notifier } from '../questions/notify.ts';
import { hasEnded, statusOf, type EndPhase, type Phase } from './phase.ts';
import { RememberedDecisions } from './remembered.ts';
import { pending } from '../sandbox/promises.ts';
import {
  answerOf,
  closedKind,
  openQuestion,
  type Change,
  type Closing,
  type QuestionDraft,
} from '../questions/question.ts';
import { Questions, type QuestionsListener } from '../questions/questions.ts';

/** What a thread with memory adds to its run. */
export interface Conversation {
  state(): Pick<State, 'turn' | 'saved' | 'value'>;
  /** How to go on when the thread is idle, as Markdown. */
  describeIdle(): string;
}

/** A patch: in earlier versions, a question that is asked again is for those whom the code names. */
const STAYS_REASSIGNED = 'holdpoint/stays-reassigned';

export interface RunSettings {
  /** The name of the task that is notified of questions. */
  readonly notify?: string | undefined;
  /** What the previous run of the chain has left (R5). */
  readonly carried?: CarriedRun | undefined;
}

export class Run implements QuestionsListener, RunMessages, Displayed {
  readonly id: string = workflowInfo().firstExecutionRunId;
  readonly entrypoint: string;
  readonly answers: Answers;
  readonly sharing = new Sharing();
  readonly remembered: RememberedDecisions;
  readonly #records: AnswerRecords;
  readonly #questions: Questions;
  readonly #notifier: Notifier | undefined;
  readonly #display: Display;
  /** One counter for each name. Counts are carried over the chain, so ids are never used twice (I3). */
  readonly #counts: Map<string, number>;
  #phase: Phase = { kind: 'live' };
  #conversation: Conversation | undefined;
  /** The body at work, or the last one. */
  #body: Body;

  constructor(entrypoint: string, { notify, carried }: RunSettings) {
    this.entrypoint = entrypoint;
    this.#counts = new Map(Object.entries(carried?.counts ?? {}));
    this.#notifier = notify === undefined ? undefined : new Notifier(notify, entrypoint);
    this.#questions = new Questions(this, [...answeredBefore(carried), ...(carried?.closed ?? [])]);
    this.#records = new AnswerRecords(carried?.answers);
    this.answers = new Answers({ questions: this.#questions, records: this.#records, run: this.id });
    this.#display = new Display(this);
    this.remembered = new RememberedDecisions(carried?.remembered, {
      onChange: () => this.#display.draw(),
      isAnswered: (question) => this.accepted().some(({ id }) => id === question),
    });
    this.#body = this.#makeBody();
    setRunHandlers(this);
  }

  /** Makes this the run of a thread with memory, which has turns. */
  converse(conversation: Conversation): void {
    this.#conversation = conversation;
  }

  get body(): Body {
    return this.#body;
  }

  carry(): CarriedRun {
    return {
      counts: Object.fromEntries(this.#counts),
      answers: this.#records.carry(),
      closed: newestFitting(this.#questions.closed(), MAX_CARRIED_CLOSED_BYTES),
      remembered: this.remembered.carry(),
    };
  }

  /** The next number of a task or entrypoint, from 1 (I3). */
  next(name: string): number {
    const n = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, n);
    return n;
  }

  /** Opens questions, and waits until all have closed. */
  ask(drafts: readonly QuestionDraft[], body: Body): Promise<Closing[]> {
    // Nobody waits for these answers any more.
    if (body.isOver) return pending();
    const questions = drafts.map((draft) => openQuestion(this.#forThoseWhoHaveIt(draft), this.id));
    return this.#questions.ask(questions, body);
  }

  /** A question that is asked again stays with those to whom it was reassigned (A12). */
  #forThoseWhoHaveIt(draft: QuestionDraft): QuestionDraft {
    const { id, again } = draft;
    const assignees = again === undefined ? undefined : this.#questions.stayReassigned(id, again);
    if (!assignees || !patched(STAYS_REASSIGNED)) return draft;
    return { ...draft, asked: { ...draft.asked, assignees } };
  }

  /** Runs the user's function in a body of its own, to the end of what the body leaves behind. */
  work(scope: CancellationScope, fn: UserFunction, ...args: Parameters<UserFunction>): Promise<unknown> {
    const body = (this.#body = this.#makeBody());
    this.#phase = { kind: 'live' };
    this.#display.index();
    // The thread was idle before.
    if (this.#conversation) this.#display.draw();
    return body.run(scope, fn, args);
  }

  #makeBody(): Body {
    return new Body({
      entrypoint: this.entrypoint,
      isTurn: this.#conversation !== undefined,
      onEnd: (how) => {
        if (how === 'returned') this.#phase = { kind: 'returned' };
        this.#questions.withdrawAll();
      },
    });
  }

  /** Resolves when every notification has been given: the run ends after them (R9). */
  async notified(): Promise<void> {
    const notifier = this.#notifier;
    if (notifier) await CancellationScope.nonCancellable(() => condition(() => notifier.isDone()));
  }

  opened(interrupts: readonly Interrupt[]): void {
    this.#display.memo.opened(interrupts);
    this.answers.decideHeld(interrupts);
    const opened = new Set(interrupts.map(({ id }) => id));
    // One that has just been answered needs nobody, and one that has just been reassigned needs others (A10, A12).
    for (const interrupt of this.#questions.open()) if (opened.has(interrupt.id)) this.#notifier?.opened(interrupt);
    this.#display.index();
    this.#display.draw();
  }

  reminded(interrupt: Interrupt): void {
    this.#notifier?.reminded(interrupt);
  }

  changed(interrupt: Interrupt, change: Change, before: Interrupt): void {
    this.#display.memo.changed(interrupt, change);
    this.#notifier?.changed(interrupt, change, before);
    this.#display.index();
    this.#display.draw();
  }

  closed(interrupt: Interrupt, closing: Closing): void {
    this.#display.memo.closed(interrupt, closing);
    const answer = answerOf(closing);
    if (answer) this.#records.accept(interrupt.id, answer);
    this.#notifier?.closed(interrupt, closing);
    this.#display.index();
    this.#display.draw();
  }

  /** A turn has ended, and no other turn waits. */
  rest(): void {
    this.#phase = { kind: 'idle' };
    this.#display.index();
    this.#display.draw();
  }

  /** The last transition: no body follows in this run. */
  end(phase: EndPhase): void {
    this.answers.refuseHeld();
    this.#phase = phase;
    if (this.#conversation) this.#display.draw();
  }

  hasEnded(): boolean {
    return hasEnded(this.#phase);
  }

  isIdle(): boolean {
    return this.#phase.kind === 'idle';
  }

  describeIdle(): string | undefined {
    return this.isIdle() ? this.#conversation?.describeIdle() : undefined;
  }

  resume(args: readonly unknown[]): void {
    this.answers.take(args);
    this.#display.draw();
  }

  answer(args: readonly unknown[]): void {
    this.answers.takeOne(args);
    this.#display.draw();
  }

  reassign(about: unknown): void {
    this.answers.takeReassignment(about);
    this.#display.draw();
  }

  forget(about: unknown): void {
    this.remembered.take(about);
  }

  /** The open questions, oldest first. */
  open(): readonly Interrupt[] {
    return this.#questions.open();
  }

  accepted(): readonly Answer[] {
    return this.#records.accepted();
  }

  refusals(): readonly Refusal[] {
    return this.#records.refused();
  }

  receipt(key: string): Receipt | null {
    return this.#records.receipt(key) ?? null;
  }

  state(): State {
    const interrupts = this.open();
    return {
      version: PROTOCOL_VERSION,
      turn: 1,
      interrupts,
      refused: this.refusals(),
      remembered: this.remembered.list(),
      ...this.#conversation?.state(),
      ...statusOf(this.#phase, interrupts.length > 0),
    };
  }
}

/** The answered questions of the record, which may go back further than the list of closed questions. */
function answeredBefore(carried: CarriedRun | undefined): readonly CarriedQuestion[] {
  return (carried?.answers.accepted ?? []).map(({ id, how }) => [id, closedKind(how)]);
}
