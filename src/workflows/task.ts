/**
 * A task: an activity that may ask.
 *
 * Owns one call from its first schedule to its result: when the activity ends with questions, the call asks them, waits,
 * and runs the activity again with the answers, under the same activity id.
 *
 * T1. A call is scheduled at once, awaited or not.
 * T2. A finished task never runs again in its run.
 * T3. A failed call rejects with the task's own error, and Temporal's `ActivityFailure` as its `cause`.
 * T4. Every option of Temporal's `ActivityOptions` can be set, for all tasks or for one.
 * T8. A worker that lacks the task uses up no attempt: the call is tried again until a worker has it.
 */
import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  TemporalFailure,
  TimeoutFailure,
} from '@temporalio/common';
import type { ActivityOptions, LocalActivityOptions } from '@temporalio/common';
import { isCancellation, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import {
  decodeQuestions,
  decodeResult,
  encodeArguments,
  isUnregistered,
  type PassAnswer,
  type PassQuestion,
} from '../protocol/envelopes.ts';
import { withCode } from '../protocol/errors.ts';
import type { Arrived, Misfit } from '../protocol/jsonified.ts';
import { callId, INTERRUPT_UPDATE, questionId } from '../protocol/names.ts';
import type { Problem } from '../protocol/shapes.ts';
import { messageOf } from '../protocol/thrown.ts';
import { checkEncodable, checkTogether, isBytes, surveyArguments } from '../protocol/limits.ts';
import type { Body } from './body.ts';
import { failure, isJsonEncoded, isLossless } from './failure.ts';
import { preview } from './memo.ts';
import type { Outcome } from './questions.ts';
import { currentRun, type Asking, type Run } from './run.ts';
import { failWorkflowTask, pauseUntilNextTry } from './unregistered.ts';
import { readTasksOptions, type TaskOptions, type TasksOptions } from './task-options.ts';

/** What stands in the place of an export that is no task, and says why when it is called. */
export interface NotATask<Reason extends string> {
  readonly __notATask__: Reason;
}

/** The async functions of an activities module, as tasks: with the same signatures, but for what JSON changes (T7). */
export type Tasks<Activities> = {
  readonly [Name in keyof Activities as Name extends typeof INTERRUPT_UPDATE ? never : Name]: Task<Activities[Name]>;
};

type Task<Fn> = Fn extends (...args: infer Args) => Promise<infer Result>
  ? [MisfitOf<Args>] extends [never]
    ? Returns<Fn, Args, Result, Arrived<Result>>
    : NotATask<MisfitOf<Args>>
  : NotATask<'A task is an exported async function'>;

/** The function itself where its result arrives as it is: type parameters survive only so. */
type Returns<Fn, Args extends unknown[], Result, Arriving> = [Result] extends [Arriving]
  ? [Arriving] extends [Result]
    ? Fn
    : (...args: Args) => Promise<Arriving>
  : (...args: Args) => Promise<Arriving>;

type MisfitOf<Args extends unknown[]> = {
  [Index in keyof Args]-?: Misfit<
    Args[Index],
    Index extends keyof Ordinals ? `argument ${Ordinals[Index]}` : 'an argument'
  >;
}[number];

interface Ordinals {
  readonly '0': 1;
  readonly '1': 2;
  readonly '2': 3;
  readonly '3': 4;
  readonly '4': 5;
  readonly '5': 6;
}

/** Our defaults where Temporal has none or others (T4). */
const DEFAULTS = {
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '30 seconds',
  retry: { maximumAttempts: 3 },
} as const satisfies ActivityOptions;

/** Calls an activity once, with the id of its call. `elsewhere`: not at once on the worker that runs the body. */
type Schedule = (call: string, args: unknown[], elsewhere: boolean) => Promise<unknown>;

/**
 * Makes tasks of a module's exported async functions, as Temporal's `proxyActivities` does.
 *
 * @example
 * import type * as activities from './activities.js';
 * const { step1, slow } = tasks<typeof activities>({ each: { slow: { startToCloseTimeout: '1 hour' } } });
 *
 * @param options Temporal's `ActivityOptions`. Defaults: `startToCloseTimeout` 5 minutes, `heartbeatTimeout` 30 seconds,
 *   `retry.maximumAttempts` 3; `retry` is merged with its default, every other option replaces it.
 */
export function tasks<Activities extends object>(options: TasksOptions<Activities> = {}): Tasks<Activities> {
  const { each, ...shared } = readTasksOptions(options);
  const made = new Map<string, (...args: unknown[]) => Promise<unknown>>();
  return new Proxy({} as Tasks<Activities>, {
    get(_, name) {
      if (typeof name !== 'string') return undefined;
      let task = made.get(name);
      if (!task) made.set(name, (task = makeTask(name, { ...shared, ...each?.[name as keyof Activities] }, shared)));
      return task;
    },
  });
}

function makeTask(name: string, options: TaskOptions, shared: TaskOptions): (...args: unknown[]) => Promise<unknown> {
  if (name === INTERRUPT_UPDATE)
    throw new TypeError(`Expected a task's name not to be \`${INTERRUPT_UPDATE}\`, which is the update of a question`);
  const { local = false, ...rest } = options;
  const settings = { ...DEFAULTS, ...rest, retry: { ...DEFAULTS.retry, ...shared.retry, ...rest.retry } };
  const schedule = local ? scheduleLocally(name, settings) : scheduleOnQueue(name, settings);
  return (...args) => {
    const { run, body } = currentRun(`Task \`${name}\``);
    return new TaskCall({ run, body, name, args, schedule, local }).result();
  };
}

function scheduleOnQueue(name: string, settings: ActivityOptions): Schedule {
  const activity = proxyActivities(settings)[name]!;
  return (call, args, elsewhere) =>
    activity.executeWithOptions(
      {
        activityId: call,
        summary: settings.summary ?? call,
        // A server may hand an activity to the worker that schedules it, which is the one that lacks the task (T8).
        ...(elsewhere ? { allowEagerDispatch: false } : {}),
      },
      args,
    );
}

function scheduleLocally(name: string, settings: ActivityOptions): Schedule {
  const { startToCloseTimeout, scheduleToStartTimeout, scheduleToCloseTimeout, retry, cancellationType, summary } =
    settings;
  const defined = Object.fromEntries(
    Object.entries({
      startToCloseTimeout,
      scheduleToStartTimeout,
      scheduleToCloseTimeout,
      retry,
      cancellationType,
    }).filter(([, value]) => value !== undefined),
  );
  const localSettings = defined as LocalActivityOptions;
  const activity = proxyLocalActivities(localSettings)[name]!;
  // A local activity has no id of ours; readers know the task by the first word of its marker's summary.
  return (call, args) =>
    activity.executeWithOptions({ summary: summary === undefined ? call : `${call} ${summary}` }, args);
}

/** A question of this call that has ended. */
interface Ended extends Asking {
  readonly hash: string;
  readonly outcome: Outcome;
  readonly replacement: boolean;
}

interface CallSettings {
  readonly run: Run;
  readonly body: Body;
  readonly name: string;
  readonly args: readonly unknown[];
  readonly schedule: Schedule;
  readonly local: boolean;
}

class TaskCall {
  readonly #run: Run;
  readonly #body: Body;
  readonly #name: string;
  readonly #args: readonly unknown[];
  readonly #schedule: Schedule;
  readonly #local: boolean;
  readonly #id: string;
  /** Those whose answers the next pass may get. */
  #ended: readonly Ended[] = [];
  #asked = 0;
  /** How often a worker took the call that does not have the task. */
  #unregistered = 0;

  constructor({ run, body, name, args, schedule, local }: CallSettings) {
    this.#run = run;
    this.#body = body;
    this.#name = name;
    this.#args = args;
    this.#schedule = schedule;
    this.#local = local;
    this.#id = callId(name, run.next(name));
  }

  /**
   * Runs the activity, once more for as long as it asks.
   *
   * Written with `then` and not with `await`: each promise costs the sandbox a stack trace, live and in every replay,
   * and this is the path of every task.
   */
  result(): Promise<unknown> {
    const body = this.#body;
    let scheduled: Promise<unknown>;
    try {
      scheduled = this.#schedule(this.#id, this.#arguments(), this.#unregistered > 0);
    } catch (error) {
      return handled(Promise.reject(error));
    }
    // The end of the body waits for it (T6).
    body.runningCalls++;
    const result: Promise<unknown> = scheduled.then(
      (value) => {
        if (isUnregistered(value)) return handled(this.#waitForWorker());
        body.runningCalls--;
        const questions = decodeQuestions(value);
        if (!questions) return decodeResult(value);
        void handled(result);
        return this.#ask(questions).then(() => this.result());
      },
      (error: unknown) => {
        if (this.#local && isUnregisteredLocally(error)) return failWorkflowTask(this.#id, this.#name);
        body.runningCalls--;
        if (body.isOver && isCancellation(error)) return new Promise(() => undefined);
        void handled(result);
        throw taskFailure(error, this.#name);
      },
    );
    return result;
  }

  /** Tries again after a pause. The call is running meanwhile: the end of the body waits for it (T6). */
  #waitForWorker(): Promise<unknown> {
    if (this.#local) return failWorkflowTask(this.#id, this.#name);
    const body = this.#body;
    return pauseUntilNextTry(this.#id, this.#unregistered++, this.#args).then(
      () => {
        body.runningCalls--;
        return this.result();
      },
      (error: unknown) => {
        body.runningCalls--;
        if (body.isOver && isCancellation(error)) return new Promise(() => undefined);
        throw error;
      },
    );
  }

  /** The activity's arguments for this pass: the task's, and all answers so far. */
  #arguments(): unknown[] {
    const args = encodeArguments(this.#args, this.#ended.map(passAnswer));
    const { lost, fits = false } = surveyArguments(args, this.#name);
    // A payload converter of the user's own knows what it can carry.
    if (lost && isJsonEncoded() && isLossless()) throw failure(lost.code, lost.message);
    if (!fits) this.#assertFit(args);
    return args;
  }

  /** The server's limit is on all of them together, and it ends the run that is over it. */
  #assertFit(args: readonly unknown[]): void {
    const what = `the arguments of task \`${this.#name}\`, with its answers so far,`;
    // Earlier versions counted bytes as JSON text, which is many times as long.
    const problem = args.some(isBytes) && isLossless() ? checkTogether(args, what) : checkEncodable(args, what);
    if (problem?.code === 'TooLarge') throw failure(problem.code, problem.message);
  }

  async #ask(questions: readonly PassQuestion[]): Promise<void> {
    const asking = questions.map((question): Asking => {
      const { hash: _hash, replaces, rejects: _rejects, problems: refused, ...asked } = question;
      const problems = refused ?? (replaces ? this.#changes(replaces) : undefined);
      const id = questionId(this.#id, ++this.#asked);
      return { id, asked, task: this.#name, ...(problems ? { problems } : {}) };
    });
    const outcomes = await this.#run.ask(asking, this.#body);
    const ended = questions.map(({ hash, replaces }, i): Ended => {
      return { ...asking[i]!, hash, outcome: outcomes[i]!, replacement: replaces !== undefined };
    });
    // An answer of which the person was told that it was not used is never handed out; one that was refused gives its
    // place to the next one, because equal questions are told apart by their order.
    const dropped = new Set(questions.flatMap(({ replaces = [] }) => replaces));
    const instead = new Map(questions.map(({ rejects }, i) => [rejects, ended[i]!]));
    this.#ended = [
      ...this.#ended.filter(({ id }) => !dropped.has(id)).map((earlier) => instead.get(earlier.id) ?? earlier),
      ...ended.filter((_, i) => questions[i]!.rejects === undefined),
    ];
  }

  /** What to tell the person whose answer was not handed out, because the task now asks something else (I7). */
  #changes(ids: readonly string[]): Problem[] {
    return this.#ended
      .filter(({ id }) => ids.includes(id))
      .map(({ id, asked, outcome }) => {
        const answer = outcome.kind === 'answered' ? preview(JSON.stringify(outcome.record.value)) : 'nothing in time';
        return {
          path: '',
          message: `The question has changed: \`${id}\` asked ${preview(JSON.stringify(asked.value))} and was answered ${answer}; that answer was not used.`,
        };
      });
  }
}

/** What the caller does not await must not fail the workflow task; the failure is in the history (R7). */
function handled(result: Promise<unknown>): Promise<unknown> {
  result.catch(() => undefined);
  return result;
}

/** How Temporal refuses a local activity on a worker that has no `default` activity. */
function isUnregisteredLocally(error: unknown): boolean {
  return error instanceof ReferenceError && error.message.endsWith('not registered on worker');
}

function passAnswer({ id, hash, outcome, replacement }: Ended): PassAnswer {
  return {
    id,
    hash,
    ...(outcome.kind === 'answered' ? { answer: outcome.record } : {}),
    ...(replacement ? { replacement } : {}),
  };
}

/** The task's own error, with Temporal's `ActivityFailure` as its cause (T3). */
function taskFailure(error: unknown, task: string): unknown {
  if (!(error instanceof TemporalFailure)) {
    // Scheduling itself failed, where the arguments are converted.
    const reason = messageOf(error);
    return failure(
      'NotSerializable',
      `Expected the arguments of task \`${task}\` to be plain data that can be sent: ${reason}`,
    );
  }
  if (!(error instanceof ActivityFailure) || !error.cause) return error;
  const own = ownFailure(error.cause, task);
  // Temporal's classes take no cause everywhere; it is a plain property of all of them.
  return Object.assign(own, { cause: error, ...(error.cause.stack === undefined ? {} : { stack: error.cause.stack }) });
}

/** A failure like the one inside an `ActivityFailure`, which may have that one as its cause without being its own. */
function ownFailure(inside: Error, task: string): TemporalFailure {
  if (inside instanceof ApplicationFailure) {
    const { message, type, nonRetryable, details } = inside;
    return withCode(new ApplicationFailure(message, type, nonRetryable, details));
  }
  if (inside instanceof CancelledFailure) return new CancelledFailure(inside.message, inside.details);
  if (inside instanceof TimeoutFailure) {
    const { timeoutType, lastHeartbeatDetails } = inside;
    return new TimeoutFailure(`Task \`${task}\` timed out (${timeoutType})`, lastHeartbeatDetails, timeoutType);
  }
  return new ApplicationFailure(inside.message, inside.name);
}
