/**
 * What stands for a payload that cannot be read: encrypted by a codec that was not given, or of a converter of its own.
 *
 * One such thread must not keep a list from showing the others. It looks like a question, for that is where it is read.
 */
import type { Payload, PayloadCodec } from '@temporalio/common';

const READABLE = new Set(['binary/null', 'binary/plain', 'json/plain', 'json/protobuf', 'binary/protobuf']);

const UNREADABLE = 'cannot be read: give `--data-converter`';

/** For a client without a data converter. What it sends stays as it is. */
export const unreadableCodec: PayloadCodec = {
  encode: async (payloads: Payload[]) => payloads,
  decode: async (payloads: Payload[]) => payloads.map(readable),
};

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
