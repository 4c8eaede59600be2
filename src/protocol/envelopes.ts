/**
 * The envelopes that a worker and an entrypoint exchange beside the user's own values.
 *
 * - `{ "holdpoint/questions": […] }`, an activity's result: the task asks (I2).
 * - `{ "holdpoint/answers": […] }`, an activity's last argument: the task runs again, with the answers so far (I2, I7).
 * - `{ "holdpoint/unregistered": task }`, an activity's result: this worker does not have the task (T8).
 * - `{ "holdpoint/shared": { … } }`, an argument: the history of the run holds it already (V1).
 * - `{ "holdpoint/unresolved": reason }`, an activity's result: this worker cannot put a shared argument together (V2).
 * - `{ "holdpoint/cutOff": [details] }`, an activity's result: the worker stops before the task has ended (T9). The list has
 *   the details of its last heartbeat, if it had any.
 * - `{ "holdpoint/needs": "messages" }`, the result of the task `callTool`: its policy reads the messages (R8).
 * - `{ "holdpoint/cutOff": [details] }`, an argument in front of the answers: the details of the call that was cut off (T9).
 * - `{ "holdpoint/result": value }`, an activity's result: a user's value that looks like an envelope.
 *
 * A user's value is never refused or misread because it looks like an envelope. A last argument that looks like answers is
 * followed by an empty envelope, and so is one that looks like a cut-off call. An argument that looks shared is wrapped in
 * `holdpoint/shared`, and a result is wrapped in `holdpoint/result`.
 */
import type { CallDecision } from './call-decision.ts';
import type { Reference, SharedArgument, Slice } from './shared-argument.ts';
import type { Asked, Problem, Recorded } from './shapes.ts';

const QUESTIONS = 'holdpoint/questions';
const ANSWERS = 'holdpoint/answers';
const UNREGISTERED = 'holdpoint/unregistered';
const SHARED = 'holdpoint/shared';
const UNRESOLVED = 'holdpoint/unresolved';
const CUT_OFF = 'holdpoint/cutOff';
const NEEDS = 'holdpoint/needs';
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
  /** What let a call of the task `callTool` run, for the passes that do not decide (R8). */
  readonly decision?: CallDecision;
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
  /** The `decision` of the question. */
  readonly decision?: CallDecision;
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

export function encodeUnresolved(reason: string): unknown {
  return { [UNRESOLVED]: reason };
}

/** Why the worker could not put the arguments of the call together; `undefined` for any other result of an activity. */
export function decodeUnresolved(result: unknown): string | undefined {
  return isEnvelope(result, UNRESOLVED) ? String(result[UNRESOLVED]) : undefined;
}

export function encodeCutOff(details: unknown): unknown {
  return { [CUT_OFF]: details === undefined ? [] : [details] };
}

/** The details of the last heartbeat of a task that was cut off, in a list; `undefined` for any other result of an activity. */
export function decodeCutOff(result: unknown): readonly unknown[] | undefined {
  return isEnvelope(result, CUT_OFF) ? (result[CUT_OFF] as readonly unknown[]) : undefined;
}

/** What a task asks its caller for: the body gets it as the result, and calls again. */
export function encodeNeeds(what: 'messages'): unknown {
  return { [NEEDS]: what };
}

/** Whether the task `callTool` has to be called again, with the messages. */
export function needsMessages(result: unknown): boolean {
  return isEnvelope(result, NEEDS) && result[NEEDS] === 'messages';
}

/** A user's result, wrapped if it looks like an envelope. */
export function encodeResult(value: unknown): unknown {
  return RESULTS.some((key) => isEnvelope(value, key)) ? { [RESULT]: value } : value;
}

/** The keys of the envelopes that a result may be. */
const RESULTS = [QUESTIONS, UNREGISTERED, UNRESOLVED, CUT_OFF, NEEDS, RESULT] as const;

export function decodeResult(result: unknown): unknown {
  return isEnvelope(result, RESULT) ? result[RESULT] : result;
}

/**
 * The arguments of a task for one pass. The first pass needs no envelope: any worker can run it.
 *
 * @param details Of the pass that was cut off before this one (T9).
 */
export function encodeArguments(
  args: readonly unknown[],
  answers: readonly PassAnswer[],
  details: readonly unknown[] = [],
): unknown[] {
  const last = args.at(-1);
  const hasDetails = details.length > 0 || isEnvelope(last, CUT_OFF);
  if (hasDetails) return [...args, { [CUT_OFF]: details }, { [ANSWERS]: answers }];
  return answers.length > 0 || isEnvelope(last, ANSWERS) ? [...args, { [ANSWERS]: answers }] : [...args];
}

/** What a pass of a task gets. */
export interface PassArguments {
  readonly args: unknown[];
  readonly answers: readonly PassAnswer[];
  /** The details of the pass that was cut off before this one, in a list (T9). */
  readonly details?: readonly unknown[];
}

export function decodeArguments(args: readonly unknown[]): PassArguments {
  const last = args.at(-1);
  if (!isEnvelope(last, ANSWERS)) return { args: [...args], answers: [] };
  const answers = last[ANSWERS] as readonly PassAnswer[];
  const before = args.at(-2);
  if (!isEnvelope(before, CUT_OFF)) return { args: args.slice(0, -1), answers };
  const details = before[CUT_OFF] as readonly unknown[];
  return { args: args.slice(0, -2), answers, ...(details.length > 0 ? { details } : {}) };
}

export function encodeShared(argument: SharedArgument): unknown {
  return { [SHARED]: argument };
}

/** `undefined` for an argument that is sent as it is. */
export function decodeShared(argument: unknown): SharedArgument | undefined {
  return isEnvelope(argument, SHARED) ? (argument[SHARED] as SharedArgument) : undefined;
}

/** The references in the arguments of a call. */
export function referencesIn(args: readonly unknown[]): readonly (Reference | Slice)[] {
  return args.flatMap((argument) => {
    const shared = decodeShared(argument);
    if (!shared || 'plain' in shared) return [];
    return 'value' in shared ? [shared.value] : shared.list.filter((part) => 'call' in part);
  });
}

/** An argument that shares nothing, as the user passed it. */
export function decodePlain(argument: unknown): unknown {
  const shared = decodeShared(argument);
  return shared && 'plain' in shared ? shared.plain : argument;
}

/** A user's argument, wrapped if it looks shared. */
export function encodePlain(argument: unknown): unknown {
  return isEnvelope(argument, SHARED) ? encodeShared({ plain: argument }) : argument;
}

function isEnvelope(value: unknown, key: string): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) && Object.keys(value).length === 1;
}
