/**
 * A model that follows a script: an HTTP server that speaks OpenAI's chat completions and answers each request with the
 * next turn.
 *
 * It stands in for the model alone, so that all on the way to it is real: the `openai` package, the request, the retries.
 * The script must fit exactly: turns that nobody asked for, a request too many and what a turn's own function throws all
 * fail the test, at the end of its block.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { durationMs, type Duration } from '../protocol/duration.ts';
import type { AssistantMessage, ToolCall } from '../protocol/messages.ts';
import { assertOptions, type OptionNames } from '../protocol/refused-options.ts';

/** A message of the model; an `AssistantMessage` is one. */
export interface MessageTurn extends Partial<AssistantMessage> {
  /** Its tool calls in short; they come after those of `tool_calls`. */
  readonly calls?: readonly ScriptedCall[];
  /** Before the response: milliseconds, or text such as '3s'. */
  readonly delay?: Duration;
}

export interface ScriptedCall {
  /** @default `call_<n>`, counted over the whole script */
  readonly id?: string;
  readonly name: string;
  /** A string is sent as it is: broken JSON, for instance. @default {} */
  readonly arguments?: object | string;
}

/** A response that is no message: an error of the API by its `status`, or anything else by its `body`. */
export interface ResponseTurn {
  /** The HTTP status. @default 200 */
  readonly status?: number;
  /** Of the API's error. @default `Scripted <status>` */
  readonly message?: string;
  /** Sent as it is, in place of an error of the API, as `application/json`. */
  readonly body?: string;
  /** The header `retry-after`, in seconds. */
  readonly retryAfter?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Before the response: milliseconds, or text such as '3s'. */
  readonly delay?: Duration;
}

export type ScriptedTurn = MessageTurn | ResponseTurn;
/** Makes a turn of what was asked. */
export type TurnFunction = (request: ModelRequest) => ScriptedTurn | Promise<ScriptedTurn>;

/** What one call sent. */
export interface ModelRequest {
  readonly model: string;
  readonly messages: readonly SentMessage[];
  /** The whole body, with `model` and `messages`, the tools and all other parameters. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Whether it came with a key. The key is not kept. */
  readonly authorized: boolean;
  /** Aborts when the caller hangs up before the response. */
  readonly signal: AbortSignal;
}

export interface SentMessage {
  readonly role: string;
  readonly content?: unknown;
  readonly tool_calls?: readonly ToolCall[];
  readonly tool_call_id?: string;
}

export interface ScriptedModel extends AsyncDisposable {
  /** For the option `baseURL` of `openai`, or OPENAI_BASE_URL. */
  readonly baseURL: string;
  /** What each call sent, in the order in which they came. */
  readonly requests: readonly ModelRequest[];
  /** How many turns nobody has asked for yet. */
  readonly remaining: number;
  /** Stops the server, and does not look at what is left of the script. */
  close(): Promise<void>;
}

/**
 * Starts a model on a free port of 127.0.0.1.
 *
 * @example
 * await using model = await scriptedModel([
 *   { calls: [{ name: 'get_weather', arguments: { location: 'Boston' } }] },
 *   { status: 429, retryAfter: 1 },
 *   { content: 'It rains.' },
 * ]);
 *
 * @param turns One for each call. A function in place of the list answers every call, however many there are.
 */
