/**
 * A thread's workflow, as its server knows it: the few calls that everything about a thread is made of.
 *
 * `describe` needs no worker and, unlike a listing, is up to date; a query needs one and has a deadline.
 */
import { randomUUID } from 'node:crypto';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { checkEncodable, checkSendable } from '../../protocol/limits.ts';
import { RECEIPT_QUERY, STATE_QUERY, TURN_MEMO } from '../../protocol/names.ts';
import type { Closed, Interrupt, Receipt, State, TurnMemo } from '../../protocol/shapes.ts';
import { HoldpointError, isNotFound, isUnanswered, translate } from './errors.ts';
import { makeDecode, retrieve, type Decode, type HistoryEvent } from './history.ts';
import { isTurnMemo, readClosed, readMemo } from './memo.ts';
import type { NoticeSink } from './notices.ts';
import { readPollers, WORKFLOW } from './workers.ts';

/** A query may first go to a worker that is no longer there; the server tries another after 10 seconds. */
const QUERY_MS = 20_000;

/** Enough to see the first workflow task, but for a run that was signalled more often before it. */
const FIRST_EVENTS = 50;

/** To complete what is shown; it is shown as it is where no worker is up. */
const COMPLETE_MS = 2_000;

export interface TargetSettings {
  readonly client: Client;
  readonly id: string;
  /** What an input starts, and where. */
  readonly entrypoint: string | undefined;
  readonly taskQueue: string | undefined;
  readonly notify: NoticeSink;
}

/** What the server tells of a thread. */
export interface Described {
  readonly entrypoint: string;
  /** The current or last run, and the first one of its chain. */
  readonly runId: string;
  readonly run: string;
  readonly status: string;
  readonly taskQueue: string;
  /** A workflow task is pending or running. */
  readonly isBusy: boolean;
  readonly historyLength: number;
  /** The key of the last turn; on a plain thread of the run. */
  readonly key: string | undefined;
  /** The last turn, of a thread with memory. */
  readonly turn: TurnMemo | undefined;
  /** Open questions; those that did not fit the memo are `truncated`. */
  readonly interrupts: readonly Interrupt[];
  /** The question that closed last. */
  readonly closed: Closed | undefined;
}

export class Target {
  readonly settings: TargetSettings;
  readonly decode: Decode;
  /** It has no memory, as far as it has been seen: a question of it was open. */
  isPlain = false;
  /** The first run id of the chain with memory that took the last input. */
  conversation: string | undefined;
  #lastReceipt: Promise<unknown> = Promise.resolve();

  constructor(settings: TargetSettings) {
    this.settings = settings;
    this.decode = makeDecode(settings.client, settings.id);
  }

  get id(): string {
    return this.settings.id;
  }

  get client(): Client {
    return this.settings.client;
  }

  get handle(): WorkflowHandle {
    return this.client.workflow.getHandle(this.id);
  }

  async describe(): Promise<Described> {
    try {
      const { type, runId, status, taskQueue, historyLength, memo = {}, raw } = await this.handle.describe();
      const run = raw.workflowExecutionInfo?.firstRunId || runId;
      const turn = isTurnMemo(memo[TURN_MEMO]) ? memo[TURN_MEMO] : undefined;
      const interrupts = readMemo(memo, run);
      this.isPlain = !turn && (this.isPlain || interrupts.length > 0);
      return {
        entrypoint: type,
        runId,
        run,
        status: status.name,
        taskQueue,
        isBusy: raw.pendingWorkflowTask != null,
        historyLength,
        key: (memo[TURN_MEMO] as Partial<TurnMemo> | undefined)?.key,
        turn,
        interrupts,
        closed: readClosed(memo),
      };
    } catch (error) {
      throw translate(error, this.id);
    }
  }

  /** The events with which a run began. */
  async firstEvents(runId: string): Promise<readonly HistoryEvent[]> {
    const { namespace } = this.client.options;
    const execution = { workflowId: this.id, runId };
    try {
      const response = await this.client.workflowService.getWorkflowExecutionHistory({
        namespace,
        execution,
        maximumPageSize: FIRST_EVENTS,
      });
      return response.history?.events ?? [];
    } catch (error) {
      throw translate(error, this.id);
    }
  }

  /** The last events of a run, newest first. */
  async lastEvents(runId: string, maximumPageSize: number): Promise<readonly HistoryEvent[]> {
    return (await this.#pageBackwards(runId, { maximumPageSize })).events;
  }

  /** All events of a run, newest first, a page at a time. */
  async *eventsBackwards(runId: string, maximumPageSize: number): AsyncGenerator<HistoryEvent, void> {
    let nextPageToken: Uint8Array | undefined;
    do {
      const page = await this.#pageBackwards(runId, { maximumPageSize, ...(nextPageToken ? { nextPageToken } : {}) });
      yield* page.events;
      nextPageToken = page.next;
    } while (nextPageToken?.length);
  }

  async #pageBackwards(
    runId: string,
    page: { readonly maximumPageSize: number; readonly nextPageToken?: Uint8Array },
  ): Promise<{ readonly events: readonly HistoryEvent[]; readonly next: Uint8Array | undefined }> {
    const { namespace, loadedDataConverter } = this.client.options;
    const request = { namespace, execution: { workflowId: this.id, runId }, ...page };
    try {
      const response = await this.client.workflowService.getWorkflowExecutionHistoryReverse(request);
      await retrieve(response.history, loadedDataConverter);
      return { events: response.history?.events ?? [], next: response.nextPageToken };
    } catch (error) {
      throw translate(error, this.id);
    }
  }

