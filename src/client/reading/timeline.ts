/**
 * A timeline: what a run's history means, event by event. It gives the updates of a stream, the open questions, and what
 * is left to wait for.
 *
 * S2. An update for each finished task, for questions when they open, and for the entrypoint at the end.
 * S3. `isQuiet` when a question is open, or a thread with memory is between two turns, and neither a task nor a workflow
 *     task is under way.
 * S4. A task update for each step of each task.
 * S5. A question that opens may change, and closes: with the change of the memo that removes it, else with the end of the run.
 */
import type { Interrupt, TurnMemo } from '../../protocol/shapes.ts';
import { eventMs, eventTime, type HistoryEvent } from '../server/events.ts';
import { readTurn } from '../server/memo.ts';
import type { Decode } from '../server/payloads.ts';
import { readWorkflowTaskFailure, resetTo } from '../server/workflow-task-failure.ts';
import { Calls } from './calls.ts';
import { readRunEnd, type RunEnd, type TurnEnd, type TurnRef } from './ends.ts';
import type { News } from './stream-modes.ts';
import { OpenQuestions } from './open-questions.ts';
import { Turns } from './turns.ts';
import type { Unregistered } from './unregistered.ts';

/** What one event means to a reader. */
export interface ReadEvent extends News {
  /** The turn that it belongs to. A plain thread has none. */
  readonly turn?: TurnRef | undefined;
  /** The end of a turn. */
  readonly turnEnd?: TurnEnd;
}

type WorkflowTask =
  | { readonly kind: 'none' }
  | { readonly kind: 'scheduled' | 'started' }
  | { readonly kind: 'failed'; readonly message: string };

/** What is known of a run where its reader begins, in the middle of the history. */
export interface TimelineStart {
  /** The name of the entrypoint. */
  readonly entrypoint: string;
  /** When the run began, in milliseconds since the epoch. */
  readonly began: number;
  /** The first run of the chain. */
  readonly firstRun: string;
  /** The turn at work, or else the last one. */
  readonly turn: TurnMemo | undefined;
  /** The open questions, oldest first. */
  readonly open: readonly Interrupt[];
  /** Events before that place, in their order: of the turn's calls that are under way, and of the workflow task. */
  readonly before: readonly HistoryEvent[];
  /** Whether calls that are under way and not among these events were left behind by earlier turns. */
  readonly leavesEarlier: boolean;
}

/** Reads the events of one run in their order. */
export class Timeline {
  entrypoint = '';
  workflowTask: WorkflowTask = { kind: 'none' };
  /** When the run began, in milliseconds since the epoch; 0 until that is known. */
  began = 0;
  /** How the run ended. */
  end: RunEnd | undefined;
  /** The first run of the chain; this run itself until its first event is read. */
  firstRun: string;
  /** The runs that resets made of this run, and of the runs it was itself reset from. */
  readonly resets = new Set<string>();
  readonly turns: Turns;
  readonly #calls: Calls;
  readonly #questions: OpenQuestions;
  readonly #decode: Decode;

  constructor(decode: Decode, run: string) {
    this.#decode = decode;
    this.firstRun = run;
    this.turns = new Turns(decode);
    this.#calls = new Calls(decode);
    this.#questions = new OpenQuestions((call, k) => this.#calls.asked(call, k));
  }

  /** Begins in the middle of the run's history. */
  async begin({ entrypoint, began, firstRun, turn, open, before, leavesEarlier }: TimelineStart): Promise<void> {
    this.entrypoint = entrypoint;
    this.began = began;
    this.firstRun = firstRun;
    if (turn) this.turns.carry(turn);
    for (const event of before) await this.#apply(event);
    this.#questions.begin(open);
    if (leavesEarlier) this.#calls.leaveEarlier();
  }

  /** Whether the thread has memory. Known from the end of the first workflow task on. */
  get hasMemory(): boolean {
    return this.turns.current !== undefined;
  }

  /** Open questions, oldest first. */
  open(): Interrupt[] {
    return this.#questions.list();
  }

  /** The id of the question that this one asks again, because its answer was wrong (A5). */
  askedBefore(id: string): string | undefined {
    return this.#questions.askedBefore(id);
  }

  /** Whether a question is open or no turn runs and, as far as the history shows, only timers are left to wait for (S3). */
  isQuiet(): boolean {
    const { current } = this.turns;
    const waits = this.#questions.size > 0 || (current !== undefined && current.status !== 'running');
    return waits && this.workflowTask.kind === 'none' && this.#calls.areLeftBy(current);
  }

  /** The calls that run, or are about to, as far as the history shows. */
  running(): readonly string[] {
    return this.#calls.running(this.turns.current);
  }

