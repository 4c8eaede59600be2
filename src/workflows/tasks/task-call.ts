/**
 * One call of a task, from its first schedule to its result.
 *
 * When the activity ends with questions, the call asks them, waits, and runs the activity again with the answers, under
 * the same activity id (I2). Its body is told when the call starts and ends.
 *
 * T1. A call is scheduled at once, awaited or not.
 * T2. A call that has a result is never scheduled again.
 * T8. A worker that lacks the task uses up no attempt: the call is tried again until a worker has the task.
 */
import {
  decodeQuestions,
  decodeResult,
  encodeArguments,
  isUnregistered,
  type PassQuestion,
} from '../../protocol/envelopes.ts';
import { defined } from '../../protocol/defined.ts';
import { checkEncodable, checkTogether, isBytes, surveyArguments } from '../../protocol/limits.ts';
import { callId, questionId } from '../../protocol/names.ts';
import type { Body } from '../run/body.ts';
import { failure } from '../errors/failure.ts';
import { PassAnswers } from './pass-answers.ts';
import { handled, pending } from '../sandbox/promises.ts';
import type { QuestionDraft } from '../questions/question.ts';
import type { Run } from '../run/run.ts';
import { isJsonEncoded } from '../sandbox/runtime.ts';
import { isLossless } from '../errors/sendable.ts';
import { isUnregisteredLocally, taskFailure } from './task-failure.ts';
import { failWorkflowTask, pauseUntilNextTry } from './unregistered.ts';

/** Schedules the activity once. `elsewhere`: not eagerly on the worker that runs the body. */
export type Schedule = (call: string, args: unknown[], elsewhere: boolean) => Promise<unknown>;

export interface TaskCallSettings {
  readonly run: Run;
  readonly body: Body;
  /** The name of the task. */
  readonly name: string;
  readonly args: readonly unknown[];
  readonly schedule: Schedule;
  readonly local: boolean;
}

export class TaskCall {
  readonly #run: Run;
  readonly #body: Body;
  readonly #name: string;
  readonly #args: readonly unknown[];
  readonly #schedule: Schedule;
  readonly #local: boolean;
  readonly #id: string;
  /** Only a call that has asked has them. */
  #answers: PassAnswers | undefined;
  /** How many questions the call has asked, over all its passes. */
  #asked = 0;
  /** How often a worker that lacks the task took the call. */
  #unregistered = 0;

  constructor({ run, body, name, args, schedule, local }: TaskCallSettings) {
    this.#run = run;
    this.#body = body;
    this.#name = name;
    this.#args = args;
    this.#schedule = schedule;
    this.#local = local;
    this.#id = callId(name, run.next(name));
  }

  /**
   * Runs the activity, and again for as long as it asks.
   *
   * With `then` and not with `await`: each promise costs the sandbox a stack trace, live and in every replay, and this is
   * the path of every task.
   */
  result(): Promise<unknown> {
    const body = this.#body;
    let scheduled: Promise<unknown>;
    try {
      scheduled = this.#schedule(this.#id, this.#arguments(), this.#unregistered > 0);
    } catch (error) {
      return handled(Promise.reject(error));
    }
    body.callStarted();
    const result: Promise<unknown> = scheduled.then(
      (value) => {
        if (isUnregistered(value)) {
          // A caller need not await the call while it waits for its worker, either.
          void handled(result);
          return this.#waitForWorker();
        }
        body.callEnded();
        const questions = decodeQuestions(value);
        if (!questions) return decodeResult(value);
        void handled(result);
        return this.#ask(questions).then(() => this.result());
      },
      (error: unknown) => {
        if (this.#local && isUnregisteredLocally(error)) return failWorkflowTask(this.#id, this.#name);
        body.callEnded();
        if (body.abandons(error)) return pending();
        // A caller need not await the call; the failure is in the history.
        void handled(result);
        throw taskFailure(error, this.#name);
      },
    );
    return result;
  }

  /** Tries again after a pause. The call is still running: the end of the body waits for it. */
  #waitForWorker(): Promise<unknown> {
    if (this.#local) return failWorkflowTask(this.#id, this.#name);
    const body = this.#body;
    return pauseUntilNextTry(this.#id, this.#unregistered++, this.#args).then(
      () => {
        body.callEnded();
        return this.result();
      },
      (error: unknown) => {
        body.callEnded();
        if (body.abandons(error)) return pending();
        throw error;
      },
    );
  }

  /** The activity's arguments for this pass: the task's own, and the answers so far. */
  #arguments(): unknown[] {
    const args = encodeArguments(this.#args, this.#answers?.forNextPass() ?? []);
    const { lost, fits = false } = surveyArguments(args, this.#name);
    // A payload converter of the user's own knows what it can encode.
    if (lost && isJsonEncoded() && isLossless()) throw failure(lost.code, lost.message);
    if (!fits) this.#assertFit(args);
    return args;
  }

  /** The server's limit is on all arguments together, and it ends the run that is over it. */
  #assertFit(args: readonly unknown[]): void {
    const what = `the arguments of task \`${this.#name}\`, with its answers so far,`;
    // Earlier versions counted bytes as JSON text, which is many times as long.
    const problem = args.some(isBytes) && isLossless() ? checkTogether(args, what) : checkEncodable(args, what);
    if (problem?.code === 'TooLarge') throw failure(problem.code, problem.message);
  }

  async #ask(questions: readonly PassQuestion[]): Promise<void> {
    const answers = (this.#answers ??= new PassAnswers());
    const drafts = questions.map((question): QuestionDraft => {
      const { hash: _hash, replaces, rejects: _rejects, problems: rejected, ...asked } = question;
      const problems = rejected ?? (replaces && answers.describeUnused(replaces));
      const id = questionId(this.#id, ++this.#asked);
      return { id, asked, task: this.#name, ...defined({ problems }) };
    });
    const closings = await this.#run.ask(drafts, this.#body);
    answers.add(questions.map((question, i) => ({ question, id: drafts[i]!.id, closing: closings[i]! })));
  }
}
