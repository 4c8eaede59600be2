/**
 * All threads, from visibility: what each one is and does. A request for each page, and none for each thread.
 *
 * A workflow that is no thread is listed too if nothing tells: one that has not asked has no mark of ours.
 */
import type { Client } from '@temporalio/client';
import { TURN_MEMO } from '../../protocol/names.ts';
import type { IndexedStatus } from '../../protocol/search-attributes.ts';
import type { Interrupt, TurnMemo } from '../../protocol/shapes.ts';
import { readable } from '../server/errors.ts';
import { visibilityQuery } from './interrupts.ts';
import { isTurnMemo, readMemo } from '../server/memo.ts';
import { isIndexed, statusQuery } from '../server/search-attributes.ts';

/** What a thread does, or how its run has ended. */
export type ThreadStatus = IndexedStatus | keyof typeof ENDED;

/** Visibility's names of them. */
const ENDED = {
  completed: 'Completed',
  failed: 'Failed',
  canceled: 'Canceled',
  terminated: 'Terminated',
  timedOut: 'TimedOut',
} as const;

export interface ThreadFilter {
  readonly entrypoint?: string | undefined;
  readonly status?: ThreadStatus | undefined;
  readonly query?: string | undefined;
  readonly pageSize?: number | undefined;
}

export interface ListedThread {
  readonly thread: string;
  readonly entrypoint: string;
  readonly status: ThreadStatus;
  readonly runId: string;
  readonly taskQueue: string;
  readonly startedAt: string;
  readonly closedAt?: string;
  /** Of a thread with memory. */
  readonly turn?: number;
  /** Ids of its open questions. */
  readonly waitsFor: readonly string[];
}

export function listThreads(client: Client, filter: ThreadFilter): AsyncGenerator<ListedThread, void> {
  return readable(readThreads(client, filter));
}

async function* readThreads(client: Client, filter: ThreadFilter): AsyncGenerator<ListedThread, void> {
  const { status, pageSize } = filter;
  const query = await threadQuery(client, filter);
  const options = pageSize === undefined ? { query } : { query, pageSize };
  for await (const execution of client.workflow.list(options)) {
    const { workflowId, runId, type, taskQueue, startTime, closeTime, memo = {} } = execution;
    const turn = isTurnMemo(memo[TURN_MEMO]) ? memo[TURN_MEMO] : undefined;
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
      ...(closeTime ? { closedAt: closeTime.toISOString() } : {}),
      ...(turn ? { turn: turn.n } : {}),
      waitsFor: listed === 'waiting' ? open.map(({ id }) => id) : [],
    };
  }
}

/** What a thread does, as far as the server alone can tell: its own status, and its memo. */
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
