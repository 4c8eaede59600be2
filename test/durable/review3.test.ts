/** What a reviewer tried on a chain of runs. */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { startServer, startTest, type DevServer, type Test } from 'holdpoint/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as activities from './fixtures/review-activities.ts';
import type * as workflows from './fixtures/review-workflows.ts';
import { drain, expectCode, Q, replay, until } from './fixtures/scenario.ts';

const workflowsPath = fileURLToPath(new URL('fixtures/review-workflows.ts', import.meta.url));
const shared = process.env['TEMPORAL_ADDRESS'];
let server: DevServer;
let t: Test<typeof workflows>;
beforeAll(async () => {
  delete process.env['TEMPORAL_ADDRESS'];
  const config = ['limit.historyCount.suggestContinueAsNew=30', 'history.workflowIdReuseMinimalInterval="1ms"'];
  server = await startServer({ extraArgs: config.flatMap((value) => ['--dynamic-config-value', value]) });
  process.env['TEMPORAL_ADDRESS'] = server.address;
  t = await startTest<typeof workflows>({ workflowsPath, activities, replay });
});
afterAll(async () => {
  await t[Symbol.asyncDispose]();
  if (shared !== undefined) process.env['TEMPORAL_ADDRESS'] = shared;
  await server.stop();
});
const id = (): string => `v-${randomUUID()}`;
const continued = async (thread: {
  handle: {
    describe(): Promise<{ raw: { workflowExecutionInfo?: { firstRunId?: string | null } | null }; runId: string }>;
  };
}): Promise<boolean> => {
  const { raw, runId } = await thread.handle.describe();
  return raw.workflowExecutionInfo?.firstRunId !== runId;
};

test('P: the large value of a first turn is read, or said to be gone, after the run continued as new', async () => {
  const thread = t.client.thread(id(), 'vQueue');
  await thread.start('manyLarge', { key: 'k1' });
  await until(() => continued(thread));
  const value = await thread.result({ key: 'k1' }).catch((error: unknown) => error);
  expect(value).toBeDefined();
});

// The SDK has no summary for continue-as-new.
test.fails('U: summary and details of the start are those of the whole chain', async () => {
  const thread = t.client.thread(id(), 'vQueue');
  await thread.start('manyLarge', { staticSummary: 'mine' });
  await until(() => continued(thread));
  const described = await thread.handle.describe();
  expect(await described.staticSummary()).toBe('mine');
});

test('V: a handler of the user that waits for a later turn', { timeout: 30_000 }, async () => {
  const thread = t.client.thread(id(), 'vLater');
  await thread.start('first');
  await thread.handle.signal('later');
  await thread.result();
  expect(await thread.invoke('second')).toEqual({ value: 'second' });
});

test('W: a chain is followed from a cursor of its first run, by several readers', async () => {
  const thread = t.client.thread(id(), 'vReject');
  const first = thread.stream('ask');
  expect((await first.next()).value).toMatchObject({ __interrupt__: [{ id: 'vReject:1' }] });
  const { cursor } = first;
  await first.return();
  await thread.resume('x');
  for (const x of ['b', 'c', 'd', 'e', 'f', 'g', 'h']) await thread.invoke(x);
  expect(await continued(thread)).toBe(true);
  const readers = await Promise.all([1, 2, 3].map(() => drain(thread.follow({ from: cursor }))));
  expect(readers[0]?.map((update) => (update['vReject'] as string[]).length)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(readers[1]).toEqual(readers[0]);
  expect(readers[2]).toEqual(readers[0]);
  await expectCode(thread.resume('y', { id: 'vReject:1' }), 'NotPending');
  expect(await drain(thread.stream('ask'))).toEqual([Q('vReject:2', 'body?')]);
});
