/**
 * Following a thread: updates as they happen, over the whole chain of its runs, until nothing but answers is left to
 * wait for (S1, S3).
 *
 * Owns the cursor: where in which run's history a reader is. It points at an event, so that a reader with it continues
 * with exactly the next update.
 */
import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { withCode } from '../protocol/errors.ts';
import { HoldpointError, translate } from './errors.ts';
import { History, type HistoryEvent } from './history.ts';
import { watchForWorkers, type NoticeSink } from './notices.ts';
import {
  isTurn,
  Timeline,
  UNREGISTERED_PAUSE_MS,
  type InterruptEntry,
  type Step,
  type TurnEnding,
  type TurnRef,
  type Unregistered,
} from './timeline.ts';
import { INTERRUPT_UPDATE } from '../protocol/names.ts';

/** A place in a run's history: everything up to that event has been read. */
export interface Position {
  readonly run: string;
  readonly event: number;
}

export function encodeCursor({ run, event }: Position): string {
  return `${run}:${event}`;
}

export function decodeCursor(cursor: string): Position {
  const match = /^([0-9a-f-]{36}):(\d+)$/.exec(cursor);
  if (!match) throw new TypeError(`Expected \`from\` to be a cursor of a stream or 'start', got \`${cursor}\``);
  return { run: match[1]!, event: Number(match[2]) };
}

/** One run as far as it has been read. */
export class RunView {
  readonly run: string;
  readonly history: History;
  readonly timeline: Timeline;

  constructor(client: Client, thread: string, run: string) {
    this.run = run;
    this.history = new History(client, thread, run);
    this.timeline = new Timeline(this.history.decode, run);
  }
}

/** What the reader needs of its thread. */
export interface FollowedThread {
  readonly client: Client;
  readonly id: string;
  readonly settings: { readonly notify: NoticeSink };
  /** Completes questions that were cut for the memo, if a worker can tell. */
  complete<Entry extends InterruptEntry>(entries: readonly Entry[]): Promise<readonly Entry[]>;
}

export interface FollowSettings {
  readonly from: Position;
  /** Stay when only answers are left to wait for. */
  readonly live: boolean;
  readonly signal: AbortSignal | undefined;
  /** A view of that run which has read no further than `from`. */
  readonly view: RunView;
  /** Of a thread with memory: the turn to read, and no other. */
  readonly turn?: TurnRef | undefined;
  /** Or the number of the first one to read. */
  readonly since?: number | undefined;
}

/** One event's meaning, and the position behind it. */
export interface Followed extends Step {
  readonly position: Position;
}

/** Following ended because the turn or the run did, or because it waits for answers: then there is no `ended`. */
export interface FollowEnd {
  readonly view: RunView;
  /** The turn to read has ended, or without one the last turn that was read. */
  readonly ended?: TurnEnding | undefined;
}

export async function* follow(thread: FollowedThread, settings: FollowSettings): AsyncGenerator<Followed, FollowEnd> {
  const { signal, turn, since = 0, live } = settings;
  let from = settings.from;
  let { view } = settings;
  let ended: TurnEnding | undefined;
  const watch = new Watch(thread);
  const isWanted = (ref: TurnRef): boolean => (turn ? isTurn(turn, ref) : (ref.n ?? since) >= since);
  const isDone = async (): Promise<boolean> =>
    !live && view.timeline.isQuiet() && (!turn || view.timeline.hasBegun(turn)) && (await isQuiet(thread, view));
  for (;;) {
    const { ending } = view.timeline;
    if (ending?.kind === 'continued') {
      from = { run: ending.run, event: 0 };
      view = new RunView(thread.client, thread.id, ending.run);
    } else if ((turn && ended) || ending || (await isDone())) {
      return { view, ended };
    }
    const steps: Followed[] = [];
    for (const event of await watch.read(view, signal)) {
      const step = await view.timeline.apply(event);
      const eventId = Number(event.eventId);
      if (eventId <= from.event || (step.turn && !isWanted(step.turn))) continue;
      steps.push({ ...step, position: { run: view.run, event: eventId } });
      // What became of an input that is no turn is told only to those who ask for it.
      if (step.ended && (turn || step.ended.n !== undefined)) ended = step.ended;
      // Another turn that begins makes the end of one before it a thing of the past.
      else if (!step.ended && (step.turn?.n ?? 0) > (ended?.n ?? 0)) ended = undefined;
    }
    yield* await completed(thread, view, steps);
  }
}

