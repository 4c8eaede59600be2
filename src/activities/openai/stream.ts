/**
 * The response to a request for a stream (P4).
 *
 * It may be something else: a server that does not stream sends a plain completion, and a gateway sends a page, under any
 * content type. So the first characters tell what it is.
 */
import { createParser, type EventSourceMessage, type EventSourceParser } from 'eventsource-parser';
import type { MessagePart } from '../../protocol/preview.ts';
import { Assembly } from './assembly.ts';
import { AnswerProblem } from './failure.ts';
import { isObject } from '../../protocol/json-object.ts';
import type { Choice } from './messages.ts';
import { choiceIn, problemIn, readText } from './response.ts';

/** How a stream is read. */
export interface StreamReading {
  /** Ends the reading, and the connection with it. */
  readonly limit: AbortSignal;
  /** Takes the pieces of the message. */
  readonly show: (part: MessagePart) => void;
}

/**
 * Reads the first choice of a completion that comes in pieces.
 *
 * @throws `AnswerProblem` if there is none, or if the stream ends too early.
 */
export async function readStream(response: Response, { limit, show }: StreamReading): Promise<Choice> {
  const received = new Received(response.status, show);
  try {
    for await (const piece of textOf(response, limit)) {
      received.feed(piece);
      if (received.isDone) break;
    }
    return received.end();
  } catch (error) {
    // The message is there. Only the number of its tokens may be missing.
    if (received.isFinished && !(error instanceof AnswerProblem)) return received.choice;
    throw error;
  }
}

function textOf({ body }: Response, signal: AbortSignal): AsyncIterable<string> {
  // The body may be a stream of Node, if the client has a `fetch` of its own.
  const bytes = body instanceof ReadableStream ? body : ReadableStream.from<Uint8Array>(body ?? []);
  return bytes.pipeThrough(new TextDecoderStream(), { signal });
}

/** How each line of an event stream begins; a comment has no name before the colon. */
const EVENTS = /^(data|event|id|retry)?:/;
/** The longest of these beginnings. */
const EVENTS_CHARACTERS = 'event:'.length;

/** What has arrived of a response. */
class Received {
  readonly #status: number;
  readonly #assembly: Assembly;
  #parser: EventSourceParser | undefined;
  /** What has arrived without a parser. A server may send spaces first, for as long as it thinks. */
  #text = '';
  /** Whether the server has said that nothing follows. */
  isDone = false;

  constructor(status: number, show: (part: MessagePart) => void) {
    this.#status = status;
    this.#assembly = new Assembly(show);
  }

  get isFinished(): boolean {
    return this.#assembly.isFinished;
  }

  feed(piece: string): void {
    if (this.#parser) return this.#parser.feed(piece);
    const isPlain = this.#text.length >= EVENTS_CHARACTERS;
    this.#text = isPlain ? this.#text + piece : (this.#text + piece).trimStart();
    if (isPlain || !EVENTS.test(this.#text)) return;
    this.#parser = createParser({ onEvent: (event) => this.#take(event) });
    this.#parser.feed(this.#text);
  }

  end(): Choice {
    if (!this.#parser) return readText(this.#text, this.#status);
    // The last event may lack its empty line.
    this.#parser.feed('\n\n');
    if (!this.isDone && !this.isFinished) {
      throw new AnswerProblem('unavailable', 'the stream ended in the middle of the message', this.#status);
    }
    return this.choice;
  }

  get choice(): Choice {
    return choiceIn(this.#assembly.end(), this.#status);
  }

  #take({ event, data }: EventSourceMessage): void {
    const text = data.trim();
    if (this.isDone || text === '') return;
    if (text === '[DONE]') {
      this.isDone = true;
      return;
    }
    const chunk = event === 'error' ? errorChunk(text) : (JSON.parse(text) as unknown);
    const problem = problemIn(chunk, this.#status);
    if (problem) throw problem;
    if (isObject(chunk)) this.#assembly.add(chunk);
  }
}

/** The data of an event with the name `error`. It may be only words. */
function errorChunk(text: string): unknown {
  try {
    const data: unknown = JSON.parse(text);
    return isObject(data) && 'error' in data ? data : { error: data };
  } catch {
    return { error: text };
  }
}
