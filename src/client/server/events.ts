/**
 * Events of a run's history, read without following it: the first ones, the last ones, or all of them backwards.
 */
import type { Client } from '@temporalio/client';
import { defined } from '../../protocol/defined.ts';
import { translate } from './errors.ts';
import { readPage } from './page-size.ts';
import { retrieve, type HistoryResponse } from './payloads.ts';

/** A history event. Its `attributes` names the one field of attributes that is set. */
export type HistoryEvent = NonNullable<NonNullable<HistoryResponse['history']>['events']>[number];

/** A time or a duration of the server's. */
type ServerTime = { readonly seconds?: unknown; readonly nanos?: number | null } | null | undefined;

/** A time of the server's as milliseconds since the epoch, or a duration in milliseconds. A missing time is 0. */
export function toMs(time: ServerTime): number {
  return Number(time?.seconds ?? 0) * 1000 + Math.floor((time?.nanos ?? 0) / 1e6);
}

/** When an event happened, in milliseconds since the epoch. */
export function eventMs(event: HistoryEvent): number {
  return toMs(event.eventTime);
}

/** When an event happened: ISO 8601 in UTC. */
export function eventTime(event: HistoryEvent): string {
  return new Date(eventMs(event)).toISOString();
}

/** A thread, as far as reading its events needs it. */
export interface EventSource {
  readonly client: Client;
  /** The thread's id. */
  readonly id: string;
}

/** The first events of a run, at most `count`, in their order. Their payloads may be in the user's external storage. */
export async function firstEvents(
  { client, id }: EventSource,
  runId: string,
  count: number,
): Promise<readonly HistoryEvent[]> {
  const request = { namespace: client.options.namespace, execution: { workflowId: id, runId } };
  try {
    const response = await readPage(client, count, (maximumPageSize) =>
      client.workflowService.getWorkflowExecutionHistory({ ...request, maximumPageSize }),
    );
    return response.history?.events ?? [];
  } catch (error) {
    throw translate(error, id);
  }
}

/** The last events of a run, at most `count`, newest first. */
export async function lastEvents(source: EventSource, runId: string, count: number): Promise<readonly HistoryEvent[]> {
  return (await pageBackwards(source, runId, { maximumPageSize: count })).events;
}

const MAX_PAGE_EVENTS = 200;

/**
 * All events of a run, newest first. The first page is small, and each further one is larger: whoever looks for something
 * near the end receives little more than that.
 */
export async function* eventsBackwards(
  source: EventSource,
  runId: string,
  firstPage: number,
): AsyncGenerator<HistoryEvent, void> {
  let nextPageToken: Uint8Array | undefined;
  let maximumPageSize = firstPage;
  do {
    const page = await pageBackwards(source, runId, { maximumPageSize, ...defined({ nextPageToken }) });
    yield* page.events;
    nextPageToken = page.next;
    maximumPageSize = Math.min(maximumPageSize * 2, MAX_PAGE_EVENTS);
  } while (nextPageToken?.length);
}

interface Page {
  readonly events: readonly HistoryEvent[];
  readonly next: Uint8Array | undefined;
}

async function pageBackwards(
  { client, id }: EventSource,
  runId: string,
  { maximumPageSize: size, ...page }: { readonly maximumPageSize: number; readonly nextPageToken?: Uint8Array },
): Promise<Page> {
  const request = { namespace: client.options.namespace, execution: { workflowId: id, runId }, ...page };
  try {
    const response = await readPage(client, size, (maximumPageSize) =>
      client.workflowService.getWorkflowExecutionHistoryReverse({ ...request, maximumPageSize }),
    );
    await retrieve(response.history, client);
    return { events: response.history?.events ?? [], next: response.nextPageToken };
  } catch (error) {
    throw translate(error, id);
  }
}
