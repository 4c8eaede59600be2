/**
 * How a command fails: an exit code and one sentence.
 *
 * | code | means |
 * |---|---|
 * | 0 | done |
 * | 1 | any other error |
 * | 2 | the command was called wrongly |
 * | 3 | the answer, or the input, was refused: nothing has changed |
 * | 4 | no such thread, or namespace |
 * | 5 | no server |
 */
import { connectionFailure } from '../protocol/connection-failure.ts';
import { ERROR_CODES, hasCode, type ErrorCode } from '../protocol/errors.ts';
import type { Problem } from '../protocol/shapes.ts';
import { holdpointCommand } from './command-line.ts';
import { inert, inertJson, inertLine } from './inert.ts';

/** The command was called wrongly. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** Lines that help to call it rightly. */
  readonly hint?: string;

  constructor(message: string, { hint, ...options }: ErrorOptions & { readonly hint?: string } = {}) {
    super(message, options);
    if (hint !== undefined) this.hint = hint;
  }
}

/** All has been said already. */
export class Exit extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`exit ${exitCode}`);
    this.exitCode = exitCode;
  }
}

const REFUSED: readonly ErrorCode[] = [
  'AlreadyAnswered',
  'AlreadyInvoked',
  'AmbiguousAnswer',
  'InterruptExpired',
  'InterruptWithdrawn',
  'InvalidAnswer',
  'NotPending',
  'ThreadBusy',
  'ThreadClosed',
];

/** gRPC's numbers. */
const NOT_FOUND = 5;
const UNAVAILABLE = 14;

export function exitCodeOf(error: unknown): number {
  if (error instanceof Exit) return error.exitCode;
  if (error instanceof UsageError) return 2;
  if (hasCode(error, ...REFUSED)) return 3;
  if (hasCode(error, 'ThreadNotFound')) return 4;
  if (hasCode(error, 'NoServer')) return 5;
  if (isNamespaceMissing(error)) return 4;
  const status = grpcStatus(error)?.code;
  if (status === NOT_FOUND) return 4;
  return status === UNAVAILABLE ? 5 : 1;
}

/** What a terminal user can do next, where the sentence itself names the call of a program. */
function hintOf(code: ErrorCode | undefined, thread: string | undefined): string | undefined {
  const list = `\`${holdpointCommand('list')}\``;
  const show = thread === undefined ? list : `\`${holdpointCommand('show', thread)}\``;
  switch (code) {
    case 'AlreadyAnswered':
      return `Who answered what: ${show}.`;
    case 'AmbiguousAnswer':
      return `Give one of these ids with \`--id\`. What each of them asks: ${show}.`;
    case 'NotPending':
      return `What is open: ${show}${thread === undefined ? '' : `, or ${list} for all threads`}.`;
    case 'InvalidAnswer':
      return `What it must be: ${show}.`;
    case 'ThreadNotFound':
      return `Which threads there are: \`${holdpointCommand('list', '--threads')}\`.`;
    default:
      return undefined;
  }
}

/** An error as JSON: stable, as the documents are. */
export interface ErrorDocument {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly problems?: readonly Problem[];
    readonly hint?: string;
  };
}

/** @param thread The thread that the command is about. */
export function errorDocument(error: unknown, thread?: string): ErrorDocument {
  const code = ERROR_CODES.find((candidate) => hasCode(error, candidate));
  const { problems } = (error ?? {}) as { problems?: readonly Problem[] };
  const hint = error instanceof UsageError ? error.hint : hintOf(code, thread);
  return {
    error: {
      code: code ?? (error instanceof Error ? error.name : 'Error'),
      message: sentence(error),
      ...(problems ? { problems } : {}),
      ...(hint === undefined ? {} : { hint }),
    },
  };
}

export interface ErrorSettings {
  readonly isJson: boolean;
  readonly thread?: string | undefined;
}

export function errorLines(error: unknown, { isJson, thread }: ErrorSettings): string {
  const document = errorDocument(error, thread);
  if (isJson) return inertJson(JSON.stringify(document));
  const { message, problems = [], hint } = document.error;
  const lines = [`holdpoint: ${inertLine(message)}`];
  // Most sentences name their problems.
  const untold = problems.filter((one) => !message.includes(one.message.replace(/\.$/, '')));
  lines.push(...untold.map((one) => inert(`  ${one.path || '/'}: ${one.message}`)));
  if (hint !== undefined) lines.push(inert(hint));
  return lines.join('\n');
}

/** Temporal's own errors say little; what the server said is in their cause. */
function sentence(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (isNamespaceMissing(error)) return `${message}. Check \`--namespace\` and \`TEMPORAL_NAMESPACE\`.`;
  const status = grpcStatus(error);
  if (!status?.details) return message;
  const { code, details } = status;
  if (code === UNAVAILABLE) return `The Temporal server is not reachable (${connectionFailure(details)}).`;
  // gRPC's own begins with its number and name.
  return message.includes(details) ? details : `${message}: ${details}`;
}

/** Temporal's client has a class for it, which would have to be loaded to tell. */
function isNamespaceMissing(error: unknown): boolean {
  return error instanceof Error && error.name === 'NamespaceNotFoundError';
}

function grpcStatus(error: unknown): { readonly code: number; readonly details: string } | undefined {
  const { cause } = (error ?? {}) as { cause?: unknown };
  for (const candidate of [error, cause]) {
    const { code, details } = (candidate ?? {}) as { code?: unknown; details?: unknown };
    if (typeof code === 'number' && typeof details === 'string') return { code, details };
  }
  return undefined;
}
