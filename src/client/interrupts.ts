/**
 * The open questions of all threads, from visibility: one request for each page, and no query for each thread (§4).
 *
 * Visibility lags by up to seconds, so what is listed may just have been answered; acting on it checks with the thread.
 */
import type { Client } from '@temporalio/client';
import { durationMs, type Duration } from '../protocol/duration.ts';
import type { Interrupt } from '../protocol/shapes.ts';
import { readMemo } from './memo.ts';

export interface InterruptFilter {
  readonly entrypoint?: string | undefined;
  readonly task?: string | undefined;
  /** One of the question's `assignees`. */
  readonly assignee?: string | undefined;
  /** Asked at least this long ago: milliseconds or a duration such as '3 hours'. */
  readonly olderThan?: Duration | undefined;
  /** A visibility query that the threads must match too, e.g. `StartTime > "2026-01-01"`. */
  readonly query?: string | undefined;
}

/** An open question, and which thread asks it. */
export interface ListedInterrupt extends Interrupt {
  readonly thread: string;
  readonly entrypoint: string;
}

export async function* listInterrupts(client: Client, filter: InterruptFilter): AsyncGenerator<ListedInterrupt, void> {
  const askedBefore =
    filter.olderThan === undefined ? Infinity : Date.now() - durationMs(filter.olderThan, 'olderThan');
  for await (const { workflowId, runId, type, memo } of client.workflow.list({ query: visibilityQuery(filter) })) {
    for (const interrupt of readMemo(memo ?? {}, runId)) {
      if (matches(interrupt, filter, askedBefore)) yield { ...interrupt, thread: workflowId, entrypoint: type };
    }
  }
}

function visibilityQuery({ entrypoint, query }: InterruptFilter): string {
  const parts = [`ExecutionStatus = 'Running'`];
  if (entrypoint !== undefined) parts.push(`WorkflowType = ${JSON.stringify(entrypoint)}`);
  if (query !== undefined) parts.push(`(${query})`);
  return parts.join(' AND ');
}

function matches(interrupt: Interrupt, { task, assignee }: InterruptFilter, askedBefore: number): boolean {
  if (task !== undefined && interrupt.task !== task) return false;
  if (assignee !== undefined && !interrupt.assignees?.includes(assignee)) return false;
  return !(Date.parse(interrupt.askedAt) > askedBefore);
}
