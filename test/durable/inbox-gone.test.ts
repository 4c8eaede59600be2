/** What is gone: a Temporal server that is away (S6), and runs that the server has deleted after their retention. */
import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { uiMessageHandler, type ChatOptions } from 'holdpoint/chat';
import { Holdpoint } from 'holdpoint/client';
import { signedLinks, type LinkKey } from 'holdpoint/inbox';
import { startServer, type DevServer } from 'holdpoint/testing';
import { expect, test, vi } from 'vitest';
import { asked, at, byHeader, call, serve, started, useInbox, type Sending } from './fixtures/inbox-scenario.ts';
import { useOwnServer } from './fixtures/own-server.ts';
import { countingClient, holdRequests } from './fixtures/requests.ts';
import { until } from './fixtures/scenario.ts';

// The server deletes a run once it has written down that all work of the run is done, which it does twice a minute.
useOwnServer([
  'history.transferProcessorUpdateAckInterval="50ms"',
  'history.visibilityProcessorUpdateAckInterval="50ms"',
]);
useInbox();

const keys: readonly LinkKey[] = [{ id: 'one', secret: 'k'.repeat(32) }];
const link = signedLinks({ url: 'https://inbox.example.com', keys });

type Question = Parameters<typeof at>[0];

function byLink(question: Question): Sending {
  const { hash } = new URL(link(question, { actor: 'ann', expires: '1 hour' }));
  return { headers: { authorization: `Link ${hash.slice(1)}` } };
}

/** Sends the requests at the same time. */
async function expectAway(requests: Readonly<Record<string, () => Promise<{ status: number; body: unknown }>>>) {
  const answering = Object.entries(requests).map(async ([name, send]) => {
    const { status, body } = await send();
    expect({ name, status, body }).toMatchObject({ name, status: 503, body: { error: 'NoServer' } });
  });
  await Promise.all(answering);
}

async function chat(client: ChatOptions['client'], path: string) {
  const handle = uiMessageHandler({ client, entrypoint: 'asksEachTurn' });
  const response = await handle(new Request(`http://localhost/${path}`));
  return { status: response.status, body: await response.json() };
}

/** A server of its own, which nothing else needs. */
async function ownServer(): Promise<DevServer> {
  vi.stubEnv('TEMPORAL_ADDRESS', undefined);
  try {
    return await startServer();
  } finally {
    vi.unstubAllEnvs();
  }
}

test('while the server is away, an answer by a link and a chat page are told so, and wait for nothing (S6)', async () => {
  const gone = await ownServer();
  // Without interceptors, a call that fails is not repeated.
  const connection = await Connection.connect({ address: gone.address, interceptors: [] });
  const client = new Holdpoint({ client: new Client({ connection }), taskQueue: 'none' });
  await using to = await serve({ client, query: `TaskQueue = 'none'`, authenticate: byHeader, linkKeys: keys });
  await gone.stop();
  const question = { thread: 'gone', run: randomUUID(), id: 'ask:1' };
  await expectAway({
    answer: () => call(`answer?${at(question)}`, { ...byLink(question), to, body: { value: 1, key: 'k' } }),
    decisions: () => call('decisions', { as: 'ann', to }),
    conversation: () => chat(client, 'gone'),
    stream: () => chat(client, 'gone/stream'),
  });
  await connection.close();
});

test('a server that says nothing in the middle of a reading is away after twenty seconds (S6)', async () => {
  const question = await asked({ value: 1 });
  const thread = `silent-${randomUUID()}`;
  const conversation = started.client.thread(thread, 'asksEachTurn');
  const { run } = await conversation.start({ value: 1 }, { key: 'm1' });
  await until(async () => (await conversation.interrupts()).length === 1);
  await conversation.resume('yes');
  await conversation.result();
  const held = holdRequests('GetWorkflowExecutionHistory');
  await using own = await countingClient(started.taskQueue, [held.interceptor]);
  const authorize = () => true;
  await using to = await serve({ client: own.client, authenticate: byHeader, authorize, linkKeys: keys });
  const ann = { as: 'ann', to };
  await expectAway({
    linkedAnswer: () => call(`answer?${at(question)}`, { ...byLink(question), to, body: { value: 1, key: 'k' } }),
    story: () => call(`thread?thread=${question.thread}`, ann),
    audit: () => call(`audit?thread=${question.thread}`, ann),
    conversation: () => chat(own.client, thread),
    // A page that may lack the end of its turn.
    stream: () => chat(own.client, `${thread}/stream?after=m1.reply&seen=${run}.1`),
  });
  // Nothing was sent with the link.
  expect(await started.client.thread(question.thread).interrupts()).toHaveLength(1);
  await conversation.handle.terminate();
});

/** Deletes a run, as the server does after its retention. */
async function forget(workflowId: string, runId: string): Promise<void> {
  const { client } = started.client;
  const { namespace } = client.options;
  await client.workflowService.deleteWorkflowExecution({ namespace, workflowExecution: { workflowId, runId } });
  const there = () => client.workflow.getHandle(workflowId, runId).describe();
  await until(() =>
    there().then(
      () => false,
      () => true,
    ),
  );
}

test('a link to what the server has deleted says no more than that the question is not there (W3, W4)', async () => {
  const question = await asked({ value: 1 });
  await using to = await serve({ authenticate: byHeader, linkKeys: keys });
  const sending = { ...byLink(question), to };
  await started.client.thread(question.thread).resume('yes', { actor: 'ann' });
  await started.client.thread(question.thread).result();
  await forget(question.thread, question.run);
  const refused = { status: 403, body: { error: 'Forbidden' } };
  expect(await call(`answer?${at(question)}`, { ...sending, body: { value: 'no', key: 'k' } })).toMatchObject(refused);
  expect(await call(`item?${at(question)}`, sending)).toMatchObject(refused);
});

test('a link answers its question, once, in a thread whose first run the server has deleted (W4)', async () => {
  const thread = `long-${randomUUID()}`;
  const client = started.client.thread(thread, 'asksInNextRun');
  await client.start({ value: 1 });
  await until(async () => (await client.interrupts()).length === 1);
  const [question] = (await client.interrupts()).map((one) => ({ ...one, thread }));
  await forget(thread, question!.run);
  await using to = await serve({ authenticate: byHeader, linkKeys: keys });
  const sending = { ...byLink(question!), to };
  const send = (value: unknown) => call(`answer?${at(question!)}`, { ...sending, body: { value, key: randomUUID() } });
  expect(await send('yes')).toMatchObject({ status: 200, body: { outcome: 'accepted' } });
  expect((await send('yes')).status).toBe(200);
  const ending = { how: 'answered', actor: 'ann' };
  expect(await send('no')).toMatchObject({ status: 409, body: { ending } });
  expect(await call(`item?${at(question!)}`, sending)).toMatchObject({ status: 409, body: { ending } });
});
