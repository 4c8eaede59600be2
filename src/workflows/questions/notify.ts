/**
 * Notifications: the entrypoint's `notify` task gets an event when a question opens, changes, is due, or closes (R9).
 *
 * A notification holds up no question and is not an update. Its failure is in the history and the log, and has no other
 * effect. The events of a question are given one after the other. All but the first carry what the task returned
 * for `opened`, such as the id of a chat message to edit, or for the reminder if `opened` failed.
 */
import { CancellationScope, log, proxyActivities, workflowInfo } from '@temporalio/workflow';
import { defined } from '../../protocol/defined.ts';
import { checkEncodable } from '../../protocol/limits.ts';
import { notifyId } from '../../protocol/names.ts';
import type { Interrupt, InterruptEvent } from '../../protocol/shapes.ts';
import { messageOf } from '../../protocol/thrown.ts';
import { preview } from '../display/preview.ts';
import { answerOf, type Change, type Closing } from './question.ts';

/** A chat that is down for a minute is still notified. The end of a run waits for ten minutes at most. */
const SETTINGS = {
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '10 minutes',
  retry: { maximumAttempts: 5, initialInterval: '1 second', backoffCoefficient: 4 },
} as const;

export class Notifier {
  readonly #task: string;
  readonly #entrypoint: string;
  /** For each question, the end of its events so far. Resolves with what the task returned for `opened`. */
  readonly #notified = new Map<string, Promise<unknown>>();
  /** Notifications that have neither been given nor failed for good. */
  #pending = 0;

  constructor(task: string, entrypoint: string) {
    this.#task = task;
    this.#entrypoint = entrypoint;
  }

  /** Whether every event has been given, or has failed for good. */
  isDone(): boolean {
    return this.#pending === 0;
  }

  opened(interrupt: Interrupt): void {
    this.#notified.set(interrupt.id, this.#notify({ ...this.#about(interrupt), kind: 'opened' }));
  }

  reminded(interrupt: Interrupt): void {
    this.#after(interrupt, (notified) => ({ ...this.#about(interrupt), kind: 'reminder', ...notified }));
  }

  changed(interrupt: Interrupt, { about }: Change, before: Interrupt): void {
    // Its event for the opening has the question as it is then.
    if (!this.#notified.has(interrupt.id)) return;
    const { how: kind, actor, at } = about;
    const what =
      kind === 'voted' ? { answer: interrupt.votes?.at(-1)?.value } : defined({ assigneesBefore: before.assignees });
    const said = { kind, at, ...defined({ actor }), ...what };
    this.#after(interrupt, (notified) => ({ ...this.#about(interrupt), ...said, ...notified }));
  }

  closed(interrupt: Interrupt, closing: Closing): void {
    // Nobody was notified of a question that was answered as soon as it opened (A10).
    if (!this.#notified.has(interrupt.id)) return;
    this.#after(interrupt, (notified) => ({
      ...this.#about(interrupt),
      kind: 'closed',
      ...howClosed(closing),
      ...notified,
    }));
  }

  #about(interrupt: Interrupt): Omit<InterruptEvent, 'kind'> {
    return { thread: workflowInfo().workflowId, entrypoint: this.#entrypoint, ...interrupt };
  }

  #after({ id }: Interrupt, event: (notified: { notified?: unknown }) => InterruptEvent): void {
    const before = this.#notified.get(id);
    this.#pending++;
    const next = (async () => {
      const notified = await before;
      this.#pending--;
      const returned = await this.#notify(event(defined({ notified })));
      return notified ?? returned;
    })();
    this.#notified.set(id, next);
  }

  async #notify(event: InterruptEvent): Promise<unknown> {
    this.#pending++;
    try {
      const notify = proxyActivities(SETTINGS)[this.#task]!;
      const options = { ...SETTINGS, activityId: notifyId(event.id, event.kind), summary: `${event.kind} ${event.id}` };
      return await CancellationScope.nonCancellable(() => notify.executeWithOptions(options, [cutToSize(event)]));
    } catch (error) {
      log.warn('Notification failed', { interrupt: event.id, kind: event.kind, error: messageOf(error) });
      return undefined;
    } finally {
      this.#pending--;
    }
  }
}

/** The server ends a run whose command is over its limit. A question that was cut can be read from the thread. */
function cutToSize(event: InterruptEvent): InterruptEvent {
  if (!checkEncodable(event, 'the event')) return event;
  const { value, answer, actor, votes, description: _description, schema: _schema, ...before } = event;
  const { assigneesBefore: _before, ...rest } = before;
  const short = {
    value: preview(value),
    ...(actor === undefined ? {} : { actor: preview(actor) }),
    ...(answer === undefined ? {} : { answer: preview(answer) }),
    ...defined({ votes: votes?.map(({ value: _value, ...vote }) => vote) }),
  };
  return { ...rest, ...short, truncated: true };
}

function howClosed(closing: Closing): Pick<InterruptEvent, 'how' | 'answer' | 'actor'> {
  const answer = answerOf(closing);
  if (!answer) return { how: closing.kind };
  return { how: closing.kind, answer: answer.sent, ...defined({ actor: answer.record.actor }) };
}
