/**
 * The options of `interrupt`, read once where it is called. They are the same in a body and in a task.
 *
 * The JSON Schema of an answer is sent with the question. The part of a schema that has no JSON form (refinements,
 * transforms) stays here and runs as `parse` (A5).
 */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { defined } from './defined.ts';
import { durationMs, resolveDeadline, type Duration } from './duration.ts';
import { optionsProblem, refusedOption, type OptionNames } from './refused-options.ts';
import type { Jsonified } from './jsonified.ts';
import {
  checkEncodable,
  checkJson,
  MAX_CONFIRM_CHARACTERS,
  MAX_GROUP_CHARACTERS,
  MAX_TAG_CHARACTERS,
  MAX_TAGS,
  type Unsendable,
} from './limits.ts';
import { accept, describeProblems, makeParse, toJsonSchema, type AnswerSchema, type Check } from './schema.ts';
import { groupOf } from './who-may-answer.ts';
import type { AnsweredBy, Asked, JsonSchema, Priority, Recorded } from './shapes.ts';

/** The options of `interrupt`. All but `default` are sent with the question and shown to the person. */
export interface InterruptOptions<Default = unknown, Schema = JsonSchema> {
  /** The question in one line, for lists. */
  readonly title?: string | undefined;
  /** More about the question, in Markdown, for the page that shows it. */
  readonly description?: string | undefined;
  /** Who should answer: a plain name is a person, `group:finance` is a group. Enforced only with `by` (A7, A11). */
  readonly assignees?: readonly string[] | undefined;
  /**
   * What an answer must be: a Standard Schema with a JSON Schema form (zod from 4.2, arktype, valibot) or a plain JSON
   * Schema, at most 32 KB as JSON. Every answer is checked against it before it counts (A5).
   *
   * @default any JSON value
   */
  readonly schema?: Schema | undefined;
  /**
   * How long the question stays open, or until when. `interrupt` then returns the `default`, or throws
   * `InterruptExpired` if there is none (A6).
   *
   * @default without end
   */
  readonly timeout?: Duration | Date | undefined;
  /** The answer if the time runs out. It is checked and parsed like any answer, and needs a `timeout`. */
  readonly default?: Default | undefined;
  /** Questions of a thread with the same group belong together: a page can show them as one list. At most 200 characters. */
  readonly group?: string | undefined;
  /**
   * A text that a person types before the answer is sent, such as the name of what is about to be deleted: one line, at
   * most 200 characters. Forms ask for it. Programs that answer do not need it, and the workflow does not check it.
   */
  readonly confirm?: string | undefined;
  /**
   * How long after the question opened the entrypoint's `notify` task runs again for it: one time, or a list of at most 20
   * (R9).
   *
   * @default never
   */
  readonly remind?: Duration | readonly Duration[] | undefined;
  /** When it should be answered: how long after it opened, or the time. Lists sort and filter by it; nothing happens then. */
  readonly due?: Duration | Date | undefined;
  /** Words by which questions are filtered: at most 20, each on one line with at most 100 characters. */
  readonly tags?: readonly string[] | undefined;
  /** How urgent the question is. Lists show it, and filter by it. @default 'normal' */
  readonly priority?: Priority | undefined;
  /**
   * Whose answers count: `'assignees'`, or an object (A11). Answers carry their sender's claim of who answers. Only a server
   * that knows who they are, such as the inbox, makes that more than a claim.
   *
   * @default everybody's, and one answer closes the question
   */
  readonly by?: 'assignees' | AnsweredByOptions | undefined;
}

/** The option `by` of `interrupt`: whose answers count, and how many of them (A11). */
export interface AnsweredByOptions {
  /** Only the question's `assignees`, and members of those of them that are groups. */
  readonly only?: 'assignees' | undefined;
  /** People whose answers do not count, such as whoever asked for the action. */
  readonly not?: string | readonly string[] | undefined;
  /**
   * How many different people must give the same answer before the question closes: 2 to 20. A refusal closes it at once:
   * `false`, or a decision of type `reject` or `respond`.
   *
   * @default 1
   */
  readonly quorum?: number | undefined;
}

