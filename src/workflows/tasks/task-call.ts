/**
 * One call of a task, from its first schedule to its result.
 *
 * When the activity ends with questions, the call asks them, waits, and runs the activity again with the answers, under
 * the same activity id (I2). Its body is told when the call starts and ends.
 *
 * T1. A call is scheduled at once, awaited or not.
 * T2. A call that has a result is never scheduled again.
 * V2. A call whose worker cannot put its arguments together is scheduled once more, with all of them in full.
 * T8. A worker that lacks the task uses up no attempt: the call is tried again until a worker has the task.
 * T9. A call that the end of an invocation cuts off is scheduled again at once, with the details of its last heartbeat.
 */
import { ApplicationFailure } from '@temporalio/common';
import {
  decodeCutOff,
  decodeQuestions,
  decodeResult,
  decodeUnresolved,
  isUnregistered,
  type PassQuestion,
} from '../../protocol/envelopes.ts';
import { defined } from '../../protocol/defined.ts';
import { callId, questionId } from '../../protocol/names.ts';
import type { Body } from '../run/body.ts';
import { PassAnswers } from './pass-answers.ts';
import { handled, pending } from '../sandbox/promises.ts';
import type { QuestionDraft } from '../questions/question.ts';
import type { Run } from '../run/run.ts';
import { TaskArguments } from './task-arguments.ts';
import { isUnregisteredLocally, taskFailure } from './task-failure.ts';
import { failWorkflowTask, pauseUntilNextTry } from './unregistered.ts';

/** A call that is cut off this often does not fit into an invocation. With 15 minutes for each, it has run for a day. */
const MOST_CUT_OFFS = 100;

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
  /** Whether its arguments may be sent as references (V1). */
  readonly shares: boolean;
}

export class TaskCall {
  readonly #run: Run;
  readonly #body: Body;
  readonly #name: string;
  readonly #schedule: Schedule;
  readonly #local: boolean;
  readonly #id: string;
  readonly #arguments: TaskArguments;
  /** Only a call that has asked has them. */
  #answers: PassAnswers | undefined;
  /** How many questions the call has asked, over all its passes. */
  #asked = 0;
  /** How often a worker that lacks the task took the call. */
  #unregistered = 0;
  /** How often the call was cut off. */
  #cutOffs = 0;
  /** The details of the last heartbeat before the call was cut off, in a list. */
  #details: readonly unknown[] = [];

  constructor({ run, body, name, args, schedule, local, shares }: TaskCallSettings) {
    this.#run = run;
    this.#body = body;
    this.#name = name;
    this.#schedule = schedule;
    this.#local = local;
    this.#id = callId(name, run.next(name));
    this.#arguments = new TaskArguments({
      call: this.#id,
      task: name,
      args,
      sharing: shares ? run.sharing : undefined,
    });
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
      const args = this.#arguments.encode(this.#answers?.forNextPass() ?? [], this.#details);
      scheduled = this.#schedule(this.#id, args, this.#unregistered + this.#cutOffs > 0);
      this.#arguments.scheduled();
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
        if (decodeUnresolved(value) !== undefined && this.#arguments.sendInFull()) {
          void handled(result);
          return this.result();
        }
        const details = decodeCutOff(value);
        if (details) {
          void handled(result);
          return this.#goOn(details);
        }
        const questions = decodeQuestions(value);
        if (!questions) return this.#returned(decodeResult(value));
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

  /** From now on the value is in the history. A local task leaves it in a marker, where workers do not look. */
  #returned(value: unknown): unknown {
    if (!this.#local) this.#run.sharing.returned(this.#id, value);
    return value;
  }

  /** Tries again after a pause. The call is still running: the end of the body waits for it. */
  #waitForWorker(): Promise<unknown> {
    if (this.#local) return failWorkflowTask(this.#id, this.#name);
    const body = this.#body;
    return pauseUntilNextTry(this.#id, this.#unregistered++, this.#arguments.sent).then(
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

  /** Runs the call that was cut off again, with the details of its last heartbeat. */
  #goOn(details: readonly unknown[]): Promise<unknown> {
    this.#details = details;
    if (++this.#cutOffs < MOST_CUT_OFFS) return this.result();
    const message = `Task \`${this.#name}\` was cut off ${MOST_CUT_OFFS} times by the end of an invocation: it needs more time than an invocation has. Split it, or give the function a longer timeout.`;
    return Promise.reject(ApplicationFailure.nonRetryable(message, 'WorkerShutdown'));
  }

  async #ask(questions: readonly PassQuestion[]): Promise<void> {
    const answers = (this.#answers ??= new PassAnswers());
    const drafts = questions.map((question): QuestionDraft => {
      const { hash: _hash, replaces, rejects: again, problems: rejected, decision: _decision, ...asked } = question;
      const problems = rejected ?? (replaces && answers.describeUnused(replaces));
      const id = questionId(this.#id, ++this.#asked);
      return { id, asked, task: this.#name, ...defined({ problems, again }) };
    });
    this.#details = [];
    const closings = await this.#run.ask(drafts, this.#body);
    answers.add(questions.map((question, i) => ({ question, id: drafts[i]!.id, closing: closings[i]! })));
  }
}
