/** examples/approvals: each of its patterns, as a user would run it (A5–A7, A11, R9, T3, I1). */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Command, type Interrupt, type Thread } from 'holdpoint/client';
import { startTest, type Test } from 'holdpoint/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import * as activities from '../../examples/approvals/activities.ts';
import { makeReplyServer, type Reply } from '../../examples/approvals/chat.ts';
import { isSigned, sign } from '../../examples/approvals/signature.ts';
import type * as workflows from '../../examples/approvals/workflows.ts';
import { expectCode, until } from './fixtures/scenario.ts';

const workflowsPath = fileURLToPath(new URL('../../examples/approvals/workflows.ts', import.meta.url));
const replay = process.env['HOLDPOINT_REPLAY'] === '1';

let approvals: Test<typeof workflows>;
beforeAll(async () => {
  approvals = await startTest<typeof workflows>({ workflowsPath, activities, replay });
});
afterAll(() => approvals[Symbol.asyncDispose]());

/** Answers the open question, and what is asked next, if anything is. */
async function answer(thread: Thread, value: unknown, actor?: string): Promise<Interrupt | undefined> {
  const { interrupts } = await thread.invoke(new Command({ resume: value, actor }));
  return interrupts?.[0];
}

function threadId(): string {
  return `approval-${randomUUID()}`;
}

test('escalation: the question of a person who does not answer in time expires, and the next person is asked (A6)', async () => {
  const thread = approvals.client.thread(threadId(), 'escalation');
  await thread.start({ question: 'Pay 120?', people: ['ann', 'bob', 'cleo'], within: '200ms' });
  await until(async () => (await thread.state()).interrupts[0]?.assignees?.[0] === 'cleo');
  expect(await thread.state()).toMatchObject({ interrupts: [{ id: 'escalation:3', value: 'Pay 120?' }] });
  await expectCode(thread.resume(true, { id: 'escalation:1', actor: 'ann' }), 'InterruptExpired');
  await thread.resume(true, { actor: 'cleo' });
  expect(await thread.result()).toMatchObject({ value: true, actor: 'cleo', how: 'answered' });
  expect(await thread.answers()).toMatchObject([{ id: 'escalation:3' }]);
});

test('escalation: an answer in time asks nobody else', async () => {
  const thread = approvals.client.thread(threadId(), 'escalation');
  await thread.invoke({ question: 'Pay 120?', people: ['ann', 'bob'] });
  expect(await answer(thread, false, 'ann')).toBeUndefined();
  expect(await thread.result()).toMatchObject({ value: false, actor: 'ann' });
});

test('two of a group: two different people other than the requester, and a refused answer says why (A7 A11)', async () => {
  const thread = approvals.client.thread(threadId(), 'twoOfGroup');
  const request = { what: 'Pay 120', requester: 'ann', group: 'finance' };
  expect((await thread.invoke(request)).interrupts).toMatchObject([
    { title: 'Pay 120: two of finance must agree', expiresAt: expect.any(String) },
  ]);
  const refusal = async (actor?: string) => (await expectCode(answer(thread, true, actor), 'NotAllowed')).message;
  expect(await refusal()).toMatch(/must say with `actor` who gives it/);
  expect(await refusal('ann')).toMatch(/whoever asks for something does not decide/);
  expect(await refusal('dora')).toMatch(/Only .*`bob`.* may answer/);
  expect(await answer(thread, true, 'bob')).toMatchObject({ votes: [{ actor: 'bob', value: true }] });
  expect(await answer(thread, true, 'bob')).toMatchObject({ votes: [{ actor: 'bob', value: true }] });
  expect(await answer(thread, true, 'cleo')).toBeUndefined();
  expect(await thread.result()).toEqual({ approved: true, agreed: ['bob', 'cleo'] });
});

test('two of a group: one refusal ends it, and so does the time (A6)', async () => {
  const request = { what: 'Pay 120', requester: 'ann', group: 'finance' };
  const refused = approvals.client.thread(threadId(), 'twoOfGroup');
  await refused.invoke(request);
  await answer(refused, true, 'bob');
  await answer(refused, false, 'cleo');
  expect(await refused.result()).toEqual({ approved: false, agreed: ['bob'], why: 'refused by cleo' });
  const silent = approvals.client.thread(threadId(), 'twoOfGroup');
  await silent.start({ ...request, withinMs: 200 });
  expect(await silent.result()).toEqual({ approved: false, agreed: [], why: 'out of time' });
});

test('ask until a rule holds: each question says what was wrong with the last answer', async () => {
  const thread = approvals.client.thread(threadId(), 'askUntil');
  await thread.invoke('Miller');
  await expectCode(thread.resume({ invoice: 'R-17' }), 'InvalidAnswer');
  expect(await answer(thread, { invoice: 'R-1', amount: 120 })).toMatchObject({
    id: 'askUntil:2',
    description: 'There is no invoice R-1.',
  });
  expect(await answer(thread, { invoice: 'R-17', amount: 210 })).toMatchObject({
    id: 'askUntil:3',
    description: 'Invoice R-17 is over 120, not 210.',
  });
  await answer(thread, { invoice: 'R-17', amount: 120 });
  expect(await thread.result()).toEqual({ id: 'R-17', amount: 120 });
});

