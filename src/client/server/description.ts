/**
 * What the server says about a thread without any worker: status, place, open questions and the last turn.
 *
 * Unlike a listing, a description is up to date.
 */
import type { WorkflowExecutionDescription } from '@temporalio/client';
import type { Closed, TurnMemo } from '../../protocol/shapes.ts';
import { readClosed, readKey, readMemo, readTurn, type MemoInterrupt } from './memo.ts';

/** A thread, as its server describes it. */
export interface ThreadDescription {
  /** The name of the entrypoint. */
  readonly entrypoint: string;
  /** The current or last run. */
  readonly runId: string;
  /** The first run of its chain. */
  readonly run: string;
  /** The server's status of the run: `RUNNING`, `COMPLETED`, … */
  readonly status: string;
  /** The run is open. */
  readonly isRunning: boolean;
  /** The task queue of its workflow. */
  readonly taskQueue: string;
  /** A workflow task is pending or running. */
  readonly hasWorkflowTask: boolean;
  /** How many events the run's history has. */
  readonly historyLength: number;
  /** The key of the last turn or, on a plain thread, of the run. */
  readonly key: string | undefined;
  /** The last turn of a thread with memory. */
  readonly turn: TurnMemo | undefined;
  /** Open questions, oldest first. A question that did not fit the memo is `truncated`. */
  readonly interrupts: readonly MemoInterrupt[];
  /** The question that closed last. */
  readonly closed: Closed | undefined;
  /** Temporal's own description, for everything else. */
  readonly execution: WorkflowExecutionDescription;
}

/** Reads Temporal's description of a workflow. */
export function readDescription(execution: WorkflowExecutionDescription): ThreadDescription {
  const { type, runId, status, taskQueue, historyLength, memo = {}, raw } = execution;
  const run = raw.workflowExecutionInfo?.firstRunId || runId;
  return {
    entrypoint: type,
    runId,
    run,
    status: status.name,
    isRunning: status.name === 'RUNNING',
    taskQueue,
    hasWorkflowTask: raw.pendingWorkflowTask != null,
    historyLength,
    key: readKey(memo),
    turn: readTurn(memo),
    interrupts: readMemo(memo, run),
    closed: readClosed(memo),
    execution,
  };
}
