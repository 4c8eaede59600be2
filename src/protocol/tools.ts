/**
 * The tools of a model: declared once as plain data that workflow and worker both import, and the one reader of a tool
 * call, which both use (R8).
 *
 * A call is data that a model wrote. What is wrong with it becomes a sentence for the model, which may then do better; it
 * is never an error of the program.
 */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { ToolCall } from './messages.ts';
import { assertOptions, refusedOption, type OptionNames } from './refused-options.ts';
import {
  describeProblems,
  isStandardSchema,
  makeParse,
  toJsonSchema,
  type AnswerSchema,
  type Check,
} from './schema.ts';
import type { JsonSchema } from './shapes.ts';
import { messageOf } from './thrown.ts';

/** Tools by name: `export const tools = { refund: { … } } satisfies Tools`. */
export type Tools = { readonly [name: string]: Tool };

export interface Tool {
  /** Tells the model what the tool does and when to use it. */
  readonly description: string;
  /** Of an object. What the model sends is checked against it. */
  readonly parameters: AnswerSchema | JsonSchema;
  /**
   * Whether `reactAgent` asks a person before the tool runs. A function is given the arguments as the schema parsed them;
   * it is workflow code, so it must be pure.
   *
   * @default 'never'
   */
  readonly approval?: 'never' | 'always' | ((args: never) => boolean);
}

/** The arguments as the model sends them, before a schema has parsed them. */
export type SentArguments = { readonly [name: string]: unknown };

/**
 * A function of a tool's arguments, typed by the schema. A plain JSON Schema has no type: then they are any object, and
 * the function may name a narrower one.
 */
export type OfArguments<T extends Tool, Result> = T['parameters'] extends StandardSchemaV1
  ? (args: StandardSchemaV1.InferOutput<T['parameters']>) => Result
  : { narrowed(args: SentArguments): Result }['narrowed'];

/** Refuses a policy whose arguments are not those of its tool. */
export type PoliciesFit<Declared extends Tools> = {
  readonly [Name in keyof Declared]: { readonly approval?: string | OfArguments<Declared[Name], boolean> };
};

/** A tool whose options have been read. */
export interface ToolSettings {
  readonly name: string;
  readonly description: string;
  readonly schema: AnswerSchema | JsonSchema;
  /** As the model is given it. */
  readonly jsonSchema: JsonSchema;
  readonly approval: 'never' | 'always' | ((args: unknown) => unknown);
  readonly check: Check;
}

const NAME = /^[a-zA-Z0-9_-]{1,64}$/;

/**
 * @param jsonCheck Of the room: what runs a plain JSON Schema.
 * @throws `TypeError` with one sentence when a tool is not what it should be.
 */
export function resolveTools(
  tools: Tools,
  jsonCheck: (schema: JsonSchema) => Check,
): ReadonlyMap<string, ToolSettings> {
  if (typeof tools !== 'object' || tools === null || Array.isArray(tools)) {
    throw refusedOption('`tools`', 'an object of tools by name', tools);
  }
  return new Map(Object.entries(tools).map(([name, tool]) => [name, resolveTool(name, tool, jsonCheck)]));
}

const NAMES: OptionNames<Tool> = { description: true, parameters: true, approval: true };

function resolveTool(name: string, tool: Tool, jsonCheck: (schema: JsonSchema) => Check): ToolSettings {
  // A misspelt `approval` would mean that nobody is asked.
  assertOptions(tool, `tool \`${name}\``, NAMES, { isRequired: true });
  const { description, parameters, approval = 'never' } = tool;
  if (!NAME.test(name)) {
    throw new TypeError(`Expected a tool's name to be 1 to 64 letters, digits, \`_\` or \`-\`, got \`${name}\``);
  }
  if (typeof description !== 'string') {
    throw refusedOption(`\`description\` of tool \`${name}\``, 'a string', description);
  }
  if (approval !== 'never' && approval !== 'always' && typeof approval !== 'function') {
    throw refusedOption(`\`approval\` of tool \`${name}\``, "'never', 'always' or a function", approval);
  }
  const what = `\`parameters\` of tool \`${name}\``;
  const parse = makeParse(parameters, what);
  const { $schema: _dialect, ...jsonSchema } = toJsonSchema(parameters, what);
  if (jsonSchema['type'] !== 'object') {
    throw new TypeError(`Expected ${what} to be the schema of an object, got type \`${String(jsonSchema['type'])}\``);
  }
  const check = isStandardSchema(parameters) ? parse : jsonCheck(jsonSchema);
  // Declared for the arguments that the schema makes, which are all that it is given.
  return { name, description, schema: parameters, jsonSchema, approval: approval as ToolSettings['approval'], check };
}

/** A tool call that has been read. */
export type ReadCall =
  /** `sent` is what the model wrote, `args` what the schema makes of it. */
  | { readonly kind: 'fits'; readonly tool: ToolSettings; readonly sent: SentArguments; readonly args: unknown }
  /** The tool must not run; the sentence is for the model. */
  | { readonly kind: 'wrong'; readonly sentence: string };

export function readCall(tools: ReadonlyMap<string, ToolSettings>, call: ToolCall): ReadCall {
  const { name, arguments: text } = call.function;
  const tool = tools.get(name);
  if (!tool) {
    const known = tools.size > 0 ? `: use one of ${[...tools.keys()].join(', ')}` : '';
    return { kind: 'wrong', sentence: `Error: ${name} is not a valid tool${known}` };
  }
  const wrong = (reason: string): ReadCall => ({
    kind: 'wrong',
    sentence: `Error: bad arguments for ${name}: ${reason}`,
  });
  let sent: unknown;
  try {
    // Some models write nothing at all for no arguments.
    sent = text.trim() === '' ? {} : JSON.parse(text);
  } catch {
    return wrong('they are not JSON');
  }
  if (!isArguments(sent)) return wrong('they are not a JSON object');
  try {
    const checked = tool.check(sent);
    return 'value' in checked
      ? { kind: 'fits', tool, sent, args: checked.value }
      : wrong(describeProblems(checked.problems));
  } catch (error) {
    // The schema is the user's code; what it throws refuses the arguments.
    return wrong(messageOf(error));
  }
}

function isArguments(value: unknown): value is SentArguments {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