/** The type of `interrupt`. */
export interface InterruptFunction {
  /**
   * Asks a person, and resolves to what the schema makes of the answer.
   *
   * @param value What is asked: any JSON value.
   * @throws `InterruptExpired` if the time runs out and there is no `default`.
   * @throws `OutsideRun` where nothing can be asked: the message says what to do.
   * @throws `NotSerializable` or `TooLarge` if `value` cannot be sent, `TypeError` if an option is wrong.
   * @see LangGraph's `interrupt`.
   */
  <Schema extends AnswerSchema>(
    value: unknown,
    options: InterruptOptions<StandardSchemaV1.InferInput<Schema>, Schema> & {
      /** What an answer must be (A5). */
      readonly schema: Schema;
    },
  ): Promise<StandardSchemaV1.InferOutput<Schema>>;
  /**
   * Asks a person, and resolves to the answer: any JSON value, or one that fits the JSON Schema.
   *
   * @param value What is asked: any JSON value.
   * @throws `InterruptExpired` if the time runs out and there is no `default`.
   * @throws `OutsideRun` where nothing can be asked: the message says what to do.
   * @throws `NotSerializable` or `TooLarge` if `value` cannot be sent, `TypeError` if an option is wrong.
   * @see LangGraph's `interrupt`.
   */
  <Answer = unknown>(value: unknown, options?: InterruptOptions<NoInfer<Answer>>): Promise<Jsonified<Answer>>;
}

/** The type of `interrupt.record`. */
export interface RecordFunction {
  /** Asks as `interrupt` does, and resolves to the parsed answer with who gave it, when and how (A7). */
  <Schema extends AnswerSchema>(
    value: unknown,
    options: InterruptOptions<StandardSchemaV1.InferInput<Schema>, Schema> & {
      /** What an answer must be (A5). */
      readonly schema: Schema;
    },
  ): Promise<Recorded<StandardSchemaV1.InferOutput<Schema>>>;
  /** Asks as `interrupt` does, and resolves to the answer with who gave it, when and how (A7). */
  <Answer = unknown>(value: unknown, options?: InterruptOptions<NoInfer<Answer>>): Promise<Recorded<Jsonified<Answer>>>;
}

/** The type of `interrupt` with `interrupt.record`. */
export type Interrupter = InterruptFunction & {
  /** Asks in the same way, and returns `{ value, actor?, at, how }` (A7). */
  readonly record: RecordFunction;
};

/** Makes `interrupt` and `interrupt.record` of a function that asks, in a body or in a task. */
export function makeInterrupt(
  ask: (value: unknown, options?: InterruptOptions<unknown, JsonSchema | AnswerSchema>) => Promise<Recorded>,
): Interrupter {
  const interrupt = (...args: Parameters<typeof ask>): Promise<unknown> =>
    handled(ask(...args).then(({ value }) => value));
  const record = (...args: Parameters<typeof ask>): Promise<Recorded> => handled(ask(...args));
  // The overloads differ only in the type that a schema gives the answer.
  return Object.assign(interrupt, { record }) as Interrupter;
}

/** A question that is not awaited is withdrawn, or fails its task. It never surfaces as an unhandled rejection (I5, R7). */
function handled<Value>(answer: Promise<Value>): Promise<Value> {
  answer.catch(() => undefined);
  return answer;
}

/** A call of `interrupt` whose options have been read. */
export interface Asking {
  readonly asked: Asked;
  /** The part of the schema that is not sent. */
  readonly parse: Check;
  /** Set if an option has an unknown name. Earlier versions did not check names; their open questions stay valid. */
  readonly problem?: TypeError;
}

const NAMES: OptionNames<InterruptOptions> = {
  title: true,
  description: true,
  assignees: true,
  schema: true,
  timeout: true,
  default: true,
  group: true,
  confirm: true,
  remind: true,
  due: true,
  tags: true,
  priority: true,
  by: true,
};
const BY_NAMES: OptionNames<AnsweredByOptions> = { only: true, not: true, quorum: true };
export const PRIORITIES: readonly unknown[] = ['urgent', 'high', 'normal', 'low'] satisfies Priority[];
const MAX_REMINDERS = 20;
const MAX_QUORUM = 20;

/** @throws `TypeError` if an option is wrong. */
export function resolveInterrupt(
  value: unknown,
  options: InterruptOptions<unknown, JsonSchema | AnswerSchema> = {},
): Asking {
  const problem = optionsProblem(options, '`interrupt`', NAMES);
  const { title, description, assignees, schema, timeout, group, confirm, remind, due, tags, priority } = options ?? {};
  assertText('title', title);
  assertText('description', description);
  assertNames(assignees);
  assertLine('group', group, MAX_GROUP_CHARACTERS);
  assertLine('confirm', confirm, MAX_CONFIRM_CHARACTERS);
  assertTags(tags);
  if (priority !== undefined && !PRIORITIES.includes(priority))
    throw refusedOption('`priority`', 'urgent, high, normal or low', priority);
  const parse = schema === undefined ? accept : makeParse(schema, '`schema`');
  const fallback = options?.default;
  if (fallback !== undefined) assertDefault(fallback, timeout, parse);
  const fields = {
    title,
    description,
    assignees,
    schema: schema === undefined ? undefined : toJsonSchema(schema, '`schema`'),
    timeout: timeout === undefined ? undefined : resolveDeadline(timeout, 'timeout'),
    default: fallback === undefined ? undefined : { value: fallback },
    group,
    confirm,
    tags,
    priority,
    by: resolveBy(options?.by, assignees),
    remind: remind === undefined ? undefined : resolveReminders(remind),
    due: due === undefined ? undefined : resolveDeadline(due, 'due'),
  };
  return { asked: { value: value ?? null, ...defined(fields) }, parse, ...defined({ problem }) };
}

