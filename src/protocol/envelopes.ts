/**
 * The four envelopes in which a worker and an entrypoint talk past the user's own values.
 *
 * - `{ "holdpoint/questions": […] }`, an activity's result: the task asks (I2).
 * - `{ "holdpoint/answers": […] }`, an activity's last argument: a re-run, with the answers so far (I2, I7).
 * - `{ "holdpoint/unregistered": task }`, an activity's result: this worker does not have the task (T8).
 * - `{ "holdpoint/result": value }`, an activity's result: a user's value that would look like one of ours.
 *
 * So nothing that a user passes or returns is ever refused or misread for its looks: an argument that looks like an
 * envelope gets an empty one after it, a result that looks like one is put in `holdpoint/result`.
 */
import type { Asked, Problem, Recorded } from './shapes.ts';

const QUESTIONS = 'holdpoint/questions';
const ANSWERS = 'holdpoint/answers';
const UNREGISTERED = 'holdpoint/unregistered';
const RESULT = 'holdpoint/result';

/** A question as a task's pass hands it over. */
export interface PassQuestion extends Asked {
  /** Of the value; an answer is handed out only for a question with the same hash (I7). */
  readonly hash: string;
  /** Ids of answered questions that this pass did not ask again: the question changed (I7). */
  readonly replaces?: readonly string[];
  /** The id of the answer that this asks for again, because what does not travel of the schema refused it (A5). */
  readonly rejects?: string;
  /** Why: what that schema said. */
  readonly problems?: readonly Problem[];
}

/** An answer as a task's next pass gets it. */
export interface PassAnswer {
  readonly id: string;
  /** The hash of the question that was answered. */
  readonly hash: string;
  /** `undefined` when time ran out and there was no default (A6). */
  readonly answer?: Recorded;
  /** The question was asked in place of another that had been answered: it may not change again (I7). */
  readonly replacement?: true;
}

export function encodeQuestions(questions: readonly PassQuestion[]): unknown {
  return { [QUESTIONS]: questions };
}

/** The questions of an activity's result; `undefined` when it is a user's value. */
export function decodeQuestions(result: unknown): readonly PassQuestion[] | undefined {
  return isEnvelope(result, QUESTIONS) ? (result[QUESTIONS] as readonly PassQuestion[]) : undefined;
}

export function encodeUnregistered(task: string): unknown {
  return { [UNREGISTERED]: task };
}

/** Whether an activity's result says that the worker does not have the task. */
export function isUnregistered(result: unknown): boolean {
  return isEnvelope(result, UNREGISTERED);
}

/** A user's result, escaped if it would be misread. */
export function encodeResult(value: unknown): unknown {
  return RESULTS.some((key) => isEnvelope(value, key)) ? { [RESULT]: value } : value;
}

/** The envelopes that a result may be. */
const RESULTS = [QUESTIONS, UNREGISTERED, RESULT] as const;

export function decodeResult(result: unknown): unknown {
  return isEnvelope(result, RESULT) ? result[RESULT] : result;
}

/** A task's arguments for one pass. The first pass has no envelope, so that any activity client can read it. */
export function encodeArguments(args: readonly unknown[], answers: readonly PassAnswer[]): unknown[] {
  return answers.length > 0 || isEnvelope(args.at(-1), ANSWERS) ? [...args, { [ANSWERS]: answers }] : [...args];
}

export function decodeArguments(args: readonly unknown[]): { args: unknown[]; answers: readonly PassAnswer[] } {
  const last = args.at(-1);
  return isEnvelope(last, ANSWERS)
    ? { args: args.slice(0, -1), answers: last[ANSWERS] as readonly PassAnswer[] }
    : { args: [...args], answers: [] };
}

function isEnvelope(value: unknown, key: string): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) && Object.keys(value).length === 1;
}
