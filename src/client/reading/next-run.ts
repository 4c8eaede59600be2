/**
 * The run in which a thread goes on after the end of another: the next one of its chain, or one that a reset made (S1).
 *
 * A reset terminates the open run and makes a new run of the same chain, whose history begins with a copy of the history
 * of the run that was reset, up to the reset. A run that has ended may be reset later: then its own history does not show
 * it, and only the server knows.
 */
import { hasCode } from '../../protocol/errors.ts';
import { isServerAway, translate } from '../server/errors.ts';
import { firstEvents, type EventSource } from '../server/events.ts';
import { rawExecutions } from '../server/executions.ts';
import { quote } from '../server/visibility.ts';
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
 * The runs of a chain in the order of time, the discarded ones too: where the thread went on before a reset, and then what the
 * reset made.
 *
 * The server names one reset of a run only, the last one. The runs that earlier resets of it have made are found in visibility,
 * which may lack one that was made moments ago.
 */
export class RunsInOrder {
  readonly #thread: EventSource;
  readonly #read = new Set<string>();
  /** The runs that visibility has and that are not read yet, oldest first. Unknown until a reset is found. */
  #others: readonly TimedRun[] | undefined;

  constructor(thread: EventSource) {
    this.#thread = thread;
  }

  /** @param reader Has read its run to the end. */
  async after(reader: RunReader): Promise<NextRun | undefined> {
    this.#read.add(reader.run);
    const linked = await runAfter(this.#thread, reader);
    if (!linked?.isReset && !this.#others) return linked;
    this.#others ??= await runsOfChain(this.#thread, reader.timeline.firstRun);
    const next = linked && (await timed(this.#thread, linked.run));
    const candidates = [...this.#others, ...(next ? [next] : [])].filter(({ run }) => !this.#read.has(run));
    const [first] = candidates.toSorted((one, other) => one.startMs - other.startMs);
    return first && { run: first.run, isReset: await isMadeByReset(this.#thread, first.run) };
  }
}

/** A run, and when it was made. */
interface TimedRun {
  readonly run: string;
  readonly startMs: number;
  /** The first run of its chain. */
  readonly firstRun: string | undefined;
}

/** Nothing where the client may not list: the server's links are followed all the same. */
async function runsOfChain(thread: EventSource, firstRun: string): Promise<readonly TimedRun[]> {
  const runs: TimedRun[] = [];
  try {
    for await (const { execution } of rawExecutions(thread.client, { query: `WorkflowId = ${quote(thread.id)}` })) {
      const run = execution?.runId ? await timed(thread, execution.runId) : undefined;
      if (run?.firstRun === firstRun) runs.push(run);
    }
  } catch (error) {
    if (isServerAway(translate(error, thread.id))) throw error;
  }
  return runs;
}

/** `undefined` where the server has deleted the run. */
async function timed({ client, id }: EventSource, run: string): Promise<TimedRun | undefined> {
  try {
    const { startTime, raw } = await client.workflow.getHandle(id, run).describe();
    return { run, startMs: startTime.getTime(), firstRun: raw.workflowExecutionInfo?.firstRunId ?? undefined };
  } catch (error) {
    const known = translate(error, id);
    if (hasCode(known, 'ThreadNotFound')) return undefined;
    throw known;
  }
}

/** Whether the run begins with a copy of another one's events. */
async function isMadeByReset(thread: EventSource, run: string): Promise<boolean> {
  const [first] = await firstEvents(thread, run, 1);
  return first?.workflowExecutionStartedEventAttributes?.originalExecutionRunId !== run;
}

/** The run in which the thread went on, as the server's links say. */
async function runAfter(thread: EventSource, reader: RunReader): Promise<NextRun | undefined> {
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
