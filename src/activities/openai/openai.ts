/**
 * `openai`: it makes the two tasks of an agent from a model, its tools and their functions (R8).
 */
import type { AskOptions } from '../../protocol/ask-options.ts';
import { durationMs, type Duration } from '../../protocol/duration.ts';
import { assertOptions, refusedOption, type OptionNames } from '../../protocol/refused-options.ts';
import { resolveTools, type OfArguments, type PoliciesFit, type Tools } from '../../protocol/tools.ts';
import { makeCallModel, type CallModel, type RequestParameters } from './model.ts';
import { makeCallTool, type CallTool, type ToolFunctions } from './tools.ts';
import { jsonCheck } from '../schema.ts';

/** The options of `openai`. */
export interface OpenAIOptions<Declared extends Tools> {
  /** The tools of the model. The `approval` of a tool says which of its calls a person is asked about. */
  readonly tools: Declared & PoliciesFit<Declared>;
  /** How a person is asked to approve a call, where the `ask` of its tool says nothing else. */
  readonly ask?: AskOptions | undefined;
  /**
   * The function of each tool. The model is told what it returns, as JSON if it is not a text, and the message of what it
   * throws. A Temporal failure, such as `ApplicationFailure`, is not told to the model: it fails the task, or is retried.
   */
  readonly run: { readonly [Name in keyof Declared]: OfArguments<Declared[Name], Promise<unknown>> };
  /** The name of the model. @default 'gpt-4o-mini' */
  readonly model?: string | undefined;
  /** More parameters of chat completions: `{ temperature: 0 }`. */
  readonly request?: RequestParameters | undefined;
  /** The key of the API. It is read when a task runs. @default OPENAI_API_KEY of the environment */
  readonly apiKey?: string | undefined;
  /** The URL of a server that speaks chat completions. @default OPENAI_BASE_URL of the environment, else OpenAI's */
  readonly baseURL?: string | undefined;
  /**
   * The time limit of one request, within that of the task. Node's `fetch` gives up after five minutes without a response.
   *
   * @default '10 minutes'
   */
  readonly timeout?: Duration | undefined;
}

/** The two tasks of an agent: export both from the file of tasks. */
export interface OpenAITasks {
  /** Sends the conversation to the model and returns its next message. */
  readonly callModel: CallModel;
  /** Decides about one tool call of the model, runs it, and returns the message that answers it. */
  readonly callTool: CallTool;
}

/**
 * Makes the two tasks of an agent. Nothing is read or sent before a task runs.
 *
 * `callModel(messages)` returns the next message of the model. If the model is unavailable (408, 409, 429, 5xx, no
 * connection, or a malformed response), the call is retried within the same attempt, and over all attempts for at least
 * ten minutes; it waits as long as `retry-after` says. A request that the model refuses fails at once.
 *
 * `callTool(call, context?)` reads one tool call, asks the policy of its tool and, if need be, a person, runs it, and returns
 * the message that answers it. A tool may call `interrupt`.
 *
 * @example
 * export const { callModel, callTool } = openai({
 *   tools,
 *   run: { get_weather: async ({ location }) => forecast(location) },
 * });
 *
 * @throws `TypeError` if an option is wrong.
 */
export function openai<Declared extends Tools>(options: OpenAIOptions<Declared>): OpenAITasks {
  assertOptions(options, '`openai`', NAMES, { isRequired: true });
  const { model = 'gpt-4o-mini', request = {}, apiKey, baseURL, timeout = '10 minutes' } = options;
  if (typeof model !== 'string' || model === '') throw refusedOption('`model`', 'the name of a model', model);
  if (baseURL !== undefined && !URL.canParse(baseURL)) throw refusedOption('`baseURL`', 'a URL', baseURL);
  const tools = resolveTools(options.tools, jsonCheck, options.ask);
  const functions = resolveFunctions(tools, options.run);
  return {
    callModel: makeCallModel({ model, tools, request, apiKey, baseURL, timeoutMs: durationMs(timeout, 'timeout') }),
    callTool: makeCallTool(tools, functions),
  };
}

const NAMES: OptionNames<OpenAIOptions<Tools>> = {
  tools: true,
  run: true,
  ask: true,
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
  // Each function is typed by the schema of its tool, and gets only what the schema parsed.
  return functions as ToolFunctions;
}
