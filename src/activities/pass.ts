/**
 * One pass of a task: the answers that it got, and the questions that it asks.
 *
 * A task that asks runs several times from its first line, each time with the answers so far. A pass is the state of one of
 * these runs. The entrypoint keeps everything that outlives it.
 *
 * I2. The questions of one pass are sent together.
 * I5. A question counts, whatever the task throws afterwards. A task that asks and then returns has swallowed its question.
 * I7. An answer is used only for a question with the same value, compared by hash and then by order.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import {
  encodeNeeds,
  encodeQuestions,
  encodeResult,
  type PassAnswer,
  type PassQuestion,
} from '../protocol/envelopes.ts';
import { checkQuestion, type Asking as AskingPerson } from '../protocol/interrupt-options.ts';
import type { CallDecision } from '../protocol/call-decision.ts';
import { defined } from '../protocol/defined.ts';
import type { Asked, Problem, Recorded } from '../protocol/shapes.ts';
import { canonicalJson } from '../protocol/value-hash.ts';
import { shortened } from '../protocol/text.ts';
import { failure, nonRetryable } from './failure.ts';

/** How long a question waits for other branches of its task to ask for their answers. */
const GRACE_MS = 1_000;

/** Thrown by `interrupt` to leave the task: `finally` and `using` release what the task holds. */
export class Asking extends Error {
  override readonly name = 'InterruptAsking';
  constructor() {
    super(
      'The task has asked a person and ends here. It runs again with the answer. Let this error pass: do not catch it.',
    );
  }
}

/** An answered question, as {@link Pass.take} finds it. */
export interface TakenAnswer {
  readonly id: string;
  /** Missing if the time ran out and the question has no default (A6). */
  readonly answer?: Recorded;
}

/** The state of one pass. */
export class Pass {
  /** Whether the task has not asked in an earlier pass. */
  readonly isFirst: boolean;
  /** What let a tool call run, if an earlier pass or this one has noted it (R8). The next pass gets it. */
  decision: CallDecision | undefined;
  readonly #task: string;
  readonly #unused: PassAnswer[];
  readonly #asked: PassQuestion[] = [];
  readonly #allUsed = Promise.withResolvers<void>();
  #ended = false;
  #needs = false;

  constructor(task: string, answers: readonly PassAnswer[]) {
    this.isFirst = answers.length === 0;
    this.decision = answers.find(({ decision }) => decision)?.decision;
    this.#task = task;
    this.#unused = [...answers];
  }

  /** Takes the answer to a question with this value, as an earlier pass asked it (I7). `undefined` if there is none. */
  take(value: unknown): TakenAnswer | undefined {
    return this.#take(fingerprint(value));
  }

  /** Asks a question again whose answer was taken, with what is wrong with the answer (A5). */
  askAgain(asked: Asked, answer: { readonly id: string; readonly problems: readonly Problem[] }): Promise<never> {
    assertQuestion(asked);
    return this.#leave({ ...asked, hash: fingerprint(asked.value), rejects: answer.id, problems: answer.problems });
  }

  /** Returns the answer to a question; or keeps the question, and throws the error that leaves the task. */
  async ask({ asked, parse, problem: wrongOptions }: AskingPerson): Promise<Recorded> {
    if (this.#ended) {
      throw failure(
        'OutsideRun',
        `Task \`${this.#task}\` has already ended: await \`interrupt\` before the task returns.`,
      );
    }
    assertQuestion(asked);
    const hash = fingerprint(asked.value);
    const taken = this.#take(hash);
    if (!taken) {
      if (wrongOptions) throw ApplicationFailure.nonRetryable(wrongOptions.message, wrongOptions.name);
      return this.#leave({ ...asked, hash });
    }
    const { id, answer } = taken;
    if (!answer) throw failure('InterruptExpired', `Question \`${id}\` was not answered in time, and has no default.`);
    const checked = nonRetryable(() => parse(answer.value));
    if ('value' in checked) return { ...answer, value: checked.value };
    // The part of the schema that is not sent refused the answer: the question is asked again, with the reason (A5).
    return this.#leave({ ...asked, hash, rejects: id, problems: checked.problems });
  }