  /** Asks the workflow; what it throws when the signal aborts is the signal's reason. */
  async query<Answered>(name: string, withinMs: number = QUERY_MS, signal?: AbortSignal): Promise<Answered> {
    signal?.throwIfAborted();
    const ask = (): Promise<Answered> =>
      this.client.withDeadline(Date.now() + withinMs, () => this.handle.query<Answered>(name));
    try {
      return await (signal ? this.client.connection.withAbortSignal(signal, ask) : ask());
    } catch (error) {
      signal?.throwIfAborted();
      if (isUnanswered(error)) throw await this.noWorker(error);
      throw translate(error, this.id);
    }
  }

  async cancel(reason: string | undefined): Promise<void> {
    if (reason === undefined) {
      await this.handle.cancel();
      return;
    }
    // The handle takes no reason.
    const { namespace, identity } = this.client.options;
    const workflowExecution = { workflowId: this.id };
    try {
      await this.client.workflowService.requestCancelWorkflowExecution({
        namespace,
        identity,
        workflowExecution,
        requestId: randomUUID(),
        // The server refuses a request that holds half of a character.
        reason: reason.toWellFormed(),
      });
    } catch (error) {
      throw isNotFound(error) ? await this.notRunning() : error;
    }
  }

  /** The error of a call that no worker has answered. */
  async noWorker(cause: unknown): Promise<HoldpointError> {
    const { taskQueue } = await this.describe();
    const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
    const reason = inner instanceof Error ? ` (${inner.message.split('\n')[0]})` : '';
    return new HoldpointError(
      'NoWorker',
      `No worker answers for thread \`${this.id}\`${reason}. Start one on task queue \`${taskQueue}\`, or mend the one that fails.`,
      { cause },
    );
  }

  /** The receipt of a key, also of a run that has ended; `null` when there is none or nobody can tell in time. */
  receipt(runId: string, key: string, deadline: number): Promise<Receipt | null> {
    // One after the other: the server buffers one query for each workflow, and has a second one wait for seconds.
    const receipt = this.#lastReceipt.then(() => this.#readReceipt(runId, key, deadline));
    this.#lastReceipt = receipt.catch(() => undefined);
    return receipt;
  }

  async #readReceipt(runId: string, key: string, deadline: number): Promise<Receipt | null> {
    try {
      const { workflow } = this.client;
      const query = (): Promise<Receipt | null> =>
        workflow.getHandle(this.id, runId).query<Receipt | null, [string]>(RECEIPT_QUERY, key);
      return await this.client.withDeadline(deadline, query);
    } catch (error) {
      if (isUnanswered(error)) return null;
      throw translate(error, this.id);
    }
  }

  /** Completes questions that were cut for the memo, if a worker is up. */
  async complete(interrupts: readonly Interrupt[], signal?: AbortSignal): Promise<readonly Interrupt[]> {
    if (!interrupts.some(({ truncated }) => truncated)) return interrupts;
    const asked = await this.#askOpen(signal).catch(() => []);
    signal?.throwIfAborted();
    const whole = new Map(asked.map((interrupt) => [interrupt.id, interrupt]));
    return interrupts.map((interrupt) => (interrupt.truncated && whole.get(interrupt.id)) || interrupt);
  }

  async #askOpen(signal: AbortSignal | undefined): Promise<readonly Interrupt[]> {
    const { taskQueue } = await this.describe();
    // The server is asked first, so that nobody waits for a worker that is not there.
    const { alive } = await readPollers(this.client, taskQueue, WORKFLOW);
    return alive > 0 ? (await this.query<State>(STATE_QUERY, COMPLETE_MS, signal)).interrupts : [];
  }

  /** The refusal of an answer or a cancellation for which there is no run: it has ended, or never was. */
  async notRunning(runId?: string): Promise<unknown> {
    try {
      const { status, runId: current } = await this.describe();
      if (status !== 'RUNNING') return this.closed(status);
      const gone = runId !== undefined && runId !== current;
      return new HoldpointError(
        'NotPending',
        `Thread \`${this.id}\` has gone on${gone ? ` from run ${runId} to ${current}` : ''}. Look at the open questions again.`,
      );
    } catch (error) {
      return error;
    }
  }

  /**
   * Throws where a value cannot be sent, or would not arrive as it is (T3, T7): a message over 4 MB is retried for half a
   * minute before it is refused. A payload converter of the user's may carry more, and an external storage takes any size.
   */
  assertSendable(value: unknown, what: string, check: typeof checkSendable = checkSendable): void {
    const { payloadConverter, externalStorage } = this.client.options.loadedDataConverter;
    const checked = payloadConverter === defaultPayloadConverter ? check : checkEncodable;
    const problem = checked(value, what, externalStorage ? Infinity : undefined);
    if (problem) throw new HoldpointError(problem.code, problem.message);
  }

  closed(status: string): HoldpointError {
    return new HoldpointError(
      'ThreadClosed',
      `Thread \`${this.id}\` has ended (${status.toLowerCase()}) and takes nothing more. Start it again, or look at its result.`,
    );
  }
}
