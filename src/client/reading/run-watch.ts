/**
 * Reading a run on through outages (S6), with a notice about what keeps it from going on: no worker, no worker that has a
 * task (T8), or a workflow task that fails.
 */
import type { WorkflowExecutionDescription } from '@temporalio/client';
import type { HistoryEvent } from '../server/events.ts';
import { watchForWorkers } from '../server/notices.ts';
import type { Patience } from '../server/outage.ts';
import type { ThreadHandle } from '../server/thread-handle.ts';
import { nextRun, type NextRun, type NextRunSettings } from './next-run.ts';
import type { Pace } from './pace.ts';
import type { RunReader } from './run-reader.ts';
import { UNREGISTERED_PAUSE_MS, type Unregistered } from './unregistered.ts';

/** How the runs of a thread are read. */
export interface WatchSettings {
  /** Stops reading when it aborts. */
  readonly signal: AbortSignal | undefined;
  /** Reads through outages. */
  readonly patience: Patience;
  /** Reads in batches. Without it, each event is read when it happens. */
  readonly pace?: Pace | undefined;
}

/** Reads the runs of one thread for one reader, and notices what keeps them from going on. */
export class RunWatch {
  readonly #thread: ThreadHandle;
  readonly #signal: AbortSignal | undefined;
  readonly #patience: Patience;
  readonly #pace: Pace | undefined;
  #hasRead = false;
  /** One notice is enough for a reader. */
  #noticed = false;

  constructor(thread: ThreadHandle, { signal, patience, pace }: WatchSettings) {
    this.#thread = thread;
    this.#signal = signal;
    this.#patience = patience;
    this.#pace = pace;
  }

  /** The next events of the run. Waits for them through outages. */
  async read(reader: RunReader): Promise<HistoryEvent[]> {
    const { workflowTask } = reader.timeline;
    const { client, id } = this.#thread;
    if (workflowTask.kind === 'failed') this.#notice(stuckNotice(id, workflowTask.message));
    for (const call of reader.timeline.unregistered()) {
      if (call.pauseMs >= UNREGISTERED_PAUSE_MS) this.#notice(unregisteredNotice(id, call));
    }
    const waits = workflowTask.kind === 'scheduled' && !this.#noticed;
    const stopWatching = waits ? watchForWorkers(client, id, (message) => this.#notice(message)) : undefined;
    try {
      if (this.#hasRead) await this.#pace?.wait(reader.timeline, this.#signal);
      this.#hasRead = true;
      return await this.#patience.outlast(() => reader.history.read(this.#signal));
    } finally {
      stopWatching?.();
    }
  }

  /** Where reading goes on after the end of the run; `undefined` while it runs, and where the thread has ended. */
  async next(reader: RunReader, settings: NextRunSettings): Promise<NextRun | undefined> {
    if (!reader.timeline.end) return undefined;
    const { id, settings: own } = this.#thread;
    const next = await this.#patience.outlast(() => nextRun(this.#thread, reader, settings));
    if (next?.isReset) own.notify(`Thread \`${id}\` was reset. Reading goes on in run ${next.run}.`);
    return next;
  }

  /** The runs that resets made of the reader's run, from its beginning on. */
  resets(reader: RunReader): Promise<ReadonlySet<string>> {
    return this.#patience.outlast(() => reader.resets(this.#signal));
  }

  /** Asks the server, which does not wait, whether anything is under way that the history does not show yet (S3). */
  async isQuiet(reader: RunReader): Promise<boolean> {
    const { client, id } = this.#thread;
    const describe = (): Promise<WorkflowExecutionDescription> => client.workflow.getHandle(id, reader.run).describe();
    const { historyLength, raw } = await this.#patience.outlast(describe);
    const activities = raw.pendingActivities?.filter(({ activityId }) => reader.timeline.isAwaited(activityId ?? ''));
    const pending = [activities, raw.pendingChildren, raw.pendingNexusOperations];
    return historyLength === reader.last && !raw.pendingWorkflowTask && pending.every((list) => !list?.length);
  }

  #notice(message: string): void {
    if (this.#noticed) return;
    this.#noticed = true;
    this.#thread.settings.notify(message);
  }
}

function stuckNotice(thread: string, message: string): string {
  return `Thread \`${thread}\` is stuck: its workflow task fails and is retried until that is fixed: ${message}`;
}

function unregisteredNotice(thread: string, { id, task }: Unregistered): string {
  return `Call \`${id}\` of thread \`${thread}\` waits for a worker that has task \`${task}\`: the workers that took it do not have it. Start one; the thread goes on by itself.`;
}
