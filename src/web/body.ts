/**
 * The JSON body of a request: read up to a limit, and checked where its values are used.
 *
 * A page of another site can send a form or a text without being asked, but not `application/json`. So the type is a must.
 */
import { isObject, type JsonObject } from '../protocol/json-object.ts';
import { MAX_SENT_ANSWERS } from '../protocol/limits.ts';
import { badRequest, badValue, HttpProblem } from './problem.ts';

/** Deeper values are refused: whoever walks through them by recursion would run out of stack. */
const MAX_DEPTH = 200;

/**
 * Reads the body of a request.
 *
 * @throws `HttpProblem`: 400 if it is not a JSON object, 413 if it is over `maxBytes`.
 */
export async function readBody(request: Request, maxBytes: number): Promise<JsonObject> {
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/json\s*(?:;|$)/i.test(type)) throw badValue('`content-type`', '`application/json`', type);
  const body = parse(await readText(request, maxBytes));
  if (!isObject(body)) throw badValue('the body', 'a JSON object', body);
  if (isDeeper(body, MAX_DEPTH)) throw badRequest(`Expected the body to be at most ${MAX_DEPTH} levels deep.`);
  return body;
}

/** @throws `HttpProblem` if the value is not a text of at least one character. */
export function textIn(name: string, value: unknown): string {
  if (typeof value !== 'string' || value === '' || !value.isWellFormed())
    throw badValue(`\`${name}\``, 'a non-empty string', value);
  return value;
}

/** The longest id of a workflow or an update that Temporal's server takes. */
const MAX_ID_BYTES = 1_000;

/** @throws `HttpProblem` if the value is not a text that can be the id of a thread or the key of an input. */
export function idIn(name: string, value: unknown): string {
  const id = textIn(name, value);
  if (Buffer.byteLength(id) <= MAX_ID_BYTES) return id;
  throw badRequest(`Expected \`${name}\` to have at most ${MAX_ID_BYTES} bytes.`);
}

/** @throws `HttpProblem` if the value is not a list. */
export function listIn(name: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw badValue(`\`${name}\``, 'a list', value);
  return value;
}

/** @throws `HttpProblem` if there are too many answers in one body. */
export function assertAnswerCount({ length }: readonly unknown[]): void {
  if (length > MAX_SENT_ANSWERS) throw badRequest(`Expected at most ${MAX_SENT_ANSWERS} answers, got ${length}.`);
}

/** @throws `HttpProblem` if the value is not an object. */
export function objectIn(name: string, value: unknown): JsonObject {
  if (!isObject(value)) throw badValue(`\`${name}\``, 'an object', value);
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest('Expected the body to be JSON.');
  }
}

async function readText({ body, headers }: Request, maxBytes: number): Promise<string> {
  if (Number(headers.get('content-length')) > maxBytes) throw tooLarge(maxBytes);
  const decoder = new TextDecoder();
  let [text, bytes] = ['', 0];
  if (body === null) return text;
  // Leaving the loop cancels the rest of the body.
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function tooLarge(maxBytes: number): HttpProblem {
  return new HttpProblem(413, { error: 'TooLarge', message: `Expected the body to have at most ${maxBytes} bytes.` });
}

/** Without recursion, because that is what the limit is for. */
function isDeeper(value: unknown, depth: number): boolean {
  let level: readonly unknown[] = [value];
  for (let at = 0; at <= depth; at++) {
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
    if (level.length === 0) return false;
  }
  return true;
}
