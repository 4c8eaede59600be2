/**
 * The placeholder for a payload that cannot be read, because its codec or converter was not given.
 *
 * One such thread must not break the list of the others. The placeholder has the shape of a question, because questions
 * are what the list reads.
 */
import type { Payload, PayloadCodec } from '@temporalio/common';
import type { MemoInterrupt } from '../client/tools.ts';
import { UsageError } from './failure.ts';

const READABLE = new Set(['binary/null', 'binary/plain', 'json/plain', 'json/protobuf', 'binary/protobuf']);

/** The codec of a client without a data converter. It decodes unreadable payloads to the placeholder, and encodes nothing. */
export const unreadableCodec: PayloadCodec = {
  encode: async (payloads: Payload[]) => payloads,
  decode: async (payloads: Payload[]) => payloads.map(readable),
};

/** The value of a question. For one that cannot be read, the reason. */
export function valueOf({ value, unreadable }: MemoInterrupt): unknown {
  return unreadable === undefined ? value : `cannot be read: ${unreadable}`;
}

function readable(payload: Payload): Payload {
  const encoding = Buffer.from(payload.metadata?.['encoding'] ?? []).toString();
  if (READABLE.has(encoding)) return payload;
  const unreadable = `give \`--data-converter\` (encoding ${encoding || 'unknown'})`;
  return {
    metadata: { encoding: Buffer.from('json/plain') },
    data: Buffer.from(JSON.stringify({ value: null, askedAt: '', unreadable })),
  };
}

/** Refuses to answer a question that cannot be read. */
export function assertReadable(question: MemoInterrupt | undefined): void {
  if (question?.unreadable === undefined) return;
  throw new UsageError(
    'The question cannot be read, and the answer would be sent in clear text. Give `--data-converter`.',
  );
}