/** Completes, with one query for all of them, what the memo had to cut of questions that are still open. */
async function completed(
  thread: FollowedThread,
  view: RunView,
  steps: readonly Followed[],
): Promise<readonly Followed[]> {
  const open = new Set(view.timeline.open().map(({ id }) => id));
  const cut = steps
    .flatMap(({ update }) => update?.[INTERRUPT_UPDATE] ?? [])
    .filter(({ id, truncated }) => truncated && open.has(id));
  if (cut.length === 0) return steps;
  const whole = new Map((await thread.complete(cut)).map((entry) => [entry.id, entry]));
  return steps.map((step) => {
    const entries = step.update?.[INTERRUPT_UPDATE];
    return entries
      ? { ...step, update: { [INTERRUPT_UPDATE]: entries.map((entry) => whole.get(entry.id) ?? entry) } }
      : step;
  });
}

/** Asks the server, which does not wait, whether there is anything that the history has not told yet (S3). */
async function isQuiet({ client, id }: FollowedThread, view: RunView): Promise<boolean> {
  const { historyLength, raw } = await client.workflow.getHandle(id, view.run).describe();
  const activities = raw.pendingActivities?.filter(({ activityId }) => view.timeline.isAwaited(activityId ?? ''));
  const pending = [activities, raw.pendingChildren, raw.pendingNexusOperations];
  return historyLength === view.history.last && !raw.pendingWorkflowTask && pending.every((list) => !list?.length);
}

function unregisteredNotice(thread: string, { id, task }: Unregistered): string {
  return `Call \`${id}\` of thread \`${thread}\` waits for a worker that has task \`${task}\`: those that took it do not. Start one; the thread goes on by itself.`;
}

/** Reads on, and tells once what keeps a run from going on: no worker, none that has a task, or a workflow task that fails. */
class Watch {
  readonly #thread: FollowedThread;
  #told = false;

  constructor(thread: FollowedThread) {
    this.#thread = thread;
  }

  async read(view: RunView, signal: AbortSignal | undefined): Promise<HistoryEvent[]> {
    const { workflowTask } = view.timeline;
    if (workflowTask.kind === 'failed')
      this.#tell(
        `Thread \`${this.#thread.id}\` is stuck: its workflow task fails and is retried until the worker's code is mended: ${workflowTask.message}`,
      );
    for (const call of view.timeline.unregistered()) {
      if (call.pauseMs >= UNREGISTERED_PAUSE_MS) this.#tell(unregisteredNotice(this.#thread.id, call));
    }
    const { client, id } = this.#thread;
    const waits = workflowTask.kind === 'scheduled' && !this.#told;
    const stopWatching = waits ? watchForWorkers(client, id, (message) => this.#tell(message)) : undefined;
    try {
      return await view.history.read(signal);
    } catch (error) {
      signal?.throwIfAborted();
      throw translate(error, id);
    } finally {
      stopWatching?.();
    }
  }

  #tell(message: string): void {
    if (this.#told) return;
    this.#told = true;
    this.#thread.settings.notify(message);
  }
}

/** The error with which a turn failed, as its entrypoint threw it (S2). */
export async function turnError({ client, id }: FollowedThread, run: string, ended: TurnEnding): Promise<unknown> {
  const { key = '', error } = ended;
  if (error) return withCode(ApplicationFailure.create(error));
  try {
    await client.workflow.getHandle(id, run).getUpdateHandle(key).result();
  } catch (failed) {
    return translate(failed, id);
  }
  return new HoldpointError('ThreadClosed', `Thread \`${id}\` does not tell how its turn with key \`${key}\` failed.`);
}

/** The error with which a run failed, as its entrypoint threw it (S2). */
export async function runError({ client, id }: FollowedThread, run: string): Promise<unknown> {
  try {
    await client.workflow.getHandle(id, run, { followRuns: false }).result();
  } catch (error) {
    return translate(error, id);
  }
  return new HoldpointError('ThreadClosed', `Thread \`${id}\` has ended.`);
}
