/**
 * Telling the world about questions: the entrypoint's `notify` task gets an event when one opens, is due, or closes (R9).
 *
 * It never holds up a question, is no update, and its failure is in the history and the log, no more. `reminder` and
 * `closed` come after `opened` and carry what that returned, such as the id of a chat message to edit.
 */
import { CancellationScope, log, proxyActivities, workflowInfo } from '@temporalio/workflow';
import { notifyId } from '../protocol/names.ts';
import type { Interrupt, InterruptEvent } from '../protocol/shapes.ts';
import type { Closing } from './questions.ts';

const SETTINGS = { startToCloseTimeout: '1 minute', retry: { maximumAttempts: 3 } } as const;

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
      await this.#tell(event(notified === undefined ? {} : { notified }));
      return notified;
    })();
    this.#told.set(id, next);
  }

  async #tell(event: InterruptEvent): Promise<unknown> {
    this.#pending++;
    try {
      const notify = proxyActivities(SETTINGS)[this.#task]!;
      const options = { ...SETTINGS, activityId: notifyId(event.id, event.kind), summary: `${event.kind} ${event.id}` };
      return await CancellationScope.nonCancellable(() => notify.executeWithOptions(options, [event]));
    } catch (error) {
      log.warn('Notification failed', { interrupt: event.id, kind: event.kind, error: String(error) });
      return undefined;
    } finally {
      this.#pending--;
    }
  }
}

function ending(closing: Closing): Pick<InterruptEvent, 'how' | 'answer' | 'actor'> {
  if (closing.kind !== 'answered') return { how: closing.kind };
  const { value, actor, how } = closing.record;
  return { how, answer: value, ...(actor === undefined ? {} : { actor }) };
}
