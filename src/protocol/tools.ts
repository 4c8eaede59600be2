/**
 * The tools of a model, and the one reader of a tool call (R8).
 *
 * A call is data that a model wrote: a mistake in it is never an error of the program, but a sentence for the model, which
 * may then do better.
 */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { resolveAsk, type AskOptions, type AskSettings } from './ask-options.ts';
import type { PolicyContext, Verdict } from './call-context.ts';
import { isObject } from './json-object.ts';
import type { ToolCall } from './messages.ts';
import { assertOptions, refusedOption, type OptionNames } from './refused-options.ts';
import {
  describeProblems,
  isStandardSchema,
  makeParse,
  toJsonSchema,
  type AnswerSchema,
  type Check,
  type Checked,
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
   * Whether a call runs, a person is asked first, or it does not run. A function, a _policy_, decides by the arguments as
   * the schema parsed them, and may be async. It runs on the worker, once for a call. If it throws, a person is asked.
   *
   * `never` and `always` are earlier names of `allow` and `ask`.
   *
   * @default 'allow'
   */
  readonly approval?:
    | 'allow'
    | 'ask'
    | 'deny'
    | 'never'
    | 'always'
    | ((args: never, context: PolicyContext) => Verdict | Promise<Verdict>);
  /** How a person is asked. */
  readonly ask?: AskOptions<never>;
  /** Whether the result of the tool is the answer: it ends the turn of `reactAgent`. @default false */
  readonly returnDirect?: boolean;
}

/** The arguments of a tool as the model sends them, before a schema parses them. */
export type SentArguments = { readonly [name: string]: unknown };

/**
 * A function that takes a tool's arguments, typed by the schema. With a plain JSON Schema they are any object, and the
 * function may declare a narrower type.
 */
export type OfArguments<T extends Tool, Result, Rest extends unknown[] = []> = T['parameters'] extends StandardSchemaV1
  ? (args: StandardSchemaV1.InferOutput<T['parameters']>, ...rest: Rest) => Result
  : { narrowed(args: SentArguments, ...rest: Rest): Result }['narrowed'];

/** Refuses, by its type, an `approval` or `ask` function whose arguments are not those of its tool. */
export type PoliciesFit<Declared extends Tools> = {
  readonly [Name in keyof Declared]: {
    /** Whether a person is asked first: see {@link Tool.approval}. */
    readonly approval?: string | OfArguments<Declared[Name], Verdict | Promise<Verdict>, [PolicyContext]>;
    /** How a person is asked: see {@link Tool.ask}. */
    readonly ask?: AskOptions<Parameters<OfArguments<Declared[Name], void>>[0]>;
  };
};

/** A tool whose options have been read. */
export interface ToolSettings {
  readonly name: string;
  readonly description: string;
  readonly schema: AnswerSchema | JsonSchema;
  /** The schema that is sent to the model. */
  readonly jsonSchema: JsonSchema;
  readonly approval: 'allow' | 'ask' | 'deny' | ((args: unknown, context: PolicyContext) => unknown);
  readonly ask: AskSettings;
  readonly returnDirect: boolean;
  readonly check: Check;
}

const NAME = /^[a-zA-Z0-9_-]{1,64}$/;

/**
 * Reads the tools once, where they are given.
 *
 * @param jsonCheck Runs a plain JSON Schema; the room that calls has the validator.
 * @param ask The options of every question for an approval, where a tool sets no other.
 * @throws `TypeError` if a tool is wrong.
 */
export function resolveTools(
  tools: Tools,
  jsonCheck: (schema: JsonSchema) => Check,
  ask: AskOptions = {},
): ReadonlyMap<string, ToolSettings> {
  if (typeof tools !== 'object' || tools === null || Array.isArray(tools)) {
    throw refusedOption('`tools`', 'an object of tools by name', tools);
  }
  return new Map(Object.entries(tools).map(([name, tool]) => [name, resolveTool(name, tool, { jsonCheck, ask })]));
}

const NAMES: OptionNames<Tool> = {
  description: true,
  parameters: true,
  approval: true,
  ask: true,
  returnDirect: true,
};

interface ToolDefaults {
  readonly jsonCheck: (schema: JsonSchema) => Check;
  readonly ask: AskOptions;
}

