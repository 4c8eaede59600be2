/**
 * The response of a server: a completion, or words about what went wrong.
 *
 * A status of 200 does not mean that there is an answer. A gateway has begun to respond before the provider behind it
 * fails, so the error is in the body. Errors come in many forms; the server's own words are taken from each.
 */
import { shortened } from '../../protocol/text.ts';
import { AnswerProblem, kindOf } from './failure.ts';
import { isObject } from '../../protocol/json-object.ts';
import type { Choice, ServerObject } from './messages.ts';

/** An error of a server, from whatever form it has. */
export interface ServerError {
  readonly words: string;
  /** The status in the body, from 400 to 599. */
  readonly status: number | undefined;
  /** The names that the server gives to the error: its code, type and status. */
  readonly names: string;
  /** The parameter that it is about. */
  readonly param: string | undefined;
}

/**
 * Reads the first choice of a completion.
 *
 * @throws `AnswerProblem` if there is none.
 */
export async function readChoice(response: Response): Promise<Choice> {
  const { status } = response;
  const text = await response.text();
  const isStream = response.headers.get('content-type')?.includes('text/event-stream') ?? false;
  if (isStream || /^\s*(data|event)?:/.test(text)) throw problemOfStream(text, status);
  return readText(text, status);
}

/** Reads the first choice of a completion from the text of a plain body. */
export function readText(text: string, status: number): Choice {
  return choiceIn(readBody(text, status), status, text);
}

/** Reads the first choice of a completion. */
export function choiceIn(body: unknown, status: number, text = JSON.stringify(body)): Choice {
  const problem = problemIn(body, status);
  if (problem) throw problem;
  const { choices, usage } = isObject(body) ? body : {};
  if (!Array.isArray(choices) && choices !== null) {
    throw refused(status, `Expected a chat completion, got ${beginningOf(text)}. Check \`baseURL\`.`);
  }
  const [choice] = (choices ?? []) as readonly unknown[];
  if (!isObject(choice)) throw unusable(status, `the completion has no choice: ${beginningOf(text)}`);
  return readOne(choice, usage, status);
}

function readOne(choice: ServerObject, usage: unknown, status: number): Choice {
  const { message, finish_reason, error: inside } = choice;
  if (isSet(inside)) throw problemOf(errorOf(inside), status);
  const reason = typeof finish_reason === 'string' ? finish_reason : undefined;
  const shown = `finish_reason \`${reason}\`: ${beginningOf(JSON.stringify(choice))}`;
  if (reason !== undefined && FAILED.test(reason)) throw unusable(status, shown);
  if (reason !== undefined && FILTERED.test(reason) && !isSaid(message)) throw refused(status, shown);
  if (!isObject(message)) throw unusable(status, `the choice has no message: ${beginningOf(JSON.stringify(choice))}`);
  return { message, finish_reason: reason, usage };
}

/** Gemini's `function_call_filter: MALFORMED_FUNCTION_CALL`, and OpenRouter's `error`. */
const FAILED = /^error$|malformed_function_call/i;
const FILTERED = /content_filter|safety|sensitive|prohibited|blocklist|recitation/i;

/** Whether a filter left something of the message. */
function isSaid(message: unknown): boolean {
  if (!isObject(message)) return false;
  const { content, tool_calls, refusal } = message;
  return [content, tool_calls, refusal].some((part) => (Array.isArray(part) ? part.length > 0 : Boolean(part)));
}

function readBody(text: string, status: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // The connection was cut in the middle.
    if (text === '' || /^\s*[[{]/.test(text)) throw error;
    throw refused(status, `Expected JSON, got a page: ${beginningOf(pageText(text))}. Check \`baseURL\`.`);
  }
}

/** A stream that was not asked for may have an error, which is all that is read of it. */
function problemOfStream(text: string, status: number): AnswerProblem {
  const events = [...text.matchAll(/^data:(.*)$/gm)].map(([, data = '']) => problemIn(parsed(data), status));
  return (
    events.find((problem) => problem !== undefined) ??
    refused(status, `Expected JSON, got an event stream, which was not asked for: ${beginningOf(text)}`)
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What is wrong by the words of the body. */
export function problemIn(body: unknown, status: number): AnswerProblem | undefined {
  const error = errorIn(body);
  return error && problemOf(error, status);
}

/** The error in a body: `{ error }` of OpenAI, Ollama's text in it, Gemini's list, vLLM's flat object, FastAPI's `detail`. */
function errorIn(body: unknown): ServerError | undefined {
  if (Array.isArray(body)) return errorIn(body[0]);
  if (!isObject(body)) return undefined;
  const { error, choices, message, detail, object } = body;
  if (isSet(error)) return errorOf(error);
  if (Array.isArray(choices)) return undefined;
  return object === 'error' || message !== undefined || detail !== undefined ? errorOf(body) : undefined;
}

/** Some servers always send the field. */
function isSet(error: unknown): boolean {
  return Boolean(error) && !(isObject(error) && Object.keys(error).length === 0);
}

function errorOf(error: unknown): ServerError {
  if (!isObject(error)) {
    return {
      words: typeof error === 'string' ? error : JSON.stringify(error),
      status: undefined,
      names: '',
      param: undefined,
    };
  }
  const { message, detail, code, type, status, statusCode, metadata, innererror, param } = error;
  const said = message ?? detail ?? error;
  const words = typeof said === 'string' && said !== '' ? said : JSON.stringify(said === '' ? error : said);
  // Behind OpenRouter's "Provider returned error" are the words of the provider. Azure's say what was filtered.
  const more = isObject(metadata) ? (metadata['raw'] ?? metadata) : innererror;
  const names = [code, type, status].filter((name) => typeof name === 'string').join(' ');
  return {
    words: more ? `${words} (${typeof more === 'string' ? more : JSON.stringify(more)})` : words,
    status: [code, status, statusCode].map(Number).find((number) => number >= 400 && number < 600),
    names,
    param: typeof param === 'string' ? param : undefined,
  };
}

function problemOf({ words, status, names }: ServerError, responseStatus: number): AnswerProblem {
  const kind = kindOf(status, names);
  return new AnswerProblem(kind, words, status ?? responseStatus);
}

function refused(status: number, words: string): AnswerProblem {
  return new AnswerProblem('refused', words, status);
}

function unusable(status: number, words: string): AnswerProblem {
  return new AnswerProblem('unusable', words, status);
}

/**
 * A response with an error as the package reads it: `{ error: { message, … } }`. Of other forms it keeps only the status.
 */
export async function withWords(response: Response): Promise<Response> {
  const text = await response.text();
  const body = parsed(text);
  const error = errorIn(body);
  const words = error?.words ?? (body === undefined ? pageText(text) : text);
  const headers = new Headers(response.headers);
  for (const name of ['content-length', 'content-encoding', 'transfer-encoding']) headers.delete(name);
  headers.set('content-type', 'application/json');
  const { status: code = null, names: type = null, param = null } = error ?? {};
  const shape = words === '' ? {} : { error: { message: words, code, type, param } };
  return new Response(JSON.stringify(shape), { status: response.status, headers });
}

/** The text of a page of a gateway. */
function pageText(page: string): string {
  const text = page.replaceAll(/<(script|style)[\s\S]*?<\/\1>|<[^>]*>/gi, ' ');
  return text.replaceAll(/\s+/g, ' ').trim();
}

const SHOWN_CHARACTERS = 300;

function beginningOf(text: string): string {
  return `\`${shortened(text.trim(), SHOWN_CHARACTERS)}\``;
}
