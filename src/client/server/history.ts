/**
 * A run's history, read in order and followed live.
 *
 * A long poll returns when there are events, or empty after some 20 seconds. A read adds nothing to the history and needs
 * no worker (S1).
 */
import type { Client } from '@temporalio/client';
import { defined } from '../../protocol/defined.ts';
import { withSignal } from './abort.ts';
import type { HistoryEvent } from './events.ts';
import { MAX_PAGE_BATCHES, readPage } from './page-size.ts';
import { makeDecode, retrieve, type Decode, type HistoryResponse } from './payloads.ts';

/** `HistoryEventFilterType` of the server. */
const CLOSE_EVENT = 2;
/** The server keeps a second of a long poll's deadline for itself, so a shorter poll is answered at once. */
const SKIP_MS = 1_000;

type HistoryRequest = Parameters<Client['workflowService']['getWorkflowExecutionHistory']>[0];

/** The history of one run, and how far it has been read. */
export class History {
  readonly run: string;
  readonly decode: Decode;
  readonly #client: Client;
  readonly #thread: string;
  #token: Uint8Array | undefined;
  #last = 0;
  /** Events that the next read returns: they have been fetched backwards, from the end. */
  #fetched: HistoryEvent[] = [];

  constructor(client: Client, thread: string, run: string) {
    this.#client = client;
    this.#thread = thread;
    this.run = run;
    this.decode = makeDecode(client, thread);
  }

  /** The id of the last event that was read. */
  get last(): number {
    return this.#last;
  }

  /**
   * Goes to the end of the history without reading it. `false` where that does not work: the run has ended, or the server
   * gives another answer.
   *
   * A long poll for the event that ends the run comes back empty when its deadline is near, with a token for the end.
   */
  async skipToEnd(): Promise<boolean> {
    const request = { ...this.#request(), historyEventFilterType: CLOSE_EVENT };
    const call = (): Promise<HistoryResponse> => this.#client.workflowService.getWorkflowExecutionHistory(request);
    try {
      const { history, nextPageToken } = await this.#client.withDeadline(Date.now() + SKIP_MS, call);
      if (history?.events?.length || !nextPageToken?.length) return false;
      this.#token = nextPageToken;
      return true;
    } catch {
      // The caller then reads in another way, which reports what is wrong.
      return false;
    }
  }

  /**
   * Goes on after the event `last` with these events, which reach to the end of the history. `skipToEnd` must have been
   * called before they were fetched.
   */
  goOn(last: number, events: readonly HistoryEvent[]): void {
    this.#last = last;
    this.#fetched = [...events];
  }

  /** The next events. Waits for them as long as the server does, and may return none. */
  async read(signal?: AbortSignal): Promise<HistoryEvent[]> {
    signal?.throwIfAborted();
    const events = this.#fetched.length > 0 ? this.#fetched.splice(0) : await this.#readPage(signal);
    this.#last = Number(events.at(-1)?.eventId ?? this.#last);
    return events;
  }

  async #readPage(signal: AbortSignal | undefined): Promise<HistoryEvent[]> {
    const request = { ...this.#request(), ...defined({ nextPageToken: this.#token }) };
    const call = (maximumPageSize: number): Promise<HistoryResponse> =>
      this.#client.workflowService.getWorkflowExecutionHistory({ ...request, maximumPageSize });
    const response = await withSignal(this.#client, signal, () => readPage(this.#client, MAX_PAGE_BATCHES, call));
    await retrieve(response.history, this.#client);
    this.#token = response.nextPageToken;
    // Events that came after `skipToEnd` may have been fetched backwards too.
    return (response.history?.events ?? []).filter(({ eventId }) => Number(eventId) > this.#last);
  }

  /** The event that ends the run. Waits for it as long as the server does. */
  async readEnd(signal?: AbortSignal): Promise<HistoryEvent | undefined> {
    signal?.throwIfAborted();
    const request = {
      ...this.#request(),
      ...defined({ nextPageToken: this.#token }),
      historyEventFilterType: CLOSE_EVENT,
    };
    const call = (): Promise<HistoryResponse> => this.#client.workflowService.getWorkflowExecutionHistory(request);
    const response = await withSignal(this.#client, signal, call);
    await retrieve(response.history, this.#client);
    this.#token = response.nextPageToken;
    return response.history?.events?.at(-1);
  }

  #request(): HistoryRequest {
    const { namespace } = this.#client.options;
    return { namespace, execution: { workflowId: this.#thread, runId: this.run }, waitNewEvent: true };
  }
}
