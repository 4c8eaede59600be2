/**
 * A thread's workflow on its server: the few calls that everything about a thread is made of.
 *
 * `describe` needs no worker. A query needs one, and has a deadline.
 */
import { randomUUID } from 'node:crypto';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { checkEncodable, checkSendable } from '../../protocol/limits.ts';
import { RECEIPT_QUERY } from '../../protocol/names.ts';
import type { PendingCall, PreviewTransport } from '../../previews/transport.ts';
import type { Receipt } from '../../protocol/shapes.ts';
import { messageOf } from '../../protocol/thrown.ts';
import { withSignal } from './abort.ts';
import { ClientMap } from './client-map.ts';
import { readDescription, type ThreadDescription } from './description.ts';
import { HoldpointError, isNotFound, isUnanswered, threadClosed, translate } from './errors.ts';
import type { NoticeSink } from './notices.ts';
import { makeDecode, type Decode } from './payloads.ts';

/** A query may first go to a worker that is gone. The server tries another one after 10 seconds. */
const QUERY_MS = 20_000;

/** The last receipt that is asked for, by thread. */
const lastReceipts = new ClientMap<Promise<unknown>>();

/** What a handle needs: where the thread is, and what an input starts. */
export interface ThreadSettings {
  /** Temporal's client. */
  readonly client: Client;
  /** The thread's id, which is the workflow id. */
  readonly id: string;
  /** The entrypoint that an input starts. */
  readonly entrypoint: string | undefined;
  /** The task queue that an input starts it on. */
  readonly taskQueue: string | undefined;
  /** Takes what keeps the thread from going on. */
  readonly notify: NoticeSink;
  /** How what running tasks show comes to readers that ask for it. */
  readonly previews: PreviewTransport;
}

/** Calls the workflow of one thread, and knows what it has learned about the thread. */
export class ThreadHandle {
  readonly settings: ThreadSettings;
  readonly decode: Decode;
  /** The first run of the chain that took this handle's last input as a turn. It takes the next one too, unless it ended. */
  conversation: string | undefined;
  #isPlain = false;

  constructor(settings: ThreadSettings) {
    this.settings = settings;
    this.decode = makeDecode(settings.client, settings.id);
  }

  get id(): string {
    return this.settings.id;
  }

  get client(): Client {
    return this.settings.client;
  }

  /** Temporal's handle of the workflow. */
  get workflow(): WorkflowHandle {
    return this.client.workflow.getHandle(this.id);
  }

  /** True once an open question without a turn has been seen: only threads without memory look like that. */
  get isPlain(): boolean {
    return this.#isPlain;
  }

  /** Describes one run. @throws `ThreadNotFound`, `NoServer`. */
  async describeRun(runId: string): Promise<ThreadDescription> {
    try {
      return readDescription(await this.client.workflow.getHandle(this.id, runId).describe());
    } catch (error) {
      throw translate(error, this.id);
    }
  }

  /** The running calls of one run, with the details of their heartbeats. */
  async pendingCalls(runId: string): Promise<readonly PendingCall[]> {
    const { raw } = await this.client.workflow.getHandle(this.id, runId).describe();
    const calls = (raw.pendingActivities ?? []).map(async ({ activityId, attempt, heartbeatDetails }) => {
      const [details] = await this.decode.list(heartbeatDetails?.payloads);
      return { id: activityId ?? '', attempt: attempt ?? 1, details };
    });
    return Promise.all(calls);
  }

  /** @throws `ThreadNotFound`, `NoServer`. */
  async describe(): Promise<ThreadDescription> {
    try {
      const description = readDescription(await this.workflow.describe());
      const { turn, interrupts } = description;
      this.#isPlain = !turn && (this.#isPlain || interrupts.length > 0);
      return description;
    } catch (error) {
      throw translate(error, this.id);
    }
  }

