/**
 * Telling the world about questions: the entrypoint's `notify` task gets an event when one opens, is due, or closes (R9).
 *
 * It never holds up a question, is no update, and its failure is in the history and the log, no more. `reminder` and
 * `closed` come after `opened` and carry what that returned (or the reminder, if opening could not be told), such as the id of a chat message to edit.
 */
import { CancellationScope, log, proxyActivities, workflowInfo } from '@temporalio/workflow';
import { checkEncodable } from '../protocol/limits.ts';
import { notifyId } from '../protocol/names.ts';
import type { Interrupt, InterruptEvent } from '../protocol/shapes.ts';
import { preview } from './memo.ts';
import { howClosed, type Closing } from './questions.ts';

/** A chat that is down for a minute is told all the same; the end of a run waits no longer than that. */
const SETTINGS = {
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '10 minutes',
  retry: { maximumAttempts: 5, initialInterval: '1 second', backoffCoefficient: 4 },
} as const;

export class Notifier {
  readonly #task: string;
  readonly #entrypoint: string;
  /** For each question, its events so far, one after the other; resolves with what `opened` returned. */
  readonly #told = new Map<string, Promise<unknown>>();
  #pending = 0;

  constructor(task: string, entrypoint: string) {
    this.#task = task;
    this.#entrypoint = entrypoint;
  }

  /** Whether every event has been told, or given up. */
  isDone(): boolean {
    return this.#pending === 0;
  }

  opened(interrupt: Interrupt): void {
    this.#told.set(interrupt.id, this.#tell({ ...this.#about(interrupt), kind: 'opened' }));
  }

  reminded(interrupt: Interrupt): void {
    this.#after(interrupt, (notified) => ({ ...this.#about(interrupt), kind: 'reminder', ...notified }));
  }

  closed(interrupt: Interrupt, closing: Closing): void {
    // It was answered before anybody was told of it (A10).
    if (!this.#told.has(interrupt.id)) return;
    this.#after(interrupt, (notified) => ({
      ...this.#about(interrupt),
      kind: 'closed',
      ...ending(closing),
      ...notified,
    }));
  }

  #about(interrupt: Interrupt): Omit<InterruptEvent, 'kind'> {
    return { thread: workflowInfo().workflowId, entrypoint: this.#entrypoint, ...interrupt };
  }

  #after({ id }: Interrupt, event: (notified: { notified?: unknown }) => InterruptEvent): void {
    const opened = this.#told.get(id);
    this.#pending++;
    const next = (async () => {
      const notified = await opened;
      this.#pending--;
      const told = await this.#tell(event(notified === undefined ? {} : { notified }));
      return notified ?? told;
    })();
    this.#told.set(id, next);
  }

  async #tell(event: InterruptEvent): Promise<unknown> {
    this.#pending++;
    try {
      const notify = proxyActivities(SETTINGS)[this.#task]!;
      const options = { ...SETTINGS, activityId: notifyId(event.id, event.kind), summary: `${event.kind} ${event.id}` };
      return await CancellationScope.nonCancellable(() => notify.executeWithOptions(options, [cutToSize(event)]));
    } catch (error) {
      log.warn('Notification failed', { interrupt: event.id, kind: event.kind, error: String(error) });
      return undefined;
    } finally {
      this.#pending--;
    }
  }
}

/** The server ends a run whose command is over its limit; the question may be read from the thread. */
function cutToSize(event: InterruptEvent): InterruptEvent {
  if (!checkEncodable(event, 'the event')) return event;
  const { value, answer, description: _description, schema: _schema, ...rest } = event;
  return {
    ...rest,
    value: preview(value),
    ...(answer === undefined ? {} : { answer: preview(answer) }),
    truncated: true,
  };
}

function ending(closing: Closing): Pick<InterruptEvent, 'how' | 'answer' | 'actor'> {
  const how = howClosed(closing);
  if (closing.kind !== 'answered') return { how };
  const { actor } = closing.record;
  return { how, answer: closing.sent, ...(actor === undefined ? {} : { actor }) };
}
