/**
 * The open questions of all threads, from visibility: one request for each page, and none for each thread.
 *
 * Where the namespace has the search attributes, the server finds the threads that wait. Elsewhere all running threads are
 * read. Visibility lags by up to seconds, so a listed question may just have been answered; acting on it checks with its
 * thread.
 */
import type { Client } from '@temporalio/client';
import { dueOf } from '../../protocol/due.ts';
import { defined } from '../../protocol/defined.ts';
import { durationMs, type Duration } from '../../protocol/duration.ts';
import { assertOptions, assertText, refusedOption, type OptionNames } from '../../protocol/refused-options.ts';
import { assigneeTerm, priorityTerm, tagTerm, taskTerm } from '../../protocol/search-attributes.ts';
import { PRIORITIES } from '../../protocol/interrupt-options.ts';
import type { Interrupt, Priority } from '../../protocol/shapes.ts';
import { readable } from '../server/errors.ts';
import { readMemo, type MemoInterrupt } from '../server/memo.ts';
import { isIndexed, labelledQuery, statusQuery, waitingForQuery } from '../server/search-attributes.ts';
import { visibilityQuery } from '../server/visibility.ts';
import { listExecutions } from '../server/executions.ts';

/** Selects open questions. A question must match all fields that are given. */
export interface InterruptFilter {
  /** The entrypoint of the thread. */
  readonly entrypoint?: string | undefined;
  /** The task that asks. */
  readonly task?: string | undefined;
  /** One of the question's `assignees`. */
  readonly assignee?: string | undefined;
  /** The question's `group`. */
  readonly group?: string | undefined;
  /** One of the question's `tags`. */
  readonly tag?: string | undefined;
  /** The question's `priority`. Questions without one are `normal`. */
  readonly priority?: Priority | undefined;
  /**
   * Due at most this long from now, or overdue: milliseconds or a duration such as '2 hours'. A question is due at its
   * `dueAt`, or else at its `expiresAt`.
   */
  readonly dueWithin?: Duration | undefined;
  /** Asked at least this long ago: milliseconds or a duration such as '3 hours'. */
  readonly olderThan?: Duration | undefined;
  /** A visibility query that the threads must match too, e.g. `StartTime > "2026-01-01"`. */
  readonly query?: string | undefined;
  /** How many threads a request asks for. @default the server's */
  readonly pageSize?: number | undefined;
}

/** An open question, and the thread that asks it. */
export interface ListedInterrupt extends MemoInterrupt {
  /** The thread's id. */
  readonly thread: string;
  /** The entrypoint of the thread. */
  readonly entrypoint: string;
}

const NAMES: OptionNames<InterruptFilter> = {
  entrypoint: true,
  task: true,
  assignee: true,
  group: true,
  tag: true,
  priority: true,
  dueWithin: true,
  olderThan: true,
  query: true,
  pageSize: true,
};

/** @throws `TypeError` when the filter is not an object, or one of its fields is wrong. */
export function assertFilter(filter: InterruptFilter): void {
  assertOptions(filter, '`interrupts`', NAMES);
  for (const name of ['entrypoint', 'task', 'assignee', 'group', 'tag', 'query'] as const)
    assertText(`\`${name}\``, filter[name]);
  const { priority } = filter;
  if (priority !== undefined && !PRIORITIES.includes(priority))
    throw refusedOption('`priority`', 'urgent, high, normal or low', priority);
  for (const name of ['olderThan', 'dueWithin'] as const) {
    const duration = filter[name];
    if (duration !== undefined) durationMs(duration, name);
  }
}

/** The newest thread first, and of each thread the oldest question first. */
export async function* listInterrupts(client: Client, filter: InterruptFilter): AsyncGenerator<ListedInterrupt, void> {
  for await (const { question } of findInterrupts(client, filter)) yield question;
}

/** An open question, and where it was found. */
export interface FoundInterrupt {
  readonly question: ListedInterrupt;
  /** The run that had it open: the first of its chain, or a later one. */
  readonly runId: string;
}

/**
 * Like {@link listInterrupts}, with the runs.
 *
 * @param heard Called for each thread that the server has found, also if it asks nothing.
 */
export function findInterrupts(
  client: Client,
  filter: InterruptFilter,
  heard?: () => void,
): AsyncGenerator<FoundInterrupt, void> {
  return readable(readInterrupts(client, filter, heard));
}

async function* readInterrupts(
  client: Client,
  filter: InterruptFilter,
  heard?: () => void,
): AsyncGenerator<FoundInterrupt, void> {
  const { entrypoint, query, pageSize } = filter;
  const indexed = (await isIndexed(client)) ? indexQueries(filter) : [];
  const options = {
    query: visibilityQuery({ entrypoint, query, executionStatus: 'Running' }, ...indexed),
    ...defined({ pageSize }),
  };
  for await (const { workflowId, runId, type, memo } of listExecutions(client, options)) {
    heard?.();
    for (const interrupt of readMemo(memo, runId)) {
      if (!isWanted(interrupt, filter)) continue;
      yield { question: { ...interrupt, thread: workflowId, entrypoint: type }, runId };
    }
  }
}

function indexQueries({ task, assignee, tag, priority }: InterruptFilter): string[] {
  return [
    statusQuery('waiting'),
    ...(task === undefined ? [] : [waitingForQuery(taskTerm(task))]),
    ...(assignee === undefined ? [] : [waitingForQuery(assigneeTerm(assignee))]),
    ...(tag === undefined ? [] : [labelledQuery(tagTerm(tag))]),
    // A question without a priority has no term for it.
    ...(priority === undefined || priority === 'normal' ? [] : [labelledQuery(priorityTerm(priority))]),
  ];
}

/** Whether a question matches the fields of the filter that are about questions. */
export function isWanted(interrupt: Interrupt, filter: InterruptFilter): boolean {
  const { task, assignee, group, tag, priority, olderThan, dueWithin } = filter;
  if (group !== undefined && interrupt.group !== group) return false;
  if (task !== undefined && interrupt.task !== task) return false;
  if (assignee !== undefined && !interrupt.assignees?.includes(assignee)) return false;
  if (tag !== undefined && !interrupt.tags?.includes(tag)) return false;
  if (priority !== undefined && (interrupt.priority ?? 'normal') !== priority) return false;
  const due = Date.parse(dueOf(interrupt) ?? '');
  if (dueWithin !== undefined && !(due <= Date.now() + durationMs(dueWithin, 'dueWithin'))) return false;
  return olderThan === undefined || !(Date.parse(interrupt.askedAt) > Date.now() - durationMs(olderThan, 'olderThan'));
}
