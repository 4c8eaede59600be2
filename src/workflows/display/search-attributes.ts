/**
 * The optional search attributes of a run, kept up to date if it was started with them.
 *
 * Each change is a command of the step that causes it, and changes are never merged over several steps: a replay sees the
 * same commands however the server groups the events (Q2). A run that was started without search attributes has no such
 * commands; no run of an earlier version had them.
 */
import { defineSearchAttributeKey, type SearchAttributeUpdatePair } from '@temporalio/common';
import { patched, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import {
  hasLabels,
  LABELLED,
  NOTHING,
  STATUS_ATTRIBUTE,
  waitingTerms,
  WAITING_FOR_ATTRIBUTE,
  type IndexedStatus,
} from '../../protocol/search-attributes.ts';
import type { Interrupt } from '../../protocol/shapes.ts';

/** A patch: earlier versions had no terms for tags and priorities, and their changes must replay. */
const LABELS = 'holdpoint/labels';

const statusKey = defineSearchAttributeKey(STATUS_ATTRIBUTE, 'KEYWORD');
const waitingForKey = defineSearchAttributeKey(WAITING_FOR_ATTRIBUTE, 'KEYWORD_LIST');

export class SearchAttributes {
  /** The current values, without {@link LABELLED}; `undefined` for an attribute that the run was started without. */
  #status = startedWith(STATUS_ATTRIBUTE)?.[0];
  #waitingFor: readonly string[] | undefined = startedWith(WAITING_FOR_ATTRIBUTE)?.filter((term) => term !== LABELLED);

  /** Whether the run was started with any of them. */
  get isOn(): boolean {
    return this.#status !== undefined || this.#waitingFor !== undefined;
  }

  show(status: IndexedStatus, open: readonly Interrupt[]): void {
    const changes: SearchAttributeUpdatePair[] = [];
    if (this.#status !== undefined && this.#status !== status) {
      this.#status = status;
      changes.push({ key: statusKey, value: status });
    }
    const isLabelled = this.#waitingFor !== undefined && (!open.some(hasLabels) || patched(LABELS));
    const terms = waitingTerms(open, isLabelled);
    if (this.#waitingFor && !isSame(this.#waitingFor, terms)) {
      this.#waitingFor = terms;
      const isMarked = isLabelled && terms !== NOTHING;
      changes.push({ key: waitingForKey, value: [...(isMarked ? [LABELLED] : []), ...terms] });
    }
    if (changes.length > 0) upsertSearchAttributes(changes);
  }
}

function startedWith(name: string): readonly string[] | undefined {
  // By name: a value that was set with the `temporal` command may come without its type.
  return workflowInfo().searchAttributes[name]?.map(String);
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((term, i) => term === other[i]);
}