  #take(hash: string): PassAnswer | undefined {
    const match = this.#unused.findIndex((answer) => answer.hash === hash);
    if (match === -1) return undefined;
    const [taken] = this.#unused.splice(match, 1);
    if (this.#unused.length === 0) this.#allUsed.resolve();
    return taken;
  }

  /** Whether earlier passes have asked more than the answers that were taken so far. */
  hasMore(): boolean {
    return this.#unused.length > 0;
  }

  /** Ends this pass with the need for the messages, in place of what the task returns (R8). */
  needMessages(): void {
    this.#needs = true;
  }

  /** Whether this pass ends with a question (I5). */
  hasAsked(): boolean {
    return this.#asked.length > 0;
  }

  /**
   * Keeps a question and leaves the task, which ends all its branches. While there are unused answers, another branch may be
   * about to ask for one. It gets some time for that, or an answered question would seem to have changed (I7).
   */
  async #leave(question: PassQuestion): Promise<never> {
    this.#asked.push({ ...question, ...defined({ decision: this.decision }) });
    if (this.#unused.length > 0) {
      const grace = new AbortController();
      await Promise.race([
        this.#allUsed.promise,
        sleep(GRACE_MS, undefined, { signal: grace.signal }).catch(() => undefined),
      ]);
      grace.abort();
    }
    throw new Asking();
  }

  /** Runs the task. Returns the activity's result: the value of the task, or the questions that it asked. */
  async run(task: () => Promise<unknown>): Promise<unknown> {
    let value: unknown;
    try {
      value = await current.run(this, task);
    } catch (error) {
      if (this.#asked.length === 0) throw error;
      return this.#questions();
    } finally {
      this.#ended = true;
    }
    if (this.#needs) return encodeNeeds('messages');
    if (this.#asked.length === 0) return encodeResult(value);
    throw failure(
      'InterruptSwallowed',
      `Task \`${this.#task}\` asked ${shortened(JSON.stringify(this.#asked[0]!.value), 200)} and then returned. Await \`interrupt\`, and let what it throws pass: no catch around it, no \`allSettled\`.`,
    );
  }

  #questions(): unknown {
    // Answers to questions that this pass did not ask.
    const changed = this.#unused;
    if (changed.some((answer) => answer.replacement)) {
      throw failure(
        'InterruptChanged',
        `Task \`${this.#task}\` asks a different question each time it runs: ${changed.map(({ id }) => `\`${id}\``).join(', ')} was answered, but is not asked again. Move what produces the question into a task of its own.`,
      );
    }
    if (changed.length === 0) return encodeQuestions(this.#asked);
    const replaces = changed.map(({ id }) => id);
    return encodeQuestions(this.#asked.map((question) => ({ ...question, replaces })));
  }
}

/**
 * Shared by all copies of this package in a process: the plugin of the worker may be of one copy, and the `interrupt` of a
 * file of tasks of another. The number goes up when a pass of one version does not work with another version.
 */
const CURRENT = Symbol.for('holdpoint/pass 2');
const shared = globalThis as { [CURRENT]?: AsyncLocalStorage<Pass> };
const current = (shared[CURRENT] ??= new AsyncLocalStorage());

/** The pass in which the caller runs, if there is one. */
export function currentPass(): Pass | undefined {
  return current.getStore();
}

/** Calls a function that must not ask: in it, `interrupt` throws `OutsideRun`. */
export function outsidePass<Value>(fn: () => Value): Value {
  return current.exit(fn);
}

function assertQuestion(asked: Asked): void {
  const problem = checkQuestion(asked);
  if (problem) throw failure(problem.code, problem.message);
}

/**
 * The hash of a question's value in an envelope: by it, a pass finds the answer to its question (I7). Histories have it, so
 * it never changes. A sent answer carries another hash (`value-hash.ts`).
 */
function fingerprint(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('base64url').slice(0, 22);
}
