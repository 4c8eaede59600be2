/**
 * A problem: the answer to a request that is refused, as a status and a JSON body. It has a code and a sentence, and never a
 * stack (C3). The sentence says nothing about the server (W5): that is for the owner of the handler.
 */
import { defined } from '../protocol/defined.ts';
import { ERROR_CODES, hasCode, type ErrorCode } from '../protocol/errors.ts';
import { refusedOption } from '../protocol/refused-options.ts';
import type { Problem as AnswerProblem } from '../protocol/shapes.ts';
import { messageOf } from '../protocol/thrown.ts';

/** The code of a problem: one of docs/errors.md, or of the handlers' own. `SignedOut` and `TooMany` are the inbox's. */
export type ProblemCode =
  | ErrorCode
  | 'BadRequest'
  | 'Forbidden'
  | 'Internal'
  | 'MethodNotAllowed'
  | 'NotFound'
  | 'SignedOut'
  | 'TooMany';

/** The JSON body of a refusal. */
export interface ProblemBody {
  /** See {@link ProblemCode}. */
  readonly error: ProblemCode;
  /** A sentence that says what is wrong. */
  readonly message: string;
  /** What is wrong with the answer, for `InvalidAnswer`. */
  readonly problems?: readonly AnswerProblem[];
  /** Who answered before, as the sender of that answer claims, for `AlreadyAnswered`. */
  readonly by?: string;
  /** When it was answered, for `AlreadyAnswered`. */
  readonly at?: string;
}

/** An error that has a status of its own. Its `cause` is for the owner: the body does not say it. */
export class HttpProblem extends Error {
  readonly status: number;
  readonly body: ProblemBody;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    body: ProblemBody,
    { headers = {}, ...options }: ErrorOptions & { readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(body.message, options);
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/** The problem of a body that is not what the protocol says. */
export function badRequest(message: string): HttpProblem {
  return new HttpProblem(400, { error: 'BadRequest', message });
}

/** The same for one value: ``Expected `messages[0].id` to be …, got `v` (type)``. */
export function badValue(name: string, expected: string, got: unknown): HttpProblem {
  return badRequest(refusedOption(name, expected, got).message);
}

/** The problem of what a person may not do. It says no more than the person knows. */
export function forbidden(message: string): HttpProblem {
  return new HttpProblem(403, { error: 'Forbidden', message });
}

/** The problem of a method that the address does not take. */
export function wrongMethod(method: string, allow: string): HttpProblem {
  const message = `Expected the method to be ${allow}, got ${method}.`;
  return new HttpProblem(405, { error: 'MethodNotAllowed', message }, { headers: { allow } });
}

const STATUSES: Readonly<Record<ErrorCode, number>> = {
  AlreadyAnswered: 409,
  AlreadyInvoked: 409,
  AmbiguousAnswer: 400,
  InterruptChanged: 409,
  InterruptExpired: 410,
  InterruptSwallowed: 500,
  InterruptWithdrawn: 410,
  InvalidAnswer: 422,
  MaxRoundsReached: 500,
  NoServer: 503,
  NoWorker: 503,
  NotAllowed: 403,
  NotPending: 410,
  NotRemembered: 410,
  NotSerializable: 400,
  OutsideRun: 500,
  ThreadBusy: 409,
  ThreadClosed: 409,
  ThreadContinuing: 503,
  ThreadNotFound: 404,
  TooLarge: 413,
  TurnCancelled: 409,
  TurnReplaced: 409,
  WrongEntrypoint: 409,
};

/** Who answered a question first, and when. */
export type FirstAnswer = Pick<ProblemBody, 'by' | 'at'>;

/** What the page is told of errors whose messages name servers, addresses, task queues and limits. */
const SENTENCES: Readonly<Partial<Record<ErrorCode, string>>> = {
  NoServer: 'The server behind this page is away. Try again later.',
  NoWorker: 'The program behind this page does not answer. Try again later.',
  TooLarge: 'This is too large to be sent. Shorten it.',
};

/** The problem that an error means. An error that nobody expected says nothing about itself. */
export function problemOf(error: unknown, first: FirstAnswer = {}): HttpProblem {
  if (error instanceof HttpProblem) return error;
  const code = ERROR_CODES.find((one) => hasCode(error, one));
  if (code === undefined)
    return new HttpProblem(500, { error: 'Internal', message: 'The request failed.' }, { cause: error });
  const message = SENTENCES[code];
  if (message !== undefined) return new HttpProblem(STATUSES[code], { error: code, message }, { cause: error });
  const { problems } = error as { readonly problems?: readonly AnswerProblem[] };
  return new HttpProblem(STATUSES[code], {
    error: code,
    message: messageOf(error),
    ...defined({ problems, ...first }),
  });
}

/** A response is for the person who asked, and may be another one a moment later. Without this, a cache may keep even a refusal. */
export const NOT_STORED = { 'cache-control': 'no-store' };

/** Tells the owner of a handler the cause of a problem, if there is one. */
export type Notice = (cause: unknown) => void;

/** During an outage, every request fails with the same cause. */
const TOLD_AGAIN_MS = 60_000;

/** Tells each cause once a minute. @param what `A request of the inbox` */
export function noticeOf(what: string, notify: (sentence: string) => void): Notice {
  const told = new Map<string, number>();
  return (cause) => {
    if (cause === undefined) return;
    const nowMs = performance.now();
    for (const [before, atMs] of told) if (nowMs - atMs >= TOLD_AGAIN_MS) told.delete(before);
    const sentence = `${what} failed: ${messageOf(cause)}`;
    if (told.has(sentence)) return;
    told.set(sentence, nowMs);
    notify(sentence);
  };
}

/** A handler that refuses a request for which `respond` throws. A page that has left is not reported. */
export function refusing(
  respond: (request: Request) => Promise<Response>,
  notice: Notice,
): (request: Request) => Promise<Response> {
  return async (request) => {
    try {
      return await respond(request);
    } catch (error) {
      const { status, body, headers, cause } = problemOf(error);
      if (!request.signal.aborted || error !== request.signal.reason) notice(cause);
      return Response.json(body, { status, headers: { ...NOT_STORED, ...headers } });
    }
  };
}
