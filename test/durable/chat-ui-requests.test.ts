/** What the handler for pages of the AI SDK refuses (C3). */
import { Client, Connection } from '@temporalio/client';
import { agUiHandler, uiMessageHandler, type ChatOptions } from 'holdpoint/chat';
import { Holdpoint } from 'holdpoint/client';
import { expect, test } from 'vitest';
import { loadMessages, serveChat } from './fixtures/chat-page.ts';
import { handler, newId, notices, post, refused, says, server, started, useChat } from './fixtures/chat-scenario.ts';

useChat();

test('a sender who may not use the thread is refused; without `authorize`, so is everybody from elsewhere', async () => {
  const mallory = { headers: { 'x-name': 'mallory' } };
  expect(await refused(post(says(newId(), 'Hi'), mallory))).toMatchObject({ status: 403, error: 'Forbidden' });
  expect(await refused(fetch(`${server.api}/some`, mallory))).toMatchObject({ status: 403 });
  expect(await refused(fetch(`${server.api}/some/stream`, mallory))).toMatchObject({ status: 403 });
  const open = uiMessageHandler({ client: started.client, entrypoint: 'support' });
  expect(await refused(open(new Request('http://chat.example/api/chat/some')))).toMatchObject({
    status: 403,
    message: expect.stringContaining('`authorize`'),
  });
  expect((await open(new Request('http://localhost/api/chat/some'))).status).toBe(200);
});

test('an unknown thread has no messages and no stream, and nobody can answer it', async () => {
  const id = newId();
  expect(await loadMessages(server.api, id)).toEqual([]);
  expect((await fetch(`${server.api}/${id}/stream`)).status).toBe(204);
  expect(await refused(post({ id, answers: [{ id: 'callTool:1', run: 'r', value: 1 }] }))).toMatchObject({
    status: 404,
    error: 'ThreadNotFound',
  });
});

test('a body that is none of the protocol is refused with what is wrong and where, and starts nothing (C3)', async () => {
  const id = newId();
  const user = (parts: unknown): unknown => ({ id, messages: [{ id: 'm', role: 'user', parts }] });
  let deep: unknown = 'x';
  for (let i = 0; i < 1_000; i++) deep = [deep];
  const wrong: readonly (readonly [unknown, string])[] = [
    ['{', 'JSON'],
    ['[]', 'the body to be a JSON object'],
    [{ messages: [] }, '`id`'],
    [{ id: 7 }, '`id`'],
    [{ id }, 'role `user`'],
    [{ id, messages: 'x' }, '`messages` to be a list'],
    [{ id, messages: [null] }, '`messages[0]` to be an object'],
    [{ id, messages: [{ role: 'system' }] }, '`messages[0].role`'],
    [{ threadId: id, runId: 'r', messages: [] }, '`id`'],
    [user(undefined), '`messages[0].parts` to be a list'],
    [user([]), '`messages[0].parts`'],
    [user([{ type: 'text', text: 7 }]), '`messages[0].parts[0].text`'],
    [user([{ type: 'file', url: 'https://x.test/a.pdf', mediaType: 'application/pdf' }]), 'a data URL'],
    [user([{ type: 'text', text: '\ud800' }]), '`messages[0].parts[0].text`'],
    [{ id, messages: [{ id: 'a', role: 'assistant', parts: [] }] }, 'role `user`'],
    [{ id, messages: [{ role: 'assistant', parts: [{ state: 'approval-responded' }] }] }, '.approval` to be an object'],
    [{ id, answers: [{ id: 'q', value: 1 }] }, '`answers[0].run`'],
    [{ id, answers: [{ id: 'q', run: 'r' }] }, '`answers[0].value`'],
    [
      { id, answers: Array.from({ length: 101 }, (_, n) => ({ id: `q${n}`, run: 'r', value: 1 })) },
      'at most 100 answers',
    ],
    [{ id: 'x'.repeat(1_001) }, '`id` to have at most 1000 bytes'],
    [says(id, 'Hi', 'x'.repeat(1_001)), '`messages[0].id` to have at most 1000 bytes'],
    [{ id, messages: [], trigger: 'regenerate-message' }, 'does not take back'],
    [{ ...(says(id, 'Hi') as object), more: deep }, 'levels deep'],
  ];
  for (const [body, words] of wrong) {
    const { status, message } = await refused(post(body));
    expect([status, message]).toEqual([400, expect.stringContaining(words)]);
  }
  const form = fetch(server.api, { method: 'POST', body: JSON.stringify(says(id, 'Hi')) });
  expect(await refused(form)).toMatchObject({ status: 400, message: expect.stringContaining('application/json') });
  const put = fetch(server.api, { method: 'PUT' });
  expect(await refused(put)).toMatchObject({ status: 405, error: 'MethodNotAllowed' });
  expect(await refused(fetch(`${server.api}/${id}/stream?wait=31`))).toMatchObject({ status: 400 });
  await using small = await serveChat(handler({ maxBytes: 1_000 }));
  expect(await refused(post(says(id, 'x'.repeat(1_000)), { api: small.api }))).toMatchObject({ status: 413 });
  expect(await refused(post(says(id, 'x'.repeat(3_000_000))))).toMatchObject({
    status: 413,
    error: 'TooLarge',
    message: 'This is too large to be sent. Shorten it.',
  });
  expect(await loadMessages(server.api, id)).toEqual([]);
});

