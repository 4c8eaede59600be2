/**
 * Following a thread: updates as they happen, over the whole chain of its runs, until nothing but answers is left to
 * wait for (S1, S3).
 *
 * Owns the cursor: where in which run's history a reader is. It points at an event, so that a reader with it continues
 * with exactly the next update.
 */
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { withCode } from '../../protocol/errors.ts';
import { HoldpointError, isServerAway, translate } from '../server/errors.ts';
import { History, type HistoryEvent } from '../server/history.ts';
import { nextRun } from './next-run.ts';
import { watchForWorkers, type NoticeSink } from '../server/notices.ts';
import { Patience } from '../server/outage.ts';
import {
  isTurn,
  Timeline,
  UNREGISTERED_PAUSE_MS,
  type Step,
  type TurnEnding,
  type TurnRef,
  type Unregistered,
} from './timeline.ts';
import type { Interrupt } from '../../protocol/shapes.ts';

/** A place in a run's history: everything up to that event has been read, and so many items of the next event. */
export interface Position {
  readonly run: string;
  readonly event: number;
  readonly items?: number;
}

export function encodeCursor({ run, event, items }: Position): string {
  return `${run}:${event}${items ? `.${items}` : ''}`;
}

export function decodeCursor(cursor: string): Position {
  const match = /^([0-9a-f-]{36}):(\d+)(?:\.(\d+))?$/.exec(cursor);
  if (!match) throw new TypeError(`Expected \`from\` to be a cursor of a stream or 'start', got \`${cursor}\``);
  const place = { run: match[1]!, event: Number(match[2]) };
  return match[3] === undefined ? place : { ...place, items: Number(match[3]) };
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
  complete(interrupts: readonly Interrupt[]): Promise<readonly Interrupt[]>;
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
  /** Begin with what is open at `from` (S5). */
  readonly showsOpen?: boolean | undefined;
  /** `from` is of any age: its run may have been reset after its end. */
  readonly isOld?: boolean | undefined;
}

/** One event's meaning, and the position behind it. */
export interface Followed extends Step {
  readonly position: Position;
  /** All that are open there, where the reader begins. */
  readonly open?: readonly Interrupt[];
}

/** Following ended because the turn or the run did, or because it waits for answers: then there is no `ended`. */
export interface FollowEnd {
  readonly view: RunView;
  /** The turn to read has ended, or without one the last turn that was read. */
  readonly ended?: TurnEnding | undefined;
}

