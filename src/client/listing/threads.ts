/**
 * All threads, from visibility: what each one is and does. One request for each page, and none for each thread.
 *
 * A workflow that is not a thread is listed too: before a thread has asked, nothing in visibility marks it as one of ours.
 */
import type { Client } from '@temporalio/client';
import { defined } from '../../protocol/defined.ts';
import { CHANGED_MEMO, CLOSED_MEMO } from '../../protocol/names.ts';
import type { IndexedStatus } from '../../protocol/search-attributes.ts';
import type { Interrupt, TurnMemo } from '../../protocol/shapes.ts';
import { readable } from '../server/errors.ts';
import { toMs } from '../server/events.ts';
import { readMemo, readTurn } from '../server/memo.ts';
import { isIndexed, statusQuery } from '../server/search-attributes.ts';
import { visibilityQuery } from '../server/visibility.ts';
import { listExecutions, rawExecutions } from '../server/executions.ts';

/** What a thread does, or how its run has ended. */
export type ThreadStatus = IndexedStatus | keyof typeof ENDED;

/** Visibility's names for them. */
const ENDED = {
  completed: 'Completed',
  failed: 'Failed',
  canceled: 'Canceled',
  terminated: 'Terminated',
  timedOut: 'TimedOut',
} as const;

/** Selects threads. A thread must match all fields that are given. */
export interface ThreadFilter {
  /** The name of the entrypoint. */
  readonly entrypoint?: string | undefined;
  /** What the thread does, or how its run has ended. */
  readonly status?: ThreadStatus | undefined;
  /** A visibility query that the threads must match too. */
  readonly query?: string | undefined;
  /** How many threads a request asks for. @default the server's */
  readonly pageSize?: number | undefined;
}

/** A thread in a listing. */
export interface ListedThread {
  /** The thread's id. */
  readonly thread: string;
  /** The name of the entrypoint. */
  readonly entrypoint: string;
  /** As far as the server alone can tell. */
  readonly status: ThreadStatus;
  /** The current or last run. */
  readonly runId: string;
  /** The task queue of its workflow. */
  readonly taskQueue: string;
  /** ISO 8601 in UTC. */
  readonly startedAt: string;
  /** ISO 8601 in UTC. */
  readonly closedAt?: string;
  /** The number of the last turn, on a thread with memory. */
  readonly turn?: number;
  /** Ids of its open questions. */
  readonly waitsFor: readonly string[];
}

/** The newest thread first. */
export function listThreads(client: Client, filter: ThreadFilter): AsyncGenerator<ListedThread, void> {
  return readable(readThreads(client, filter));
}

/** A thread, as far as its entry in visibility says without decoding anything. */
export interface NamedThread extends Pick<ListedThread, 'thread' | 'entrypoint' | 'runId' | 'closedAt'> {
  /** Whether a question of it has closed or changed. Threads of early versions do not say so. */
  readonly hasAnswers: boolean;
}

/** The server's own limit. */
const MAX_PAGE = 1_000;

/** The newest threads that match a visibility query, at most so many. @throws `NoServer`. */
export async function newestThreads(client: Client, query: string, limit: number): Promise<readonly NamedThread[]> {
  const threads: NamedThread[] = [];
  for await (const raw of readable(rawExecutions(client, { query, pageSize: Math.min(limit, MAX_PAGE) }))) {
    const { execution, type, closeTime, memo } = raw;
    threads.push({
      thread: execution?.workflowId ?? '',
      entrypoint: type?.name ?? '',
      runId: execution?.runId ?? '',
      ...defined({ closedAt: closeTime ? new Date(toMs(closeTime)).toISOString() : undefined }),
      hasAnswers: [CLOSED_MEMO, CHANGED_MEMO].some((name) => Object.hasOwn(memo?.fields ?? {}, name)),
    });
    if (threads.length >= limit) break;
  }
  return threads;
}

async function* readThreads(client: Client, filter: ThreadFilter): AsyncGenerator<ListedThread, void> {
  const { status, pageSize } = filter;
  const options = { query: await threadQuery(client, filter), ...defined({ pageSize }) };
  for await (const execution of listExecutions(client, options)) {
    const { workflowId, runId, type, taskQueue, startTime, closeTime, memo } = execution;
    const turn = readTurn(memo);
    const open = readMemo(memo, runId);
    const listed = threadStatus(execution.status.name, open, turn);
    if (status !== undefined && listed !== status) continue;
    yield {
      thread: workflowId,
      entrypoint: type,
      status: listed,
      runId,
      taskQueue,
      startedAt: startTime.toISOString(),
      ...defined({ closedAt: closeTime?.toISOString(), turn: turn?.n }),
      waitsFor: listed === 'waiting' ? open.map(({ id }) => id) : [],
    };
  }
}

/** What a thread does, as far as the server alone can tell: from its own status, and the memo. */
export function threadStatus(status: string, open: readonly Interrupt[], turn: TurnMemo | undefined): ThreadStatus {
  switch (status) {
    case 'COMPLETED':
    case 'FAILED':
    case 'TERMINATED':
      return status.toLowerCase() as 'completed' | 'failed' | 'terminated';
    case 'CANCELLED':
      return 'canceled';
    case 'TIMED_OUT':
      return 'timedOut';
    default:
      if (open.length > 0) return 'waiting';
      return turn && turn.status !== 'running' ? 'idle' : 'running';
  }
}

async function threadQuery(client: Client, { entrypoint, query, status }: ThreadFilter): Promise<string> {
  if (status === undefined) return visibilityQuery({ entrypoint, query });
  if (isEnded(status)) return visibilityQuery({ entrypoint, query, executionStatus: ENDED[status] });
  const indexed = (await isIndexed(client)) ? [statusQuery(status)] : [];
  return visibilityQuery({ entrypoint, query, executionStatus: 'Running' }, ...indexed);
}

function isEnded(status: ThreadStatus): status is keyof typeof ENDED {
  return status in ENDED;
}
