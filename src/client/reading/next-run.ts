/**
 * Which run goes on with a thread behind the end of another: the next one of its chain, or the one that a reset made.
 *
 * A reset terminates the run that is open, and makes a new run of the same chain. The history of that one begins with
 * the history of the run that was reset, up to the reset. A run that has ended may be reset later: then its own history
 * does not say so, and only the server knows.
 */
import type { Client } from '@temporalio/client';
import type { HistoryEvent } from '../server/history.ts';
import type { Timeline } from './timeline.ts';

export interface NextRun {
  readonly run: string;
  /** A reset made it: it begins as a run began that has been read. */
  readonly isReset: boolean;
}

/** A thread, and a run of it that has been read to its end. */
export interface ReadRun {
  readonly client: Client;
  readonly id: string;
  readonly run: string;
  readonly timeline: Timeline;
}

/** @param isOld The reader comes from any time before now: each run on its way may have been reset since. */
export async function nextRun(read: ReadRun, isOld: boolean): Promise<NextRun | undefined> {
  const { ending } = read.timeline;
  const isTerminated = ending?.kind === 'failed' && ending.isTerminated === true;
  const reset = isOld || isTerminated ? await runOf(read, read.run) : read.run;
  if (reset !== read.run) return { run: reset, isReset: true };
  if (isTerminated) return resetBefore(read);
  if (ending?.kind !== 'continued') return undefined;
  return { run: isOld ? await runOf(read, ending.run) : ending.run, isReset: false };
}

/** The run in which that one goes on: itself, unless it was reset. */
export async function runOf(thread: Pick<ReadRun, 'client' | 'id'>, run: string): Promise<string> {
  const { raw } = await thread.client.workflow.getHandle(thread.id, run).describe();
  const next = raw.workflowExtendedInfo?.resetRunId;
  return next ? runOf(thread, next) : run;
}

/** The run made by the reset that terminated this one, where a run before it in the chain was reset. */
async function resetBefore({ client, id, run, timeline }: ReadRun): Promise<NextRun | undefined> {
  const { runId, raw } = await client.workflow.getHandle(id).describe();
  // It was terminated by somebody, and perhaps started anew.
  if (runId === run || raw.workflowExecutionInfo?.firstRunId !== timeline.firstRun) return undefined;
  for (let candidate = runId; ;) {
    const started = (await firstEvent(client, id, candidate))?.workflowExecutionStartedEventAttributes;
    const before = started?.continuedExecutionRunId;
    if (!before || started.originalExecutionRunId !== candidate) return { run: candidate, isReset: true };
    candidate = before;
  }
}

async function firstEvent(client: Client, workflowId: string, runId: string): Promise<HistoryEvent | undefined> {
  const { namespace } = client.options;
  const execution = { workflowId, runId };
  const page = await client.workflowService.getWorkflowExecutionHistory({ namespace, execution, maximumPageSize: 1 });
  return page.history?.events?.[0];
}
