/**
 * Errors that the client throws: our own, each with a code, and Temporal's, translated into a sentence that helps.
 */
import {
  isGrpcServiceError,
  QueryNotRegisteredError,
  WorkflowFailedError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { connectionFailure } from '../../protocol/connection-failure.ts';
import { hasCode, withCode, type ErrorCode } from '../../protocol/errors.ts';
import type { Problem, Receipt } from '../../protocol/shapes.ts';

/** The options of a `HoldpointError`. */
export interface HoldpointErrorOptions extends ErrorOptions {
  /** What is wrong with the answer, for `InvalidAnswer`. */
  readonly problems?: readonly Problem[] | undefined;
}

/** An error with a code. Its `name` is the code too, so that an activity which uses the client fails with that type. */
export class HoldpointError extends Error {
  /** What went wrong, from the closed list in `docs/errors.md`. Recognise it with `hasCode`. */
  readonly code: ErrorCode;
  /** What is wrong with the answer, for `InvalidAnswer`. */
  readonly problems?: readonly Problem[];

  constructor(code: ErrorCode, message: string, options: HoldpointErrorOptions = {}) {
    super(message, options);
    this.name = code;
    this.code = code;
    if (options.problems) this.problems = options.problems;
  }
}

/** The error of an answer that the workflow refused. */
export function refusedAnswer(receipt: Extract<Receipt, { readonly outcome: 'refused' }>): HoldpointError {
  return new HoldpointError(receipt.code, receipt.message, { problems: receipt.problems });
}

/** The error of an answer with the key of a reassignment, or the other way round. */
export function usedKey(key: string, { id, outcome }: Extract<Receipt, { readonly id: string }>): HoldpointError {
  const what = outcome === 'reassigned' ? 'the reassignment' : 'the answer';
  const message = `Key \`${key}\` is the key of ${what} of \`${id}\`. Each answer and each reassignment needs a key of its own.`;
  return new HoldpointError('InvalidAnswer', message);
}

/**
 * The error of a message to a thread whose run has ended.
 *
 * @param status The server's status of the run, or `undefined` if it ended while the message was on its way.
 */
export function threadClosed(thread: string, status: string | undefined): HoldpointError {
  const ended = status === undefined ? 'ended just now' : `has ended (${status.toLowerCase().replace('_', ' ')})`;
  return new HoldpointError(
    'ThreadClosed',
    `Thread \`${thread}\` ${ended} and takes no more input. Start it again, or look at its result.`,
  );
}

/** The error of an input for a thread that runs another entrypoint than the caller expects. */
export function wrongEntrypoint(
  thread: string,
  { runs, expected }: { runs: string; expected: string },
): HoldpointError {
  return new HoldpointError(
    'WrongEntrypoint',
    `Thread \`${thread}\` runs entrypoint \`${runs}\`, not \`${expected}\`. Check the thread id.`,
  );
}

/** gRPC's status numbers. They are spelled out because `@grpc/grpc-js`, which has names for them, is no dependency. */
const GRPC = {
  CANCELLED: 1,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  UNAVAILABLE: 14,
} as const;

/** Translates an error of Temporal's about a thread. Returns the same error where we know nothing better. */
export function translate(error: unknown, thread: string): unknown {
  if (error instanceof WorkflowNotFoundError || isNotFound(error)) {
    return new HoldpointError(
      'ThreadNotFound',
      `Thread \`${thread}\` does not exist. Start it first, or check the id and the namespace.`,
      { cause: error },
    );
  }
  // A failure of a run or a turn is thrown as the error that the entrypoint threw (S2).
  if ((error instanceof WorkflowFailedError || error instanceof WorkflowUpdateFailedError) && error.cause)
    return withCode(error.cause);
  // Temporal has one error class for an unknown query and for a query that the workflow's code could not answer.
  if (error instanceof QueryNotRegisteredError && /did not register a handler|not registered/i.test(error.message)) {
    return new HoldpointError(
      'WrongEntrypoint',
      `Workflow \`${thread}\` is not a thread: it was not made with \`entrypoint\`.`,
      { cause: error },
    );
  }
  return serverAway(error) ?? tooLarge(error, thread) ?? error;
}

/** The error of a call that no server has answered. */
function serverAway(error: unknown): HoldpointError | undefined {
  const status = grpcStatus(error);
  if (status?.code !== GRPC.UNAVAILABLE) return undefined;
  return new HoldpointError(
    'NoServer',
    `The Temporal server is not reachable (${connectionFailure(status.details)}). Check that it runs, and its address.`,
    { cause: error },
  );
}

function tooLarge(error: unknown, thread: string): HoldpointError | undefined {
  const { code, details = '' } = grpcStatus(error) ?? {};
  if ((code !== GRPC.INVALID_ARGUMENT && code !== GRPC.RESOURCE_EXHAUSTED) || isPageTooLarge(error)) return undefined;
  if (!/size exceeds|larger than max/.test(details)) return undefined;
  return new HoldpointError(
    'TooLarge',
    `The message to thread \`${thread}\` is over Temporal's size limit (${details}). Store the value elsewhere and send a reference.`,
    { cause: error },
  );
}

/** Whether the client could not receive a page. The server's own refusal of a large message begins with `grpc:`. */
export function isPageTooLarge(error: unknown): boolean {
  const { code, details = '' } = grpcStatus(error) ?? {};
  return code === GRPC.RESOURCE_EXHAUSTED && details.startsWith('Received message larger than max');
}

/** The items of a listing. If no server answers, it ends with `NoServer`. */
export async function* readable<Item>(listing: AsyncIterable<Item>): AsyncGenerator<Item, void> {
  try {
    yield* listing;
  } catch (error) {
    throw serverAway(error) ?? error;
  }
}

/** Whether no server answered a call. A run may fail with the same code; its error is another class, and not meant here. */
export function isServerAway(error: unknown): error is HoldpointError {
  return error instanceof HoldpointError && error.code === 'NoServer';
}

/** Whether the server has no such run, or no open one. */
export function isNotFound(error: unknown): boolean {
  return grpcStatus(error)?.code === GRPC.NOT_FOUND;
}

/** Whether no worker answered: none did in time, or the workflow's code fails. */
export function isUnanswered(error: unknown): boolean {
  if (isUnansweredCall(error)) return true;
  return error instanceof QueryNotRegisteredError && !hasCode(translate(error, ''), 'WrongEntrypoint');
}

/** The same, of a query that every worker answers: an error of the workflow's code is an answer then. */
export function isUnansweredCall(error: unknown): boolean {
  const code = grpcStatus(error)?.code;
  return code === GRPC.DEADLINE_EXCEEDED || code === GRPC.FAILED_PRECONDITION || code === GRPC.CANCELLED;
}

function grpcStatus(error: unknown): { code: number; details: string } | undefined {
  if (isGrpcServiceError(error)) return error;
  // Temporal's ServiceError wraps the one of gRPC.
  const cause = error instanceof Error ? error.cause : undefined;
  return isGrpcServiceError(cause) ? cause : undefined;
}
