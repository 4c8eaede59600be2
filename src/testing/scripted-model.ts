/**
 * A model that follows a script: an HTTP server that speaks OpenAI's chat completions and answers each request with the
 * next turn. A message goes out whole, or as a stream if the request asks for one.
 *
 * It replaces only the model. Everything on the way to it is real: the `openai` package, the request, the retries. The
 * script must fit exactly: an unused turn, an extra request or an error in a turn's own function fails the test at the end
 * of its block.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { defined } from '../protocol/defined.ts';
import { durationMs, type Duration } from '../protocol/duration.ts';
import type { AssistantMessage, ServerFields, ToolCall } from '../protocol/messages.ts';
import { assertOptions, type OptionNames } from '../protocol/refused-options.ts';
import { messageOf } from '../protocol/thrown.ts';
import { assertStream, sendStream, type Completion, type ScriptedStream } from './scripted-stream.ts';

/**
 * A turn in which the model answers with a message. An `AssistantMessage` is one: the fields that a server adds, such as
 * `reasoning_content`, are sent as they are, and `content_parts` in place of `content`.
 */
export interface MessageTurn extends Partial<AssistantMessage> {
  /** Tool calls in short form, after those in `tool_calls`. */
  readonly calls?: readonly ScriptedCall[];
  /** More fields of the message, in place of those above: `{ tool_calls: [{ id: '', function: { … } }] }`. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** The pause before the response: milliseconds, or text such as '3s'. @default 0 */
  readonly delay?: Duration;
  /** How the message is streamed, if the request asks for a stream. */
  readonly stream?: ScriptedStream;
}

/** A tool call in short form. */
export interface ScriptedCall {
  /** The id of the call. @default `call_<n>`, counted over the whole script */
  readonly id?: string;
  /** The name of the tool. */
  readonly name: string;
  /** The arguments. A string is sent unchanged: malformed JSON, for instance. @default {} */
  readonly arguments?: object | string;
  /** More fields of the call: `{ extra_content: … }`. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** A turn with another response: an error of the API with its `status`, anything as its `body`, or a stream of `events`. */
export interface ResponseTurn {
  /** The HTTP status. @default 200 */
  readonly status?: number;
  /** The message of the API's error. @default `Scripted <status>` */
  readonly message?: string;
  /** The body of the response, sent as `application/json` instead of an error of the API. A text is sent unchanged. */
  readonly body?: string | object;
  /** The events of an event stream, which ends with `[DONE]`, in place of a body. A text is sent unchanged. */
  readonly events?: readonly (string | object)[];
  /** The header `retry-after`, in seconds. */
  readonly retryAfter?: number;
  /** More headers of the response. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The pause before the response: milliseconds, or text such as '3s'. @default 0 */
  readonly delay?: Duration;
}

/** What the model does for one request. */
export type ScriptedTurn = MessageTurn | ResponseTurn;
/** Makes a turn for a request. */
export type TurnFunction = (request: ModelRequest) => ScriptedTurn | Promise<ScriptedTurn>;

/** A request to the model. */
export interface ModelRequest {
  /** The name of the model. */
  readonly model: string;
  /** The conversation. */
  readonly messages: readonly SentMessage[];
  /** The whole body: `model` and `messages`, the tools and all other parameters. */
  readonly body: Readonly<Record<string, unknown>>;
  /** The path and the query of the request: `/v1/chat/completions`. */
  readonly url: string;
  /** The headers of the request, without those that may hold a key. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the request had a key. The key itself is not kept. */
  readonly authorized: boolean;
  /** Aborts if the caller disconnects before the response. */
  readonly signal: AbortSignal;
}

/** A message of a request, as the API was sent it. */
export interface SentMessage {
  /** Who speaks: `user`, `assistant`, `tool`. */
  readonly role: string;
  /** The content: a text, a list of parts or `null`. */
  readonly content?: unknown;
  /** The tools that the model called. */
  readonly tool_calls?: readonly ToolCall[];
  /** The id of the call that a message of role `tool` answers. */
  readonly tool_call_id?: string;
}

/** A running model. The end of its `await using` block stops it, and throws if the script did not fit. */
export interface ScriptedModel extends AsyncDisposable {
  /** Its URL, for the option `baseURL` of `openai` or OPENAI_BASE_URL. */
  readonly baseURL: string;
  /** The requests in the order in which they arrived. */
  readonly requests: readonly ModelRequest[];
  /** The number of unused turns. */
  readonly remaining: number;
  /** Stops the model without checking that the script was used up. */
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
 * @param turns One turn for each request. A function instead of a list answers every request.
 * @throws `TypeError` if a turn has an unknown field, or a wrong `stream`.
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

/** The fields of a message that are sent as they are. */
const SERVER_FIELDS: OptionNames<ServerFields> = {
  reasoning_content: true,
  reasoning: true,
  reasoning_details: true,
  thinking_blocks: true,
  annotations: true,
  provider_specific_fields: true,
  extra_content: true,
};

const NAMES: OptionNames<MessageTurn & ResponseTurn> = {
  role: true,
  content: true,
  tool_calls: true,
  refusal: true,
  finish_reason: true,
  usage: true,
  content_parts: true,
  parsed: true,
  server: true,
  ...SERVER_FIELDS,
  calls: true,
  fields: true,
  delay: true,
  stream: true,
  status: true,
  message: true,
  body: true,
  events: true,
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
      const { url = '', method } = incoming;
      // With any path before it: an Azure URL has the name of the deployment there.
      if (method !== 'POST' || !/\/chat\/completions(\?|$)/.test(url))
        throw new Error('A scripted model only serves POST /chat/completions');
      const body = (await json(incoming)) as Body;
      const { model, messages } = body;
      const request = { model, messages, body, url, ...readHeaders(incoming), signal: left.signal };
      this.requests.push(request);
      const turn = await this.#next(request);
      await sleep(durationMs(turn.delay ?? 0, 'delay'), undefined, { signal: left.signal });
      if (isResponse(turn)) return send(response, turn);
      const completion = this.#completion(turn, request);
      if (!body.stream) return send(response, { body: completion });
      const { stream_options } = body;
      await sendStream(response, completion, { ...turn.stream, ...defined({ stream_options }), signal: left.signal });
    } catch (error) {
      if (left.signal.aborted) return;
      this.#problems.push(error);
      // Nobody retries this status, so the caller sees the error at once.
      send(response, { status: 400, message: messageOf(error) });
    }
  }

