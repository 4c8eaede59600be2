/**
 * Events of a run's history, read without following it: the first ones, the last ones, or all of them backwards.
 */
import type { Client } from '@temporalio/client';
import { defined } from '../../protocol/defined.ts';
import { translate } from './errors.ts';
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
  const { namespace } = client.options;
  const request = { namespace, execution: { workflowId: id, runId }, maximumPageSize: count };
  try {
    const response = await client.workflowService.getWorkflowExecutionHistory(request);
    return response.history?.events ?? [];
  } catch (error) {
    throw translate(error, id);
  }
}

/** The last events of a run, at most `count`, newest first. */
export async function lastEvents(source: EventSource, runId: string, count: number): Promise<readonly HistoryEvent[]> {
  return (await pageBackwards(source, runId, { maximumPageSize: count })).events;
}

/** All events of a run, newest first. They are requested `pageSize` at a time. */
export async function* eventsBackwards(
  source: EventSource,
  runId: string,
  pageSize: number,
): AsyncGenerator<HistoryEvent, void> {
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await pageBackwards(source, runId, { maximumPageSize: pageSize, ...defined({ nextPageToken }) });
    yield* page.events;
    nextPageToken = page.next;
  } while (nextPageToken?.length);
}

interface Page {
  readonly events: readonly HistoryEvent[];
  readonly next: Uint8Array | undefined;
}

async function pageBackwards(
  { client, id }: EventSource,
  runId: string,
  page: { readonly maximumPageSize: number; readonly nextPageToken?: Uint8Array },
): Promise<Page> {
  const { namespace } = client.options;
  const request = { namespace, execution: { workflowId: id, runId }, ...page };
  try {
    const response = await client.workflowService.getWorkflowExecutionHistoryReverse(request);
    await retrieve(response.history, client);
    return { events: response.history?.events ?? [], next: response.nextPageToken };
  } catch (error) {
    throw translate(error, id);
  }
}
