/**
 * Whose answers to a question count, and what an answer of somebody's is worth: the question's option `by` (A11).
 *
 * Who answers, and of which groups, is what the sender claims. Changes nothing.
 */
import type { AnsweredBy, Interrupt, SentAddress, Vote, VoteCount } from '../../protocol/shapes.ts';
import { canonicalJson } from '../../protocol/value-hash.ts';

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

const GROUP = 'group:';

/** Why an answer of this sender does not count, as a sentence; `undefined` if it counts. */
export function whyNotAllowed(
  { id, assignees = [], by = {} }: Pick<Interrupt, 'id' | 'assignees' | 'by'>,
  { actor, groups = [] }: Pick<SentAddress, 'actor' | 'groups'>,
): string | undefined {
  const { only, not = [] } = by;
  if (!asksWho(by)) return undefined;
  const who = only && (assignees.map(shown).join(' or ') || 'its assignees (it has none)');
  if (actor === undefined || actor === '') {
    const may = who === undefined ? '' : `. Only ${who} may answer`;
    return `An answer to \`${id}\` must say with \`actor\` who gives it${may}.`;
  }
  const isIn = (names: readonly string[]): boolean =>
    names.some((name) => {
      const group = groupOf(name);
      return group === undefined ? name === actor : groups.includes(group);
    });
  if (isIn(not))
    return `\`${actor}\` may not answer \`${id}\`: whoever asks for something does not decide about it, so others must.`;
  return who === undefined || isIn(assignees) ? undefined : `Only ${who} may answer \`${id}\`, and not \`${actor}\`.`;
}

/** Whether an answer has to say who gives it. */
export function asksWho({ only, not = [], quorum = 1 }: AnsweredBy): boolean {
  return only !== undefined || not.length > 0 || quorum > 1;
}

/** The group that an assignee is; `undefined` for a person. */
export function groupOf(assignee: string): string | undefined {
  return assignee.startsWith(GROUP) ? assignee.slice(GROUP.length) : undefined;
}

function shown(name: string): string {
  const group = groupOf(name);
  return group === undefined ? `\`${name}\`` : `a member of \`${group}\``;
}

/** What an answer is worth that fits, and whose sender may answer. */
export function weigh(
  { by, votes = [] }: Pick<Interrupt, 'by' | 'votes'>,
  value: unknown,
  { actor }: Pick<SentAddress, 'actor'>,
): Weight {
  const quorum = by?.quorum ?? 1;
  if (quorum === 1) return { kind: 'accepted' };
  const others = votes.filter((vote) => vote.actor !== actor);
  if (isRefusal(value)) return { kind: 'accepted', agreed: others, agrees: false };
  const answer = canonicalJson(value);
  const agreed = others.filter((vote) => canonicalJson(vote.value) === answer);
  const count = agreed.length + 1;
  return count < quorum ? { kind: 'voted', count, quorum } : { kind: 'accepted', agreed, agrees: true };
}

/** Whether it closes a question for everybody: a no, or a decision in whose place the action does not happen. */
function isRefusal(value: unknown): boolean {
  if (value === false) return true;
  const { type } = (value ?? {}) as { readonly type?: unknown };
  return type === 'reject' || type === 'respond';
}

/** The votes with another one. A person has one vote: the last. */
export function withVote(votes: readonly Vote[], vote: Vote): readonly Vote[] {
  return [...votes.filter(({ actor }) => actor !== vote.actor), vote];
}
