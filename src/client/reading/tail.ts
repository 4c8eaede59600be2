/**
 * A reader of a run that begins in the middle of its history: it costs no more because of what lies before (S1).
 *
 * The history is fetched backwards, from its end to the place where reading begins. What a reader must know of the events
 * before that place, the server's description shows as it is now; the events after the place, taken back one after the other,
 * lead from there to what it was. Only for calls that are under way it goes further back, to where they were scheduled, and
 * no further than to the beginning of their turn.
 */
import { isNotification, QUESTION_MEMO_PREFIX, TURN_MEMO } from '../../protocol/names.ts';
import type { Interrupt, TurnMemo } from '../../protocol/shapes.ts';
import type { ThreadDescription } from '../server/description.ts';
import { eventsBackwards, type HistoryEvent } from '../server/events.ts';
import { readTurn, type Memo } from '../server/memo.ts';
import type { ThreadHandle } from '../server/thread-handle.ts';
import { isRunEnd } from './ends.ts';
import { isInput } from './find-turn.ts';
import { RunReader } from './run-reader.ts';
import type { TimelineStart } from './timeline.ts';

/** A history that is not longer is read from its beginning, in one page. */
const SHORT = 20;
/** A turn of one task has about as many events. */
const FIRST_PAGE = 8;
/** So far back there is always a look: a call that waits for a worker adds 11 events with each try, and then only waits. */
const LOOK_BACK = 30;

/** Where to begin: after an event, or with the input that has a key. */
export type TailPlace =
  | { readonly kind: 'after'; readonly event: number }
  | { readonly kind: 'input'; readonly key: string };

/** @param known The run's description, if it has been read. For an input, it must be later than the input. */
export async function openTail(
  thread: ThreadHandle,
  { run, place }: { readonly run: string; readonly place: TailPlace },
  known?: ThreadDescription,
): Promise<RunReader> {
  if (place.kind === 'after' && place.event <= SHORT) return new RunReader(thread, run);
  const description = known?.runId === run ? known : await thread.describeRun(run);
  const { historyLength } = description;
  if (historyLength <= SHORT) return new RunReader(thread, run);
  // What is fetched backwards is kept until it has been read. What lies before costs less here than what is to be read.
  if (place.kind === 'after' && place.event < historyLength / 2) return new RunReader(thread, run);
  const reader = new RunReader(thread, run);
  const isFollowed = description.isRunning && (await reader.history.skipToEnd());
  const tail = new Tail(thread, description, place);
  const isPart = await tail.fetch();
  // The key of the first turn, sent again, is an update that comes after that turn.
  if (tail.isOfAnotherInput) return new RunReader(thread, run);
  const [newest] = tail.after;
  // The server does not give the end away, or a question is known only in part: the whole history says more.
  if (!(isFollowed || (newest && isRunEnd(newest))) || (isPart && tail.open.some(({ truncated }) => truncated)))
    return new RunReader(thread, run);
  if (isPart) await tail.begin(reader);
  else reader.history.goOn(0, [...tail.before.toReversed(), ...tail.after.toReversed()]);
  return reader;
}

/** The end of a run's history, from the place where reading begins, and what is known there. */
class Tail {
  readonly #thread: ThreadHandle;
  readonly #description: ThreadDescription;
  readonly #place: TailPlace;
  /** The events after the place, newest first. */
  readonly after: HistoryEvent[] = [];
  /** The events before it that were fetched, newest first. */
  readonly before: HistoryEvent[] = [];
  #hasFoundInput = false;
  #turn: TurnMemo | undefined;
  readonly #open: Map<string, Interrupt>;
  /** Activities that are under way now and whose schedule has not been found. */
  readonly #pending: Set<string>;
  /** Events that scheduled an activity of which an event after the place says more. */
  readonly #scheduled = new Set<number>();
  #hasTask = false;
  #hasTurn = false;
  #hasOutcome = false;
  #hasTurnOfInput = false;

  constructor(thread: ThreadHandle, description: ThreadDescription, place: TailPlace) {
    const { turn, interrupts, execution } = description;
    this.#thread = thread;
    this.#description = description;
    this.#place = place;
    this.#turn = turn;
    this.#open = new Map(interrupts.map((interrupt) => [interrupt.id, interrupt]));
    const ids = (execution.raw.pendingActivities ?? []).map(({ activityId }) => activityId ?? '');
    this.#pending = new Set(ids.filter((id) => !isNotification(id)));
  }

