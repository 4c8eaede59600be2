/**
 * A workflow's memo: its open questions, the questions that closed and changed last, and its last turn.
 */
import { CHANGED_MEMO, CLOSED_MEMO, QUESTION_MEMO_PREFIX, TURN_MEMO } from '../../protocol/names.ts';
import type { Changed, Closed, Interrupt, TurnMemo } from '../../protocol/shapes.ts';

/** A decoded memo, or the change of one. */
export type Memo = Readonly<Record<string, unknown>>;

/** Stands for a value that the client's data converter cannot decode. */
export class Unreadable {
  /** Why: the message of the error. */
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** The last turn of a thread with memory. The memo of a plain thread has only the key of its run there. */
export function readTurn(memo: Memo): TurnMemo | undefined {
  const turn = memo[TURN_MEMO];
  // The workflow wrote it; nothing else that has `n` is written there.
  return typeof turn === 'object' && turn !== null && 'n' in turn ? (turn as TurnMemo) : undefined;
}

/** The key of the last turn or, on a plain thread, of the run. */
export function readKey(memo: Memo): string | undefined {
  return (memo[TURN_MEMO] as Partial<TurnMemo> | undefined)?.key;
}

/** An open question, as the memo has it. */
export interface MemoInterrupt extends Interrupt {
  /** Why the client's data converter cannot decode the question. All that is known of it are `id` and `run`. */
  readonly unreadable?: string;
}

/** The open questions, oldest first. A memo has no order, so they are sorted by the time of asking, then by id. */
export function readMemo(memo: Memo, run: string): MemoInterrupt[] {
  // With a codec, a removed key stays in the memo with an empty value.
  return Object.entries(memo)
    .filter(([key, entry]) => key.startsWith(QUESTION_MEMO_PREFIX) && entry !== undefined && entry !== null)
    .map(([key, entry]) => readMemoEntry(key, entry, run))
    .toSorted((a, b) => order.compare(a.askedAt, b.askedAt) || byId(a, b));
}

/** One open question, from its key and value in the memo. */
export function readMemoEntry(key: string, entry: unknown, run: string): MemoInterrupt {
  const id = key.slice(QUESTION_MEMO_PREFIX.length);
  if (entry instanceof Unreadable) return { id, value: null, run, askedAt: '', unreadable: entry.message };
  // The workflow wrote the entry. One that was cut down to nothing has no value.
  const { value = null, ...rest } = entry as Partial<Interrupt>;
  return { id, value, run, askedAt: '', ...rest };
}

/** The question that closed last. A user's own memo may have any value under its key. */
export function readClosed(memo: Memo): Closed | undefined {
  const closed = memo[CLOSED_MEMO];
  return isAboutQuestion(closed) ? (closed as Closed) : undefined;
}

/** The open question that changed last. */
export function readChanged(memo: Memo): Changed | undefined {
  const changed = memo[CHANGED_MEMO];
  return isAboutQuestion(changed) ? (changed as Changed) : undefined;
}

/** The workflow wrote it; nothing else that has an `id` is written there. */
function isAboutQuestion(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'id' in value;
}

const order = new Intl.Collator('en', { numeric: true });

/** Compares questions of one call by the order in which they were asked: `ask:1`, `ask:1#2`, `ask:1#10`. */
export function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return order.compare(a.id, b.id);
}