function resolveTool(name: string, tool: Tool, { jsonCheck, ask }: ToolDefaults): ToolSettings {
  const of = `tool \`${name}\``;
  // With a misspelt `approval` nobody would be asked.
  assertOptions(tool, of, NAMES, { isRequired: true });
  const { description, parameters, returnDirect = false } = tool;
  if (!NAME.test(name)) {
    throw new TypeError(`Expected a tool's name to be 1 to 64 letters, digits, \`_\` or \`-\`, got \`${name}\``);
  }
  if (typeof description !== 'string') throw refusedOption(`\`description\` of ${of}`, 'a string', description);
  if (typeof returnDirect !== 'boolean') throw refusedOption(`\`returnDirect\` of ${of}`, 'a boolean', returnDirect);
  const approval = resolveApproval(tool.approval, of);
  const asks = approval === 'ask' || typeof approval === 'function';
  if (tool.ask !== undefined && !asks)
    throw new TypeError(`Expected \`approval\` beside \`ask\` of ${of}, to say when a person is asked`);
  const what = `\`parameters\` of ${of}`;
  const parse = makeParse(parameters, what);
  const { $schema: _dialect, ...jsonSchema } = toJsonSchema(parameters, what);
  if (jsonSchema['type'] !== 'object') {
    throw new TypeError(`Expected ${what} to be the schema of an object, got type \`${String(jsonSchema['type'])}\``);
  }
  const check = isStandardSchema(parameters) ? parse : jsonCheck(jsonSchema);
  const settings = { name, description, schema: parameters, jsonSchema, approval, returnDirect, check };
  return { ...settings, ask: resolveAsk({ ...ask, ...tool.ask }, { of, schema: asks ? parameters : undefined }) };
}

function resolveApproval(approval: unknown = 'allow', of: string): ToolSettings['approval'] {
  switch (approval) {
    case 'allow':
    case 'never':
      return 'allow';
    case 'ask':
    case 'always':
      return 'ask';
    case 'deny':
      return 'deny';
    default:
      if (typeof approval !== 'function')
        throw refusedOption(`\`approval\` of ${of}`, "'allow', 'ask', 'deny' or a function", approval);
      // A policy is declared for parsed arguments, and gets no others.
      return approval as Exclude<ToolSettings['approval'], string>;
  }
}

/** A tool call that has been read. */
export type ReadCall =
  /** `sent` is what the model wrote, `args` is what the schema makes of it. */
  | { readonly kind: 'fits'; readonly tool: ToolSettings; readonly sent: SentArguments; readonly args: unknown }
  /** The tool must not run; the sentence is for the model. */
  | { readonly kind: 'wrong'; readonly sentence: string };

export function readCall(tools: ReadonlyMap<string, ToolSettings>, call: ToolCall): ReadCall {
  const { name } = call.function;
  const tool = tools.get(name);
  if (!tool) {
    const known = tools.size > 0 ? `: use one of ${[...tools.keys()].join(', ')}` : '';
    return { kind: 'wrong', sentence: `Error: ${name} is not a valid tool${known}` };
  }
  const read = readArguments(call);
  if ('wrong' in read) return wrong(tool, read.wrong);
  const { sent } = read;
  const checked = checkArguments(tool, sent);
  return 'value' in checked
    ? { kind: 'fits', tool, sent, args: checked.value }
    : wrong(tool, describeProblems(checked.problems));
}

function wrong({ name }: ToolSettings, reason: string): ReadCall {
  return { kind: 'wrong', sentence: `Error: bad arguments for ${name}: ${reason}` };
}

/** The arguments of a call as the model wrote them, or what is wrong with their text. */
export function readArguments({
  function: { arguments: text },
}: ToolCall): { readonly sent: SentArguments } | { readonly wrong: string } {
  let sent: unknown;
  try {
    // Some models write an empty text for no arguments.
    sent = text.trim() === '' ? {} : JSON.parse(text);
  } catch {
    return { wrong: 'they are not JSON' };
  }
  return isObject(sent) ? { sent } : { wrong: 'they are not a JSON object' };
}

/** What the schema of a tool makes of its arguments, or what is wrong with them. */
export function checkArguments({ check }: ToolSettings, args: unknown): Checked {
  try {
    return check(args);
  } catch (error) {
    // The schema is the user's code. If it throws, the arguments are refused.
    return { problems: [{ path: '', message: messageOf(error) }] };
  }
}