  /** The questions that are open at the place. */
  get open(): readonly Interrupt[] {
    return [...this.#open.values()];
  }

  /** Whether the input has an outcome without having become a turn: it was sent before, or was refused while it waited. */
  get isOfAnotherInput(): boolean {
    return this.#hasOutcome && !this.#hasTurnOfInput;
  }

  /** Fetches events until enough is known. `false`: they are all events of the run. */
  async fetch(): Promise<boolean> {
    for await (const event of eventsBackwards(this.#thread, this.#description.runId, FIRST_PAGE)) {
      if (this.#isAfter(event)) {
        this.after.push(event);
        await this.#takeBack(event);
      } else {
        this.before.push(event);
        if (await this.#isEnough(event)) return true;
      }
    }
    return false;
  }

  /** Lets the reader begin at the place. */
  async begin(reader: RunReader): Promise<void> {
    const { entrypoint, run, execution } = this.#description;
    const start: TimelineStart = {
      entrypoint,
      began: execution.startTime.getTime(),
      firstRun: run,
      turn: this.#turn,
      open: this.open,
      before: this.before.filter(isOfWork).toReversed(),
      leavesEarlier: this.#place.kind === 'input' || this.#hasTurn,
    };
    await reader.begin(start, Number(this.before[0]?.eventId), this.after.toReversed());
  }

  #isAfter(event: HistoryEvent): boolean {
    if (this.#place.kind === 'after') return Number(event.eventId) > this.#place.event;
    const isAfter = !this.#hasFoundInput;
    this.#hasFoundInput ||= isInput(event, this.#place.key);
    return isAfter;
  }

  /** What is known after the event becomes what was known before it. */
  async #takeBack(event: HistoryEvent): Promise<void> {
    const scheduled = scheduledBy(event);
    if (scheduled !== undefined) this.#scheduled.add(scheduled);
    this.#scheduled.delete(Number(event.eventId));
    // The description shows nothing of later events.
    if (Number(event.eventId) > this.#description.historyLength) return;
    this.#pending.delete(event.activityTaskScheduledEventAttributes?.activityId ?? '');
    const memo = await this.#memoOf(event);
    for (const [key, entry] of Object.entries(memo)) {
      if (!key.startsWith(QUESTION_MEMO_PREFIX)) continue;
      const id = key.slice(QUESTION_MEMO_PREFIX.length);
      if (entry !== undefined && entry !== null) this.#open.delete(id);
      // Only its closing will be read.
      else this.#open.set(id, { id, run: this.#description.run, value: null, askedAt: '' });
    }
    const turn = readTurn(memo);
    if (turn) this.#turn = turnBefore(turn);
    if (this.#place.kind === 'after') return;
    const { key } = this.#place;
    this.#hasTurnOfInput ||= turn?.key === key;
    this.#hasOutcome ||= event.workflowExecutionUpdateCompletedEventAttributes?.meta?.updateId === key;
  }

  async #isEnough(event: HistoryEvent): Promise<boolean> {
    this.#hasTask ||= event.attributes === 'workflowTaskCompletedEventAttributes';
    if (this.#place.kind === 'input') return this.#hasTask;
    this.#scheduled.delete(Number(event.eventId));
    this.#pending.delete(event.activityTaskScheduledEventAttributes?.activityId ?? '');
    this.#hasTurn ||= readTurn(await this.#memoOf(event))?.status === 'running';
    const hasCalls = this.#scheduled.size === 0 && this.#pending.size === 0 && this.before.length >= LOOK_BACK;
    return this.#hasTask && (hasCalls || this.#hasTurn);
  }

  /** What the event changes of the turn and of the questions. */
  #memoOf(event: HistoryEvent): Promise<Memo> {
    const fields = Object.entries(event.workflowPropertiesModifiedEventAttributes?.upsertedMemo?.fields ?? {});
    const own = fields.filter(([key]) => key === TURN_MEMO || key.startsWith(QUESTION_MEMO_PREFIX));
    return this.#thread.decode.map(Object.fromEntries(own));
  }
}

/** The turn as it was before the memo changed to this one: a turn that has ended ran, and one that has begun follows another. */
function turnBefore({ n, runId, key, status }: TurnMemo): TurnMemo | undefined {
  if (status !== 'running') return { n, runId, status: 'running', ...(key === undefined ? {} : { key }) };
  return n === 1 ? undefined : { n: n - 1, runId, status: 'completed' };
}

/** The event that scheduled the activity of which this event says more. */
function scheduledBy(event: HistoryEvent): number | undefined {
  const about =
    event.activityTaskStartedEventAttributes ??
    event.activityTaskCompletedEventAttributes ??
    event.activityTaskFailedEventAttributes ??
    event.activityTaskTimedOutEventAttributes ??
    event.activityTaskCanceledEventAttributes;
  return about ? Number(about.scheduledEventId) : undefined;
}

/** Whether the event is one of a call, of a timer or of the workflow task. */
function isOfWork({ attributes }: HistoryEvent): boolean {
  return /^(activityTask|timer|workflowTask)/.test(attributes ?? '');
}
