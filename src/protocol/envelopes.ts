/**
 * The four envelopes that a worker and an entrypoint exchange beside the user's own values.
 *
 * - `{ "holdpoint/questions": […] }`, an activity's result: the task asks (I2).
 * - `{ "holdpoint/answers": […] }`, an activity's last argument: the task runs again, with the answers so far (I2, I7).
 * - `{ "holdpoint/unregistered": task }`, an activity's result: this worker does not have the task (T8).
 * - `{ "holdpoint/result": value }`, an activity's result: a user's value that looks like an envelope.
 *
 * A user's value is never refused or misread because it looks like an envelope. An argument that does is followed by an
 * empty envelope, and a result that does is wrapped in `holdpoint/result`.
 */
import type { Asked, Problem, Recorded } from './shapes.ts';

const QUESTIONS = 'holdpoint/questions';
const ANSWERS = 'holdpoint/answers';
const UNREGISTERED = 'holdpoint/unregistered';
const RESULT = 'holdpoint/result';

/** A question that a pass of a task asks. */
export interface PassQuestion extends Asked {
  /** The hash of the value. An answer is used only for a question with the same hash (I7). */
  readonly hash: string;
  /** The ids of answered questions that this pass did not ask again: the task now asks this question instead (I7). */
  readonly replaces?: readonly string[];
  /** The id of the question whose answer was refused on the worker, by the part of the schema that is not sent (A5). */
  readonly rejects?: string;
  /** Why that answer was refused. */
  readonly problems?: readonly Problem[];
}

/** An answer that the next pass of a task gets. */
export interface PassAnswer {
  readonly id: string;
  /** The hash of the question that was answered. */
  readonly hash: string;
  /** Missing if the time ran out and the question has no default (A6). */
  readonly answer?: Recorded;
  /** Set if the question replaced another one that had been answered: it must not change again (I7). */
  readonly replacement?: true;
}

export function encodeQuestions(questions: readonly PassQuestion[]): unknown {
  return { [QUESTIONS]: questions };
}

/** The questions in an activity's result; `undefined` if the result is a user's value. */
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

/** A user's result, wrapped if it looks like an envelope. */
export function encodeResult(value: unknown): unknown {
  return RESULTS.some((key) => isEnvelope(value, key)) ? { [RESULT]: value } : value;
}

/** The keys of the envelopes that a result may be. */
const RESULTS = [QUESTIONS, UNREGISTERED, RESULT] as const;

export function decodeResult(result: unknown): unknown {
  return isEnvelope(result, RESULT) ? result[RESULT] : result;
}

/** The arguments of a task for one pass. The first pass needs no envelope: any worker can run it. */
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
