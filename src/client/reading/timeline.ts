/**
 * What a run's history says, event by event: the updates of a stream, the open questions, and what is left to wait for.
 *
 * S2. An update for each finished task, for questions when they open, and for the entrypoint at the end.
 * S5. A question that was open is closed by the change of the memo that removes it, else by the end of the run.
 * S3. `isQuiet` when a question is open, or a thread with memory is between two turns, and neither a task nor a workflow
 *     task is under way.
 */
import { decodeQuestions, decodeResult, isUnregistered, type PassQuestion } from '../../protocol/envelopes.ts';
import {
  isNotification,
  isTaskCall,
  QUESTION_MEMO_PREFIX,
  taskOfCall,
  TURN_MEMO,
  unregisteredCall,
} from '../../protocol/names.ts';
import type { Closed, Interrupt, TurnMemo } from '../../protocol/shapes.ts';
import { byId, isTurnMemo, readClosed, readMemoEntry } from '../server/memo.ts';
import { eventMs, eventTime, type Decode, type HistoryEvent, type PayloadList } from '../server/history.ts';
import type { TaskUpdate, Update } from './items.ts';
import { readTaskFailure, resetTo } from '../server/task-failure.ts';

/** A turn of a thread with memory; its number is not known before it starts. */
export interface TurnRef {
  readonly n?: number | undefined;
  readonly key?: string | undefined;
}

/** How a turn ended. */
export interface TurnEnding extends TurnRef {
  readonly kind: 'completed' | 'failed';
  readonly value?: unknown;
  /** Where no update tells more. */
  readonly error?: TurnMemo['error'];
}

/** What one event means to a reader. */
export interface Step {
  /** A task's result, or the value of the run or the turn. */
  readonly update?: Update;
  readonly task?: TaskUpdate;
  /** Questions that open with it, oldest first. */
  readonly opened?: readonly Interrupt[];
  /** Questions that close with it. */
  readonly closed?: readonly Closed[];
  /** The turn that it belongs to; a plain thread has none. */
  readonly turn?: TurnRef | undefined;
  /** The turn that ended with it. */
  readonly ended?: TurnEnding;
}

export type Ending =
  | { readonly kind: 'completed'; readonly value: unknown }
  | { readonly kind: 'continued'; readonly run: string }
  | { readonly kind: 'failed'; readonly isTerminated?: boolean };

interface Call {
  readonly task: string;
  readonly id: string;
  /** That called it: it may end before it does. */
  readonly turn: TurnRef | undefined;
}

/** From this pause on, a call that waits for a worker is worth a word: by then it has waited for some ten seconds. */
export const UNREGISTERED_PAUSE_MS = 5_000;

/** A call that waits for a worker that has its task (T8). */
export interface Unregistered {
  readonly id: string;
  readonly task: string;
  /** How long the pause until the next try is, in milliseconds. It is longer after each try. */
  readonly pauseMs: number;
  readonly nextTryAt: string;
}

type WorkflowTask =
  | { readonly kind: 'none' }
  | { readonly kind: 'scheduled' | 'started' }
  | { readonly kind: 'failed'; readonly message: string };

const DONE = {
  activityTaskCompletedEventAttributes: 'finished',
  activityTaskFailedEventAttributes: 'failed',
  activityTaskTimedOutEventAttributes: 'timedOut',
  activityTaskCanceledEventAttributes: 'canceled',
} as const;

export class Timeline {
  entrypoint = '';
  workflowTask: WorkflowTask = { kind: 'none' };
  ending: Ending | undefined;
  /** The run before it in the chain, and the first one. */
  continuedFrom: string | undefined;
  firstRun: string;
  /** The runs that resets made of it and of what it shares with them: each one begins where its reset is read. */
  readonly resets = new Set<string>();
  /** Of the inputs that this run took, and of those that became turns. */
  readonly keys = new Set<string>();
  readonly turnKeys = new Set<string>();
  /** The last turn, of this run or carried into it. */
  #turn: TurnMemo | undefined;
  /** Turns that have ended, and whose updates are about to tell how. */
  readonly #ended = new Map<string, TurnMemo>();
  readonly #decode: Decode;
  /** The first run of the chain, once the first event has said so. */
  readonly #calls = new Map<number, Call>();
  readonly #started = new Map<number, { attempt: number; at: number }>();
  /** The questions of each call's passes, to complete what the memo had to cut. */
  readonly #asked = new Map<string, PassQuestion[]>();
  readonly #open = new Map<string, Interrupt>();
  /** By the event of the timer until their next try. */
  readonly #unregistered = new Map<number, Unregistered>();

