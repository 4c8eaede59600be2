/**
 * The activities of a run, as its history shows them: passes of tasks, and notifications (A13).
 *
 * What a pass has come to, the timeline says. Here is when it was scheduled, and by which workers.
 */
import { defined } from '../../protocol/defined.ts';
import { decodeResult } from '../../protocol/envelopes.ts';
import { readNotifyId, taskOfCall } from '../../protocol/names.ts';
import { messageOf } from '../../protocol/thrown.ts';
import { eventTime, type HistoryEvent } from '../server/events.ts';
import type { Decode } from '../server/payloads.ts';
import type { AuditedNotification, AuditedTask, AuditedWorker } from './audit-entries.ts';
import { activityWorker } from './audit-worker.ts';
import type { TaskUpdate } from './stream-modes.ts';

/** What an audit says of an activity, and the worker that ran it. */
export interface ActivityFact {
  readonly fact: AuditedTask | AuditedNotification;
  readonly worker: AuditedWorker | undefined;
}

/** An activity that the history shows no end of, and the event that scheduled it. */
export interface RunningActivity extends ActivityFact {
  readonly event: HistoryEvent;
}

interface Scheduled {
  readonly event: HistoryEvent;
  readonly by: AuditedWorker | undefined;
  started?: HistoryEvent;
}

const DONE = {
  activityTaskCompletedEventAttributes: 'finished',
  activityTaskFailedEventAttributes: 'failed',
  activityTaskTimedOutEventAttributes: 'timedOut',
  activityTaskCanceledEventAttributes: 'canceled',
} as const;

/** The activities of one run. */
export class AuditTasks {
  readonly #decode: Decode;
  readonly #hasPayloads: boolean;
  /** By the event that scheduled it. */
  readonly #scheduled = new Map<number, Scheduled>();

  constructor(decode: Decode, hasPayloads: boolean) {
    this.#decode = decode;
    this.#hasPayloads = hasPayloads;
  }

  /**
   * Sees the next event.
   *
   * @param step What the timeline says of it.
   * @param by The worker that ran the entrypoint last.
   */
  async see(
    event: HistoryEvent,
    step: TaskUpdate | undefined,
    by: AuditedWorker | undefined,
  ): Promise<ActivityFact | undefined> {
    switch (event.attributes) {
      case 'activityTaskScheduledEventAttributes':
        this.#scheduled.set(Number(event.eventId), { event, by });
        return undefined;
      case 'activityTaskStartedEventAttributes': {
        const scheduled = this.#scheduled.get(Number(event.activityTaskStartedEventAttributes?.scheduledEventId));
        if (scheduled) scheduled.started = event;
        return undefined;
      }
      case 'activityTaskCompletedEventAttributes':
      case 'activityTaskFailedEventAttributes':
      case 'activityTaskTimedOutEventAttributes':
      case 'activityTaskCanceledEventAttributes':
        return this.#finish(event, event.attributes, step);
      case 'markerRecordedEventAttributes':
        return this.#readLocal(event, by);
      default:
        return undefined;
    }
  }

  /** The activities that the history shows no end of, oldest first. */
  async running(): Promise<readonly RunningActivity[]> {
    const running = [...this.#scheduled.values()];
    this.#scheduled.clear();
    return Promise.all(
      running.map(async (one) => ({ ...(await this.#describe(one, { state: 'running' })), event: one.event })),
    );
  }

  async #finish(
    event: HistoryEvent,
    attributes: keyof typeof DONE,
    step: TaskUpdate | undefined,
  ): Promise<ActivityFact | undefined> {
    const id = Number(event[attributes]?.scheduledEventId);
    const scheduled = this.#scheduled.get(id);
    this.#scheduled.delete(id);
    if (!scheduled) return undefined;
    const { failure } = event.activityTaskFailedEventAttributes ??
      event.activityTaskTimedOutEventAttributes ?? { failure: undefined };
    const error = failure ? await this.#decode.failure(failure) : undefined;
    const state = step && step.kind !== 'scheduled' ? step.kind : DONE[attributes];
    const result = await this.#resultOf(event.activityTaskCompletedEventAttributes?.result?.payloads, state);
    return this.#describe(scheduled, { state, ...defined({ message: error && messageOf(error), result }) });
  }

  async #resultOf(payloads: Parameters<Decode['list']>[0], state: AuditedTask['state']): Promise<unknown> {
    if (!this.#hasPayloads || state !== 'finished') return undefined;
    return decodeResult((await this.#decode.list(payloads))[0]);
  }

  async #describe(
    { event, by, started }: Scheduled,
    end: Pick<AuditedTask, 'state' | 'message' | 'result'>,
  ): Promise<ActivityFact> {
    const { activityId, activityType, input } = event.activityTaskScheduledEventAttributes ?? {};
    const { result, ...ended } = end;
    const attempt = started?.activityTaskStartedEventAttributes?.attempt ?? undefined;
    const state = { ...ended, scheduledAt: eventTime(event), ...defined({ scheduledBy: by, attempt }) };
    const worker = started && activityWorker(started);
    const id = activityId ?? '';
    const notification = readNotifyId(id);
    if (notification)
      return { fact: { kind: 'notified', id: notification.question, about: notification.kind, ...state }, worker };
    const summary = await this.#summaryOf(event);
    const args = this.#hasPayloads ? await this.#decode.list(input?.payloads) : undefined;
    const called = { id, ...defined({ summary: summary === id ? undefined : summary }) };
    const payloads = defined({ input: args, result });
    return { fact: { kind: 'task', name: activityType?.name ?? '', ...called, ...state, ...payloads }, worker };
  }

  /** A local task runs on the worker of the entrypoint, and leaves one event, whose summary begins with the call's id (T5). */
  async #readLocal(event: HistoryEvent, by: AuditedWorker | undefined): Promise<ActivityFact | undefined> {
    const { markerName, details, failure } = event.markerRecordedEventAttributes ?? {};
    if (markerName !== 'core_local_activity') return undefined;
    const [id = ''] = (await this.#summaryOf(event))?.split(' ') ?? [];
    const error = failure ? await this.#decode.failure(failure) : undefined;
    const state = failure ? 'failed' : 'finished';
    const result = await this.#resultOf(details?.['result']?.payloads, state);
    const at = eventTime(event);
    const end = defined({ message: error && messageOf(error), result, scheduledBy: by });
    return { fact: { kind: 'task', name: taskOfCall(id), id, state, scheduledAt: at, ...end }, worker: by };
  }

  async #summaryOf({ userMetadata }: HistoryEvent): Promise<string | undefined> {
    const [summary] = await this.#decode.list(userMetadata?.summary ? [userMetadata.summary] : []);
    return typeof summary === 'string' ? summary : undefined;
  }
}
