/**
 * The optional search attributes of a namespace: whether it has them, how they are registered, what a run is started with,
 * and the visibility queries on them.
 *
 * A thread that was started without them is found too: a query also takes threads that have no value, and whoever lists
 * them filters by the memo.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common';
import { defined } from '../../protocol/defined.ts';
import {
  LABELLED,
  MORE,
  NOTHING,
  STATUS_ATTRIBUTE,
  WAITING_FOR_ATTRIBUTE,
  type IndexedStatus,
} from '../../protocol/search-attributes.ts';
import { withoutSignal } from './abort.ts';
import { quote } from './visibility.ts';

/** The names of `IndexedValueType` of the server, by number. */
const TYPE_NAMES: Readonly<Record<number, string>> = {
  1: 'Text',
  2: 'Keyword',
  3: 'Int',
  4: 'Double',
  5: 'Bool',
  6: 'Datetime',
  7: 'KeywordList',
};
const KEYWORD = 2;
const KEYWORD_LIST = 7;
const WANTED: Readonly<Record<string, number>> = { [STATUS_ATTRIBUTE]: KEYWORD, [WAITING_FOR_ATTRIBUTE]: KEYWORD_LIST };

/** The lookup delays the first start, so it must be short. */
const LOOKUP_MS = 3_000;
const ASK_AGAIN_MS = 60_000;

/** One lookup for each client: attributes are added once in the life of a namespace. */
const lookups = new WeakMap<Client, Promise<boolean>>();

/** Whether the namespace has both attributes. `false` where the server does not say, for example for lack of permission. */
export function isIndexed(client: Client): Promise<boolean> {
  const known = lookups.get(client);
  if (known) return known;
  const lookup = withoutSignal(client, () =>
    client.withDeadline(Date.now() + LOOKUP_MS, () => customAttributes(client)),
  )
    .then((custom) => Object.entries(WANTED).every(([name, type]) => custom[name] === type))
    .catch(() => {
      // The server is asked again, but not for each start.
      setTimeout(() => lookups.delete(client), ASK_AGAIN_MS).unref();
      return false;
    });
  lookups.set(client, lookup);
  return lookup;
}

/** One of our search attributes, as a namespace has it. */
export interface RegisteredAttribute {
  /** The name of the attribute. */
  readonly name: string;
  /** The type that it must have: `Keyword`. */
  readonly type: string;
  /** The type that the namespace has it with; missing where the namespace does not have it. */
  readonly foundType?: string;
}

/** Our search attributes, as the namespace has them now. */
export async function readAttributes(client: Client): Promise<readonly RegisteredAttribute[]> {
  const custom = await customAttributes(client);
  return Object.entries(WANTED).map(([name, type]) => {
    const found = custom[name];
    return { name, type: typeName(type), ...defined({ foundType: found === undefined ? undefined : typeName(found) }) };
  });
}

/** The server takes up to a minute to know a new attribute everywhere. */
const SHOWN_WITHIN_MS = 60_000;
const PAUSE_MS = 200;

/**
 * Adds the attributes that the namespace lacks, and waits until the server shows them, at most a minute.
 *
 * @returns What was there before: an attribute without `foundType` has been added.
 */
export async function registerAttributes(client: Client): Promise<readonly RegisteredAttribute[]> {
  const before = await readAttributes(client);
  const missing = before.filter(({ foundType }) => foundType === undefined).map(({ name }) => name);
  if (missing.length > 0) {
    const { namespace } = client.options;
    const searchAttributes = Object.fromEntries(missing.map((name) => [name, WANTED[name]!]));
    await client.connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
    await untilShown(client, missing);
  }
  return before;
}

async function untilShown(client: Client, names: readonly string[]): Promise<void> {
  const deadline = Date.now() + SHOWN_WITHIN_MS;
  for (;;) {
    const custom = await customAttributes(client);
    if (names.every((name) => custom[name] !== undefined) || Date.now() > deadline) return;
    await sleep(PAUSE_MS);
  }
}

/** The namespace's own search attributes: the number of each one's type. */
async function customAttributes(client: Client): Promise<Readonly<Record<string, number>>> {
  const { namespace } = client.options;
  const { customAttributes: custom } = await client.connection.operatorService.listSearchAttributes({ namespace });
  return custom ?? {};
}

function typeName(type: number): string {
  return TYPE_NAMES[type] ?? String(type);
}

/** The values that a run is started with. Its workflow updates them. */
export const STARTED_WITH: readonly SearchAttributePair[] = [
  {
    key: defineSearchAttributeKey(STATUS_ATTRIBUTE, 'KEYWORD'),
    value: 'running' satisfies IndexedStatus,
  },
  { key: defineSearchAttributeKey(WAITING_FOR_ATTRIBUTE, 'KEYWORD_LIST'), value: [...NOTHING] },
];

/** The query for threads with this status, and for threads without the attribute. */
export function statusQuery(status: IndexedStatus): string {
  return `(${STATUS_ATTRIBUTE} = '${status}' OR ${STATUS_ATTRIBUTE} IS NULL)`;
}

/** The query for threads that wait for `term`, for threads that wait for more than the attribute holds, and for threads without it. */
export function waitingForQuery(term: string): string {
  return `(${WAITING_FOR_ATTRIBUTE} IN (${quote(term)}, ${quote(MORE)}) OR ${WAITING_FOR_ATTRIBUTE} IS NULL)`;
}

/** The same for a tag or a priority. It also takes threads whose list has none, because their worker is of an earlier version. */
export function labelledQuery(term: string): string {
  return `(${waitingForQuery(term)} OR ${WAITING_FOR_ATTRIBUTE} != ${quote(LABELLED)})`;
}