  async #next(request: ModelRequest): Promise<ScriptedTurn> {
    const turn = this.#always ?? this.left.shift();
    if (turn === undefined) {
      throw new Error(`The script of the model ended before its call ${this.requests.length}`);
    }
    return typeof turn === 'function' ? checkedTurn(await turn(request)) : turn;
  }

  #completion(turn: MessageTurn, { model }: ModelRequest): Completion {
    const { content = null, refusal = null, tool_calls = [], calls = [], finish_reason, usage = NO_TOKENS } = turn;
    const all = [...tool_calls, ...calls.map((call) => this.#call(call))];
    const added = Object.entries(turn).filter(([name]) => Object.hasOwn(SERVER_FIELDS, name));
    const message = {
      role: 'assistant',
      content: turn.content_parts ?? content,
      refusal,
      ...Object.fromEntries(added),
      ...defined({ tool_calls: all.length > 0 ? all : undefined }),
      ...turn.fields,
    };
    const reason = finish_reason ?? (all.length > 0 ? 'tool_calls' : 'stop');
    return {
      id: `chatcmpl-${this.requests.length}`,
      object: 'chat.completion',
      created: Math.floor(Date.now() / 1000),
      model,
      choices: [{ index: 0, message, finish_reason: reason, logprobs: null }],
      usage,
    };
  }

  #call({ id, name, arguments: args = {}, fields }: ScriptedCall): ToolCall {
    const call = { type: 'function', function: { name, arguments: asText(args) } } as const;
    return { id: id ?? `call_${++this.#calls}`, ...call, ...fields };
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

/** Refuses a turn with an unknown field, which the response would lack. */
function checkedTurn<Turn extends ScriptedTurn | TurnFunction>(turn: Turn): Turn {
  if (typeof turn === 'function') return turn;
  assertOptions(turn, 'a scripted turn', NAMES, { isRequired: true });
  if ('stream' in turn) assertStream(turn.stream, turn.content);
  return turn;
}

/** The body of a request, as far as it is read. The caller is the `openai` package, or another client of the API. */
interface Body extends Readonly<Record<string, unknown>> {
  readonly model: string;
  readonly messages: readonly SentMessage[];
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean };
}

function isResponse(turn: ScriptedTurn): turn is ResponseTurn {
  return 'status' in turn || 'body' in turn || 'events' in turn;
}

/** The headers of a request, without those that may hold a key. */
function readHeaders({ headers }: IncomingMessage): Pick<ModelRequest, 'headers' | 'authorized'> {
  const shown = Object.entries(headers).filter(([name]) => !/auth|key|token|secret|cookie/.test(name));
  return {
    headers: Object.fromEntries(shown.map(([name, value]) => [name, String(value)])),
    authorized: headers.authorization !== undefined || headers['api-key'] !== undefined,
  };
}

function asText(value: string | object): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const NO_TOKENS = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };

function send(response: ServerResponse, turn: ResponseTurn): void {
  const { status = 200, message = `Scripted ${status}`, retryAfter, headers, events } = turn;
  const error = { message, type: 'scripted', param: null, code: null };
  const stream = events && [...events, '[DONE]'].map((event) => `data: ${asText(event)}\n\n`).join('');
  response.writeHead(status, {
    'content-type': stream === undefined ? 'application/json' : 'text/event-stream',
    ...defined({ 'retry-after': retryAfter?.toString() }),
    ...headers,
  });
  response.end(stream ?? asText(turn.body ?? { error }));
}