test('a task that fails because of its answer is called again, and asks again (T3)', async () => {
  const thread = approvals.client.thread(threadId(), 'failsOnAnswer');
  expect((await thread.invoke(120)).interrupts).toMatchObject([{ id: 'pay:1', value: 'Which account pays 120?' }]);
  expect(await answer(thread, 'savings')).toMatchObject({ id: 'pay:2', description: 'Account savings is frozen.' });
  await answer(thread, 'current');
  expect(await thread.result()).toBe('120 paid from current');
});

test('chat: a question is posted, answered from there, and edited when it ends (R9)', async () => {
  await using chat = await startChat();
  const thread = approvals.client.thread(threadId(), 'deploy');
  await thread.start('v7');
  const { address } = await chat.posted(thread);
  const reply: Reply = { ...address, answer: true, actor: 'ann', key: randomUUID() };

  expect(await chat.send(reply, { secret: 'another' })).toBe(401);
  expect(await chat.send(reply, { at: Date.now() - 6 * 60_000 })).toBe(401);
  expect(await chat.send({ ...reply, answer: 'x'.repeat(100_000) })).toBe(413);
  expect(await chat.send('no object')).toBe(400);
  expect(await chat.send({ ...reply, thread: threadId() })).toBe(404);
  expect(await thread.state()).toMatchObject({ status: 'waiting', refused: [] });

  // The reply does not wait for a worker.
  await approvals.worker.stop();
  expect(await chat.send(reply)).toBe(200);
  await approvals.worker.restart();
  expect(await thread.result()).toBe('v7 released');
  expect(chat.texts(thread)).toEqual(['Deploy v7? true (ann)']);
  // The same click once more is the same answer; another one comes too late.
  expect(await chat.send(reply)).toBe(200);
  expect(await chat.send({ ...reply, key: randomUUID() })).toBe(410);
  expect(await thread.answers()).toMatchObject([{ id: 'deploy:1', value: true, actor: 'ann' }]);
});

test('chat: the server refuses a post that is not signed, or was signed too long ago', async () => {
  await using chat = await startChat();
  const post = async (headers: Record<string, string>): Promise<number> =>
    (await fetch(chat.url, { method: 'POST', headers, body: '{}' })).status;
  expect(await post({})).toBe(401);
  expect(await post(sign('{}', 'another'))).toBe(401);
  expect(await post(sign('{ }', chat.secret))).toBe(401);
  expect(await post(sign('{}', chat.secret, Date.now() - 6 * 60_000))).toBe(401);
  expect(await post({ ...sign('{}', chat.secret), 'x-signed-at': 'now' })).toBe(401);
  expect(await post(sign('{}', chat.secret))).toBe(200);
});

/** A message as the chat keeps it. */
interface Message {
  readonly text: string;
  readonly address: Pick<Reply, 'thread' | 'run' | 'id'>;
}

interface Chat extends AsyncDisposable {
  readonly url: string;
  readonly secret: string;
  /** The first message about a thread. */
  posted(thread: { readonly id: string }): Promise<Message>;
  texts(thread: { readonly id: string }): string[];
  /** A click, sent to the reply endpoint; its status. */
  send(reply: Reply | string, forged?: { secret?: string; at?: number }): Promise<number>;
}

/** A chat with a webhook for messages, and the reply endpoint that it sends clicks to. */
async function startChat(): Promise<Chat> {
  const secret = randomUUID();
  const messages = new Map<string, Message>();
  const webhook = createServer((request, response) => {
    void receive(request, secret, messages).then(({ status, ...json }) =>
      response.writeHead(status).end(JSON.stringify(json)),
    );
  });
  const replies = makeReplyServer(approvals.client, secret);
  const [url, replyUrl] = await Promise.all([listen(webhook), listen(replies)]);
  vi.stubEnv('CHAT_URL', url);
  vi.stubEnv('CHAT_SECRET', secret);
  const about = (thread: { readonly id: string }): Message[] =>
    [...messages.values()].filter(({ address }) => address?.thread === thread.id);
  return {
    url,
    secret,
    async posted(thread) {
      await until(() => about(thread).length > 0);
      return about(thread)[0]!;
    },
    texts: (thread) => about(thread).map((message) => message.text),
    async send(reply, forged = {}) {
      const body = JSON.stringify(reply);
      const headers = sign(body, forged.secret ?? secret, forged.at);
      return (await fetch(replyUrl, { method: 'POST', headers, body })).status;
    },
    async [Symbol.asyncDispose]() {
      vi.unstubAllEnvs();
      await Promise.all([webhook, replies].map((server) => close(server)));
    },
  };
}

/** The chat's webhook: a new message gets an id, with which it is edited. */
async function receive(
  request: IncomingMessage,
  secret: string,
  messages: Map<string, Message>,
): Promise<{ status: number; message?: string }> {
  const body = await text(request);
  if (!isSigned(body, secret, request.headers)) return { status: 401 };
  const { message = randomUUID(), ...content } = JSON.parse(body) as Message & { message?: string };
  if (request.method === 'PUT' && !messages.has(message)) return { status: 404 };
  messages.set(message, content);
  return { status: 200, message };
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function close(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}
