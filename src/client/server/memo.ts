/**
 * The open questions, the last one that closed, and the last turn, as they stand in a workflow's memo (§4).
 */
import { CLOSED_MEMO, QUESTION_MEMO_PREFIX } from '../../protocol/names.ts';
import type { Closed, Interrupt, TurnMemo } from '../../protocol/shapes.ts';

/** Whether it is that of a thread with memory: a plain run has only its key there. */
export function isTurnMemo(turn: unknown): turn is TurnMemo {
  return typeof turn === 'object' && turn !== null && 'n' in turn;
}

/** The open questions of a memo, oldest first; a memo has no order. With a codec a removed key stays, with nothing in it. */
export function readMemo(memo: Readonly<Record<string, unknown>>, run: string): Interrupt[] {
  return Object.entries(memo)
    .filter(([key, entry]) => key.startsWith(QUESTION_MEMO_PREFIX) && entry !== undefined && entry !== null)
    .map(([key, entry]) => readMemoEntry(key, entry, run))
    .toSorted((a, b) => order.compare(a.askedAt, b.askedAt) || byId(a, b));
}

/** The question that closed last; a memo of the user's own may have any value there. */
export function readClosed(memo: Readonly<Record<string, unknown>>): Closed | undefined {
  const closed = memo[CLOSED_MEMO];
  if (typeof closed !== 'object' || closed === null || !('id' in closed)) return undefined;
  return closed as Closed;
}

const order = new Intl.Collator('en', { numeric: true });

/** Questions of one call in the order in which they were asked: a memo, and a change of one, has none. */
export function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return order.compare(a.id, b.id);
}

export function readMemoEntry(key: string, entry: unknown, run: string): Interrupt {
  // The workflow wrote it; one that was cut down to nothing has no value.
  const { value = null, ...rest } = entry as Partial<Interrupt>;
  return { id: key.slice(QUESTION_MEMO_PREFIX.length), value, run, askedAt: '', ...rest };
}
