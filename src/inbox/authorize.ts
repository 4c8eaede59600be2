/**
 * Who may do what with a question (W3).
 *
 * By default a question is for its assignees and the members of their groups, and for everybody if it has none: they see
 * it, answer it and reassign it. The user of this machine, where nothing is configured, may do everything, as with the
 * command. Whose answer counts, the question itself says (A11).
 */
import type { ListedInterrupt } from '../client/tools.ts';
import { defined } from '../protocol/defined.ts';
import { messageOf } from '../protocol/thrown.ts';
import { isAmong, whyNotAllowed } from '../protocol/who-may-answer.ts';
import { isFor, type LinkClaims, type Visitor } from './actor.ts';
import { isStillFor } from './links.ts';

/** What a person wants to do: see a question and its thread, answer or reassign it, or read the audit of a thread. */
export type InboxAction = 'see' | 'answer' | 'reassign' | 'audit';

/** What it is about: a question and its thread; or the thread alone, if no question of it is open. */
export type InboxItem = Pick<ListedInterrupt, 'thread' | 'entrypoint'> & Partial<ListedInterrupt>;

/** Says whether a person may do something. Only `true` is a yes. */
export type Authorize = (actor: Visitor, item: InboxItem, action: InboxAction) => boolean | Promise<boolean>;

/** The same, once it is read: a yes or a no. */
export type Permits = (actor: Visitor, item: InboxItem, action: InboxAction) => Promise<boolean>;

/**
 * Anything but `true` is a no: the `undefined` of a forgotten `return`, a `Response` with status 403, an error. One question that
 * the rule does not expect must not keep people from all others.
 */
export function permitsOf(authorize: Authorize, notify: (sentence: string) => void): Permits {
  return async (actor, item, action) => {
    if (action === 'answer' && !counts(actor, item)) return false;
    if (actor.link) return mayByLink(actor.link, item, action);
    try {
      const said: unknown = await authorize(actor, item, action);
      return said === true;
    } catch (error) {
      notify(`\`authorize\` of the inbox failed for thread \`${item.thread}\`: ${messageOf(error)}`);
      return false;
    }
  };
}

/** Whether the workflow would take an answer of the person. */
function counts({ actor, groups }: Visitor, { id = '', assignees, by }: InboxItem): boolean {
  return whyNotAllowed({ id, ...defined({ assignees, by }) }, { actor, groups }) === undefined;
}

/** A link opens its question, and answers it, as long as the question is for the person (W4). */
function mayByLink(link: LinkClaims, { thread, run, id, assignees }: InboxItem, action: InboxAction): boolean {
  const isOwn = link.thread === thread && link.run === run && link.id === id;
  return isOwn && (action === 'see' || action === 'answer') && isStillFor(link, assignees);
}

/** The rule where no other is given. */
export const byAssignees: Authorize = (visitor, { id, assignees }, action) => {
  if (visitor.how === 'local') return true;
  // A thread without an open question, and its audit, have all that was ever asked in them.
  if (action === 'audit' || id === undefined) return false;
  return isFor(visitor, assignees);
};

/** The same rule, where these people and members of these groups may read audits, too. They are named as assignees are. */
export function withAuditors(auditors: readonly string[]): Authorize {
  return (visitor, item, action) =>
    (action === 'audit' && isAmong(auditors, visitor)) || byAssignees(visitor, item, action);
}
