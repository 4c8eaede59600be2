/**
 * One pass of a task: the answers it was given, and the questions it asks.
 *
 * A task that asks runs several times from its first line, each time with the answers so far. This is the memory of one
 * of those passes; the entrypoint keeps everything that outlives it.
 *
 * I2. The questions that open in one pass are all handed over together.
 * I5. A task that asked has asked, whatever it throws; one that asked and then returns has swallowed its question.
 * I7. An answer is handed out only for a question with the same value, compared by hash, then by order.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import { encodeQuestions, encodeResult, type PassAnswer, type PassQuestion } from '../protocol/envelopes.ts';
import { checkQuestion, type Asking as AskingPerson } from '../protocol/interrupt-options.ts';
import type { Recorded } from '../protocol/shapes.ts';
import { canonicalJson } from '../protocol/value-hash.ts';
import { failure, nonRetryable } from './failure.ts';

/** How long a question waits for the other branches of its task to claim their answers. */
const GRACE_MS = 1_000;

/** Thrown by `interrupt` to leave the task, so that `finally` and `using` release what it holds. */
export class Asking extends Error {
  override readonly name = 'InterruptAsking';
  constructor() {
    super(
      'The task has asked a person and ends here; it runs again with the answer. Let this error pass: do not catch it.',
    );
  }
}

export class Pass {
  readonly #task: string;
  readonly #unused: PassAnswer[];
  readonly #asked: PassQuestion[] = [];
  readonly #allUsed = Promise.withResolvers<void>();
  #ended = false;

  constructor(task: string, answers: readonly PassAnswer[]) {
    this.#task = task;
    this.#unused = [...answers];
  }

  /** The answer to a question, or a note that it is asked and the error to leave the task with. */
  async ask({ asked, parse, problem: wrongOptions }: AskingPerson): Promise<Recorded> {
    if (this.#ended) {
      throw failure(
        'OutsideRun',
        `Task \`${this.#task}\` has already ended: await \`interrupt\` before the task returns.`,
      );
    }
    const problem = checkQuestion(asked);
    if (problem) throw failure(problem.code, problem.message);
    const hash = hashValue(asked.value);
    const match = this.#unused.findIndex((answer) => answer.hash === hash);
    if (match === -1) {
      if (wrongOptions) throw ApplicationFailure.nonRetryable(wrongOptions.message, wrongOptions.name);
      return this.#leave({ ...asked, hash });
    }
    const [{ id, answer }] = this.#unused.splice(match, 1) as [PassAnswer];
    if (this.#unused.length === 0) this.#allUsed.resolve();
    if (!answer) throw failure('InterruptExpired', `Question \`${id}\` was not answered in time, and has no default.`);
    const checked = nonRetryable(() => parse(answer.value));
    if ('value' in checked) return { ...answer, value: checked.value };
    // What does not travel of the schema refused it: asked again, with the reason (A5).
    return this.#leave({ ...asked, hash, rejects: id, problems: checked.problems });
  }

  /** Whether this pass ends with a question (I5). */
  hasAsked(): boolean {
    return this.#asked.length > 0;
  }

  /**
   * Asks, and leaves the task. While answers are left that nobody has claimed, another branch of the task may be on its
   * way to them: leaving would end it, so it gets some time before the question counts as changed (I7).
   */
  async #leave(question: PassQuestion): Promise<never> {
    this.#asked.push(question);
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

  /** Runs the task to the end of this pass: its value or the questions that it asked, as the activity's result. */
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
    if (this.#asked.length === 0) return encodeResult(value);
    throw failure(
      'InterruptSwallowed',
      `Task \`${this.#task}\` asked ${JSON.stringify(this.#asked[0]!.value).slice(0, 200)} and then returned. Await \`interrupt\`, and let what it throws pass: no catch around it, no \`allSettled\`.`,
    );
  }

  #questions(): unknown {
    // Answers that no question of this pass asked for.
    const changed = this.#unused;
    if (changed.some((answer) => answer.replacement)) {
      throw failure(
        'InterruptChanged',
        `Task \`${this.#task}\` asks another question each time it runs: ${changed.map(({ id }) => `\`${id}\``).join(', ')} was answered, and is not what it asks now. Move what produces the question into a task of its own.`,
      );
    }
    if (changed.length === 0) return encodeQuestions(this.#asked);
    const replaces = changed.map(({ id }) => id);
    return encodeQuestions(this.#asked.map((question) => ({ ...question, replaces })));
  }
}

/**
 * A workspace may hold several copies of this package: the worker's plugin is of one, and a file of tasks imports
 * `interrupt` from another. They share this. The number goes up when a pass of one version does not fit another.
 */
const CURRENT = Symbol.for('holdpoint/pass 1');
const shared = globalThis as { [CURRENT]?: AsyncLocalStorage<Pass> };
const current = (shared[CURRENT] ??= new AsyncLocalStorage());

/** The pass that the caller is in, if it is in one. */
export function currentPass(): Pass | undefined {
  return current.getStore();
}

/** The order of an object's keys does not change a question. */
function hashValue(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('base64url').slice(0, 22);
}
