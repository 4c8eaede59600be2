/**
 * The calls of tasks that a run's history shows, and what of them is still under way.
 *
 * Makes the update for each task that has finished (S2).
 *
 * Other activities, and timers of calls that wait for a worker, are something to wait for too (S3). Notifications are not
 * (R9).
 */
import {
  decodeCutOff,
  decodeQuestions,
  decodeResult,
  decodeUnresolved,
  isUnregistered,
  needsMessages,
  type PassQuestion,
} from '../../protocol/envelopes.ts';
import { isNotification, isTaskCall, taskOfCall } from '../../protocol/names.ts';
import { eventMs, eventTime, type HistoryEvent } from '../server/events.ts';
import type { Decode } from '../server/payloads.ts';
import type { TurnRef } from './ends.ts';
import type { TaskUpdate, Update } from './stream-modes.ts';
import { readUnregistered, type Unregistered } from './unregistered.ts';

/** Something under way: an activity, or the pause of a call that waits for a worker. */
interface Pending {
  readonly task: string;
  readonly id: string;
  /** The turn that made the call. It may end before the call does. */
  readonly turn: TurnRef | undefined;
}

/** What an event means for a call (S2, S4). */
export interface CallStep {
  /** The step of the call. */
  readonly task?: TaskUpdate;
  /** The task's result. */
  readonly update?: Update;
  /** The turn that made the call; missing where that is the current one. */
  readonly turn?: TurnRef | undefined;
}

const DONE = {
  activityTaskCompletedEventAttributes: 'finished',
  activityTaskFailedEventAttributes: 'failed',
  activityTaskTimedOutEventAttributes: 'timedOut',
  activityTaskCanceledEventAttributes: 'canceled',
} as const;

/** The calls of one run. */
export class Calls {
  readonly #decode: Decode;
  /** By the event that scheduled it. */
  readonly #pending = new Map<number, Pending>();
  readonly #started = new Map<number, { readonly attempt: number; readonly at: number }>();
  /** The questions of each call's passes, in full. */
  readonly #asked = new Map<string, PassQuestion[]>();
  /** By the event that started the timer until the next try. */
  readonly #unregistered = new Map<number, Unregistered>();
  /** Calls that were scheduled before the first event that was read were left behind by earlier turns. */
  #leavesEarlier = false;

  constructor(decode: Decode) {
    this.#decode = decode;
  }

  /** Whether all that is under way was left behind by turns before `turn`. */
  areLeftBy(turn: TurnRef | undefined): boolean {
    return [...this.#pending.values()].every((call) => isLeftBehind(call, turn));
  }

  /** Whether an activity is something that `turn` waits for. */
  isAwaited(activityId: string, turn: TurnRef | undefined): boolean {
    if (isNotification(activityId)) return false;
    if (this.#leavesEarlier && [...this.#pending.values()].every((call) => call.id !== activityId)) return false;
    return [...this.#pending.values()].every((call) => call.id !== activityId || !isLeftBehind(call, turn));
  }

  /** The calls of tasks that run, or are about to, and that `turn` waits for. */
  running(turn: TurnRef | undefined): readonly string[] {
    const calls = [...this.#pending.values()].filter((call) => !isLeftBehind(call, turn));
    return calls.filter(({ task, id }) => isTaskCall(task, id)).map(({ id }) => id);
  }

  /** Reading begins in the middle of a history, with the first event that the current turn may have. */
  leaveEarlier(): void {
    this.#leavesEarlier = true;
  }

  /** Calls that wait for a worker that has their task. */
  unregistered(): readonly Unregistered[] {
    return [...this.#unregistered.values()];
  }

  /** The k-th question that a call has asked, in full. */
  asked(call: string, k: number): PassQuestion | undefined {
    return this.#asked.get(call)?.[k - 1];
  }

  schedule(event: HistoryEvent, turn: TurnRef | undefined): CallStep {
    const { activityId, activityType } = event.activityTaskScheduledEventAttributes ?? {};
    const call = { task: activityType?.name ?? '', id: activityId ?? '' };
    if (isNotification(call.id)) return {};
    this.#pending.set(Number(event.eventId), { ...call, turn });
    return isTaskCall(call.task, call.id) ? { task: { ...call, kind: 'scheduled', at: eventTime(event) } } : {};
  }

  start(event: HistoryEvent): void {
    const { scheduledEventId, attempt } = event.activityTaskStartedEventAttributes ?? {};
    this.#started.set(Number(scheduledEventId), { attempt: attempt ?? 1, at: eventMs(event) });
  }

  async finish(event: HistoryEvent, attributes: keyof typeof DONE): Promise<CallStep> {
    const scheduled = Number(event[attributes]?.scheduledEventId);
    const call = this.#pending.get(scheduled);
    const started = this.#started.get(scheduled);
    this.#pending.delete(scheduled);
    this.#started.delete(scheduled);
    if (!call || !isTaskCall(call.task, call.id)) return {};
    const { turn, task, id } = call;
    const about = {
      task,
      id,
      at: eventTime(event),
      ...(started ? { attempt: started.attempt, durationMs: eventMs(event) - started.at } : {}),
    };
    if (attributes !== 'activityTaskCompletedEventAttributes')
      return { turn, task: { ...about, kind: DONE[attributes] } };
    const [result] = await this.#decode.list(event.activityTaskCompletedEventAttributes?.result?.payloads);
    if (isUnregistered(result)) return { turn, task: { ...about, kind: 'unregistered' } };
    // The same call comes once more, in full (V2).
    if (decodeUnresolved(result) !== undefined) return {};
    // The loop calls the task again, with the messages (R8).
    if (needsMessages(result)) return {};
    if (decodeCutOff(result)) return { turn, task: { ...about, kind: 'cutOff' } };
    const questions = decodeQuestions(result);
    if (!questions) return { turn, update: { [task]: decodeResult(result) }, task: { ...about, kind: 'finished' } };
    this.#asked.set(id, [...(this.#asked.get(id) ?? []), ...questions]);
    return { turn, task: { ...about, kind: 'asked' } };
  }

  /** A timer starts. The pause of a call is something to wait for, though no activity is pending. */
  async pause(event: HistoryEvent, turn: TurnRef | undefined): Promise<void> {
    const unregistered = await readUnregistered(event, this.#decode);
    if (!unregistered) return;
    const { id, task } = unregistered;
    this.#pending.set(Number(event.eventId), { task, id, turn });
    this.#unregistered.set(Number(event.eventId), unregistered);
  }

  /** A timer has fired or was cancelled. */
  endPause(startedEventId: number): void {
    this.#pending.delete(startedEventId);
    this.#unregistered.delete(startedEventId);
  }

  /** A local task's result is a marker, whose summary begins with the call's id (T5). */
  async finishLocal(event: HistoryEvent): Promise<CallStep> {
    const { markerName, details, failure } = event.markerRecordedEventAttributes ?? {};
    if (markerName !== 'core_local_activity' || failure) return {};
    const [summary] = await this.#decode.list(event.userMetadata?.summary ? [event.userMetadata.summary] : []);
    const [id = ''] = typeof summary === 'string' ? summary.split(' ') : [];
    const task = taskOfCall(id);
    if (!isTaskCall(task, id)) return {};
    const [result] = await this.#decode.list(details?.['result']?.payloads);
    return { update: { [task]: decodeResult(result) }, task: { task, id, kind: 'finished', at: eventTime(event) } };
  }
}

function isLeftBehind(call: Pending, turn: TurnRef | undefined): boolean {
  return call.turn?.n !== turn?.n;
}
