/**
 * The meaning of a failed request: the model is unavailable for now, or it refused the request.
 *
 * Only a sentence leaves this file. The errors of the `openai` package hold the headers of the request and with them the
 * key, and a server may quote the key in its message.
 */
import { defined } from '../../protocol/defined.ts';
import { shortened } from '../../protocol/text.ts';
import { messageOf } from '../../protocol/thrown.ts';

export interface RequestFailure {
  /** A request to an `unavailable` model is worth repeating; a `refused` one would be refused again. */
  readonly kind: 'unavailable' | 'refused';
  /** The class of the package's error. */
  readonly type: string;
  /** One sentence, without the key. */
  readonly message: string;
  /** How long the server asks to wait, in milliseconds. */
  readonly retryAfterMs?: number;
}

/** The request that failed. */
export interface RequestSettings {
  readonly model: string;
  readonly key: string;
}

/** An error of the package, as far as it is read. It has no status if there was no response, or a malformed one. */
interface RequestError extends Error {
  readonly status?: number;
  readonly headers?: Headers;
}

/** Beside 5xx: a timeout, a conflict and too many requests. */
const UNAVAILABLE: readonly number[] = [408, 409, 429];

/** Says what an error of a request means. */
export function readFailure(error: unknown, { model, key }: RequestSettings): RequestFailure {
  const { status, headers } = (error ?? {}) as RequestError;
  const isUnavailable = status === undefined || status >= 500 || UNAVAILABLE.includes(status);
  const type = error instanceof Error ? error.constructor.name : 'Error';
  const reason = shortened(withoutKey(reasonOf(error), key), MAX_REASON_CHARACTERS);
  if (!isUnavailable) return { kind: 'refused', type, message: `Model \`${model}\` refused the request: ${reason}` };
  const retryAfterMs = headers && readRetryAfter(headers);
  const message = `Model \`${model}\` is not available: ${reason}`;
  return { kind: 'unavailable', type, message, ...defined({ retryAfterMs }) };
}

/** The messages of the error and of its innermost cause: `Connection error.` alone says nothing. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return messageOf(error);
  let innermost: Error & { readonly code?: string } = error;
  while (innermost.cause instanceof Error) innermost = innermost.cause;
  // An error for several addresses has a code and no message.
  const why = innermost.message || (innermost.code ?? innermost.name);
  return innermost === error ? error.message : `${error.message} (${why})`;
}

/** A gateway may send a whole page as its error. */
const MAX_REASON_CHARACTERS = 1000;

/** A shorter key is a dummy for a server that needs none, and may be any word. */
const SHORTEST_SECRET = 8;

function withoutKey(text: string, key: string): string {
  const redacted = key.length < SHORTEST_SECRET ? text : text.replaceAll(key, '…');
  // A server may show parts of a key: its ends, with stars in the middle.
  return redacted.replaceAll(/\bsk-[\w*.-]+/g, 'sk-…').replaceAll(/[\w.-]*\*{3,}[\w*.-]*/g, '…');
}

/** Reads `retry-after`, in seconds or as a date, or OpenAI's more precise `retry-after-ms`. */
function readRetryAfter(headers: Headers): number | undefined {
  const ms = headers.get('retry-after-ms');
  const after = headers.get('retry-after');
  const candidates = [
    ms === null ? Number.NaN : Number.parseFloat(ms),
    after === null ? Number.NaN : Number(after) * 1000,
    after === null ? Number.NaN : Date.parse(after) - Date.now(),
  ];
  return candidates.find((candidate) => candidate >= 0 && Number.isFinite(candidate));
}
