/**
 * The tools of a model, and the one reader of a tool call (R8).
 *
 * Tools are plain data that the workflow and the worker both import. A call is data that a model wrote: a mistake in it is
 * never an error of the program, but a sentence for the model, which may then do better.
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

/** A tool that a model may call. Its function is in the option `run` of `openai`. */
export interface Tool {
  /** Tells the model what the tool does and when to use it. */
  readonly description: string;
  /** The schema of the arguments, which are an object. The model's arguments are checked against it. */
  readonly parameters: AnswerSchema | JsonSchema;
  /**
   * Whether `reactAgent` asks a person before the tool runs. A function decides by the arguments as the schema parsed
   * them. It is workflow code and must be deterministic.
   *
   * @default 'never'
   */
  readonly approval?: 'never' | 'always' | ((args: never) => boolean);
}

/** The arguments of a tool as the model sends them, before a schema parses them. */
export type SentArguments = { readonly [name: string]: unknown };

/**
 * A function that takes a tool's arguments, typed by the schema. With a plain JSON Schema they are any object, and the
 * function may declare a narrower type.
 */
export type OfArguments<T extends Tool, Result> = T['parameters'] extends StandardSchemaV1
  ? (args: StandardSchemaV1.InferOutput<T['parameters']>) => Result
  : { narrowed(args: SentArguments): Result }['narrowed'];

/** Refuses, by its type, an `approval` function whose arguments are not those of its tool. */
export type PoliciesFit<Declared extends Tools> = {
  readonly [Name in keyof Declared]: {
    /** Whether a person is asked first: see {@link Tool.approval}. */
    readonly approval?: string | OfArguments<Declared[Name], boolean>;
  };
};

/** A tool whose options have been read. */
export interface ToolSettings {
  readonly name: string;
  readonly description: string;
  readonly schema: AnswerSchema | JsonSchema;
  /** The schema that is sent to the model. */
  readonly jsonSchema: JsonSchema;
  readonly approval: 'never' | 'always' | ((args: unknown) => unknown);
  readonly check: Check;
}

const NAME = /^[a-zA-Z0-9_-]{1,64}$/;

/**
 * Reads the tools once, where they are given.
 *
 * @param jsonCheck Runs a plain JSON Schema; the room that calls has the validator.
 * @throws `TypeError` if a tool is wrong.
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
  // With a misspelt `approval` nobody would be asked.
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
  // A policy is declared for parsed arguments, and gets no others.
  return { name, description, schema: parameters, jsonSchema, approval: approval as ToolSettings['approval'], check };
}

/** A tool call that has been read. */
export type ReadCall =
  /** `sent` is what the model wrote, `args` is what the schema makes of it. */
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
    // Some models write an empty text for no arguments.
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
    // The schema is the user's code. If it throws, the arguments are refused.
    return wrong(messageOf(error));
  }
}

function isArguments(value: unknown): value is SentArguments {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
