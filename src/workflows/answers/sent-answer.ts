/**
 * An answer as it was sent: the two arguments of the signal `resume`. Anybody may signal anything, so both are checked.
 *
 * A1. A malformed address refuses the answer.
 * A3. Any JSON value is an answer. The address is a second argument, never guessed from the answer.
 */
import { shortened } from '../../protocol/text.ts';
import type { SentAddress } from '../../protocol/shapes.ts';

export interface SentAnswer {
  readonly value: unknown;
  /** What could be read of the address. */
  readonly address: SentAddress;
  /** Set if the address is malformed: the reason to refuse the answer. */
  readonly malformed?: string;
}

/** The strings of a malformed address are kept for the receipt and the record of the refusal. */
export function readSentAnswer([value, about]: readonly unknown[]): SentAnswer {
  if (about === undefined || about === null) return { value, address: {} };
  if (typeof about !== 'object' || Array.isArray(about)) return { value, address: {}, malformed: malformed(about) };
  const { id, run, actor, key, sentAt, hash } = about as Record<string, unknown>;
  const fields = Object.entries({ id, run, actor, key, sentAt, hash }).filter(
    ([, field]) => field !== undefined && field !== null,
  );
  const texts = fields.filter(([, field]) => typeof field === 'string');
  const address: SentAddress = Object.fromEntries(texts);
  const isTime = address.sentAt === undefined || !Number.isNaN(Date.parse(address.sentAt));
  const isWellFormed = texts.length === fields.length && isTime;
  return isWellFormed ? { value, address } : { value, address, malformed: malformed(about) };
}

function malformed(about: unknown): string {
  const got = shortened(JSON.stringify(about), 200);
  return `Expected the second argument of the signal to be { id?, run?, actor?, key?, sentAt? } with strings, \`sentAt\` a time in ISO 8601, got ${got}.`;
}
