/**
 * The open questions of a run, as its history opens, changes and closes them (S5, A9).
 *
 * A change of the memo that sets an open question again has changed the question (A12). The change of the memo that removes a
 * question closes it. The end of the run closes all questions that are still open.
 */
import { defined } from '../../protocol/defined.ts';
import { QUESTION_MEMO_PREFIX, taskOfCall } from '../../protocol/names.ts';
import type { PassQuestion } from '../../protocol/envelopes.ts';
import type { Changed, Closed, Interrupt, Shown } from '../../protocol/shapes.ts';
import { byId, readChanged, readClosed, readMemoEntry, type Memo } from '../server/memo.ts';

/** Looks up the k-th question of a call, in full. */
export type FindAsked = (call: string, k: number) => PassQuestion | undefined;

/** An open question that has changed. */
export interface ChangedQuestion {
  /** The question as it is now. */
  readonly interrupt: Interrupt;
  /** What has changed it. */
  readonly changed: Changed | undefined;
}

/** Questions that open, change and close with one event. */
export interface QuestionStep {
  /** Oldest first. */
  readonly opened?: readonly Interrupt[];
  readonly changed?: readonly ChangedQuestion[];
  /** In the order of the memo's keys. */
  readonly closed?: readonly Closed[];
}

/** The open questions of one run. */
export class OpenQuestions {
  readonly #open = new Map<string, Interrupt>();
  readonly #findAsked: FindAsked;

  constructor(findAsked: FindAsked) {
    this.#findAsked = findAsked;
  }

  get size(): number {
    return this.#open.size;
  }

  /** The open questions, oldest first. */
  list(): Interrupt[] {
    return [...this.#open.values()];
  }

  /** Reading begins in the middle of a history, where these are open. */
  begin(open: readonly Interrupt[]): void {
    for (const interrupt of open) this.#open.set(interrupt.id, interrupt);
  }

  /** Reads a change of the memo. */
  change(memo: Memo, { run, at }: { readonly run: string; readonly at: string }): QuestionStep {
    const opened: Interrupt[] = [];
    const changed: ChangedQuestion[] = [];
    const closed: Closed[] = [];
    for (const [key, entry] of Object.entries(memo)) {
      if (!key.startsWith(QUESTION_MEMO_PREFIX)) continue;
      const id = key.slice(QUESTION_MEMO_PREFIX.length);
      const before = this.#open.get(id);
      if (entry === undefined || entry === null) closed.push(...this.#close(id, memo, at));
      else if (before) changed.push(this.#change(before, readMemoEntry(key, entry, run), memo));
      else opened.push(this.#complete(readMemoEntry(key, entry, run)));
    }
    opened.sort(byId);
    for (const interrupt of opened) this.#open.set(interrupt.id, interrupt);
    return {
      ...(opened.length > 0 ? { opened } : {}),
      ...(changed.length > 0 ? { changed } : {}),
      ...(closed.length > 0 ? { closed } : {}),
    };
  }

  #change(before: Interrupt, entry: Interrupt, memo: Memo): ChangedQuestion {
    const interrupt = entry.truncated ? changedWhole(before, entry) : entry;
    this.#open.set(interrupt.id, interrupt);
    const changed = readChanged(memo);
    return { interrupt, changed: changed?.id === interrupt.id ? changed : undefined };
  }

  /** How a question has closed; nothing where no such question was open. */
  #close(id: string, memo: Memo, at: string): readonly Closed[] {
    const open = this.#open.get(id);
    if (!open) return [];
    this.#open.delete(id);
    const closed = readClosed(memo);
    // A run of an earlier version does not record how a question closed.
    return [closed?.id === id ? closed : { id, run: open.run, at }];
  }

  /** The run has ended. The server may have ended it, so questions may have been open until then. */
  closeAll(at: string): QuestionStep {
    const closed = this.list().map(({ id, run }) => ({ id, run, how: 'withdrawn', at }) as const);
    this.#open.clear();
    return closed.length > 0 ? { closed } : {};
  }

  /** The id of the question whose answer a task's own code has refused, if the question `id` asks it again (A5). */
  askedBefore(id: string): string | undefined {
    return this.#inPass(id)?.rejects;
  }

  /** A question of a task that was cut for the memo is complete in the result of the task's activity. */
  #complete(interrupt: Interrupt): Interrupt {
    if (!interrupt.truncated) return interrupt;
    const question = this.#inPass(interrupt.id);
    if (!question) return interrupt;
    const { truncated: _, ...rest } = interrupt;
    return { ...rest, task: taskOfCall(interrupt.id), ...shownOf(question) };
  }

  #inPass(id: string): PassQuestion | undefined {
    const [, call = '', k = '1'] = /^(.*:\d+?)(?:#(\d+))?$/s.exec(id) ?? [];
    return this.#findAsked(call, Number(k));
  }
}

/** The question before, which may be whole, with what a change may have changed. */
function changedWhole(before: Interrupt, { assignees, votes, value }: Interrupt): Interrupt {
  const { assignees: _assignees, votes: _votes, ...same } = before;
  const question = { ...same, ...defined({ assignees, votes }) };
  // An entry without a value has been cut down to the least, and may lack what has changed.
  return value === null ? { ...question, truncated: true } : question;
}

/** A question of a task without the fields that people are not shown. */
function shownOf(question: PassQuestion): Shown {
  const {
    hash: _hash,
    replaces: _replaces,
    rejects: _rejects,
    timeout: _timeout,
    default: _default,
    remind: _remind,
    due: _due,
    decision: _decision,
    ...shown
  } = question;
  return shown;
}
