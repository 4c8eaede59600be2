/**
 * `openai`: the two tasks of an agent, made of a model, its tools and their functions.
 */
import { durationMs, type Duration } from '../protocol/duration.ts';
import { assertOptions, refusedOption, type OptionNames } from '../protocol/refused-options.ts';
import { resolveTools, type OfArguments, type PoliciesFit, type Tools } from '../protocol/tools.ts';
import { makeCallModel, type CallModel, type RequestParameters } from './openai-model.ts';
import { makeCallTool, type CallTool, type ToolFunctions } from './openai-tools.ts';
import { jsonCheck } from './schema.ts';

export interface OpenAIOptions<Declared extends Tools> {
  /** The same as in the workflow. */
  readonly tools: Declared & PoliciesFit<Declared>;
  /**
   * What each tool does. What it returns is told to the model, as JSON if it is no text, and so is what it throws; but
   * for a Temporal failure, such as `ApplicationFailure`: that is the task's own, and is retried or fails it.
   */
  readonly run: { readonly [Name in keyof Declared]: OfArguments<Declared[Name], Promise<unknown>> };
  /** @default 'gpt-4o-mini' */
  readonly model?: string | undefined;
  /** More parameters of the API: `{ temperature: 0 }`. */
  readonly request?: RequestParameters | undefined;
  /** @default OPENAI_API_KEY of the environment */
  readonly apiKey?: string | undefined;
  /** Any server that speaks chat completions. @default OPENAI_BASE_URL of the environment, else OpenAI's */
  readonly baseURL?: string | undefined;
  /** Of one request, within the time of the task; Node's fetch waits five minutes for a response. @default '10 minutes' */
  readonly timeout?: Duration | undefined;
}

export interface OpenAITasks {
  readonly callModel: CallModel;
  readonly callTool: CallTool;
}

/**
 * Makes the two tasks of an agent. Nothing is read or sent before a task runs.
 *
 * `callModel(messages)` returns the model's message. A model that is away (408, 409, 429, 5xx, no connection, a broken
 * answer) is asked again for ten minutes at least, when its `retry-after` says; what it refuses fails at once.
 *
 * `callTool(call)` runs one tool call and returns its message. A tool may call `interrupt`.
 *
 * @example
 * export const { callModel, callTool } = openai({
 *   tools,
 *   run: { get_weather: async ({ location }) => forecast(location) },
 * });
 *
 * @throws `TypeError` when an option is not what it should be.
 */
export function openai<Declared extends Tools>(options: OpenAIOptions<Declared>): OpenAITasks {
  assertOptions(options, '`openai`', NAMES, { isRequired: true });
  const { model = 'gpt-4o-mini', request = {}, apiKey, baseURL, timeout = '10 minutes' } = options;
  if (typeof model !== 'string' || model === '') throw refusedOption('`model`', 'the name of a model', model);
  if (baseURL !== undefined && !URL.canParse(baseURL)) throw refusedOption('`baseURL`', 'a URL', baseURL);
  const tools = resolveTools(options.tools, jsonCheck);
  const functions = resolveFunctions(tools, options.run);
  return {
    callModel: makeCallModel({ model, tools, request, apiKey, baseURL, timeoutMs: durationMs(timeout, 'timeout') }),
    callTool: makeCallTool(tools, functions),
  };
}

const NAMES: OptionNames<OpenAIOptions<Tools>> = {
  tools: true,
  run: true,
  model: true,
  request: true,
  apiKey: true,
  baseURL: true,
  timeout: true,
};

function resolveFunctions(tools: ReadonlyMap<string, unknown>, run: object): ToolFunctions {
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
  // Typed by the tools' schemas, whose values are all that they are given.
  return functions as ToolFunctions;
}
