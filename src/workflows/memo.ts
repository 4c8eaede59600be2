/**
 * What a question looks like in the memo, which is the inbox's index and the mark in the history that streams read.
 *
 * The memo has a budget ({@link MAX_MEMO_BYTES}), so a question that does not fit is cut, first its value, then all of
 * it, and says `truncated`. Readers complete it with the query `interrupts`, or from the activity's result.
 */
import { MAX_MEMO_BYTES, utf8Bytes } from '../protocol/limits.ts';
import type { Interrupt } from '../protocol/shapes.ts';

const PREVIEW_CHARACTERS = 200;

export interface MemoEntry {
  /** The question without its id, which is in the key. */
  readonly entry: Readonly<Record<string, unknown>>;
  readonly bytes: number;
}

export function memoEntry(interrupt: Interrupt, taken: Iterable<number>): MemoEntry {
  let left = MAX_MEMO_BYTES;
  for (const bytes of taken) left -= bytes;
  const { id, description: _description, schema: _schema, ...rest } = interrupt;
  const cut = { ...rest, value: preview(interrupt.value), truncated: true };
  const { id: _, ...whole } = interrupt;
  for (const candidate of [whole, cut]) {
    // The key is `holdpoint/<id>`; it counts too.
    const bytes = utf8Bytes(JSON.stringify(candidate)) + utf8Bytes(id) + 16;
    if (bytes <= left) return { entry: candidate, bytes };
  }
  return { entry: { truncated: true }, bytes: utf8Bytes(id) + 32 };
}

/** A value as one short line of text. */
export function preview(value: unknown, characters: number = PREVIEW_CHARACTERS): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= characters ? text : `${text.slice(0, characters - 1)}…`;
}