/** Checks that a question can be sent. It is kept and shown as JSON, even with a payload converter of the user's (T7). */
export function checkQuestion(asked: Asked): Unsendable | undefined {
  const { value, default: fallback } = asked;
  return (
    checkJson(value, 'the question') ??
    (fallback && checkJson(fallback.value, 'the default of the question')) ??
    checkEncodable(asked, 'the question')
  );
}

function assertText(name: string, text: unknown): void {
  if (text !== undefined && typeof text !== 'string') {
    throw refusedOption(`\`${name}\``, 'a string', text);
  }
}

/** A person can type the text, and it stays in the memo. */
function assertLine(name: string, text: unknown, limit: number): void {
  if (text === undefined) return;
  if (typeof text !== 'string' || text.trim() === '' || /[\r\n]/.test(text) || text.length > limit)
    throw refusedOption(`\`${name}\``, `a text on one line, with 1 to ${limit} characters`, text);
}

function assertNames(assignees: unknown): void {
  if (assignees === undefined) return;
  if (!Array.isArray(assignees) || !assignees.every((name) => typeof name === 'string')) {
    throw refusedOption('`assignees`', 'a list of strings', assignees);
  }
}

function assertTags(tags: unknown): void {
  if (tags === undefined) return;
  if (!Array.isArray(tags) || tags.length > MAX_TAGS)
    throw refusedOption('`tags`', `a list of at most ${MAX_TAGS} texts`, tags);
  for (const [i, tag] of tags.entries()) {
    assertLine(`tags[${i}]`, tag ?? null, MAX_TAG_CHARACTERS);
  }
}

function resolveReminders(remind: Duration | readonly Duration[]): number | readonly number[] {
  if (typeof remind === 'number' || typeof remind === 'string') return durationMs(remind, 'remind');
  if (!Array.isArray(remind) || remind.length > MAX_REMINDERS)
    throw refusedOption('`remind`', `a duration, or a list of at most ${MAX_REMINDERS}`, remind);
  return remind.map((time: Duration, i) => durationMs(time, `remind[${i}]`));
}

/** Whose answers count, as it is sent with the question. */
function resolveBy(by: InterruptOptions['by'], assignees: readonly string[] | undefined): AnsweredBy | undefined {
  if (by === undefined) return undefined;
  const options: AnsweredByOptions = by === 'assignees' ? { only: by } : by;
  const problem = optionsProblem(options, '`by`', BY_NAMES);
  if (problem) throw problem;
  const { only, not, quorum } = options;
  if (only !== undefined && only !== 'assignees') throw refusedOption('`by.only`', "'assignees'", only);
  if (only !== undefined && (assignees ?? []).length === 0)
    throw new TypeError('Expected `assignees` beside `by`, which lets only them answer');
  const excluded = typeof not === 'string' ? [not] : not;
  if (excluded !== undefined && (!Array.isArray(excluded) || !excluded.every((name) => typeof name === 'string')))
    throw refusedOption('`by.not`', 'a name or a list of names', not);
  if (quorum !== undefined && (!Number.isInteger(quorum) || quorum < 1 || quorum > MAX_QUORUM))
    throw refusedOption('`by.quorum`', `a whole number from 1 to ${MAX_QUORUM}`, quorum);
  if (only !== undefined) assertEnough(assignees ?? [], excluded ?? [], quorum);
  return defined({ only, not: excluded, quorum });
}

/** How many members a group has, nobody knows here. */
function assertEnough(assignees: readonly string[], not: readonly string[], quorum = 1): void {
  const people = new Set(assignees.filter((name) => !not.includes(name)));
  if ([...people].some((name) => groupOf(name) !== undefined) || people.size >= quorum) return;
  throw new TypeError(
    `Expected \`assignees\` to have at least ${quorum} whose answers count, as \`by\` asks for, got ${people.size}`,
  );
}

function assertDefault(fallback: unknown, timeout: Duration | Date | undefined, parse: Check): void {
  if (timeout === undefined)
    throw new TypeError('Expected `timeout` beside `default`, which is only used when time runs out');
  const checked = parse(fallback);
  if ('problems' in checked)
    throw new TypeError(`Expected \`default\` to fit \`schema\`: ${describeProblems(checked.problems)}`);
}
