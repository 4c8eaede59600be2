/** Requests to the inbox's server. What comes back is a value, a refusal, or no response at all. */
import type { Refused } from '../../inbox/api.ts';
import { me, sessionOver } from './session.ts';

export type Reply<Value> =
  | { readonly kind: 'ok'; readonly status: number; readonly value: Value }
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly refused: Refused;
      /** How long the server asks to wait, in milliseconds. */
      readonly pause?: number;
    }
  /** The connection is broken, or what answered is not the inbox: a proxy, for instance. */
  | { readonly kind: 'unreachable' };

/** The token of a signed link, which stands for a person. */
let link: string | undefined;

export function useLink(token: string): void {
  link = token;
}

export function headersOf(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const actor = me.peek()?.actor;
  return {
    ...(link !== undefined && { Authorization: `Link ${link}` }),
    // Another tab of the browser may have signed somebody else in.
    ...(actor !== undefined && { 'Inbox-Person': encodeURIComponent(actor) }),
    ...more,
  };
}

/** The address of an endpoint, relative to where the inbox is mounted. */
export function api(path: string, query: Readonly<Record<string, string>> = {}): string {
  const text = new URLSearchParams(query).toString();
  return `${document.baseURI.replace(/[^/]*$/, '')}api/${path}${text === '' ? '' : `?${text}`}`;
}

export function get<Value>(url: string, signal?: AbortSignal): Promise<Reply<Value>> {
  return request<Value>(url, { headers: headersOf(), ...(signal && { signal }) });
}

export function post<Value>(url: string, body: unknown): Promise<Reply<Value>> {
  const headers = headersOf({ 'Content-Type': 'application/json' });
  return request<Value>(url, { method: 'POST', headers, body: JSON.stringify(body) });
}

export function remove<Value>(url: string): Promise<Reply<Value>> {
  return request<Value>(url, { method: 'DELETE', headers: headersOf() });
}

async function request<Value>(url: string, init: RequestInit): Promise<Reply<Value>> {
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(url, init);
    body = response.status === 204 ? undefined : await response.json();
  } catch {
    return { kind: 'unreachable' };
  }
  // The body of each status is written down in the inbox's api.ts.
  if (response.ok) return { kind: 'ok', status: response.status, value: body as Value };
  const refused = body as Refused;
  if (typeof refused?.message !== 'string') return { kind: 'unreachable' };
  if (response.status === 401) sessionOver(refused);
  const pause = Number(response.headers.get('Retry-After'));
  return { kind: 'refused', status: response.status, refused, ...(pause > 0 && { pause: pause * 1000 }) };
}

/** Whether the same request may succeed later. */
export function isPassing(reply: Reply<unknown>): boolean {
  return reply.kind === 'unreachable' || reply.status === 429 || reply.status >= 500;
}

/** What is wrong, as a sentence. */
export function troubleOf(reply: Exclude<Reply<unknown>, { kind: 'ok' }>): string {
  return reply.kind === 'refused' ? reply.refused.message : 'The inbox cannot be reached.';
}
