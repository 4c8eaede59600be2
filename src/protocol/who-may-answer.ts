/**
 * Whose answers to a question count: the question's option `by` (A11). The workflow refuses the others, and a page does not
 * offer them the answer.
 *
 * Who answers, and of which groups, is what the sender claims.
 */
import type { AnsweredBy, Interrupt, SentAddress } from './shapes.ts';

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
  const sender = { actor, groups };
  if (isAmong(not, sender))
    return `\`${actor}\` may not answer \`${id}\`: whoever asks for something does not decide about it, so others must.`;
  return who === undefined || isAmong(assignees, sender)
    ? undefined
    : `Only ${who} may answer \`${id}\`, and not \`${actor}\`.`;
}

/** Whether a person is one of these people, or a member of one of these groups. A person is never named `group:finance`. */
export function isAmong(
  names: readonly string[],
  { actor, groups }: { readonly actor: string; readonly groups: readonly string[] },
): boolean {
  return names.some((name) => {
    const group = groupOf(name);
    return group === undefined ? name === actor : groups.includes(group);
  });
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
