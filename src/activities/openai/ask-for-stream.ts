/**
 * A request for a stream, which is made when somebody can read the message while it is written (P4).
 *
 * A server may refuse to stream, or to count the tokens of a stream. It is asked again at once without that. This process
 * remembers it for the server and the model.
 */
import type { OpenAI } from 'openai';
import { LONGEST_TIMER_MS } from '../../protocol/duration.ts';
import type { MessagePart } from '../../protocol/preview.ts';
import type { ChatClient } from './connection.ts';
import { AnswerProblem } from './failure.ts';
import type { Choice } from './messages.ts';
import { readChoice } from './response.ts';
import { readStream } from './stream.ts';

/** A request without the parameters that ask for a stream. */
export interface StreamRequest {
  readonly client: ChatClient;
  readonly body: OpenAI.ChatCompletionCreateParamsNonStreaming;
  /** The time for the whole stream. */
  readonly timeout: number;
  readonly signal: AbortSignal;
  /** Takes the pieces of the message. */
  readonly show: (part: MessagePart) => void;
}

/** What a server is asked for: a stream with the number of its tokens, a stream, or a plain completion. */
type Way = 'counted' | 'stream' | 'plain';

/** The ways that work, by server and model, where the first one does not. */
const KNOWN = new Map<string, Way>();

/** Sends the request, and reads the first choice of the completion. */
export async function askForStream(request: StreamRequest): Promise<Choice> {
  const { client, body } = request;
  const key = `${client.baseURL} ${body.model}`;
  let way: Way = KNOWN.get(key) ?? 'counted';
  for (;;) {
    try {
      const choice = await ask(request, way);
      KNOWN.set(key, way);
      return choice;
    } catch (error) {
      const next = wayAfter(way, error);
      if (!next) throw error;
      way = next;
    }
  }
}

async function ask({ client, body, timeout, signal, show }: StreamRequest, way: Way): Promise<Choice> {
  const options = { timeout, signal, maxRetries: 0 };
  const { completions } = client.chat;
  if (way === 'plain') return readChoice(await completions.create(body, options).asResponse());
  const stream_options = way === 'counted' ? { ...body.stream_options, include_usage: true } : body.stream_options;
  const streamed = { ...body, stream: true, ...(stream_options ? { stream_options } : {}) } as const;
  const limit = new TimeLimit(signal, timeout);
  let response: Response | undefined;
  try {
    response = await completions.create(streamed, options).asResponse();
    return await readStream(response, { limit: limit.signal, show });
  } catch (error) {
    if (response && limit.isOver) throw new AnswerProblem('unavailable', 'the stream took longer than `timeout`', 200);
    throw error;
  } finally {
    limit.clear();
  }
}

/** The package gives a request its time, but only until the response begins. */
class TimeLimit {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #signal: AbortSignal;
  readonly #abort = (): void => this.#controller.abort(this.#signal.reason);
  isOver = false;

  constructor(signal: AbortSignal, ms: number) {
    this.#signal = signal;
    this.#timer = setTimeout(
      () => {
        this.isOver = true;
        this.#controller.abort();
      },
      Math.min(ms, LONGEST_TIMER_MS),
    );
    if (signal.aborted) this.#abort();
    signal.addEventListener('abort', this.#abort);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#signal.removeEventListener('abort', this.#abort);
  }
}

/** An error of the package or one in a body, as far as it is read. */
interface Refusal {
  readonly status?: number;
  readonly message?: string;
  readonly param?: unknown;
}

/** What else the server can be asked for; `undefined` if it has refused something else. */
function wayAfter(way: Way, error: unknown): Way | undefined {
  const { status, message, param } = (error ?? {}) as Refusal;
  if ((status !== 400 && status !== 422) || way === 'plain') return undefined;
  const words = `${message} ${String(param)}`;
  if (way === 'counted' && /stream[_ ]options|include_usage/i.test(words)) return 'stream';
  return /\bstream/i.test(words) ? 'plain' : undefined;
}