export async function* follow(thread: FollowedThread, settings: FollowSettings): AsyncGenerator<Followed, FollowEnd> {
  const { signal, turn, live, isOld = false } = settings;
  let { from, view, since = 0 } = settings;
  let ended: TurnEnding | undefined;
  /** Resets that lie behind: a run that was reset begins with what has been read already. */
  const resets = new Set<string>();
  let isRepeated = false;
  const watch = new Watch(thread, signal);
  const isWanted = (ref: TurnRef): boolean => (turn ? isTurn(turn, ref) : (ref.n ?? since) >= since);
  let owesOpen = settings.showsOpen ?? false;
  const showOpen = (): Followed => {
    owesOpen = false;
    return { open: view.timeline.open(), position: from };
  };
  const isDone = async (): Promise<boolean> =>
    !live && view.timeline.isQuiet() && (!turn || view.timeline.hasBegun(turn)) && (await watch.isQuiet(view));
  for (;;) {
    if (owesOpen && view.history.last >= from.event) yield* await completed(thread, view, [showOpen()]);
    const next = turn && ended ? undefined : await watch.next(view, isOld);
    if (next) {
      for (const run of view.timeline.resets) resets.add(run);
      isRepeated = next.isReset;
      // Turns that had ended are run again.
      if (isRepeated) [ended, since] = [undefined, 0];
      from = { run: next.run, event: 0 };
      view = new RunView(thread.client, thread.id, next.run);
    } else if ((turn && ended) || view.timeline.ending || (await isDone())) {
      return { view, ended };
    }
    const steps: Followed[] = [];
    for (const event of await watch.read(view)) {
      const eventId = Number(event.eventId);
      // A page may go on behind the place where the reader begins.
      if (owesOpen && eventId > from.event) steps.push(showOpen());
      const step = await view.timeline.apply(event);
      const isNew = !isRepeated && eventId > from.event;
      if (isRepeated && [...view.timeline.resets].some((run) => !resets.has(run))) {
        isRepeated = false;
        // What was open at the point of the reset is open again, and its opening is not new.
        steps.push({ open: view.timeline.open(), position: { run: view.run, event: eventId } });
      }
      if (!isNew || (step.turn && !isWanted(step.turn))) continue;
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
  const isOpen = new Set(view.timeline.open().map(({ id }) => id));
  const cut = steps
    .flatMap(({ open = [], opened = [] }) => [...open, ...opened])
    .filter(({ id, truncated }) => truncated && isOpen.has(id));
  if (cut.length === 0) return steps;
  const whole = new Map((await thread.complete(cut)).map((interrupt) => [interrupt.id, interrupt]));
  const fill = (interrupts: readonly Interrupt[]): readonly Interrupt[] =>
    interrupts.map((interrupt) => whole.get(interrupt.id) ?? interrupt);
  return steps.map((step) => ({
    ...step,
    ...(step.open ? { open: fill(step.open) } : {}),
    ...(step.opened ? { opened: fill(step.opened) } : {}),
  }));
}

function unregisteredNotice(thread: string, { id, task }: Unregistered): string {
  return `Call \`${id}\` of thread \`${thread}\` waits for a worker that has task \`${task}\`: those that took it do not. Start one; the thread goes on by itself.`;
}

/** Reads on, and tells once what keeps a run from going on: no worker, none that has a task, or a workflow task that fails. */
class Watch {
  readonly #thread: FollowedThread;
  readonly #signal: AbortSignal | undefined;
  readonly #patience: Patience;
  #told = false;

  constructor(thread: FollowedThread, signal: AbortSignal | undefined) {
    this.#thread = thread;
    this.#signal = signal;
    this.#patience = new Patience({ thread: thread.id, notify: thread.settings.notify, signal });
  }

  async read(view: RunView): Promise<HistoryEvent[]> {
    const { workflowTask } = view.timeline;
    if (workflowTask.kind === 'failed')
      this.#tell(
        `Thread \`${this.#thread.id}\` is stuck: its workflow task fails and is retried until that is fixed: ${workflowTask.message}`,
      );
    for (const call of view.timeline.unregistered()) {
      if (call.pauseMs >= UNREGISTERED_PAUSE_MS) this.#tell(unregisteredNotice(this.#thread.id, call));
    }
    const { client, id } = this.#thread;
    const waits = workflowTask.kind === 'scheduled' && !this.#told;
    const stopWatching = waits ? watchForWorkers(client, id, (message) => this.#tell(message)) : undefined;
    try {
      return await this.#patience.outlast(() => view.history.read(this.#signal));
    } finally {
      stopWatching?.();
    }
  }

  /** Where reading goes on behind the end of a run. */
  async next(view: RunView, isOld: boolean): ReturnType<typeof nextRun> {
    if (!view.timeline.ending) return undefined;
    const { client, id, settings } = this.#thread;
    const { run, timeline } = view;
    const next = await this.#patience.outlast(() => nextRun({ client, id, run, timeline }, isOld));
    if (next?.isReset) settings.notify(`Thread \`${id}\` was reset. Reading goes on in run ${next.run}.`);
    return next;
  }

  /** Asks the server, which does not wait, whether there is anything that the history has not told yet (S3). */
  async isQuiet(view: RunView): Promise<boolean> {
    const { client, id } = this.#thread;
    const describe = (): Promise<WorkflowExecutionDescription> => client.workflow.getHandle(id, view.run).describe();
    const { historyLength, raw } = await this.#patience.outlast(describe);
    const activities = raw.pendingActivities?.filter(({ activityId }) => view.timeline.isAwaited(activityId ?? ''));
    const pending = [activities, raw.pendingChildren, raw.pendingNexusOperations];
    return historyLength === view.history.last && !raw.pendingWorkflowTask && pending.every((list) => !list?.length);
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
  return (
    (await failureOf(id, () => client.workflow.getHandle(id, run).getUpdateHandle(key).result())) ??
    new HoldpointError('ThreadClosed', `Thread \`${id}\` does not tell how its turn with key \`${key}\` failed.`)
  );
}

/** The error with which a run failed, as its entrypoint threw it (S2). */
export async function runError({ client, id }: FollowedThread, run: string): Promise<unknown> {
  return (
    (await failureOf(id, () => client.workflow.getHandle(id, run, { followRuns: false }).result())) ??
    new HoldpointError('ThreadClosed', `Thread \`${id}\` has ended.`)
  );
}

/** What a result that is read rejects with, unless it could not be read. */
async function failureOf(thread: string, read: () => Promise<unknown>): Promise<unknown> {
  try {
    await read();
    return undefined;
  } catch (error) {
    const failure = translate(error, thread);
    if (isServerAway(failure)) throw failure;
    return failure;
  }
}
