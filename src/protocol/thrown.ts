/**
 * Thrown values made ready for the server: well-formed text of limited length, JSON details, and causes that end (R7).
 *
 * A worker that sends half of a character (a lone surrogate) in a protobuf string shuts down. So does the next worker that
 * gets the same task. The text of an error may come from anywhere. So errors are checked where they leave: in the
 * interceptor of every activity, and at the border of the sandbox.
 */
import { checkEncodable, MAX_MESSAGE_CHARACTERS } from './limits.ts';

const UNREADABLE = 'What was thrown could not be read';

/** Deeper causes are left out. */
const MAX_CAUSES = 20;

/** The fields of an error that are read. They may hold anything. */
interface Readable {
  readonly message?: unknown;
  readonly stack?: unknown;
  readonly cause?: unknown;
  readonly type?: unknown;
  readonly details?: unknown;
}

/** Whether a thrown value has a message of its own. */
export function isErrorLike(thrown: unknown): thrown is Error {
  if (typeof thrown !== 'object' || thrown === null) return false;
  return thrown instanceof Error || isText((thrown as Readable).message);
}

/** The message of a thrown value, or its JSON if it has no message. */
export function messageOf(thrown: unknown): string {
  try {
    if (isErrorLike(thrown)) return String((thrown as Readable).message) || String(thrown);
    return typeof thrown === 'object' && thrown !== null ? JSON.stringify(thrown) : String(thrown);
  } catch {
    return UNREADABLE;
  }
}

/** The name of a thrown value's class, which Temporal uses as the failure's type. */
export function typeOf(thrown: unknown): string | undefined {
  try {
    if (typeof thrown !== 'object' || thrown === null) return undefined;
    const { constructor, name } = thrown as { constructor?: { name?: unknown }; name?: unknown };
    return [constructor?.name, name].find(isText);
  } catch {
    return undefined;
  }
}

/**
 * Returns the error itself if it can be sent, or else a copy that can.
 *
 * @param checksDetails Whether details that are not JSON are left out. A payload converter of the user's may take them.
 */
export function sendableError(error: Error, { checksDetails }: { readonly checksDetails: boolean }): Error {
  try {
    return sendable(error, { checksDetails, seen: new Set(), charactersLeft: 2 * MAX_MESSAGE_CHARACTERS });
  } catch {
    return new Error(UNREADABLE);
  }
}

interface Sending {
  readonly checksDetails: boolean;
  readonly seen: Set<unknown>;
  /** For an error and all its causes: the server refuses a request over 4 MB. */
  charactersLeft: number;
}

function sendable(error: Error, sending: Sending): Error {
  sending.seen.add(error);
  const { stack, cause, type, details, message: given } = error as Readable;
  const message = String(given);
  const text = cutText(message, sending);
  // A stack begins with the message.
  const hasStack = message.length <= MAX_MESSAGE_CHARACTERS && String(stack).length <= sending.charactersLeft;
  const sent = {
    message: text,
    ...(isNothing(stack) ? {} : { stack: hasStack ? cutText(String(stack), sending) : '' }),
    ...(isNothing(type) ? {} : { type: cutText(messageOf(type), sending) }),
    ...(isNothing(cause) ? {} : { cause: sendableCause(cause, sending) }),
    ...(isUnsendable(details, sending) ? { details: undefined } : {}),
  };
  const isSame = Object.entries(sent).every(([name, value]) => value === error[name as keyof Error]);
  return isSame ? error : copyWith(error, sent);
}

function sendableCause(cause: unknown, sending: Sending): unknown {
  if (!isErrorLike(cause)) return cutText(messageOf(cause), sending);
  const isLast = sending.seen.has(cause) || sending.seen.size > MAX_CAUSES;
  return isLast ? undefined : sendable(cause, sending);
}

function isUnsendable(details: unknown, { checksDetails }: Sending): boolean {
  return checksDetails && Array.isArray(details) && checkEncodable(details, 'the details of the error') !== undefined;
}

function cutText(text: string, sending: Sending): string {
  const limit = Math.min(MAX_MESSAGE_CHARACTERS, sending.charactersLeft);
  const cut = text.length > limit ? `${text.slice(0, limit)}…` : text;
  sending.charactersLeft -= Math.min(cut.length, limit);
  return cut.toWellFormed();
}

/** A copy, because an error may be frozen, or inherit its message from a getter. */
function copyWith(error: Error, changes: Readonly<Record<string, unknown>>): Error {
  // Temporal sends the `failure` field of an error that it received, and not the error's own text.
  const own = { ...Object.getOwnPropertyDescriptors(error), ...valuesOf({ name: error.name, failure: undefined }) };
  return Object.create(Object.getPrototypeOf(error), { ...own, ...valuesOf(changes) }) as Error;
}

function valuesOf(fields: Readonly<Record<string, unknown>>): PropertyDescriptorMap {
  const ofValue = (value: unknown) => ({ value, writable: true, configurable: true, enumerable: false });
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, ofValue(value)]));
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
