/**
 * The audit of a thread: what its history says that happened, over all runs of its chain, oldest first (A13).
 *
 * It needs no worker, and reads to where the history ends now. Beside the runs that count, it has those that a reset has
 * discarded: what was done in them was done.
 */
import { hasCode } from '../../protocol/errors.ts';
import type { ThreadDescription } from '../server/description.ts';
import { eventTime, firstEvents, type HistoryEvent } from '../server/events.ts';
import { Patience } from '../server/outage.ts';
import type { ThreadHandle } from '../server/thread-handle.ts';
import type { AuditEntry } from './audit-entries.ts';
import { AuditRun } from './audit-run.ts';
import { RunsInOrder } from './next-run.ts';
import { RunReader } from './run-reader.ts';

/** What to audit, and how. */
export interface AuditSettings {
  /** The first run of an earlier chain of the thread. */
  readonly run: string | undefined;
  /** With inputs, results and values. */
  readonly payloads: boolean;
  readonly signal: AbortSignal | undefined;
}

/** A run to audit. */
interface Place {
  readonly run: string;
  /** It begins with a copy of events that have been audited already. */
  readonly isReset: boolean;
}

/** @throws `ThreadNotFound`. */
export async function* readAudit(thread: ThreadHandle, settings: AuditSettings): AsyncGenerator<AuditEntry, void> {
  const { client, id } = thread;
  const { run, signal } = settings;
  const patience = new Patience({ client, thread: id, notify: thread.settings.notify, signal });
  const described = await patience.outlast(() => (run === undefined ? thread.describe() : thread.describeRun(run)));
  const first = await patience.outlast(() => oldestRun(thread, described));
  if (first.gap) yield first.gap;
  const reading = { ...settings, described, patience, keys: new Set<string>(), runs: new RunsInOrder(thread) };
  let place: Place | undefined = { run: first.run, isReset: false };
  while (place) place = yield* readRun(thread, place, reading);
}

interface Reading extends AuditSettings {
  readonly patience: Patience;
  /** The thread when the audit began. */
  readonly described: ThreadDescription;
  /** The keys of the answers so far. */
  readonly keys: Set<string>;
  readonly runs: RunsInOrder;
}

/** @returns The run that follows. */
async function* readRun(
  thread: ThreadHandle,
  { run, isReset }: Place,
  { described, patience, payloads, keys, runs, signal }: Reading,
): AsyncGenerator<AuditEntry, Place | undefined> {
  const isLast = run === described.runId;
  const { isRunning, historyLength } = isLast ? described : await patience.outlast(() => thread.describeRun(run));
  // While it is read, the run goes on. What comes then is not waited for.
  const last = isRunning ? historyLength : Infinity;
  const reader = new RunReader(thread, run);
  const audit = new AuditRun(reader, { payloads, isCopy: isReset, keys });
  while (reader.last < last && !reader.timeline.end) {
    for (const event of await patience.outlast(() => reader.history.read(signal)))
      yield* await audit.see(event, await reader.timeline.apply(event));
  }
  yield* await audit.end();
  return isRunning ? undefined : patience.outlast(() => runs.after(reader));
}

interface Oldest {
  /** The oldest run of the chain that the server still has. */
  readonly run: string;
  /** Says that there were others before. */
  readonly gap?: AuditEntry;
}

async function oldestRun(thread: ThreadHandle, { run: first, runId }: ThreadDescription): Promise<Oldest> {
  if (first === runId || (await firstEvent(thread, first))) return { run: first };
  for (let run = runId; ;) {
    const event = await firstEvent(thread, run);
    const before = event?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId;
    if (event && before && (await firstEvent(thread, before))) run = before;
    else if (event) return { run, gap: { at: eventTime(event), run: first, runId: first, event: 0, kind: 'missing' } };
    else return { run };
  }
}

/** `undefined` where the server does not have the run. */
async function firstEvent(thread: ThreadHandle, run: string): Promise<HistoryEvent | undefined> {
  try {
    // The history of a run that is being deleted may still be there for a moment.
    await thread.describeRun(run);
    return (await firstEvents(thread, run, 1))[0];
  } catch (error) {
    if (hasCode(error, 'ThreadNotFound')) return undefined;
    throw error;
  }
}
