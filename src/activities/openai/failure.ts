/**
 * The meaning of a failed request: the model is unavailable for now, it refused the request, or its answer is of no use.
 *
 * Only what may pass is asked again: an outage for long, a useless answer twice. Whatever else a server says is the same the
 * next time, and fails at once with the server's own words (R13).
 *
 * Only a sentence leaves this file. The errors of the `openai` package hold the headers of the request and with them the
 * key, and a server may quote the key in its message.
 */
import { defined } from '../../protocol/defined.ts';
import { shortened } from '../../protocol/text.ts';
import { messageOf } from '../../protocol/thrown.ts';

/** `unusable`: the model answered, but not with what was asked for. It may do better the next time. */
export type ProblemKind = 'unavailable' | 'refused' | 'unusable';

export interface RequestFailure {
  readonly kind: ProblemKind;
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
  /** What must not be shown: the key, and secrets in headers. */
  readonly secrets: readonly string[];
}

/** What is wrong with a response of status 200. */
export class AnswerProblem extends Error {
  readonly kind: ProblemKind;
  readonly status: number;

  constructor(kind: ProblemKind, words: string, status: number) {
    super(`${status} ${words}`);
    this.kind = kind;
    this.status = status;
  }
}

/** An error of the package, as far as it is read. It has no status if there was no response, or a malformed one. */
interface RequestError extends Error {
  readonly status?: number;
  readonly headers?: Headers;
  readonly code?: unknown;
  readonly type?: unknown;
}

/** Beside 5xx: a timeout, a conflict and too many requests. */
const UNAVAILABLE: readonly number[] = [408, 409, 429];
/** Names of errors that come with 429 or 500, and do not pass: an empty account, a conversation that is too long. */
const LASTING = /insufficient_quota|billing|exceed_context|context_length/i;
/** Names of errors without a status that pass. */
const PASSING = /overload|rate.?limit|too.?many|time.?d?.?out|unavailable|internal|server.?error|exhausted|try.?again/i;

/** The meaning of an error by its status and by the names that the server gives to it. */
export function kindOf(status: number | undefined, names: string): ProblemKind {
  if (LASTING.test(names)) return 'refused';
  if (status === undefined) return PASSING.test(names) ? 'unavailable' : 'refused';
  return status >= 500 || UNAVAILABLE.includes(status) ? 'unavailable' : 'refused';
}

const WORDS: Readonly<Record<ProblemKind, string>> = {
  unavailable: 'is not available',
  refused: 'refused the request',
  unusable: 'gave no usable answer',
};

/** Says what an error of a request means. */
export function readFailure(error: unknown, { model, secrets }: RequestSettings): RequestFailure {
  const { headers } = (error ?? {}) as RequestError;
  const kind = error instanceof AnswerProblem ? error.kind : kindOfRequest((error ?? {}) as RequestError);
  const reason = shortened(withoutSecrets(reasonOf(error), secrets), MAX_REASON_CHARACTERS);
  const message = `Model \`${model}\` ${WORDS[kind]}: ${reason}`;
  const retryAfterMs = kind === 'unavailable' && headers ? readRetryAfter(headers) : undefined;
  return { kind, type: typeOf(error), message, ...defined({ retryAfterMs }) };
}

function kindOfRequest({ status, code, type }: RequestError): ProblemKind {
  if (status === undefined) return 'unavailable';
  // A gateway may respond with 5xx for what the provider behind it has refused.
  const inside = Number(code);
  const isRefused = inside >= 400 && inside < 500;
  return kindOf(status >= 500 && isRefused ? inside : status, [code, type].join(' '));
}

/** The class that the package has for a status. */
const TYPES: Readonly<Record<number, string>> = {
  400: 'BadRequestError',
  401: 'AuthenticationError',
  403: 'PermissionDeniedError',
  404: 'NotFoundError',
  409: 'ConflictError',
  422: 'UnprocessableEntityError',
  429: 'RateLimitError',
};

function typeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'Error';
  if (!(error instanceof AnswerProblem)) return error.constructor.name;
  if (error.kind === 'unusable') return 'UnusableAnswer';
  return TYPES[error.status] ?? (error.status >= 500 ? 'InternalServerError' : 'APIError');
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

function withoutSecrets(text: string, secrets: readonly string[]): string {
  const redacted = secrets
    .filter(({ length }) => length >= SHORTEST_SECRET)
    .reduce((left, secret) => left.replaceAll(secret, '…'), text);
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
