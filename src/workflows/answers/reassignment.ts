/**
 * A reassignment as it was sent, the argument of the signal `reassign`, and the decision whether it counts (A12). Anybody
 * may signal anything, so all of it is checked. Changes nothing.
 */
import { defined } from '../../protocol/defined.ts';
import { MAX_ASSIGNEE_CHARACTERS, MAX_ASSIGNEES } from '../../protocol/limits.ts';
import type { SentAddress } from '../../protocol/shapes.ts';
import type { Questions } from '../questions/questions.ts';
import { findAddressed, refused, type RefusedAnswer } from './answer-decision.ts';
import { inShort, readSentAnswer } from './sent-answer.ts';

export interface SentReassignment {
  /** Who should answer from now on. */
  readonly assignees: readonly string[];
  /** What could be read of the address. */
  readonly address: SentAddress;
  /** Set if the argument is malformed: the reason to refuse it. */
  readonly malformed?: string;
}

/** Its address is that of an answer. */
export function readSentReassignment(about: unknown): SentReassignment {
  const { address, malformed: wrong } = readSentAnswer([null, about]);
  const { assignees } = (about ?? {}) as { readonly assignees?: unknown };
  const names = Array.isArray(assignees) ? (assignees as readonly unknown[]) : [];
  const isWellFormed =
    wrong === undefined &&
    address.id !== undefined &&
    names.length > 0 &&
    names.length <= MAX_ASSIGNEES &&
    names.every((name) => typeof name === 'string' && name !== '' && name.length <= MAX_ASSIGNEE_CHARACTERS);
  // Each one is a string if it is well-formed, and nobody reads them otherwise.
  return isWellFormed
    ? { assignees: names as readonly string[], address }
    : { assignees: [], address, ...defined({ malformed: malformed(about) }) };
}

function malformed(about: unknown): string {
  return `Expected the argument of the signal to be { id, run?, assignees, actor?, key?, sentAt? }, with 1 to ${MAX_ASSIGNEES} names of at most ${MAX_ASSIGNEE_CHARACTERS} characters as \`assignees\`, and a time in ISO 8601 as \`sentAt\`, got ${inShort(about)}.`;
}

/**
 * The id of the open question that it is for, or why it does not count.
 *
 * @param run The id of this run, which it may be addressed with.
 */
export function decideReassignment(
  { address, malformed: wrong }: SentReassignment,
  questions: Questions,
  run: string,
): string | RefusedAnswer {
  if (wrong !== undefined) return refused('InvalidAnswer', wrong, address.id);
  return findAddressed(address, questions, { run, what: 'The reassignment' });
}

/** Its effect is a command, which the history of a worker that knew no such signal lacks. */
export function refusedByEarlierVersion(id: string, what: 'answer' | 'reassignment'): RefusedAnswer {
  const it = what === 'answer' ? `answer to \`${id}\`` : `reassignment of \`${id}\``;
  const message = `A worker of an earlier version got the ${it}, and ignored it. Send it again.`;
  return refused('NotPending', message, id);
}