  constructor(decode: Decode, run: string) {
    this.#decode = decode;
    this.firstRun = run;
  }

  get hasTurns(): boolean {
    return this.#turn !== undefined;
  }

  /** Open questions, oldest first. */
  open(): Interrupt[] {
    return [...this.#open.values()];
  }

  /** Whether a question is open or no turn runs and, as far as the history tells, only timers are left to wait for (S3). */
  isQuiet(): boolean {
    const waits = this.#open.size > 0 || (this.#turn !== undefined && this.#turn.status !== 'running');
    return waits && this.workflowTask.kind === 'none' && [...this.#calls.values()].every((call) => this.#isPast(call));
  }

  /** Calls that wait for a worker that has their task. */
  unregistered(): readonly Unregistered[] {
    return [...this.#unregistered.values()];
  }

  /** Whether an activity is something to wait for: not a notification (R9), nor what a turn before this one has left. */
  isAwaited(activityId: string): boolean {
    if (isNotification(activityId)) return false;
    return [...this.#calls.values()].every((call) => call.id !== activityId || !this.#isPast(call));
  }

  #isPast({ turn }: Call): boolean {
    return turn?.n !== this.#turn?.n;
  }

  /** Whether that turn has begun; on a plain thread there is nothing to wait for. */
  hasBegun(turn: TurnRef): boolean {
    return this.#turn === undefined || isTurn(turn, this.#turn);
  }

  async apply(event: HistoryEvent): Promise<Step> {
    const step = await this.#apply(event);
    return { turn: this.#turn, ...step };
  }

  async #apply(event: HistoryEvent): Promise<Step> {
    switch (event.attributes) {
      case 'workflowExecutionStartedEventAttributes':
        return this.#begun(event);
      case 'workflowExecutionUpdateAcceptedEventAttributes':
        return this.#input(event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.meta?.updateId);
      case 'workflowExecutionUpdateAdmittedEventAttributes':
        return this.#input(event.workflowExecutionUpdateAdmittedEventAttributes?.request?.meta?.updateId);
      case 'workflowExecutionUpdateCompletedEventAttributes':
        return this.#updated(event);
      case 'workflowTaskScheduledEventAttributes':
        // While a failed one is retried, the history shows its next attempts as scheduled again.
        if (this.workflowTask.kind !== 'failed') this.workflowTask = { kind: 'scheduled' };
        return {};
      case 'workflowTaskStartedEventAttributes':
        if (this.workflowTask.kind !== 'failed') this.workflowTask = { kind: 'started' };
        return {};
      case 'workflowTaskTimedOutEventAttributes':
        return {};
      case 'workflowTaskFailedEventAttributes': {
        const run = resetTo(event);
        if (run !== undefined) this.resets.add(run);
        const message = readTaskFailure(event);
        if (message !== undefined) this.workflowTask = { kind: 'failed', message };
        return {};
      }
      case 'workflowTaskCompletedEventAttributes':
        this.workflowTask = { kind: 'none' };
        return {};
      case 'activityTaskScheduledEventAttributes':
        return this.#scheduled(event);
      case 'activityTaskStartedEventAttributes':
        return this.#startedTask(event);
      case 'activityTaskCompletedEventAttributes':
      case 'activityTaskFailedEventAttributes':
      case 'activityTaskTimedOutEventAttributes':
      case 'activityTaskCanceledEventAttributes':
        return this.#done(event, event.attributes);
      case 'timerStartedEventAttributes':
        return this.#pause(event);
      case 'timerFiredEventAttributes':
      case 'timerCanceledEventAttributes': {
        const timer = Number(event[event.attributes]?.startedEventId);
        this.#calls.delete(timer);
        this.#unregistered.delete(timer);
        return {};
      }
      case 'markerRecordedEventAttributes':
        return this.#marker(event);
      case 'workflowPropertiesModifiedEventAttributes':
        return this.#memo(event);
      case 'workflowExecutionCompletedEventAttributes':
        return this.#completed(event);
      case 'workflowExecutionContinuedAsNewEventAttributes':
        return this.#end(event, {
          kind: 'continued',
          run: event.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? '',
        });
      case 'workflowExecutionFailedEventAttributes':
      case 'workflowExecutionTimedOutEventAttributes': {
        // A run with a retry policy goes on in another.
        const run = event[event.attributes]?.newExecutionRunId;
        return this.#end(event, run ? { kind: 'continued', run } : { kind: 'failed' });
      }
      case 'workflowExecutionCanceledEventAttributes':
        return this.#end(event, { kind: 'failed' });
      case 'workflowExecutionTerminatedEventAttributes':
        return this.#end(event, { kind: 'failed', isTerminated: true });
      default:
        return {};
    }
  }

  async #begun(event: HistoryEvent): Promise<Step> {
    const { workflowType, continuedExecutionRunId, firstExecutionRunId, memo } =
      event.workflowExecutionStartedEventAttributes ?? {};
    this.entrypoint = workflowType?.name ?? '';
    this.firstRun = firstExecutionRunId || this.firstRun;
    this.continuedFrom = continuedExecutionRunId || undefined;
    const { [TURN_MEMO]: turn } = await this.#decode.map(memo?.fields);
    if (isTurnMemo(turn)) this.#turn = turn;
    return {};
  }

