/**
 * The placeholder for a payload that cannot be read, because its codec or converter was not given.
 *
 * One such thread must not break the list of the others. The placeholder has the shape of a question, because questions
 * are what the list reads.
 */
import type { Payload, PayloadCodec } from '@temporalio/common';
import type { Interrupt } from '../protocol/shapes.ts';
import { UsageError } from './failure.ts';

const READABLE = new Set(['binary/null', 'binary/plain', 'json/plain', 'json/protobuf', 'binary/protobuf']);

const UNREADABLE = 'cannot be read: give `--data-converter`';

/** The codec of a client without a data converter. It decodes unreadable payloads to the placeholder, and encodes nothing. */
export const unreadableCodec: PayloadCodec = {
  encode: async (payloads: Payload[]) => payloads,
  decode: async (payloads: Payload[]) => payloads.map(readable),
};

/** True for the value of a placeholder. */
export function isUnreadable(value: unknown): boolean {
  return typeof value === 'string' && value.startsWith(UNREADABLE);
}

function readable(payload: Payload): Payload {
  const encoding = Buffer.from(payload.metadata?.['encoding'] ?? []).toString();
  if (READABLE.has(encoding)) return payload;
  const value = `${UNREADABLE} (encoding ${encoding || 'unknown'})`;
  return {
    metadata: { encoding: Buffer.from('json/plain') },
    data: Buffer.from(JSON.stringify({ value, askedAt: '' })),
  };
}

/** Refuses to answer a question that cannot be read. */
export function assertReadable(question: Interrupt | undefined): void {
  if (!isUnreadable(question?.value)) return;
  throw new UsageError(
    'The question cannot be read, and the answer would be sent in clear text. Give `--data-converter`.',
  );
}
