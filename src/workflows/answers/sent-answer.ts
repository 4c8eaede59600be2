/**
 * An answer as it was sent: the two arguments of the signal `resume`, or the one of the signal `answer`. Anybody may signal
 * anything, so all of them are checked.
 *
 * A1. A malformed address refuses the answer.
 * A3. Any JSON value is an answer. The address has a place of its own, and is never guessed from the answer.
 */
import { isObject } from '../../protocol/json-object.ts';
import { shortened } from '../../protocol/text.ts';
import type { SentAddress } from '../../protocol/shapes.ts';

export interface SentAnswer {
  readonly value: unknown;
  /** What could be read of the address. */
  readonly address: SentAddress;
  /** Set if the address is malformed: the reason to refuse the answer. */
  readonly malformed?: string;
}

const FIELDS = 'id?, run?, actor?, groups?, key?, sentAt?';
const RULES = 'with strings, `groups` a list of them, `sentAt` a time in ISO 8601';

/** Reads the arguments of the signal `resume`. */
export function readSentAnswer([value, about]: readonly unknown[]): SentAnswer {
  if (about === undefined || about === null) return { value, address: {} };
  const { address, isWellFormed } = readAddress(about);
  if (isWellFormed) return { value, address };
  const malformed = `Expected the second argument of the signal to be { ${FIELDS} } ${RULES}, got ${inShort(about)}.`;
  return { value, address, malformed };
}

/** Reads the argument of the signal `answer`. */
export function readOneAnswer(args: readonly unknown[]): SentAnswer {
  const [about] = args;
  const isRead = isObject(about) && !ArrayBuffer.isView(about);
  const { value, ...fields } = isRead ? about : {};
  const { address, isWellFormed } = readAddress(about);
  // With a second argument, it is an answer for the signal `resume`: its address would be lost.
  if (isWellFormed && value !== undefined && args.length === 1) return { value, address };
  // The answer is not kept (A4).
  const got = isRead && args.length === 1 ? inShort(fields) : describe(args);
  const lacks = isRead && value === undefined ? ', without a `value`' : '';
  const malformed = `Expected the one argument of the signal to be { value, ${FIELDS} }, the fields beside the value ${RULES}, got ${got}${lacks}.`;
  return { value, address, malformed };
}

/** The fields of a malformed address that are well-formed are kept for the receipt and the record of the refusal. */
function readAddress(about: unknown): { readonly address: SentAddress; readonly isWellFormed: boolean } {
  if (!isObject(about)) return { address: {}, isWellFormed: false };
  const { id, run, actor, groups, key, sentAt, hash } = about;
  const fields = Object.entries({ id, run, actor, groups, key, sentAt, hash }).filter(
    ([, field]) => field !== undefined && field !== null,
  );
  const wellFormed = fields.filter(([name, field]) => (name === 'groups' ? isTexts(field) : typeof field === 'string'));
  const address: SentAddress = Object.fromEntries(wellFormed);
  const isTime = address.sentAt === undefined || !Number.isNaN(Date.parse(address.sentAt));
  return { address, isWellFormed: wellFormed.length === fields.length && isTime };
}

/** What was sent, for the message of a refusal. Bytes are not listed: that takes longer than a workflow may run. */
export function inShort(sent: unknown): string {
  return ArrayBuffer.isView(sent) ? 'bytes' : shortened(JSON.stringify(sent) ?? 'nothing', 200);
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}

function describe(args: readonly unknown[]): string {
  if (args.length !== 1) return `${args.length} arguments`;
  const [about] = args;
  if (ArrayBuffer.isView(about)) return 'bytes';
  return Array.isArray(about) ? 'a list' : about === null ? 'null' : `a ${typeof about}`;
}
