/**
 * What a question looks like in the memo, which is the inbox's index and the mark in the history that streams read.
 *
 * The memo has a budget ({@link MAX_MEMO_BYTES}), so a question that does not fit is cut, first its value, then all but
 * where and when it was asked, and says `truncated`. Readers complete it with the query `interrupts`, or from the activity's
 * result.
 */
import { MAX_CLOSED_CHARACTERS, MAX_MEMO_BYTES, utf8Bytes } from '../protocol/limits.ts';
import type { Closed, Interrupt } from '../protocol/shapes.ts';

const PREVIEW_CHARACTERS = 200;

export interface MemoEntry {
  /** The question without its id, which is in the key. */
  readonly entry: Readonly<Record<string, unknown>>;
  readonly bytes: number;
}

export function memoEntry(interrupt: Interrupt, taken: Iterable<number>): MemoEntry {
  let left = MAX_MEMO_BYTES;
  for (const bytes of taken) left -= bytes;
  const { id, ...whole } = interrupt;
  const { description: _description, schema: _schema, ...rest } = whole;
  const cut = { ...rest, value: preview(interrupt.value), truncated: true };
  for (const candidate of [whole, cut]) {
    const bytes = size(id, candidate);
    if (bytes <= left) return { entry: candidate, bytes };
  }
  // An answer is addressed with the run, and visibility does not know the first run of a chain.
  const { run, task, askedAt, expiresAt } = interrupt;
  const least = { run, task, askedAt, expiresAt, truncated: true };
  return { entry: least, bytes: size(id, least) };
}

/** The key is `holdpoint/<id>`; it counts too. */
function size(id: string, entry: object): number {
  return utf8Bytes(JSON.stringify(entry)) + utf8Bytes(id) + 16;
}

/** What the memo says of a question that closes (A9). A key that is cut would be another one. */
export function closedEntry({ actor, key, ...closed }: Closed): Closed {
  return {
    ...closed,
    ...(actor === undefined ? {} : { actor: preview(actor, MAX_CLOSED_CHARACTERS) }),
    ...(key === undefined || key.length > MAX_CLOSED_CHARACTERS ? {} : { key }),
  };
}

/** A value as one short line of text. */
export function preview(value: unknown, characters: number = PREVIEW_CHARACTERS): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= characters ? text : `${text.slice(0, characters - 1)}…`;
}
