/**
 * The options of `interrupt`, read once where it is called, the same in a body and in a task.
 *
 * The JSON Schema of an answer travels with the question; what has no such form (refinements, transforms) stays here, in
 * `parse` (A5).
 */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { durationMs, resolveDeadline, type Duration } from './duration.ts';
import { optionsProblem, refusedOption, type OptionNames } from './refused-options.ts';
import type { Jsonified } from './jsonified.ts';
import { checkEncodable, checkJson, type Unsendable } from './limits.ts';
import { accept, describeProblems, makeParse, toJsonSchema, type AnswerSchema, type Check } from './schema.ts';
import type { Asked, JsonSchema, Recorded } from './shapes.ts';

/** What a question may say besides its value. All but `default` travels with it and is shown to the person. */
export interface InterruptOptions<Default = unknown, Schema = JsonSchema> {
  /** One line, for lists. */
  readonly title?: string | undefined;
  /** Markdown, for the page that shows the question. */
  readonly description?: string | undefined;
  /** Who should answer: a plain name is a person, `group:finance` is a group. Recorded, not enforced (A7). */
  readonly assignees?: readonly string[] | undefined;
  /** Every answer is checked against it before it counts; at most 32 KB as JSON Schema (A5). */
  readonly schema?: Schema | undefined;
  /** How long it stays open, or until when. Without a `default` it then throws `InterruptExpired` (A6). */
  readonly timeout?: Duration | Date | undefined;
  /** What is returned when time runs out: an answer, checked and parsed like one. */
  readonly default?: Default | undefined;
  /** When the entrypoint's `notify` task runs again for this question (R9). */
  readonly remind?: Duration | undefined;
}

/** `interrupt`: the answer. With a Standard Schema it is what the schema makes of it. */
export interface InterruptFunction {
  <Schema extends AnswerSchema>(
    value: unknown,
    options: InterruptOptions<StandardSchemaV1.InferInput<Schema>, Schema> & { readonly schema: Schema },
  ): Promise<StandardSchemaV1.InferOutput<Schema>>;
  <Answer = unknown>(value: unknown, options?: InterruptOptions<NoInfer<Answer>>): Promise<Jsonified<Answer>>;
}

/** `interrupt.record`: the answer, and who gave it, when and how. */
export interface RecordFunction {
  <Schema extends AnswerSchema>(
    value: unknown,
    options: InterruptOptions<StandardSchemaV1.InferInput<Schema>, Schema> & { readonly schema: Schema },
  ): Promise<Recorded<StandardSchemaV1.InferOutput<Schema>>>;
  <Answer = unknown>(value: unknown, options?: InterruptOptions<NoInfer<Answer>>): Promise<Recorded<Jsonified<Answer>>>;
}

/** `interrupt`, and `interrupt.record`. */
export type Interrupter = InterruptFunction & { readonly record: RecordFunction };

/** Makes both of what asks, in a body or in a task. */
export function makeInterrupt(
  ask: (value: unknown, options?: InterruptOptions<unknown, JsonSchema | AnswerSchema>) => Promise<Recorded>,
): Interrupter {
  const interrupt = (...args: Parameters<typeof ask>): Promise<unknown> =>
    handled(ask(...args).then(({ value }) => value));
  const record = (...args: Parameters<typeof ask>): Promise<Recorded> => handled(ask(...args));
  // The overloads say what the schema makes of an answer; the code behind them is the same.
  return Object.assign(interrupt, { record }) as Interrupter;
}

/** A question that nobody awaits is withdrawn or reported as swallowed, and is no unhandled rejection (I5, R7). */
function handled<Value>(answer: Promise<Value>): Promise<Value> {
  answer.catch(() => undefined);
  return answer;
}

export interface Asking {
  readonly asked: Asked;
  /** What does not travel of the schema. */
  readonly parse: Check;
  /** Set if the options have an unknown name. Earlier versions did not check: a question that they opened stays valid. */
  readonly problem?: TypeError;
}

const NAMES: OptionNames<InterruptOptions> = {
  title: true,
  description: true,
  assignees: true,
  schema: true,
  timeout: true,
  default: true,
  remind: true,
};

/** @throws `TypeError` with one sentence when an option is not what it should be. */
export function resolveInterrupt(
  value: unknown,
  options: InterruptOptions<unknown, JsonSchema | AnswerSchema> = {},
): Asking {
  const problem = optionsProblem(options, '`interrupt`', NAMES);
  const { title, description, assignees, schema, timeout, remind } = options ?? {};
  assertText('title', title);
  assertText('description', description);
  assertNames(assignees);
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
    remind: remind === undefined ? undefined : durationMs(remind, 'remind'),
  };
  const given = Object.entries(fields).filter(([, field]) => field !== undefined);
  return { asked: { value: value ?? null, ...Object.fromEntries(given) }, parse, ...(problem ? { problem } : {}) };
}

/** Checks that a question can be sent. It is kept and shown as JSON, whatever payload converter there is (T7). */
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
