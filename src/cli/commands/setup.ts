/**
 * `holdpoint setup`: registers the optional search attributes on the namespace. What is there already stays.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { customAttributes, SEARCH_ATTRIBUTES } from '../../client/server/search-attributes.ts';
import { temporalCommand } from '../command-line.ts';
import type { Context } from '../context.ts';

/** A server takes up to a minute to know a new one everywhere. */
const WAIT_MS = 60_000;
const PAUSE_MS = 200;

/** What became of one attribute. */
export interface Registered {
  readonly name: string;
  readonly type: string;
  readonly outcome: 'added' | 'present' | 'conflict';
}

const TYPE_NAMES: Readonly<Record<number, string>> = {
  1: 'Text',
  2: 'Keyword',
  3: 'Int',
  4: 'Double',
  5: 'Bool',
  6: 'Datetime',
  7: 'KeywordList',
};

export function typeName(type: number): string {
  return TYPE_NAMES[type] ?? String(type);
}

export async function run(context: Context): Promise<void> {
  const { out } = context;
  const { client } = await context.client();
  const { namespace } = client.options;
  const attributes = await register(client);
  out.document({ namespace, attributes }, () => [
    ...attributes.map(({ name, type, outcome }) => `${name} (${type}): ${OUTCOMES[outcome]}`),
    `Threads that clients start from now on in namespace ${namespace} are found by them; those that run already are found by a scan.`,
  ]);
  const conflict = attributes.find(({ outcome }) => outcome === 'conflict');
  if (conflict) {
    throw new Error(
      `Search attribute ${conflict.name} has another type than ${conflict.type} in namespace ${namespace}, so it is not used. Remove it with \`${temporalCommand('operator', 'search-attribute', 'remove', '--name', conflict.name)}\`, then run this again.`,
    );
  }
}

const OUTCOMES = { added: 'added', present: 'was there already', conflict: 'there with another type' } as const;

/** Adds what is missing, and waits until the server shows it. */
export async function register(client: Client): Promise<readonly Registered[]> {
  const before = await customAttributes(client);
  const wanted = Object.entries(SEARCH_ATTRIBUTES);
  const missing = wanted.filter(([name]) => before[name] === undefined);
  if (missing.length > 0) {
    const { namespace } = client.options;
    const { operatorService } = client.connection;
    await operatorService.addSearchAttributes({ namespace, searchAttributes: Object.fromEntries(missing) });
    await untilShown(
      client,
      missing.map(([name]) => name),
    );
  }
  return wanted.map(([name, type]) => {
    const found = before[name];
    const outcome = found === undefined ? 'added' : found === type ? 'present' : 'conflict';
    return { name, type: typeName(type), outcome };
  });
}

async function untilShown(client: Client, names: readonly string[]): Promise<void> {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const custom = await customAttributes(client);
    if (names.every((name) => custom[name] !== undefined) || Date.now() > deadline) return;
    await sleep(PAUSE_MS);
  }
}
