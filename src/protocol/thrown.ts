/**
 * A thrown value, read: its message and its type (R7). Anything can be thrown, and any of its fields may throw when read.
 */

/** Stands for a thrown value whose getters throw. */
export const UNREADABLE = 'What was thrown could not be read';

/** An error, as far as it is read. Its message may be anything. */
interface Readable {
  readonly message?: unknown;
}

/** Whether a thrown value has a message of its own. */
export function isErrorLike(thrown: unknown): thrown is Error {
  if (typeof thrown !== 'object' || thrown === null) return false;
  return thrown instanceof Error || isText((thrown as Readable).message);
}

/** The message of a thrown value, or its JSON if it has no message. Never throws. */
export function messageOf(thrown: unknown): string {
  try {
    if (isErrorLike(thrown)) return String((thrown as Readable).message) || String(thrown);
    return typeof thrown === 'object' && thrown !== null ? JSON.stringify(thrown) : String(thrown);
  } catch {
    return UNREADABLE;
  }
}

/** The name of a thrown value's class, which Temporal uses as the type of the failure. Never throws. */
export function typeOf(thrown: unknown): string | undefined {
  try {
    if (typeof thrown !== 'object' || thrown === null) return undefined;
    const { constructor, name } = thrown as { constructor?: { name?: unknown }; name?: unknown };
    return [constructor?.name, name].find(isText);
  } catch {
    return undefined;
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
