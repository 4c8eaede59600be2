/**
 * `holdpoint setup`: registers the optional search attributes in the namespace. Attributes that exist stay as they are.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { customAttributes, SEARCH_ATTRIBUTES } from '../../client/server/search-attributes.ts';
import { holdpointCommand, temporalCommand } from '../command-line.ts';
import type { Context } from '../context.ts';

/** It may take a minute until all parts of the server know a new attribute. */
const WAIT_MS = 60_000;
const PAUSE_MS = 200;

/** The outcome for one attribute. */
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

/** The name of a search attribute's type, from the server's `IndexedValueType`. */
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
    `Clients that start from now on index their new threads in namespace ${namespace}. Running threads are still found, by a scan.`,
  ]);
  const conflict = attributes.find(({ outcome }) => outcome === 'conflict');
  if (conflict) {
    throw new Error(
      `Search attribute ${conflict.name} has another type than ${conflict.type} in namespace ${namespace}, so holdpoint does not use it. Remove it with \`${temporalCommand('operator', 'search-attribute', 'remove', '--name', conflict.name)}\`, then run \`${holdpointCommand('setup')}\` again.`,
    );
  }
}

const OUTCOMES = { added: 'added', present: 'already registered', conflict: 'exists with another type' } as const;

/** Adds the missing attributes, and waits until the server lists them. */
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
