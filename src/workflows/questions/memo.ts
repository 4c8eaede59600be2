/**
 * The questions of a run in its memo: an entry for each open one, one for the last that closed, and one for the last that
 * changed.
 *
 * Listings read the memo, and a change of it marks in the history that a question opened, changed or closed (I4, A9, A12).
 *
 * Owns the memo's budget ({@link MAX_MEMO_BYTES}), which all open questions share. An entry that does not fit is cut: first
 * its value, then everything but when and by which task it was asked, its group, its confirm text, its due time and its
 * priority. Such an entry says `truncated`, and readers complete it with the query `interrupts` or from the activity's result.
 */
import { upsertMemo } from '@temporalio/workflow';
import { defined } from '../../protocol/defined.ts';
import { MAX_CHANGED_BYTES, MAX_MEMO_BYTES, utf8Bytes } from '../../protocol/limits.ts';
import { CHANGED_MEMO, CLOSED_MEMO, QUESTION_MEMO_PREFIX } from '../../protocol/names.ts';
import type { Changed, Interrupt, Vote } from '../../protocol/shapes.ts';
import { preview, shortNamed } from '../display/preview.ts';
import { describeClosing, type Change, type Closing } from './question.ts';

export class QuestionMemo {
  /** The sizes of the entries, by question id. */
  readonly #bytes = new Map<string, number>();

  opened(interrupts: readonly Interrupt[]): void {
    const memo: Record<string, unknown> = {};
    for (const interrupt of interrupts) {
      const { entry, bytes } = memoEntry(interrupt, this.#bytes.values());
      this.#bytes.set(interrupt.id, bytes);
      memo[QUESTION_MEMO_PREFIX + interrupt.id] = entry;
    }
    upsertMemo(memo);
  }

  changed(interrupt: Interrupt, { about }: Change): void {
    const { id, run } = interrupt;
    this.#bytes.delete(id);
    const { entry, bytes } = memoEntry(interrupt, this.#bytes.values(), { isChanged: true });
    this.#bytes.set(id, bytes);
    // One command for both: the change of the question says who changed it (A12).
    upsertMemo({ [QUESTION_MEMO_PREFIX + id]: entry, [CHANGED_MEMO]: shortNamed<Changed>({ id, run, ...about }) });
  }

  closed(interrupt: Interrupt, closing: Closing): void {
    const { id } = interrupt;
    this.#bytes.delete(id);
    // One command for both: the change that removes the question says how it closed (A9).
    upsertMemo({ [QUESTION_MEMO_PREFIX + id]: null, [CLOSED_MEMO]: shortNamed(describeClosing(interrupt, closing)) });
  }
}

export interface MemoEntry {
  /** The question without its id, which is in the key. */
  readonly entry: Readonly<Record<string, unknown>>;
  readonly bytes: number;
}

/**
 * @param taken The sizes of the entries that are in the memo already.
 * @param isChanged Whether what a change may have changed stays in the entry, as far as it is short.
 */
export function memoEntry(interrupt: Interrupt, taken: Iterable<number>, { isChanged = false } = {}): MemoEntry {
  let left = MAX_MEMO_BYTES;
  for (const bytes of taken) left -= bytes;
  const { id, ...whole } = interrupt;
  const { description: _description, schema: _schema, ...rest } = whole;
  const { votes } = interrupt;
  const cut = {
    ...rest,
    value: preview(interrupt.value),
    ...defined({ votes: votes?.map(shortVote) }),
    truncated: true,
  };
  for (const candidate of [whole, cut]) {
    const bytes = size(id, candidate);
    if (bytes <= left) return { entry: candidate, bytes };
  }
  // `run` stays: an answer is addressed with it, and visibility does not know the first run of a chain.
  const { run, task, group, confirm, askedAt, expiresAt, dueAt, priority } = interrupt;
  const { assignees, by } = interrupt;
  const least = {
    ...(isChanged ? ifShort({ assignees }) : {}),
    ...(isChanged ? ifShort({ by, votes: votes?.map(({ actor, at }) => ({ actor, at })) }) : {}),
    run,
    task,
    group,
    confirm,
    askedAt,
    expiresAt,
    dueAt,
    priority,
    truncated: true,
  };
  return { entry: least, bytes: size(id, least) };
}

/** A vote without an answer that is long. */
function shortVote({ value, ...vote }: Vote): Vote {
  return utf8Bytes(JSON.stringify(value)) <= MAX_CHANGED_BYTES ? { ...vote, value } : vote;
}

/** The fields that have a value; none if they are long together. */
function ifShort(fields: object): object {
  return utf8Bytes(JSON.stringify(fields)) <= MAX_CHANGED_BYTES ? defined(fields) : {};
}

/** The size with the key, `holdpoint/<id>`. */
function size(id: string, entry: object): number {
  return utf8Bytes(JSON.stringify(entry)) + utf8Bytes(id) + 16;
}
