/**
 * What an answer of somebody's is worth: the quorum of the question's option `by` (A11). Changes nothing.
 */
import type { Interrupt, SentAddress, Vote, VoteCount } from '../../protocol/shapes.ts';
import { canonicalJson } from '../../protocol/value-hash.ts';
import { verdictOf } from '../../protocol/verdict.ts';

/** What an answer that fits its question is worth. */
export type Weight =
  | {
      /** It closes the question. */
      readonly kind: 'accepted';
      /** With a quorum: the votes of the other people who agreed. */
      readonly agreed?: readonly Vote[];
      /** With a quorum: whether this answer agrees too, and is not a refusal. */
      readonly agrees?: boolean;
    }
  /** It waits for more people to give the same one. */
  | ({ readonly kind: 'voted' } & VoteCount);

/** What an answer is worth that fits, and whose sender may answer. */
export function weigh(
  { by, votes = [] }: Pick<Interrupt, 'by' | 'votes'>,
  value: unknown,
  { actor }: Pick<SentAddress, 'actor'>,
): Weight {
  const quorum = by?.quorum ?? 1;
  if (quorum === 1) return { kind: 'accepted' };
  const others = votes.filter((vote) => vote.actor !== actor);
  // A no closes the question for everybody.
  if (verdictOf(value) === 'rejected') return { kind: 'accepted', agreed: others, agrees: false };
  const answer = canonicalJson(value);
  const agreed = others.filter((vote) => canonicalJson(vote.value) === answer);
  const count = agreed.length + 1;
  return count < quorum ? { kind: 'voted', count, quorum } : { kind: 'accepted', agreed, agrees: true };
}

/** The votes with another one. A person has one vote: the last. */
export function withVote(votes: readonly Vote[], vote: Vote): readonly Vote[] {
  return [...votes.filter(({ actor }) => actor !== vote.actor), vote];
}
