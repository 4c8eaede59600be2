/**
 * Temporal's limits that a user can meet, and ours.
 *
 * The server ends a run whose command is over its limit (it terminates the workflow, nothing can catch that), so sizes
 * are checked before a value is handed to Temporal, at the place that made it.
 */
import type { ErrorCode } from './errors.ts';

/** One value on the wire, as JSON: `limit.blobSize.error` of the server is 2 MiB, and the encoding adds a few bytes. */
export const MAX_VALUE_BYTES = 2 * 1024 * 1024 - 4096;

/** The open questions in the memo, all together. A visibility store may index the memo, and a list reads it often. */
export const MAX_MEMO_BYTES = 16 * 1024;

/** Of an error that leaves a task or a body. */
export const MAX_MESSAGE_CHARACTERS = 100_000;

/** Receipts, answers and refusals kept for one run (A4, A8). */
export const MAX_RECEIPTS = 1000;
export const MAX_ANSWERS = 1000;
export const MAX_REFUSALS = 20;

/** Inputs that wait for a turn to end, with `onBusy: 'enqueue'` (R4). */
export const MAX_QUEUED_TURNS = 8;
/** Turns whose keys are known, so that an input that is sent again is no second turn (R1). */
export const MAX_KNOWN_TURNS = 20;

/** What continue-as-new carries beside the memory itself: receipts, and bytes of each list as JSON (R5). */
export const MAX_CARRIED_RECEIPTS = 100;
export const MAX_CARRIED_BYTES = 64 * 1024;
/** For the list of the questions that have ended, which is some 1,500 of them. */
export const MAX_CARRIED_CLOSED_BYTES = 32 * 1024;
/** What a turn saves, as JSON: it is carried together with all those. */
export const MAX_SAVED_BYTES = MAX_VALUE_BYTES - 4 * MAX_CARRIED_BYTES;

/** The outcome of a thread's first turn that stays in the memo, as JSON. */
export const MAX_MEMO_OUTCOME_BYTES = 16 * 1024;

/** Why a value cannot be sent; `undefined` when it can. */
export interface Unsendable {
  readonly code: Extract<ErrorCode, 'NotSerializable' | 'TooLarge'>;
  readonly message: string;
}

/**
 * Checks a value against what JSON and Temporal can carry (T3).
 *
 * @param what Names the value in the message, e.g. "the result of task `step1`".
 */
export function checkSendable(value: unknown, what: string, limit: number = MAX_VALUE_BYTES): Unsendable | undefined {
  // Bytes and nothing at all have encodings of their own, which need no JSON.
  if (value === undefined) return undefined;
  if (ArrayBuffer.isView(value)) return checkSize(value.byteLength, what, limit);
  let text: string | undefined;
  let reason = `a ${typeof value}`;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    reason = `one that JSON refuses (${error instanceof Error ? error.message.split('\n')[0] : String(error)})`;
  }
  if (text === undefined) {
    return {
      code: 'NotSerializable',
      message: `Expected ${what} to be a JSON value, got ${reason}. Send plain data: strings, numbers, booleans, null, arrays and objects.`,
    };
  }
  // A UTF-16 unit takes at most three bytes, so nearly every value passes without a count.
  return text.length * 3 <= limit ? undefined : checkSize(utf8Bytes(text), what, limit);
}

function checkSize(bytes: number, what: string, limit: number): Unsendable | undefined {
  if (bytes <= limit) return undefined;
  return {
    code: 'TooLarge',
    message: `Expected ${what} to be at most ${limit === MAX_VALUE_BYTES ? '2' : (limit / 1024 / 1024).toFixed(2)} MB as JSON, got ${(bytes / 1024 / 1024).toFixed(1)} MB. Store it elsewhere and send a reference.`,
  };
}

/** The length of a text in UTF-8. Counted by hand: neither of the type programs that read this has a `TextEncoder`. */
export function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0xd800 && unit <= 0xdfff) bytes += 1;
    else if (unit >= 0x800) bytes += 2;
    else if (unit >= 0x80) bytes += 1;
  }
  return bytes;
}
