/**
 * Errors made ready for the server: well-formed text of limited length, JSON details, and a finite chain of causes (R7).
 *
 * A worker that sends a lone surrogate in a protobuf string shuts down, and so does the next worker that gets the same
 * task. An error's text may come from anywhere, so errors are checked where they leave: in the interceptor of every
 * activity, and at the border of the sandbox.
 */
import { defined } from './defined.ts';
import { checkEncodable, MAX_MESSAGE_CHARACTERS } from './limits.ts';
import { shortened } from './text.ts';
import { isErrorLike, messageOf, UNREADABLE } from './thrown.ts';

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

/**
 * Returns the error itself if it can be sent, or else a copy that can.
 *
 * @param checksDetails Whether details that are not JSON are left out. With a payload converter of the user's own they
 *   stay: the converter may encode them.
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
  /** Shared by an error and all its causes: the server refuses a request over 4 MB. */
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
    ...defined({
      stack: isNothing(stack) ? undefined : hasStack ? cutText(String(stack), sending) : '',
      type: isNothing(type) ? undefined : cutText(messageOf(type), sending),
    }),
    // A cause or details that are left out are replaced by `undefined`.
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
  const cut = shortened(text, Math.min(MAX_MESSAGE_CHARACTERS, sending.charactersLeft));
  sending.charactersLeft = Math.max(0, sending.charactersLeft - cut.length);
  return cut;
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