  /** Calls that wait for a worker that has their task. */
  unregistered(): readonly Unregistered[] {
    return this.#calls.unregistered();
  }

  /** Whether an activity is something to wait for: neither a notification nor left behind by an earlier turn. */
  isAwaited(activityId: string): boolean {
    return this.#calls.isAwaited(activityId, this.turns.current);
  }

  /** Reads the next event. Events must come in their order. */
  async apply(event: HistoryEvent): Promise<ReadEvent> {
    const read = await this.#apply(event);
    return { turn: this.turns.current, ...read };
  }

  async #apply(event: HistoryEvent): Promise<ReadEvent> {
    const { current } = this.turns;
    switch (event.attributes) {
      case 'workflowExecutionStartedEventAttributes':
        return this.#begin(event);
      case 'workflowExecutionUpdateCompletedEventAttributes': {
        const completed = await this.turns.complete(event);
        return completed ? { turn: completed.turn, ...this.#endTurn(completed.end) } : {};
      }
      case 'workflowTaskScheduledEventAttributes':
        return this.#setWorkflowTask('scheduled');
      case 'workflowTaskStartedEventAttributes':
        return this.#setWorkflowTask('started');
      case 'workflowTaskFailedEventAttributes':
        return this.#failWorkflowTask(event);
      case 'workflowTaskCompletedEventAttributes':
        this.workflowTask = { kind: 'none' };
        return {};
      case 'activityTaskScheduledEventAttributes':
        return this.#calls.schedule(event, current);
      case 'activityTaskStartedEventAttributes':
        this.#calls.start(event);
        return {};
      case 'activityTaskCompletedEventAttributes':
      case 'activityTaskFailedEventAttributes':
      case 'activityTaskTimedOutEventAttributes':
      case 'activityTaskCanceledEventAttributes':
        return this.#calls.finish(event, event.attributes);
      case 'timerStartedEventAttributes':
        await this.#calls.pause(event, current);
        return {};
      case 'timerFiredEventAttributes':
      case 'timerCanceledEventAttributes':
        this.#calls.endPause(Number(event[event.attributes]?.startedEventId));
        return {};
      case 'markerRecordedEventAttributes':
        return this.#calls.finishLocal(event);
      case 'workflowPropertiesModifiedEventAttributes':
        return this.#changeMemo(event);
      default: {
        const end = await readRunEnd(event, this.#decode);
        return end ? this.#endRun(event, end) : {};
      }
    }
  }

  async #begin(event: HistoryEvent): Promise<ReadEvent> {
    const { workflowType, firstExecutionRunId, memo } = event.workflowExecutionStartedEventAttributes ?? {};
    this.began = eventMs(event);
    this.entrypoint = workflowType?.name ?? '';
    this.firstRun = firstExecutionRunId || this.firstRun;
    const turn = readTurn(await this.#decode.map(memo?.fields));
    if (turn) this.turns.carry(turn);
    return {};
  }

  /** While a failed workflow task is retried, the history shows its next attempts as scheduled again: it stays failed. */
  #setWorkflowTask(kind: 'scheduled' | 'started'): ReadEvent {
    if (this.workflowTask.kind !== 'failed') this.workflowTask = { kind };
    return {};
  }

  /** Only a failure that a person must fix counts: after the server's own failures the thread goes on (S7). */
  #failWorkflowTask(event: HistoryEvent): ReadEvent {
    const run = resetTo(event);
    if (run !== undefined) this.resets.add(run);
    const message = readWorkflowTaskFailure(event);
    if (message !== undefined) this.workflowTask = { kind: 'failed', message };
    return {};
  }

  async #changeMemo(event: HistoryEvent): Promise<ReadEvent> {
    const memo = await this.#decode.map(event.workflowPropertiesModifiedEventAttributes?.upsertedMemo?.fields);
    const turn: TurnMemo | undefined = readTurn(memo);
    if (!turn) return this.#questions.change(memo, { run: this.firstRun, at: eventTime(event) });
    const end = this.turns.change(turn);
    return end ? this.#endTurn(end) : {};
  }

  #endTurn(turnEnd: TurnEnd): ReadEvent {
    return turnEnd.kind === 'completed' ? { turnEnd, update: { [this.entrypoint]: turnEnd.value } } : { turnEnd };
  }

  #endRun(event: HistoryEvent, end: RunEnd): ReadEvent {
    this.end = end;
    const closed = this.#questions.closeAll(eventTime(event));
    // A thread with memory has had an update for the value of each turn.
    if (end.kind !== 'completed' || this.hasMemory) return closed;
    return { ...closed, update: { [this.entrypoint]: end.value } };
  }
}
