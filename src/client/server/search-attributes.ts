/**
 * Whether a namespace has the optional search attributes, what a run is started with where it has, and the queries on
 * them.
 *
 * Threads that were started without them are found too: a query takes what has no value, and the reader filters.
 */
import type { Client } from '@temporalio/client';
import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common';
import {
  MORE,
  NOTHING,
  STATUS_ATTRIBUTE,
  WAITING_FOR_ATTRIBUTE,
  type IndexedStatus,
} from '../../protocol/search-attributes.ts';

/** `IndexedValueType` of the server. */
const KEYWORD = 2;
const KEYWORD_LIST = 7;
export const SEARCH_ATTRIBUTES = { [STATUS_ATTRIBUTE]: KEYWORD, [WAITING_FOR_ATTRIBUTE]: KEYWORD_LIST } as const;

/** It is asked before a first start, which may not wait long for it. */
const LOOKUP_MS = 3_000;
const ASK_AGAIN_MS = 60_000;

/** Looked up once for each client: an attribute is added once in the life of a namespace. */
const lookups = new WeakMap<Client, Promise<boolean>>();

/** Whether the namespace has both. `false` where the server does not tell, as one may be without the right to ask. */
export function isIndexed(client: Client): Promise<boolean> {
  const known = lookups.get(client);
  if (known) return known;
  const lookup = client.connection
    .withDeadline(Date.now() + LOOKUP_MS, () => customAttributes(client))
    .then((custom) => Object.entries(SEARCH_ATTRIBUTES).every(([name, type]) => custom[name] === type))
    .catch(() => {
      // A server that does not tell is not asked again for each start.
      setTimeout(() => lookups.delete(client), ASK_AGAIN_MS).unref();
      return false;
    });
  lookups.set(client, lookup);
  return lookup;
}

/** The namespace's own search attributes, and the number of each one's type. */
export async function customAttributes(client: Client): Promise<Readonly<Record<string, number>>> {
  const { namespace } = client.options;
  const { customAttributes: custom } = await client.connection.operatorService.listSearchAttributes({ namespace });
  return custom ?? {};
}

/** With what a run is started, so that its workflow keeps them. */
export const STARTED_WITH: readonly SearchAttributePair[] = [
  {
    key: defineSearchAttributeKey(STATUS_ATTRIBUTE, 'KEYWORD'),
    value: 'running' satisfies IndexedStatus,
  },
  { key: defineSearchAttributeKey(WAITING_FOR_ATTRIBUTE, 'KEYWORD_LIST'), value: [...NOTHING] },
];

/** The threads that do that, and those that do not tell. */
export function statusQuery(status: IndexedStatus): string {
  return `(${STATUS_ATTRIBUTE} = '${status}' OR ${STATUS_ATTRIBUTE} IS NULL)`;
}

/** The threads that wait for that, or for more than they tell, and those that do not tell. */
export function waitingForQuery(term: string): string {
  return `(${WAITING_FOR_ATTRIBUTE} IN (${quote(term)}, ${quote(MORE)}) OR ${WAITING_FOR_ATTRIBUTE} IS NULL)`;
}

/** A text in a visibility query. */
export function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
