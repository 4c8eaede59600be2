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
import { checkEncodable, checkJson, MAX_CONFIRM_CHARACTERS, MAX_GROUP_CHARACTERS, type Unsendable } from './limits.ts';
import { accept, describeProblems, makeParse, toJsonSchema, type AnswerSchema, type Check } from './schema.ts';
import type { Asked, JsonSchema, Recorded } from './shapes.ts';

/** The options of `interrupt`. All but `default` are sent with the question and shown to the person. */
export interface InterruptOptions<Default = unknown, Schema = JsonSchema> {
  /** The question in one line, for lists. */
  readonly title?: string | undefined;
  /** More about the question, in Markdown, for the page that shows it. */
  readonly description?: string | undefined;
  /** Who should answer: a plain name is a person, `group:finance` is a group. Recorded, not enforced (A7). */
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
  /** How long after the question opened the entrypoint's `notify` task runs again for it (R9). @default never */
  readonly remind?: Duration | undefined;
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
};

/** @throws `TypeError` if an option is wrong. */
export function resolveInterrupt(
  value: unknown,
  options: InterruptOptions<unknown, JsonSchema | AnswerSchema> = {},
): Asking {
  const problem = optionsProblem(options, '`interrupt`', NAMES);
  const { title, description, assignees, schema, timeout, group, confirm, remind } = options ?? {};
  assertText('title', title);
  assertText('description', description);
  assertNames(assignees);
  assertLine('group', group, MAX_GROUP_CHARACTERS);
  assertLine('confirm', confirm, MAX_CONFIRM_CHARACTERS);
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
    remind: remind === undefined ? undefined : durationMs(remind, 'remind'),
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

function assertDefault(fallback: unknown, timeout: Duration | Date | undefined, parse: Check): void {
  if (timeout === undefined)
    throw new TypeError('Expected `timeout` beside `default`, which is only used when time runs out');
  const checked = parse(fallback);
  if ('problems' in checked)
    throw new TypeError(`Expected \`default\` to fit \`schema\`: ${describeProblems(checked.problems)}`);
}
