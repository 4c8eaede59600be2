/**
 * `openai`: it makes the two tasks of an agent from a model, its tools and their functions (R8).
 */
import type { AskOptions } from '../../protocol/ask-options.ts';
import { durationMs, type Duration } from '../../protocol/duration.ts';
import { assertOptions, refusedOption, type OptionNames } from '../../protocol/refused-options.ts';
import type { AnswerSchema, OutputOf } from '../../protocol/schema.ts';
import type { JsonSchema } from '../../protocol/shapes.ts';
import { resolveTools, type OfArguments, type PoliciesFit, type Tools } from '../../protocol/tools.ts';
import { assertConnection, type ConnectionOptions } from './connection.ts';
import { assertRequest, makeCallModel, type CallModel, type RequestParameters } from './model.ts';
import { resolveOutput } from './output.ts';
import { makeCallTool, type CallTool, type ToolFunctions } from './tools.ts';
import { jsonCheck } from '../schema.ts';

/** The options of `openai` for a model without tools. */
export interface ModelOptions<
  Output extends AnswerSchema | JsonSchema | undefined = undefined,
> extends ConnectionOptions {
  /** The name of the model. @default 'gpt-4o-mini' */
  readonly model?: string | undefined;
  /** More parameters of chat completions: `{ temperature: 0 }`. */
  readonly request?: RequestParameters | undefined;
  /**
   * The time limit of one request, within that of the task. If the model streams, it is the limit of the whole stream.
   * Node's `fetch` gives up after five minutes without a response.
   *
   * @default '10 minutes'
   */
  readonly timeout?: Duration | undefined;
  /**
   * The schema of the model's answer. The server is asked for JSON that fits it, and the message has the checked value as
   * `parsed`. If the answer does not fit, the model is told why and asked again, twice at most; then the task fails.
   */
  readonly output?: Output;
  /** The tools of the model. */
  readonly tools?: undefined;
  /** The functions of the tools. */
  readonly run?: undefined;
  /** How a person is asked to approve a call. */
  readonly ask?: undefined;
}

/** The options of `openai` for a model with tools. */
export interface OpenAIOptions<
  Declared extends Tools,
  Output extends AnswerSchema | JsonSchema | undefined = undefined,
> extends Omit<ModelOptions<Output>, 'tools' | 'run' | 'ask'> {
  /** The tools of the model. The `approval` of a tool says which of its calls a person is asked about. */
  readonly tools: Declared & PoliciesFit<Declared>;
  /** How a person is asked to approve a call, where the `ask` of its tool says nothing else. */
  readonly ask?: AskOptions | undefined;
  /**
   * The function of each tool. The model is told what it returns, as JSON if it is not a text, and the message of what it
   * throws. A Temporal failure, such as `ApplicationFailure`, is not told to the model: it fails the task, or is retried.
   */
  readonly run: { readonly [Name in keyof Declared]: OfArguments<Declared[Name], Promise<unknown>> };
}

/** The two tasks of an agent: export both from the file of tasks. */
export interface OpenAITasks<Output = never> {
  /** Sends the conversation to the model and returns its next message. */
  readonly callModel: CallModel<Output>;
  /** Decides about one tool call of the model, runs it, and returns the message that answers it. */
  readonly callTool: CallTool;
}

/**
 * Makes the two tasks of an agent. Nothing is read or sent before a task runs.
 *
 * `callModel(messages)` returns the next message of the model. If the model is unavailable (408, 409, 429, 5xx, no
 * connection), the call is retried within the same attempt, and over all attempts for at least ten minutes; it waits as
 * long as `retry-after` says. A request that the model refuses fails at once.
 *
 * `callTool(call, context?, messages?)` reads one tool call, asks the policy of its tool and, if need be, a person, runs it,
 * and returns the message that answers it. A tool may call `interrupt`.
 *
 * @example
 * export const { callModel, callTool } = openai({
 *   tools,
 *   run: { get_weather: async ({ location }) => forecast(location) },
 * });
 *
 * @throws `TypeError` if an option is wrong.
 */
export function openai<Declared extends Tools, Output extends AnswerSchema | JsonSchema | undefined = undefined>(
  options: OpenAIOptions<Declared, Output>,
): OpenAITasks<OutputOf<Output>>;
/**
 * Makes the tasks of a model without tools.
 *
 * @example
 * export const { callModel: summarize } = openai({ model: 'gpt-4o-mini' });
 *
 * @throws `TypeError` if an option is wrong.
 */
export function openai<Output extends AnswerSchema | JsonSchema | undefined = undefined>(
  options: ModelOptions<Output>,
): OpenAITasks<OutputOf<Output>>;
export function openai(options: AnyOptions): OpenAITasks {
  assertOptions(options, '`openai`', NAMES, { isRequired: true });
  const { model = 'gpt-4o-mini', request = {}, timeout = '10 minutes', output } = options;
  if (typeof model !== 'string' || model === '') throw refusedOption('`model`', 'the name of a model', model);
  assertRequest(request);
  assertConnection(options);
  const tools = resolveTools(options.tools ?? {}, jsonCheck, options.ask);
  const functions = resolveFunctions(tools, options.run);
  return {
    callModel: makeCallModel({
      model,
      tools,
      request,
      connection: options,
      timeoutMs: durationMs(timeout, 'timeout'),
      output: output === undefined ? undefined : resolveOutput(output),
    }),
    callTool: makeCallTool(tools, functions),
  };
}

type Schema = AnswerSchema | JsonSchema;
type AnyOptions = ModelOptions<Schema | undefined> | OpenAIOptions<Tools, Schema | undefined>;

const NAMES: OptionNames<OpenAIOptions<Tools>> = {
  tools: true,
  run: true,
  ask: true,
  model: true,
  request: true,
  apiKey: true,
  baseURL: true,
  headers: true,
  query: true,
  fetch: true,
  organization: true,
  project: true,
  client: true,
  timeout: true,
  output: true,
};

function resolveFunctions(tools: ReadonlyMap<string, unknown>, run: object | undefined): ToolFunctions {
  const functions = new Map(Object.entries(run ?? {}));
  for (const name of tools.keys()) {
    const fn: unknown = functions.get(name);
    if (typeof fn !== 'function') {
      throw new TypeError(
        `Expected \`run\` to have a function for tool \`${name}\`, got \`${String(fn)}\` (${typeof fn})`,
      );
    }
  }
  for (const name of functions.keys()) {
    if (!tools.has(name))
      throw new TypeError(`Expected a tool \`${name}\` among \`tools\`, for its function in \`run\``);
  }
  // Each function is typed by the schema of its tool, and gets only what the schema parsed.
  return functions as ToolFunctions;
}