export async function scriptedModel(
  turns: readonly (ScriptedTurn | TurnFunction)[] | TurnFunction,
): Promise<ScriptedModel> {
  const script = new Script(turns);
  const server = createServer((request, response) => void script.serve(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    baseURL: `http://127.0.0.1:${port}/v1`,
    requests: script.requests,
    get remaining() {
      return script.left.length;
    },
    close: () => close(server),
    async [Symbol.asyncDispose]() {
      await close(server);
      script.assertFits();
    },
  };
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}

const NAMES: OptionNames<MessageTurn & ResponseTurn> = {
  role: true,
  content: true,
  tool_calls: true,
  refusal: true,
  finish_reason: true,
  usage: true,
  calls: true,
  delay: true,
  status: true,
  message: true,
  body: true,
  retryAfter: true,
  headers: true,
};

class Script {
  readonly requests: ModelRequest[] = [];
  readonly left: (ScriptedTurn | TurnFunction)[];
  readonly #always: TurnFunction | undefined;
  readonly #problems: unknown[] = [];
  #calls = 0;

  constructor(turns: readonly (ScriptedTurn | TurnFunction)[] | TurnFunction) {
    this.left = typeof turns === 'function' ? [] : turns.map(checkedTurn);
    this.#always = typeof turns === 'function' ? turns : undefined;
  }

  async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const left = new AbortController();
    response.on('close', () => {
      if (!response.writableFinished) left.abort();
    });
    try {
      const { url, method, headers } = incoming;
      if (method !== 'POST' || url !== '/v1/chat/completions')
        throw new Error('There is only POST /v1/chat/completions');
      const body = (await json(incoming)) as Body;
      if (body.stream) throw new Error('A scripted model does not stream');
      const { model, messages } = body;
      const request = { model, messages, body, authorized: headers.authorization !== undefined, signal: left.signal };
      this.requests.push(request);
      const turn = await this.#next(request);
      await sleep(durationMs(turn.delay ?? 0, 'delay'), undefined, { signal: left.signal });
      send(response, isResponse(turn) ? turn : this.#completion(turn, request));
    } catch (error) {
      if (left.signal.aborted) return;
      this.#problems.push(error);
      // A status that nobody retries, so that the caller sees it at once.
      send(response, { status: 400, message: error instanceof Error ? error.message : String(error) });
    }
  }

  async #next(request: ModelRequest): Promise<ScriptedTurn> {
    const turn = this.#always ?? this.left.shift();
    if (turn === undefined) {
      throw new Error(`The script of the model ended before its call ${this.requests.length}`);
    }
    return typeof turn === 'function' ? checkedTurn(await turn(request)) : turn;
  }

  #completion(turn: MessageTurn, { model }: ModelRequest): ResponseTurn {
    const { content = null, refusal = null, tool_calls = [], calls = [], finish_reason, usage = NO_TOKENS } = turn;
    const all = [...tool_calls, ...calls.map((call) => this.#call(call))];
    const message = { role: 'assistant', content, refusal, ...(all.length > 0 ? { tool_calls: all } : {}) };
    const reason = finish_reason ?? (all.length > 0 ? 'tool_calls' : 'stop');
    const body = {
      id: `chatcmpl-${this.requests.length}`,
      object: 'chat.completion',
      created: Math.floor(Date.now() / 1000),
      model,
      choices: [{ index: 0, message, finish_reason: reason, logprobs: null }],
      usage,
    };
    return { body: JSON.stringify(body) };
  }

  #call({ id, name, arguments: args = {} }: ScriptedCall): ToolCall {
    const text = typeof args === 'string' ? args : JSON.stringify(args);
    return { id: id ?? `call_${++this.#calls}`, type: 'function', function: { name, arguments: text } };
  }

  assertFits(): void {
    const [problem] = this.#problems;
    if (problem !== undefined) throw problem;
    const [next] = this.left;
    if (next === undefined) return;
    const left = this.left.length === 1 ? 'one turn is' : `${this.left.length} turns are`;
    const shown = typeof next === 'function' ? 'a function' : JSON.stringify(next);
    throw new Error(
      `Expected the script of the model to be used up after ${this.requests.length} calls; ${left} left, the next one ${shown}`,
    );
  }
}

/** Refuses a turn with an unknown field, which would be left out of the response. */
function checkedTurn<Turn extends ScriptedTurn | TurnFunction>(turn: Turn): Turn {
  if (typeof turn !== 'function') assertOptions(turn, 'a scripted turn', NAMES, { isRequired: true });
  return turn;
}

/** What is read of a request's body. The caller is the `openai` package, or speaks as it does. */
interface Body extends Readonly<Record<string, unknown>> {
  readonly model: string;
  readonly messages: readonly SentMessage[];
  readonly stream?: boolean;
}

function isResponse(turn: ScriptedTurn): turn is ResponseTurn {
  return 'status' in turn || 'body' in turn;
}

const NO_TOKENS = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };

function send(response: ServerResponse, turn: ResponseTurn): void {
  const { status = 200, message = `Scripted ${status}`, retryAfter, headers } = turn;
  const error = { message, type: 'scripted', param: null, code: null };
  response.writeHead(status, {
    'content-type': 'application/json',
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    ...headers,
  });
  response.end(turn.body ?? JSON.stringify({ error }));
}