  /**
   * Asks the workflow, which needs a worker.
   *
   * @throws `NoWorker` when none answers in time. The signal's reason, when it aborts.
   */
  async query<Answered>(name: string, withinMs: number = QUERY_MS, signal?: AbortSignal): Promise<Answered> {
    return withSignal(this.client, signal, () => this.#ask(name, withinMs));
  }

  async #ask<Answered>(name: string, withinMs: number): Promise<Answered> {
    try {
      return await this.client.withDeadline(Date.now() + withinMs, () => this.workflow.query<Answered>(name));
    } catch (error) {
      if (isUnanswered(error)) throw await this.noWorker(error);
      throw translate(error, this.id);
    }
  }

  /** Requests the cancellation of the run. */
  async cancel(reason: string | undefined): Promise<void> {
    if (reason === undefined) {
      await this.workflow.cancel();
      return;
    }
    // Temporal's handle takes no reason.
    const { namespace, identity } = this.client.options;
    const workflowExecution = { workflowId: this.id };
    try {
      await this.client.workflowService.requestCancelWorkflowExecution({
        namespace,
        identity,
        workflowExecution,
        requestId: randomUUID(),
        // The server refuses a request with a lone surrogate.
        reason: reason.toWellFormed(),
      });
    } catch (error) {
      throw isNotFound(error) ? await this.notRunning() : error;
    }
  }

  /**
   * What became of the answer with this key, also in a run that has ended; `null` if no receipt exists, or no worker gives
   * it in time. Without a run, in the current or last one.
   */
  receipt(runId: string | undefined, key: string, deadline: number): Promise<Receipt | null> {
    // The server buffers one query for each workflow, and delays a second one for seconds: ask them one after the other.
    const ofClient = lastReceipts.of(this.client);
    const before = ofClient.get(this.id) ?? Promise.resolve();
    const receipt = before.then(() => this.#readReceipt(runId, key, deadline));
    const settled = receipt
      .catch(() => undefined)
      .then(() => void (ofClient.get(this.id) === settled && ofClient.delete(this.id)));
    ofClient.set(this.id, settled);
    return receipt;
  }

  async #readReceipt(runId: string | undefined, key: string, deadline: number): Promise<Receipt | null> {
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

  /**
   * Throws where a value cannot be sent, or would arrive as something else (T3, T7).
   *
   * The check comes before the message because a message over 4 MB is retried for half a minute before it is refused. A
   * payload converter of the user's may carry more than JSON, and an external storage takes any size.
   *
   * @param what Names the value in the message: `the input`.
   */
  assertSendable(value: unknown, what: string, check: typeof checkSendable = checkSendable): void {
    const { payloadConverter, externalStorage } = this.client.options.loadedDataConverter;
    const checked = payloadConverter === defaultPayloadConverter ? check : checkEncodable;
    const problem = checked(value, what, externalStorage ? Infinity : undefined);
    if (problem) throw new HoldpointError(problem.code, problem.message);
  }

  /** Makes the error of a call that no worker has answered. */
  async noWorker(cause: unknown): Promise<HoldpointError> {
    const { taskQueue } = await this.describe();
    const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
    const reason = inner instanceof Error ? ` (${messageOf(inner).split('\n')[0]})` : '';
    return new HoldpointError(
      'NoWorker',
      `No worker answers for thread \`${this.id}\`${reason}. Start one on task queue \`${taskQueue}\`, or fix the one that fails.`,
      { cause },
    );
  }

  /** Makes the error of a message that found no open run: the run has ended, or never existed. */
  async notRunning(runId?: string): Promise<unknown> {
    try {
      const { isRunning, status, runId: current } = await this.describe();
      if (!isRunning) return threadClosed(this.id, status);
      const gone = runId !== undefined && runId !== current;
      return new HoldpointError(
        'NotPending',
        `Thread \`${this.id}\` has gone on${gone ? ` from run ${runId} to ${current}` : ''}. Look at the open questions again.`,
      );
    } catch (error) {
      return error;
    }
  }
}
