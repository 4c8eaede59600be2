/**
 * The optional search attributes, by which the server filters threads: what a thread does, and what it waits for.
 *
 * Setting an attribute that the namespace does not know would leave a run stuck. A run therefore has only the attributes
 * that had a value when it was started, and the workflow changes no others.
 */
import { utf8Bytes } from './limits.ts';
import type { Interrupt, Priority } from './shapes.ts';

/** A keyword while the run is open: `running`, `waiting` or `idle`. */
export const STATUS_ATTRIBUTE = 'HoldpointStatus';
/** A list of keywords: `task:<name>`, `assignee:<name>`, `tag:<tag>` and `priority:<priority>` of the open questions. */
export const WAITING_FOR_ATTRIBUTE = 'HoldpointWaitingFor';

export type IndexedStatus = 'running' | 'waiting' | 'idle';

/** Stands for an empty list, which the server would not store as a value. */
export const NOTHING: readonly string[] = ['nothing'];
/** Marks a list that was cut: the thread waits for more than it says. */
export const MORE = 'more';

/** Marks a list that has tags and priorities: a run of an earlier version has a list without them. */
export const LABELLED = 'labelled';

/** The server limits a value to 2 KB, and a store may index only 255 characters of a keyword. */
const MAX_TERM_BYTES = 200;
const MAX_TERMS_BYTES = 1500;

export function taskTerm(task: string): string {
  return `task:${task}`;
}

export function assigneeTerm(assignee: string): string {
  return `assignee:${assignee}`;
}

export function tagTerm(tag: string): string {
  return `tag:${tag}`;
}

export function priorityTerm(priority: Priority): string {
  return `priority:${priority}`;
}

type Waiting = Pick<Interrupt, 'task' | 'assignees' | 'tags' | 'priority'>;

/** Whether a question has terms that a list of an earlier version lacks. */
export function hasLabels({ tags = [], priority }: Waiting): boolean {
  return tags.length > 0 || priority !== undefined;
}

/**
 * The terms by which a thread with these open questions is found.
 *
 * @param isLabelled Whether tags and priorities are among them.
 */
export function waitingTerms(open: readonly Waiting[], isLabelled: boolean): readonly string[] {
  const terms = new Set<string>();
  let left = MAX_TERMS_BYTES;
  for (const question of open) {
    for (const term of termsOf(question, isLabelled)) {
      if (terms.has(term)) continue;
      const bytes = utf8Bytes(term);
      left -= bytes;
      if (bytes > MAX_TERM_BYTES || left < 0) return [...terms, MORE];
      terms.add(term);
    }
  }
  return terms.size > 0 ? [...terms] : NOTHING;
}

function termsOf({ task, assignees = [], tags = [], priority }: Waiting, isLabelled: boolean): readonly string[] {
  const always = [...(task === undefined ? [] : [taskTerm(task)]), ...assignees.map(assigneeTerm)];
  if (!isLabelled) return always;
  return [...always, ...tags.map(tagTerm), ...(priority === undefined ? [] : [priorityTerm(priority)])];
}