  #input(key: string | null | undefined): Step {
    if (key) this.keys.add(key);
    return {};
  }

  /** A turn begins, or has ended; the first one was no update, so the memo tells its outcome. */
  #turned(turn: TurnMemo): Step {
    this.#turn = turn;
    const { n, key, status, value, error, truncated } = turn;
    if (key !== undefined) this.turnKeys.add(key);
    if (status === 'running' || truncated) return {};
    if (n > 1 && key !== undefined) {
      this.#ended.set(key, turn);
      return {};
    }
    if (status !== 'completed') return { ended: { n, key, kind: 'failed', ...(error ? { error } : {}) } };
    return this.#endedWell({ n, key, kind: 'completed', value });
  }

  /** The outcome of a turn after the first, or of an input that never became one. */
  async #updated(event: HistoryEvent): Promise<Step> {
    const { meta, outcome } = event.workflowExecutionUpdateCompletedEventAttributes ?? {};
    const key = meta?.updateId ?? '';
    const turn = this.#ended.get(key);
    this.#ended.delete(key);
    if (outcome?.failure) return { turn: turn ?? { key }, ended: { n: turn?.n, key, kind: 'failed' } };
    if (!turn) return {};
    const [value] = await this.#decode.list(outcome?.success?.payloads);
    return { turn, ...this.#endedWell({ n: turn.n, key, kind: 'completed', value }) };
  }

  #endedWell(ended: TurnEnding): Step {
    return { ended, update: { [this.entrypoint]: ended.value } };
  }

  #scheduled(event: HistoryEvent): Step {
    const { activityId, activityType } = event.activityTaskScheduledEventAttributes ?? {};
    const about = { task: activityType?.name ?? '', id: activityId ?? '' };
    const call = { ...about, turn: this.#turn };
    // A notification holds up nothing (R9).
    if (isNotification(call.id)) return {};
    // Any other activity is something to wait for; only our calls are tasks, with updates.
    this.#calls.set(Number(event.eventId), call);
    return isTaskCall(call.task, call.id) ? { task: { ...about, kind: 'scheduled', at: eventTime(event) } } : {};
  }

  #startedTask(event: HistoryEvent): Step {
    const { scheduledEventId, attempt } = event.activityTaskStartedEventAttributes ?? {};
    this.#started.set(Number(scheduledEventId), { attempt: attempt ?? 1, at: eventMs(event) });
    return {};
  }

  async #done(event: HistoryEvent, attributes: keyof typeof DONE): Promise<Step> {
    const scheduled = Number(event[attributes]?.scheduledEventId);
    const call = this.#calls.get(scheduled);
    const started = this.#started.get(scheduled);
    this.#calls.delete(scheduled);
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
    const questions = decodeQuestions(result);
    if (!questions) return { turn, update: { [task]: decodeResult(result) }, task: { ...about, kind: 'finished' } };
    this.#asked.set(id, [...(this.#asked.get(id) ?? []), ...questions]);
    return { turn, task: { ...about, kind: 'asked' } };
  }

  /** A call that will be tried again is something to wait for, though no activity is pending (S3). */
  async #pause(event: HistoryEvent): Promise<Step> {
    const unregistered = await readUnregistered(event, this.#decode);
    if (!unregistered) return {};
    const { id, task } = unregistered;
    this.#calls.set(Number(event.eventId), { task, id, turn: this.#turn });
    this.#unregistered.set(Number(event.eventId), unregistered);
    return {};
  }

  /** A local task's result; its call is told by the first word of the summary, which we set (T5). */
  async #marker(event: HistoryEvent): Promise<Step> {
    const { markerName, details, failure } = event.markerRecordedEventAttributes ?? {};
    if (markerName !== 'core_local_activity' || failure) return {};
    const [summary] = await this.#decode.list(event.userMetadata?.summary ? [event.userMetadata.summary] : []);
    const [id = ''] = typeof summary === 'string' ? summary.split(' ') : [];
    const task = taskOfCall(id);
    if (!isTaskCall(task, id)) return {};
    const [result] = await this.#decode.list(details?.['result']?.payloads);
    return { update: { [task]: decodeResult(result) }, task: { task, id, kind: 'finished', at: eventTime(event) } };
  }

  async #memo(event: HistoryEvent): Promise<Step> {
    const memo = await this.#decode.map(event.workflowPropertiesModifiedEventAttributes?.upsertedMemo?.fields);
    const turn = memo[TURN_MEMO];
    if (isTurnMemo(turn)) return this.#turned(turn);
    const opened: Interrupt[] = [];
    const closed: Closed[] = [];
    for (const [key, entry] of Object.entries(memo)) {
      if (!key.startsWith(QUESTION_MEMO_PREFIX)) continue;
      if (entry !== undefined && entry !== null) opened.push(this.#complete(readMemoEntry(key, entry, this.firstRun)));
      else closed.push(...this.#close(key.slice(QUESTION_MEMO_PREFIX.length), { memo, event }));
    }
    opened.sort(byId);
    for (const interrupt of opened) this.#open.set(interrupt.id, interrupt);
    return { ...(opened.length > 0 ? { opened } : {}), ...(closed.length > 0 ? { closed } : {}) };
  }

  /** How a question has closed; nothing where none was open. */
  #close(id: string, { memo, event }: { memo: Record<string, unknown>; event: HistoryEvent }): readonly Closed[] {
    const open = this.#open.get(id);
    if (!open) return [];
    this.#open.delete(id);
    const closed = readClosed(memo);
    // A run of an earlier version does not say how.
    return [closed?.id === id ? closed : { id, run: open.run, at: eventTime(event) }];
  }

  /** The end of the run closes what is open: the server may have ended it, and the body may have asked until then. */
  #end(event: HistoryEvent, ending: Ending): Step {
    this.ending = ending;
    const at = eventTime(event);
    const closed = this.open().map(({ id, run }) => ({ id, run, how: 'withdrawn', at }) as const);
    this.#open.clear();
    return closed.length > 0 ? { closed } : {};
  }

  /** A question that was cut for the memo stands whole in its activity's result. */
  #complete(interrupt: Interrupt): Interrupt {
    if (!interrupt.truncated) return interrupt;
    const [, call = '', k = '1'] = /^(.*:\d+?)(?:#(\d+))?$/s.exec(interrupt.id) ?? [];
    const question = this.#asked.get(call)?.[Number(k) - 1];
    if (!question) return interrupt;
    const { truncated: _, ...rest } = interrupt;
    const task = call.slice(0, call.lastIndexOf(':'));
    const {
      hash: _hash,
      replaces: _replaces,
      rejects: _rejects,
      timeout: _timeout,
      default: _default,
      remind: _remind,
      ...shown
    } = question;
    return { ...rest, task, ...shown };
  }

  async #completed(event: HistoryEvent): Promise<Step> {
    const payloads: PayloadList = event.workflowExecutionCompletedEventAttributes?.result?.payloads;
    const [value] = await this.#decode.list(payloads);
    const step = this.#end(event, { kind: 'completed', value });
    // A thread with memory has told the value of each turn.
    return this.#turn ? step : { ...step, update: { [this.entrypoint]: value } };
  }
}

/** What the timer says of a call that waits for a worker that has its task; `undefined` for any other event. */
export async function readUnregistered(event: HistoryEvent, decode: Decode): Promise<Unregistered | undefined> {
  const { timerStartedEventAttributes: timer, userMetadata } = event;
  if (!timer || !userMetadata?.summary) return undefined;
  const [summary] = await decode.list([userMetadata.summary]);
  const id = unregisteredCall(summary);
  if (id === undefined) return undefined;
  const { seconds, nanos } = timer.startToFireTimeout ?? {};
  const pauseMs = Number(seconds ?? 0) * 1000 + Math.floor((nanos ?? 0) / 1e6);
  return { id, task: taskOfCall(id), pauseMs, nextTryAt: new Date(eventMs(event) + pauseMs).toISOString() };
}

export function isTurn(wanted: TurnRef, turn: TurnRef): boolean {
  return wanted.key === undefined ? wanted.n === turn.n : wanted.key === turn.key;
}
