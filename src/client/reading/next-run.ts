/**
 * The run in which a thread goes on after the end of another: the next one of its chain, or one that a reset made (S1).
 *
 * A reset terminates the open run and makes a new run of the same chain, whose history begins with a copy of the history
 * of the run that was reset, up to the reset. A run that has ended may be reset later: then its own history does not show
 * it, and only the server knows.
 */
import { translate } from '../server/errors.ts';
import { firstEvents, type EventSource } from '../server/events.ts';
import type { RunReader } from './run-reader.ts';

/** Where reading goes on. */
export interface NextRun {
  /** The run to read. */
  readonly run: string;
  /** A reset made it: it begins with a copy of events that have been read already. */
  readonly isReset: boolean;
}

/** What is known of the reader's place. */
export interface NextRunSettings {
  /** The reader's place may be of any age, so each run on its way may have been reset since. */
  readonly isOld: boolean;
}

/** @param reader Has read its run to the end. */
export async function nextRun(
  thread: EventSource,
  reader: RunReader,
  { isOld }: NextRunSettings,
): Promise<NextRun | undefined> {
  const { end } = reader.timeline;
  const isTerminated = end?.kind === 'failed' && end.isTerminated === true;
  const reset = isOld || isTerminated ? await latestRunOf(thread, reader.run) : reader.run;
  if (reset !== reader.run) return { run: reset, isReset: true };
  if (isTerminated) return findReset(thread, reader);
  if (end?.kind !== 'continued') return undefined;
  return { run: isOld ? await latestRunOf(thread, end.run) : end.run, isReset: false };
}

/**
 * The run that was next in time, after one that has ended: where the thread went on before a reset, and else the one that the reset made. So no run
 * is left out, except perhaps one that a second reset of the same run has replaced: the server names one only.
 */
export async function runAfter(thread: EventSource, reader: RunReader): Promise<NextRun | undefined> {
  const { end } = reader.timeline;
  if (end?.kind === 'continued') return { run: end.run, isReset: false };
  const reset = await resetRunOf(thread, reader.run);
  return reset ? { run: reset, isReset: true } : findReset(thread, reader);
}

/** The run that resets have made of `run`; `run` itself, if it was not reset. @throws `ThreadNotFound`, `NoServer`. */
export async function latestRunOf(thread: EventSource, run: string): Promise<string> {
  const next = await resetRunOf(thread, run);
  return next ? latestRunOf(thread, next) : run;
}

async function resetRunOf({ client, id }: EventSource, run: string): Promise<string | null | undefined> {
  try {
    const { raw } = await client.workflow.getHandle(id, run).describe();
    return raw.workflowExtendedInfo?.resetRunId;
  } catch (error) {
    throw translate(error, id);
  }
}

/** The run that the terminating reset made, where not this run but an earlier one of the chain was reset. */
async function findReset(thread: EventSource, { run, timeline }: RunReader): Promise<NextRun | undefined> {
  const { client, id } = thread;
  const { runId, raw } = await client.workflow.getHandle(id).describe();
  // Somebody terminated the run, and may have started the thread again.
  if (runId === run || raw.workflowExecutionInfo?.firstRunId !== timeline.firstRun) return undefined;
  for (let candidate = runId; ;) {
    const [first] = await firstEvents(thread, candidate, 1);
    const started = first?.workflowExecutionStartedEventAttributes;
    const before = started?.continuedExecutionRunId;
    if (!before || started.originalExecutionRunId !== candidate) return { run: candidate, isReset: true };
    candidate = before;
  }
}
