/**
 * The limits that a user can reach: Temporal's and ours.
 *
 * The server terminates a run whose command is over its limit, and no code can catch that. Sizes are therefore checked
 * before a value is passed to Temporal, where it was made.
 */
import type { ErrorCode } from './errors.ts';
import { survey, type Loss, type Survey } from './loss.ts';
import { messageOf } from './thrown.ts';

/** One value as JSON. The server's `limit.blobSize.error` is 2 MiB, and the encoding adds a few bytes. */
export const MAX_VALUE_BYTES = 2 * 1024 * 1024 - 4096;

/** The arguments of a task, put together on the worker, as JSON. What is sent of them is limited by the server (V3). */
export const MAX_ARGUMENTS_CHARACTERS = 16 * 1024 * 1024;
/** Arguments that are shorter in all share nothing, in characters (V1). */
export const MIN_SHARED_ARGUMENTS = 1024;
/** A value that is shorter is not worth a reference, which is about as long (V1). */
export const MIN_SHARED_VALUE = 96;

/** All open questions in the memo together. A visibility store may index the memo, and lists read it often. */
export const MAX_MEMO_BYTES = 16 * 1024;

/** The group and the confirm text of a question. They stay in the memo where the rest of the question is cut. */
export const MAX_GROUP_CHARACTERS = 200;
export const MAX_CONFIRM_CHARACTERS = 200;
export const MAX_TAGS = 20;
export const MAX_TAG_CHARACTERS = 100;

/** The actor and the key of a closed question in the memo, and of a refusal. A longer actor is cut, a longer key is left out. */
export const MAX_CLOSED_CHARACTERS = 200;

/** The people to whom a question can be reassigned, and the names of people and groups. */
export const MAX_ASSIGNEES = 100;
export const MAX_ASSIGNEE_CHARACTERS = 200;

/** The answers that a page may send in one request. Each is a message to the server. */
export const MAX_SENT_ANSWERS = 100;
/** The lines of the inbox's list that a page may get in one request. */
export const MAX_LISTED = 500;

/** How long the page of the inbox holds an answer back, so that the person can take it back. */
export const UNDO_MS = 5_000;

/** The votes of a question together, as JSON: queries and notifications have them whole. */
export const MAX_VOTES_BYTES = 512 * 1024;

/** What of a question has changed, as JSON: it stays in the memo where the rest of the question is cut. */
export const MAX_CHANGED_BYTES = 400;

/** The message of an error that leaves a task or a body. */
export const MAX_MESSAGE_CHARACTERS = 100_000;

/** The receipts, answers and refusals that a run keeps (A4, A8). */
export const MAX_RECEIPTS = 1000;
export const MAX_ANSWERS = 1000;
export const MAX_REFUSALS = 20;
/** What a refusal says. It repeats ids, which whoever signals may make long, and the query `state` has all refusals. */
export const MAX_REFUSED_CHARACTERS = 10_000;

/** The inputs that wait for a turn to end, with `onBusy: 'enqueue'` (R4). */
export const MAX_QUEUED_TURNS = 8;
/** The turns whose keys a thread remembers, so that an input that is sent again does not become a second turn (R1). */
export const MAX_KNOWN_TURNS = 20;

/**
 * The events after which a thread with memory continues as new, once no input waits (R5). A worker without the run in its
 * cache replays them all before the next turn.
 */
export const LONG_RUN_EVENTS = 1000;
/**
 * A younger run does not: Temporal delays the first workflow task of a run that follows one of less than a second. The
 * margin is for the clocks, which workflow code sees in whole milliseconds.
 */
export const MIN_RUN_MS = 1_100;
/** What continue-as-new carries beside the memory: the number of receipts, and the bytes of each list as JSON (R5). */
export const MAX_CARRIED_RECEIPTS = 100;
export const MAX_CARRIED_BYTES = 64 * 1024;
/** The list of closed questions: some 1,500 of them. */
export const MAX_CARRIED_CLOSED_BYTES = 32 * 1024;
/** The remembered decisions of a run: some 100 of them. What is dropped is asked again. */
export const MAX_REMEMBERED_BYTES = 16 * 1024;
/** What a turn saves, as JSON. It is carried together with these lists. */
export const MAX_SAVED_BYTES = MAX_VALUE_BYTES - 4 * MAX_CARRIED_BYTES;

/** The outcome of a thread's first turn in the memo, as JSON. */
export const MAX_MEMO_OUTCOME_BYTES = 16 * 1024;

