/**
 * The optional search attributes: what a thread does, and for whom and what it waits, so that the server can filter.
 *
 * A run has them only if it was started with them; an attribute that the namespace does not know would leave it stuck.
 * So each is given a value at the start, and the workflow touches none that has no value then.
 */
import { utf8Bytes } from './limits.ts';

/** Keyword: `running`, `waiting` or `idle`, while the run is open. */
export const STATUS_ATTRIBUTE = 'HoldpointStatus';
/** KeywordList: `task:<name>` and `assignee:<name>` of the open questions. */
export const WAITING_FOR_ATTRIBUTE = 'HoldpointWaitingFor';

export type IndexedStatus = 'running' | 'waiting' | 'idle';

/** In place of an empty list, which would be no value. */
export const NOTHING: readonly string[] = ['nothing'];
/** Says that the list is cut: the thread waits for more than is in it. */
export const MORE = 'more';

/** A value of the server's is at most 2 KB, and a store may index only 255 characters of a keyword. */
const MAX_TERM_BYTES = 200;
const MAX_TERMS_BYTES = 1500;

export function taskTerm(task: string): string {
  return `task:${task}`;
}

export function assigneeTerm(assignee: string): string {
  return `assignee:${assignee}`;
}

interface Waiting {
  readonly task?: string;
  readonly assignees?: readonly string[];
}

/** By what a thread with these open questions is found. */
export function waitingTerms(open: readonly Waiting[]): readonly string[] {
  const terms = new Set<string>();
  let left = MAX_TERMS_BYTES;
  for (const { task, assignees = [] } of open) {
    const own = [...(task === undefined ? [] : [taskTerm(task)]), ...assignees.map(assigneeTerm)];
    for (const term of own) {
      if (terms.has(term)) continue;
      const bytes = utf8Bytes(term);
      left -= bytes;
      if (bytes > MAX_TERM_BYTES || left < 0) return [...terms, MORE];
      terms.add(term);
    }
  }
  return terms.size > 0 ? [...terms] : NOTHING;
}
