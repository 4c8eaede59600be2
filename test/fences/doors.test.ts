/**
 * Each door's exports. A name here is public API: it is documented, and stays.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './tsc.ts';

const DOORS: Readonly<Record<string, readonly string[]>> = {
  agent: ['approval', 'reactAgent'],
  activity: ['approval', 'hasCode', 'interrupt', 'preview', 'timeLeft'],
  chat: ['agUiHandler', 'uiMessageHandler'],
  client: ['Command', 'Holdpoint', 'HoldpointError', 'connect', 'hasCode'],
  inbox: ['agentInbox', 'bearerTokens', 'createInbox', 'middleware', 'signedLinks', 'trustedProxy'],
  lambda: ['runWorker'],
  openai: ['openai'],
  previews: ['heartbeats', 'redis'],
  testing: ['scriptedModel', 'startServer', 'startTest'],
  worker: ['HoldpointPlugin', 'runWorker'],
  workflow: ['entrypoint', 'hasCode', 'interrupt', 'tasks'],
};

test.each(Object.entries(DOORS))('holdpoint/%s exports these names, and no others', async (door, names) => {
  const specifier = `holdpoint/${door}`;
  expect(Object.keys((await import(specifier)) as object).toSorted()).toEqual(names);
});

test('the package has these doors, and no root door', () => {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { exports: object };
  expect(Object.keys(exports).toSorted()).toEqual(
    [...Object.keys(DOORS).map((door) => `./${door}`), './package.json'].toSorted(),
  );
  const { resolve } = createRequire(import.meta.url);
  expect(() => resolve('holdpoint')).toThrow('No "exports" main defined');
});