/** Why a value cannot be sent. */
export interface Unsendable {
  readonly code: Extract<ErrorCode, 'NotSerializable' | 'TooLarge'>;
  readonly message: string;
  /** Set if JSON would change the value (T7). Earlier versions did not check this. */
  readonly isLoss?: true;
}

/**
 * Checks that a value fits and arrives unchanged: JSON, bytes or `undefined` (T3, T7).
 *
 * @param what The value in the words of the message: "the result of task `step1`".
 */
export function checkSendable(value: unknown, what: string, limit: number = MAX_VALUE_BYTES): Unsendable | undefined {
  if (value === undefined) return undefined;
  if (isBytes(value)) return checkSize(value.byteLength, what, limit);
  return checkJson(value, what, limit);
}

/** The same for a value inside another one, where bytes would not arrive as bytes. */
export function checkJson(value: unknown, what: string, limit: number = MAX_VALUE_BYTES): Unsendable | undefined {
  const { loss, maxBytes } = isBytes(value) ? BYTES : survey(value);
  if (loss) return refusal(loss, what);
  // Nearly every value passes here without being written as text.
  return maxBytes !== undefined && maxBytes <= limit ? undefined : checkEncodable(value, what, limit);
}

const BYTES: Survey = { loss: { what: 'bytes', instead: 'Send a text, such as base64.', path: '' } };

function refusal({ what: got, instead, path }: Loss, what: string): Unsendable {
  const place = path === '' ? '' : ` at ${path}`;
  const message = `Expected ${what} to be a JSON value, got ${got}${place}. ${instead}`;
  return { code: 'NotSerializable', message, isLoss: true };
}

/** Whether Temporal encodes the value as bytes: a `Uint8Array` of this realm. */
export function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}

/** One byte as JSON: `"1234567":255,`. */
const MAX_BYTE_CHARACTERS = 14;

/**
 * Checks the arguments of a call without writing them as text: which would change, and an upper bound of their length in
 * bytes.
 */
export function surveyArguments(
  args: readonly unknown[],
  task: string,
): { readonly lost?: Unsendable; readonly maxBytes?: number } {
  let total = 0;
  for (const [i, argument] of args.entries()) {
    const { loss, maxBytes }: Survey = isBytes(argument)
      ? { maxBytes: argument.byteLength * MAX_BYTE_CHARACTERS }
      : survey(argument);
    if (loss) return { lost: refusal(loss, `argument ${i + 1} of task \`${task}\``) };
    total += maxBytes ?? Infinity;
  }
  return { maxBytes: total };
}

/** Checks the size of arguments on the wire, where bytes are not JSON. */
export function checkTogether(args: readonly unknown[], what: string): Unsendable | undefined {
  const bytes = args.filter(isBytes).reduce((sum, { byteLength }) => sum + byteLength, 0);
  const others = args.filter((argument) => !isBytes(argument));
  return checkEncodable(others, what) ?? checkSize(bytes + utf8Bytes(JSON.stringify(others)), what, MAX_VALUE_BYTES);
}

/** Checks only that JSON accepts a value and that it fits, not that it arrives unchanged. */
export function checkEncodable(value: unknown, what: string, limit: number = MAX_VALUE_BYTES): Unsendable | undefined {
  if (value === undefined) return undefined;
  if (ArrayBuffer.isView(value)) return checkSize(value.byteLength, what, limit);
  let text: string | undefined;
  let reason = `a ${typeof value}`;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    reason = `one that JSON refuses (${messageOf(error).split('\n')[0]})`;
  }
  if (text === undefined) {
    return {
      code: 'NotSerializable',
      message: `Expected ${what} to be a JSON value, got ${reason}. Send plain data: strings, numbers, booleans, null, arrays and objects.`,
    };
  }
  // A UTF-16 unit takes at most three bytes: nearly every value passes without a count.
  return text.length * 3 <= limit ? undefined : checkSize(utf8Bytes(text), what, limit);
}

function checkSize(bytes: number, what: string, limit: number): Unsendable | undefined {
  if (bytes <= limit) return undefined;
  return {
    code: 'TooLarge',
    message: `Expected ${what} to be at most ${limit === MAX_VALUE_BYTES ? '2' : (limit / 1024 / 1024).toFixed(2)} MB as JSON, got ${(bytes / 1024 / 1024).toFixed(1)} MB. Store it elsewhere and send a reference.`,
  };
}

/** The length of a text in UTF-8. Counted by hand, because the sandbox's types have no `TextEncoder`. */
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
