/**
 * What a request that failed means: that the model is away for now, or that it will not take this request.
 *
 * Only a sentence leaves this file. The package's errors hold the request's headers and so the key; a server's own words
 * may quote it.
 */

/** Either way in one sentence, with the name of the package's error as `type`. */
export interface RequestFailure {
  /** `away`: worth another try. `refused`: it would be refused again. */
  readonly kind: 'away' | 'refused';
  readonly type: string;
  readonly message: string;
  /** When the server wants to be asked again, in milliseconds. */
  readonly retryAfterMs?: number;
}

export interface RequestSettings {
  readonly model: string;
  readonly key: string;
}

/** An error of the package, as far as it is read. One without a status never got an answer, or not a whole one. */
interface RequestError extends Error {
  readonly status?: number;
  readonly headers?: Headers;
}

const AWAY: readonly number[] = [408, 409, 429];

export function readFailure(error: unknown, { model, key }: RequestSettings): RequestFailure {
  const { status, headers } = (error ?? {}) as RequestError;
  const away = status === undefined || status >= 500 || AWAY.includes(status);
  const type = error instanceof Error ? error.constructor.name : 'Error';
  const reason = shortened(withoutKey(reasonOf(error), key));
  if (!away) return { kind: 'refused', type, message: `Model \`${model}\` refused the request: ${reason}` };
  const retryAfterMs = headers && readRetryAfter(headers);
  const message = `Model \`${model}\` is not available: ${reason}`;
  return { kind: 'away', type, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/** The error's message, and that of its innermost cause: `Connection error.` alone says nothing. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  let innermost: Error & { readonly code?: string } = error;
  while (innermost.cause instanceof Error) innermost = innermost.cause;
  // One that stands for several addresses has a code and no message.
  const why = innermost.message || (innermost.code ?? innermost.name);
  return innermost === error ? error.message : `${error.message} (${why})`;
}

/** A gateway's error may be a page of its own. */
const MAX_REASON_CHARACTERS = 1000;

function shortened(reason: string): string {
  return reason.length > MAX_REASON_CHARACTERS ? `${reason.slice(0, MAX_REASON_CHARACTERS)}…` : reason;
}

const SHORTEST_SECRET = 8;

function withoutKey(text: string, key: string): string {
  // A dummy for a server that wants no key is a word like any other.
  const redacted = key.length < SHORTEST_SECRET ? text : text.replaceAll(key, '…');
  // What servers make of a key that they show: its ends, or its middle starred out.
  return redacted.replaceAll(/\bsk-[\w*.-]+/g, 'sk-…').replaceAll(/[\w.-]*\*{3,}[\w*.-]*/g, '…');
}

/** `retry-after` in seconds or as a date, or the more precise header of OpenAI's. */
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
