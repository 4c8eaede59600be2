/**
 * Errors that the client throws: ours, with a code, and what Temporal's mean to a user.
 *
 * Its `name` is the code, so that an activity which uses the client fails with that type.
 */
import {
  isGrpcServiceError,
  QueryNotRegisteredError,
  WorkflowFailedError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { hasCode, withCode, type ErrorCode } from '../../protocol/errors.ts';
import type { Problem, Receipt } from '../../protocol/shapes.ts';
import { connectionFailure } from '../../protocol/connection-failure.ts';

export class HoldpointError extends Error {
  readonly code: ErrorCode;
  /** What is wrong with the answer, for `InvalidAnswer`. */
  readonly problems?: readonly Problem[];

  constructor(
    code: ErrorCode,
    message: string,
    options: ErrorOptions & { problems?: readonly Problem[] | undefined } = {},
  ) {
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

/** gRPC's numbers, which `@grpc/grpc-js` would have to be imported for. */
const DEADLINE_EXCEEDED = 4;
const CANCELLED = 1;
const RESOURCE_EXHAUSTED = 8;
const FAILED_PRECONDITION = 9;
const NOT_FOUND = 5;
const UNAVAILABLE = 14;
const INVALID_ARGUMENT = 3;

/** Makes one clear sentence of an error of Temporal's about a thread; passes on what is not known better. */
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
  // Temporal has one error for a query that is not there and one that the workflow's code could not answer.
  if (error instanceof QueryNotRegisteredError && /did not register a handler|not registered/i.test(error.message)) {
    return new HoldpointError(
      'WrongEntrypoint',
      `Workflow \`${thread}\` is no thread: it was not made with \`entrypoint\`.`,
      { cause: error },
    );
  }
  const away = serverAway(error);
  if (away) return away;
  const status = grpcStatus(error);
  if (
    status &&
    (status.code === INVALID_ARGUMENT || status.code === RESOURCE_EXHAUSTED) &&
    /size exceeds|larger than max/.test(status.details)
  ) {
    return new HoldpointError(
      'TooLarge',
      `What was sent to thread \`${thread}\` is over Temporal's size limit (${status.details}). Store it elsewhere and send a reference.`,
      { cause: error },
    );
  }
  return error;
}

/** The error of a call that no server has answered. */
function serverAway(error: unknown): HoldpointError | undefined {
  const status = grpcStatus(error);
  if (status?.code !== UNAVAILABLE) return undefined;
  return new HoldpointError(
    'NoServer',
    `The Temporal server is not reachable (${connectionFailure(status.details)}). Check that it runs, and its address.`,
    { cause: error },
  );
}

/** What a listing yields; its failure to reach the server in our words. */
export async function* readable<Item>(listing: AsyncIterable<Item>): AsyncGenerator<Item, void> {
  try {
    yield* listing;
  } catch (error) {
    throw serverAway(error) ?? error;
  }
}

/** Whether a call failed because no server answered: a run may fail with that code, too, which is its value. */
export function isServerAway(error: unknown): error is HoldpointError {
  return error instanceof HoldpointError && error.code === 'NoServer';
}

/** Whether there is no such run, or none that is open. */
export function isNotFound(error: unknown): boolean {
  return grpcStatus(error)?.code === NOT_FOUND;
}

/** Whether a query was not answered: no worker did so in time, or its code fails. */
export function isUnanswered(error: unknown): boolean {
  const code = grpcStatus(error)?.code;
  if (code === DEADLINE_EXCEEDED || code === FAILED_PRECONDITION || code === CANCELLED) return true;
  return error instanceof QueryNotRegisteredError && !hasCode(translate(error, ''), 'WrongEntrypoint');
}

/** gRPC's number of an error of the server's. */
export function grpcCode(error: unknown): number | undefined {
  return grpcStatus(error)?.code;
}

function grpcStatus(error: unknown): { code: number; details: string } | undefined {
  if (isGrpcServiceError(error)) return error;
  // Temporal's ServiceError wraps the one of gRPC.
  const cause = error instanceof Error ? error.cause : undefined;
  return isGrpcServiceError(cause) ? cause : undefined;
}
