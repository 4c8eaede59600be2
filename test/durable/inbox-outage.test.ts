/** What people are told while the Temporal server is gone, and what the owner of the inbox is (W5). */
import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { Holdpoint } from 'holdpoint/client';
import { signedLinks } from 'holdpoint/inbox';
import { startServer, type DevServer } from 'holdpoint/testing';
import { expect, test } from 'vitest';
import { at, byHeader, call, follow, listed, serve, useInbox } from './fixtures/inbox-scenario.ts';

useInbox();

/** A server that can be stopped. */
async function ownServer(): Promise<DevServer> {
  const shared = process.env['TEMPORAL_ADDRESS'];
  delete process.env['TEMPORAL_ADDRESS'];
  const starting = startServer();
  if (shared !== undefined) process.env['TEMPORAL_ADDRESS'] = shared;
  return starting;
}

test('people are told that the server is away, and nothing about it; the owner learns the cause once (W5)', async () => {
  await using temporal = await ownServer();
  const { address } = temporal;
  // Without interceptors, a call that fails is not repeated.
  const connection = await Connection.connect({ address, interceptors: [] });
  const told: string[] = [];
  const onNotice = (one: string): number => told.push(one);
  const client = new Holdpoint({ client: new Client({ connection }), taskQueue: 'none', onNotice });
  const keys = [{ id: 'a', secret: 'a'.repeat(32) }];
  const options = { client, authenticate: byHeader, linkKeys: keys, query: "TaskQueue = 'none'" };
  const run = randomUUID();
  const question = { thread: `gone-${run}`, run, id: 'ask:1' };
  const memo = { 'holdpoint/ask:1': { value: 'Now?', run, askedAt: new Date().toISOString() } };
  await client.client.workflow.start('ask', { workflowId: question.thread, taskQueue: 'none', memo });

  await using known = await serve(options);
  const ann = { as: 'ann', to: known };
  await listed(question.thread, 1, ann);
  const item = `item?${at(question)}`;
  expect((await call(item, ann)).status).toBe(200);
  await using page = await follow(ann);
  const url = signedLinks({ url: known.url, keys })(question, { actor: 'eve', expires: '1h' });
  const eve = { to: known, headers: { authorization: `Link ${new URL(url).hash.slice(1)}` } };
  expect((await call(item, eve)).status).toBe(200);

  await temporal.stop();
  await page.until((event) => event.kind === 'server' && event.isAway);
  // It has never read the list.
  await using fresh = await serve(options);
  const answer = { value: 1, key: 'k' };
  const refused = [
    await call('items', { ...ann, to: fresh }),
    await call(item, ann),
    await call(item, eve),
    await call(`thread?thread=${question.thread}`, ann),
    await call(`audit?thread=${question.thread}`, ann),
    await call('decisions', ann),
    await call(`answer?${at(question)}`, { ...ann, body: answer }),
    await call(`shown?${at(question)}`, { ...ann, body: { digest: 'd' } }),
    await call(`shown?${at(question)}`, { ...eve, body: { digest: 'd' } }),
    await call(`reassign?${at(question)}`, { ...ann, body: { assignees: ['bob'] } }),
  ].map(({ status, body }) => ({ status, body }));
  const bulk = await call('answers', { ...ann, body: { answers: [{ ...question, ...answer }] } });
  const body = { error: 'NoServer', message: 'The server behind this page is away. Try again later.' };
  expect(refused).toEqual(refused.map(() => ({ status: 503, body })));
  expect(bulk).toMatchObject({ status: 200, body: { results: [{ status: 503, refused: body }] } });
  const [, port] = address.split(':');
  expect(JSON.stringify([bulk.body, page.seen])).not.toMatch(new RegExp(`temporal|grpc|ECONN|:${port}`, 'i'));
  const causes = told.filter((one) => one.startsWith('A request of the inbox failed: '));
  expect(causes.filter((one) => one.includes(`ECONNREFUSED ${address}`))).toHaveLength(1);
  await connection.close();
}, 60_000);
