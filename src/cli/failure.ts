/**
 * How a command fails: with an exit code and one sentence.
 *
 * | code | means |
 * |---|---|
 * | 0 | done |
 * | 1 | any other error |
 * | 2 | wrong call |
 * | 3 | the answer or the input was refused, and nothing has changed |
 * | 4 | the thread or the namespace does not exist |
 * | 5 | no server answers |
 */
import { connectionFailure } from '../protocol/connection-failure.ts';
import { ERROR_CODES, hasCode, type ErrorCode } from '../protocol/errors.ts';
import type { Problem } from '../protocol/shapes.ts';
import { holdpointCommand } from './command-line.ts';
import { inert, inertJson, inertLine } from './inert.ts';

/** The command was called wrongly. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** Lines that show the right call. */
  readonly hint?: string;

  constructor(message: string, { hint, ...options }: ErrorOptions & { readonly hint?: string } = {}) {
    super(message, options);
    if (hint !== undefined) this.hint = hint;
  }
}

/** Ends the command with an exit code and prints nothing more. */
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
  'NotAllowed',
  'NotPending',
  'NotRemembered',
  'ThreadBusy',
  'ThreadClosed',
];

/** Status codes of gRPC. */
const NOT_FOUND = 5;
const UNAVAILABLE = 14;

/** The exit code for an error; see the table above. */
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

/** The next command for a terminal user. The error's own sentence names the call that a program would make. */
function hintOf(code: ErrorCode | undefined, thread: string | undefined): string | undefined {
  const list = `\`${holdpointCommand('list')}\``;
  const show = thread === undefined ? list : `\`${holdpointCommand('show', thread)}\``;
  switch (code) {
    case 'AlreadyAnswered':
      return `To see who answered: ${show}.`;
    case 'AmbiguousAnswer':
      return `Give one of these ids with \`--id\`. To see what each one asks: ${show}.`;
    case 'NotPending':
      return `To see what is open: ${show}${thread === undefined ? '' : `, or ${list} for all threads`}.`;
    case 'NotAllowed':
      return `Say who you are with \`--actor\` and \`--member-of\`. To see who may answer: ${show}.`;
    case 'NotRemembered':
      return `To see what is remembered: ${show}.`;
    case 'InvalidAnswer':
      return `To see what the answer must be: ${show}.`;
    case 'ThreadNotFound':
      return `To list all threads: \`${holdpointCommand('list', '--threads')}\`.`;
    default:
      return undefined;
  }
}

/** An error as JSON. Its fields are as stable as those of the documents. */
export interface ErrorDocument {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly problems?: readonly Problem[];
    readonly hint?: string;
  };
}

/** An error as `--json` prints it. @param thread The thread that the command is about. */
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
  /** True with `--json`. */
  readonly isJson: boolean;
  /** The thread that the command is about. */
  readonly thread?: string | undefined;
}

/** What the command prints on stderr for an error. */
export function errorLines(error: unknown, { isJson, thread }: ErrorSettings): string {
  const document = errorDocument(error, thread);
  if (isJson) return inertJson(JSON.stringify(document));
  const { message, problems = [], hint } = document.error;
  const lines = [`holdpoint: ${inertLine(message)}`];
  // Most sentences already name their problems.
  const untold = problems.filter((one) => !message.includes(one.message.replace(/\.$/, '')));
  lines.push(...untold.map((one) => inert(`  ${one.path || '/'}: ${one.message}`)));
  if (hint !== undefined) lines.push(inert(hint));
  return lines.join('\n');
}

/** The error in one sentence. Temporal's own messages say little; the server's words are in their causes. */
function sentence(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (isNamespaceMissing(error)) return `${message}. Check \`--namespace\` and \`TEMPORAL_NAMESPACE\`.`;
  const status = grpcStatus(error);
  if (!status?.details) return message;
  const { code, details } = status;
  if (code === UNAVAILABLE) return `The Temporal server is not reachable (${connectionFailure(details)}).`;
  // gRPC's own message begins with a number and a name before the details.
  return message.includes(details) ? details : `${message}: ${details}`;
}

/** By name: for `instanceof`, Temporal's client would have to be loaded. */
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
