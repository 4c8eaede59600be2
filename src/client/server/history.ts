/**
 * A run's history, read in order and followed live.
 *
 * A long poll returns when there are events, or empty after some 20 seconds; a read adds nothing to the history and
 * needs no worker (S1).
 */
import type { Client } from '@temporalio/client';
import {
  decodeArrayFromPayloads,
  decodeMapFromPayloads,
  decodeOptionalFailureToOptionalError,
  extstoreInboundOptions,
  visit,
  walkGetWorkflowExecutionHistoryResponse,
} from '@temporalio/common/lib/internal-non-workflow/index.js';

/** `HistoryEventFilterType` of the server. */
const CLOSE_EVENT = 2;
/** A server keeps a second of a long poll's deadline for itself, so a shorter one is answered at once. */
const SKIP_MS = 1_000;

type HistoryResponse = Awaited<ReturnType<Client['workflowService']['getWorkflowExecutionHistory']>>;

type HistoryRequest = Parameters<Client['workflowService']['getWorkflowExecutionHistory']>[0];

/** A history event; its `attributes` names the one field of attributes that is set. */
export type HistoryEvent = NonNullable<NonNullable<HistoryResponse['history']>['events']>[number];

/** When an event happened: ISO 8601 in UTC. */
export function eventTime(event: HistoryEvent): string {
  return new Date(eventMs(event)).toISOString();
}

export function eventMs(event: HistoryEvent): number {
  const { seconds, nanos } = event.eventTime ?? {};
  return Number(seconds ?? 0) * 1000 + Math.floor((nanos ?? 0) / 1e6);
}

/** Payloads of the history, decoded with the client's data converter. */
export interface Decode {
  list(payloads: PayloadList): Promise<unknown[]>;
  map(fields: PayloadMap): Promise<Record<string, unknown>>;
  failure(failure: Failure): Promise<Error | undefined>;
}

export type PayloadList = Parameters<typeof decodeArrayFromPayloads>[1];
export type PayloadMap = Parameters<typeof decodeMapFromPayloads>[1];
type Failure = Parameters<typeof decodeOptionalFailureToOptionalError>[1];

/** Brings what the user's external storage holds into a part of a history. */
export async function retrieve(
  history: HistoryResponse['history'],
  { externalStorage }: Client['options']['loadedDataConverter'],
): Promise<void> {
  if (!externalStorage || !history) return;
  await visit({ history }, walkGetWorkflowExecutionHistoryResponse, extstoreInboundOptions(externalStorage));
}

export function makeDecode(client: Client, thread: string): Decode {
  const { loadedDataConverter, namespace } = client.options;
  const context = { type: 'workflow', namespace, workflowId: thread } as const;
  return {
    list: (payloads) => decodeArrayFromPayloads(loadedDataConverter, payloads, context),
    map: async (fields) => (await decodeMapFromPayloads(loadedDataConverter, fields, context)) ?? {},
    failure: (failure) => decodeOptionalFailureToOptionalError(loadedDataConverter, failure, context),
  };
}

export class History {
  readonly run: string;
  readonly decode: Decode;
  readonly #client: Client;
  readonly #thread: string;
  #token: Uint8Array | undefined;
  #last = 0;

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
   * Goes to the end of the history without reading it. `false` where that does not work: the run has ended, or the
   * server answers otherwise.
   *
   * A long poll for the event that ends the run comes back empty when its deadline is near, with a token of the end.
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
      // Whoever goes on reads in another way, and meets there what is wrong.
      return false;
    }
  }

  /** The next events; waits for them as long as the server does, and may return none. */
  async read(signal?: AbortSignal): Promise<HistoryEvent[]> {
    signal?.throwIfAborted();
    const request = { ...this.#request(), ...(this.#token ? { nextPageToken: this.#token } : {}) };
    const call = (): Promise<HistoryResponse> => this.#client.workflowService.getWorkflowExecutionHistory(request);
    const response = await (signal ? this.#client.connection.withAbortSignal(signal, call) : call());
    await retrieve(response.history, this.#client.options.loadedDataConverter);
    this.#token = response.nextPageToken;
    const events = response.history?.events ?? [];
    this.#last = Number(events.at(-1)?.eventId ?? this.#last);
    return events;
  }

  #request(): HistoryRequest {
    const { namespace } = this.#client.options;
    return { namespace, execution: { workflowId: this.#thread, runId: this.run }, waitNewEvent: true };
  }
}
