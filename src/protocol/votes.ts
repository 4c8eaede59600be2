/**
 * Whose answers to a question count and the votes so far, in words: the same on the terminal and in the Web UI (A11).
 */
import type { Interrupt, VoteCount } from './shapes.ts';
import { shortened } from './text.ts';
import { canonicalJson } from './value-hash.ts';

const VALUE_CHARACTERS = 60;

/**
 * How far the answer with the most votes is; `undefined` for a question without a quorum. Votes that were cut may be of
 * different answers, and not so many of the same that they would have closed the question.
 */
export function votesOf({ by, votes = [] }: Pick<Interrupt, 'by' | 'votes'>): VoteCount | undefined {
  const quorum = by?.quorum ?? 1;
  if (quorum === 1) return undefined;
  const counts = new Map<string, number>();
  for (const { value } of votes) {
    const answer = value === undefined ? '' : canonicalJson(value);
    counts.set(answer, (counts.get(answer) ?? 0) + 1);
  }
  return { count: Math.min(quorum - 1, Math.max(0, ...counts.values())), quorum };
}

/** Whose answers count: parts of a sentence, without names of the assignees. */
export function whoseAnswersCount({ by = {} }: Pick<Interrupt, 'by'>): string[] {
  const { only, not = [], quorum = 1 } = by;
  return [
    ...(only === undefined ? [] : ['only assignees may answer']),
    ...(not.length === 0 ? [] : [`not ${not.join(', ')}`]),
    ...(quorum === 1 ? [] : [`${quorum} people must give the same answer`]),
  ];
}

/** The votes so far, oldest first: `ann: true, bob: false`. `undefined` if there are none. */
export function votesText({ votes = [] }: Pick<Interrupt, 'votes'>): string | undefined {
  if (votes.length === 0) return undefined;
  return votes
    .map(({ actor, value }) =>
      value === undefined ? actor : `${actor}: ${shortened(canonicalJson(value), VALUE_CHARACTERS)}`,
    )
    .join(', ');
}