test('an error that nobody expects says nothing about itself (C3)', async () => {
  const secret = handler({
    input: () => {
      throw new Error('the password is 1234');
    },
  });
  await using own = await serveChat(secret);
  const { status, message } = await refused(post(says(newId(), 'Hi'), { api: own.api }));
  expect([status, message]).toEqual([500, 'The request failed.']);
  expect(notices).toContainEqual(expect.stringContaining('the password is 1234'));
});

test.each([
  new Response('No', { status: 401 }),
  [],
  { error: 'unknown' },
  { actor: 7 },
  { actor: '' },
  { actor: 'ann', groups: 'finance' },
  { actor: 'ann', groups: [7] },
  new Error('No'),
  'yes',
  undefined,
])('an `authorize` that returns what is no visitor lets nobody in: %o', async (returned) => {
  const careless = handler({ authorize: (() => returned) as unknown as ChatOptions['authorize'] });
  expect(await refused(careless(new Request('http://localhost/api/chat/some')))).toMatchObject({ status: 403 });
});

test('without `authorize`, a page of another host is refused, also where the server allows cross-origin requests', async () => {
  const open = uiMessageHandler({ client: started.client, entrypoint: 'support' });
  const get = (origin: string) => open(new Request('http://localhost/api/chat/some', { headers: { origin } }));
  for (const origin of ['https://chat.example', 'null', 'http://localhost.chat.example'])
    expect(await refused(get(origin))).toMatchObject({ status: 403 });
  expect((await get('http://localhost:5173')).status).toBe(200);
});

test('a thread of another entrypoint, or a workflow that has none, is not served', async () => {
  const [other, payroll] = [newId(), newId()];
  await using plain = await serveChat(handler({ entrypoint: 'plain' }));
  await (await post(says(other, 'The secret'), { api: plain.api })).text();
  await started.client.client.workflow.start('payroll', { workflowId: payroll, taskQueue: 'payroll', args: ['x'] });
  const agUi = agUiHandler({ client: started.client, entrypoint: 'support' });
  for (const id of [other, payroll]) {
    const messages = [{ id: 'm1', role: 'user', content: 'The secret' }];
    const body = JSON.stringify({ threadId: id, runId: 'r', messages });
    const headers = { 'content-type': 'application/json' };
    for (const request of [
      fetch(`${server.api}/${id}`),
      fetch(`${server.api}/${id}/stream`),
      // The key of its turn.
      post(says(id, 'The secret')),
      post(says(id, 'Another', 'm2')),
      post({ id, answers: [{ id: 'interrupt:1', run: 'r', value: 'Ann' }] }),
      agUi(new Request('http://localhost', { method: 'POST', headers, body })),
    ])
      expect(await refused(request)).toMatchObject({ status: 409, error: 'WrongEntrypoint' });
  }
});

test('no cache keeps what a thread says, nor a refusal', async () => {
  const id = newId();
  for (const address of [id, `${id}/stream`, ''])
    expect((await fetch(`${server.api}/${address}`)).headers.get('cache-control')).toBe('no-store');
});

test('without a server, a page that comes back is told so, and nothing about the server; the owner learns the cause (C3)', async () => {
  const address = '127.0.0.1:1';
  const connection = Connection.lazy({ address, interceptors: [] });
  const told: string[] = [];
  const onNotice = (one: string): number => told.push(one);
  const away = new Holdpoint({ client: new Client({ connection }), taskQueue: 'none', onNotice });
  const get = handler({ client: away });
  const agUi = agUiHandler({ client: away, entrypoint: 'support' });
  const body = JSON.stringify({ threadId: 'some', runId: 'r', messages: [] });
  const headers = { 'content-type': 'application/json' };
  for (const request of [
    get(new Request('http://localhost/api/chat/some/stream')),
    agUi(new Request('http://localhost/agent', { method: 'POST', headers, body })),
  ])
    expect(await refused(request)).toEqual({
      status: 503,
      error: 'NoServer',
      message: 'The server behind this page is away. Try again later.',
    });
  expect(told).toEqual([
    expect.stringMatching(`A request of a chat page failed: .*ECONNREFUSED ${address}`),
    expect.stringMatching(`A request of an AG-UI page failed: .*ECONNREFUSED ${address}`),
  ]);
  await connection.close();
});
