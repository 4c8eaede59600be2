/** The handler for pages of the AI SDK, with the SDK's own client over HTTP (C1–C4). */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { uiMessageHandler, type ChatOptions } from 'holdpoint/chat';
import { startTest, type Test } from 'holdpoint/testing';
import { Holdpoint } from 'holdpoint/client';
import type { PreviewPart } from 'holdpoint/previews';
import { readUIMessageStream, type UIMessage } from 'ai';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import * as activities from './fixtures/chat-activities.ts';
import { hesitating, speaking } from './fixtures/chat-models.ts';
import {
  loadMessages,
  openPage,
  plainly,
  serveChat,
  shown,
  shownByTest,
  type ChatServer,
  type Page,
} from './fixtures/chat-page.ts';
import type * as workflows from './fixtures/chat-workflows.ts';
import { openGate, reached } from './fixtures/gates.ts';
import { replay, until } from './fixtures/scenario.ts';

const workflowsPath = fileURLToPath(new URL('fixtures/chat-workflows.ts', import.meta.url));

let started: Test<typeof workflows>;
let server: ChatServer;
const notices: string[] = [];
beforeAll(async () => {
  started = await startTest<typeof workflows>({
    workflowsPath,
    activities,
    replay,
    onNotice: (one) => notices.push(one),
  });
  server = await serveChat(handler());
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await started[Symbol.asyncDispose]();
});
afterEach(() => vi.unstubAllEnvs());

/** Pages say who they are in a header. Nobody lets `mallory` in. */
function handler(options: Partial<ChatOptions> = {}): (request: Request) => Promise<Response> {
  const authorize = (request: Request) => {
    const actor = request.headers.get('x-name') ?? undefined;
    return actor === 'mallory' ? false : { actor };
  };
  return uiMessageHandler({ client: started.client, entrypoint: 'support', authorize, ...options });
}

const refund = (amount: number, order = 'R-17') => ({ name: 'refund', arguments: { order, amount } });

function newId(): string {
  return `chat-${randomUUID()}`;
}

/** The approval that a page shows. */
function approvalOn({ messages }: Page): string {
  const parts = messages.at(-1)?.parts ?? [];
  const part = parts.find((one) => 'approval' in one && one.state === 'approval-requested');
  return part && 'approval' in part ? (part.approval?.id ?? '') : '';
}

async function post(body: unknown, { api = server.api, headers = {} } = {}): Promise<Response> {
  return fetch(api, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

function says(id: string, text: string, messageId = 'm1'): unknown {
  return {
    id,
    messages: [{ id: messageId, role: 'user', parts: [{ type: 'text', text }] }],
    trigger: 'submit-message',
  };
}

/** The refusal as status, code and the rest of the body. */
async function refused(response: Promise<Response>) {
  const answered = await response;
  return {
    status: answered.status,
    ...((await answered.json()) as { readonly error: string; readonly message: string }),
  };
}

test('a page talks with an agent: text, a tool call, and the next turn; a reload shows the same (C2)', async () => {
  await using _model = await speaking(
    {
      content: 'Let me see.',
      reasoning_content: 'Boston?',
      calls: [{ name: 'get_weather', arguments: { location: 'Boston' } }],
    },
    { content: 'It is sunny.' },
    { content: 'You are welcome.' },
  );
  const id = newId();
  const page = openPage(server.api, id);
  await page.sendMessage({ text: 'What is the weather?' });
  expect(shown(page)).toEqual(['(Boston?)', 'Let me see.', 'tool-get_weather output-available', 'It is sunny.']);
  expect(page.messages.at(-1)?.parts.filter(({ type }) => type === 'step-start')).toHaveLength(2);
  expect(page.messages.at(-1)?.parts).toContainEqual(
    expect.objectContaining({ input: { location: 'Boston' }, output: 'sunny in Boston' }),
  );
  await page.sendMessage({ text: 'Thank you' });
  expect(page.status).toBe('ready');
  expect(await loadMessages(server.api, id)).toEqual(plainly(page.messages));
});

test('an approval is approved on the page, and the turn goes on in the same message (C2)', async () => {
  await using _model = await speaking({ content: 'One moment.', calls: [refund(80)] }, { content: 'Done.' });
  const id = newId();
  const page = openPage(server.api, id, { name: 'ann' });
  await page.sendMessage({ text: 'Refund 80' });
  expect(shown(page)).toEqual(['One moment.', 'tool-refund approval-requested']);
  await page.addToolApprovalResponse({ id: approvalOn(page), approved: true });
  await until(() => shown(page).at(-1) === 'Done.' && page.status === 'ready');
  expect(shown(page)).toEqual(['One moment.', 'tool-refund output-available', 'Done.']);
  expect(page.messages).toHaveLength(2);
  expect((await started.client.thread(id).answers()).map(({ actor, value }) => [actor, value])).toEqual([
    ['ann', { type: 'approve' }],
  ]);
  expect(await loadMessages(server.api, id)).toEqual(plainly(page.messages));
});

test('a rejection reaches the model with its reason, and the call is shown as denied', async () => {
  await using model = await speaking({ calls: [refund(80)] }, { content: 'I did not.' });
  const page = openPage(server.api, newId());
  await page.sendMessage({ text: 'Refund 80' });
  await page.addToolApprovalResponse({ id: approvalOn(page), approved: false, reason: 'Too much' });
  await until(() => shown(page).at(-1) === 'I did not.' && page.status === 'ready');
  expect(shown(page)).toEqual(['tool-refund output-denied', 'I did not.']);
  expect(model.requests.at(-1)?.messages.at(-1)?.content).toContain('Too much');
});

test('two approvals of one message are decided together, and a message is refused until then (A4)', async () => {
  await using _model = await speaking({ calls: [refund(80, 'R-1'), refund(90, 'R-2')] }, { content: 'One of two.' });
  const id = newId();
  const page = openPage(server.api, id);
  await page.sendMessage({ text: 'Refund both' });
  expect(shown(page)).toEqual(['tool-refund approval-requested', 'tool-refund approval-requested']);
  expect(await refused(post(says(id, 'Hurry', 'm2')))).toMatchObject({ status: 409, error: 'ThreadBusy' });
  await page.addToolApprovalResponse({ id: approvalOn(page), approved: true });
  expect(page.status).toBe('ready');
  await page.addToolApprovalResponse({ id: approvalOn(page), approved: false });
  await until(() => shown(page).at(-1) === 'One of two.' && page.status === 'ready');
  expect(shown(page).toSorted()).toEqual(['One of two.', 'tool-refund output-available', 'tool-refund output-denied']);
  expect(await loadMessages(server.api, id)).toEqual(plainly(page.messages));
});

test('an edit comes as an answer of its own, and the page shows the arguments that ran', async () => {
  await using _model = await speaking({ calls: [refund(80)] }, { content: 'Done.' });
  const id = newId();
  const page = openPage(server.api, id);
  await page.sendMessage({ text: 'Refund 80' });
  const edit = { id: approvalOn(page), value: { type: 'edit', args: { order: 'R-17', amount: 60 } } };
  await page.sendMessage(undefined, { body: { answers: [edit] } });
  expect(shown(page)).toEqual(['tool-refund output-available', 'Done.']);
  expect(page.messages.at(-1)?.parts).toContainEqual(
    expect.objectContaining({ input: { order: 'R-17', amount: 60 }, output: 'Paid 60 back for R-17.' }),
  );
});

test('a question with a form is a part of its own; an answer that does not fit is refused with the problems (C3)', async () => {
  await using _model = await speaking(
    { calls: [{ name: 'ask_customer', arguments: { question: 'Where do you live?' } }] },
    { content: 'Noted.' },
  );
  const id = newId();
  const page = openPage(server.api, id);
  await page.sendMessage({ text: 'Hi' });
  expect(shown(page)).toEqual(['tool-ask_customer input-available', 'question Where do you live? open']);
  const question = page.messages.at(-1)?.parts.find(({ type }) => type === 'data-question') as {
    readonly data: { readonly id: string; readonly run: string; readonly schema: object };
  };
  expect(question.data.schema).toMatchObject({ required: ['street', 'number'] });
  const { id: asked, run } = question.data;
  expect(await refused(post({ id, answers: [{ id: asked, run, value: { street: '' } }] }))).toMatchObject({
    status: 422,
    error: 'InvalidAnswer',
    problems: expect.arrayContaining([expect.objectContaining({ message: expect.any(String) })]),
  });
  await page.sendMessage(undefined, { body: { answers: [{ id: asked, run, value: { street: 'Elm', number: 3 } }] } });
  expect(shown(page)).toEqual(['tool-ask_customer output-available', 'question Where do you live? closed', 'Noted.']);
  expect(await loadMessages(server.api, id)).toEqual(plainly(page.messages));
});

test('a page that is loaded again takes up the turn, and nothing is lost or doubled (C2)', async () => {
  await using _model = await speaking(
    { content: 'I look.', calls: [{ name: 'look_up', arguments: { order: 'R-17' } }] },
    { content: 'It comes.' },
  );
  const id = newId();
  const first = openPage(server.api, id);
  const sending = first.sendMessage({ text: 'Where is it?' });
  await reached({ id }, 'R-17');
  await until(() => shown(first).length === 2);
  await first.stop();
  await sending;
  const messages = await loadMessages(server.api, id);
  expect(messages).toMatchObject([{ role: 'user', parts: [{ type: 'text', text: 'Where is it?' }] }]);
  const second = openPage(server.api, id, { messages });
  const resuming = second.resumeStream();
  await until(() => shown(second).length === 2);
  openGate({ id }, 'R-17');
  await resuming;
  expect(shown(second)).toEqual(['I look.', 'tool-look_up output-available', 'It comes.']);
  expect(await loadMessages(server.api, id)).toEqual(plainly(second.messages));
  expect((await fetch(`${server.api}/${id}/stream`)).status).toBe(204);
});

test('an approval that waits is there after a reload, and is answered there', async () => {
  await using _model = await speaking({ content: 'One moment.', calls: [refund(80)] }, { content: 'Done.' });
  const id = newId();
  await openPage(server.api, id).sendMessage({ text: 'Refund 80' });
  const page = openPage(server.api, id, { messages: await loadMessages(server.api, id) });
  await page.resumeStream();
  expect(shown(page)).toEqual(['One moment.', 'tool-refund approval-requested']);
  await page.addToolApprovalResponse({ id: approvalOn(page), approved: true });
  await until(() => shown(page).at(-1) === 'Done.' && page.status === 'ready');
  expect(shown(page)).toEqual(['One moment.', 'tool-refund output-available', 'Done.']);
});

test('two tabs show the same; an answer in one closes the question in the other, which is told who answered (C2, C3)', async () => {
  await using _model = await speaking({ calls: [refund(80)] }, { content: 'Done.' });
  const id = newId();
  const ann = openPage(server.api, id, { name: 'ann' });
  const bob = openPage(server.api, id, { name: 'bob', messages: await loadMessages(server.api, id) });
  const waiting = fetch(`${server.api}/${id}/stream?wait=30`);
  await ann.sendMessage({ text: 'Refund 80' });
  expect((await waiting).status).toBe(200);
  bob.messages = await loadMessages(server.api, id);
  await bob.resumeStream();
  expect(shown(bob)).toEqual(shown(ann));
  const [approval, seen] = [approvalOn(bob), seenOn(bob)];
  const news = fetch(`${server.api}/${id}/stream?wait=30&after=${bob.messages.at(-1)?.id}&seen=${seen}`);
  await ann.addToolApprovalResponse({ id: approval, approved: true });
  await until(() => shown(ann).at(-1) === 'Done.');
  expect((await news).status).toBe(200);
  // Bob has not been told yet.
  const late = await refused(post({ id, messages: answeredBy(bob, approval) }, { headers: { 'x-name': 'bob' } }));
  expect(late).toMatchObject({ status: 409, error: 'AlreadyAnswered', by: 'ann', at: expect.any(String) });
  const streamed = await readAll((await news).body);
  // Also when the turn is over by then, and the tab does not wait.
  await ann.stop();
  await started.client.thread(id).result();
  const whole = await fetch(`${server.api}/${id}/stream?after=${bob.messages.at(-1)?.id}&seen=${seen}`);
  expect(shown({ messages: [await readAll(whole.body)] })).toEqual(['tool-refund output-available', 'Done.']);
  expect(shown({ messages: [streamed] })).toEqual(['tool-refund output-available', 'Done.']);
  // The same click of the same person counts once, and is not refused.
  const again = await post({ id, messages: answeredBy(bob, approval) }, { headers: { 'x-name': 'ann' } });
  expect(again.status).toBe(200);
  await again.body?.cancel();
});

/** Up to where the last message of a page shows the thread. */
function seenOn({ messages }: Page): string {
  const metadata = messages.at(-1)?.metadata as { readonly holdpoint: { readonly seen: string } } | undefined;
  return metadata?.holdpoint.seen ?? '';
}

/** The messages of a page whose approval somebody has clicked. */
function answeredBy({ messages }: Pick<Page, 'messages'>, id: string): unknown {
  return messages.map((message) => ({
    ...message,
    parts: message.parts.map((part) =>
      'approval' in part && part.approval?.id === id
        ? { ...part, state: 'approval-responded', approval: { id, approved: true } }
        : part,
    ),
  }));
}

/** The message that a stream makes, with the reader of the AI SDK; or what it makes of a message. */
async function readAll(body: ReadableStream<Uint8Array> | null, message?: UIMessage): Promise<UIMessage> {
  if (!body) throw new Error('Expected a body');
  const text = await new Response(body).text();
  const chunks = text
    .split('\n\n')
    .flatMap((line) => (line.startsWith('data: {') ? [JSON.parse(line.slice('data: '.length)) as never] : []));
  const stream = new ReadableStream<never>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  let last = message;
  for await (const one of readUIMessageStream({ stream, ...(message ? { message } : {}) })) last = one;
  if (!last) throw new Error('Expected a message');
  return last;
}

test('a tab that waits is told of the next turn, and of nothing it has (C2)', async () => {
  await using _model = await speaking({ content: 'One.' }, { content: 'Two.' });
  const id = newId();
  const page = openPage(server.api, id);
  await page.sendMessage({ text: 'First' });
  const after = page.messages.at(-1)!.id;
  const place = `after=${after}&seen=${seenOn(page)}`;
  expect((await fetch(`${server.api}/${id}/stream?after=${after}`)).status).toBe(204);
  expect((await fetch(`${server.api}/${id}/stream?wait=0.2&${place}`)).status).toBe(204);
  const waiting = fetch(`${server.api}/${id}/stream?wait=30&${place}`);
  await page.sendMessage({ text: 'Second' });
  const message = await readAll((await waiting).body);
  expect(message.id).toBe(page.messages.at(-1)?.id);
  expect(shown({ messages: [message] })).toEqual(['Two.']);
  // A tab that missed the turn gets it afterwards.
  const missed = await fetch(`${server.api}/${id}/stream?${place}`);
  expect(shown({ messages: [await readAll(missed.body)] })).toEqual(['Two.']);
});

test('a tab that waits shows what another one says and answers; it stops waiting to say something itself (C2)', async () => {
  await using _model = await speaking(
    { content: 'Hello.' },
    { calls: [refund(80)] },
    { content: 'Done.' },
    { content: 'Bye.' },
  );
  const id = newId();
  const ann = openPage(server.api, id, { name: 'ann' });
  await ann.sendMessage({ text: 'Hi' });
  const bob = openPage(server.api, id, { name: 'bob', waits: true, messages: await loadMessages(server.api, id) });
  const next = bob.resumeStream();
  await ann.sendMessage({ text: 'Refund 80' });
  await next;
  expect(shown(bob)).toEqual(['tool-refund approval-requested']);
  const closed = bob.resumeStream();
  await ann.addToolApprovalResponse({ id: approvalOn(ann), approved: true });
  await closed;
  await until(() => shown(ann).at(-1) === 'Done.');
  // What a stream showed last may not have been the end.
  while (shown(bob).at(-1) !== 'Done.') await bob.resumeStream();
  expect(shown(bob)).toEqual(shown(ann));
  const waiting = bob.resumeStream();
  await bob.stop();
  await waiting;
  await bob.sendMessage({ text: 'Bye' });
  expect(shown(bob)).toEqual(['Bye.']);
  expect(bob.messages.at(-1)).toEqual((await loadMessages(server.api, id)).at(-1));
});

test('a turn that fails ends with its error, and the conversation has it', async () => {
  await using grumpy = await serveChat(handler({ entrypoint: 'grumpy' }));
  const id = newId();
  const page = openPage(grumpy.api, id);
  await page.sendMessage({ text: 'Hi' });
  expect(page.status).toBe('error');
  expect(page.error?.message).toBe('This thread does not want to talk');
  const failed = { holdpoint: expect.objectContaining({ failed: 'This thread does not want to talk' }) };
  expect(await loadMessages(grumpy.api, id)).toMatchObject([{ role: 'user' }, { role: 'assistant', metadata: failed }]);
  page.clearError();
  await page.sendMessage({ text: 'Please' });
  expect(page.error?.message).toBe('This thread does not want to talk');
});

test('a tool that fails is an error on its call, and the turn goes on', async () => {
  await using _model = await speaking(
    {
      calls: [
        { name: 'fail', arguments: {} },
        { name: 'get_weather', arguments: '{' },
      ],
    },
    { content: 'Sorry.' },
  );
  const page = openPage(server.api, newId());
  await page.sendMessage({ text: 'Hi' });
  expect(shown(page)).toEqual(['tool-fail output-error', 'tool-get_weather output-error', 'Sorry.']);
  const errors = page.messages.at(-1)?.parts.flatMap((part) => ('errorText' in part ? [part.errorText] : []));
  expect(errors).toEqual(['The warehouse is closed', expect.stringContaining('JSON')]);
});

test('a thread without memory asks, and its value is the answer', async () => {
  await using plain = await serveChat(handler({ entrypoint: 'plain' }));
  const id = newId();
  const page = openPage(plain.api, id);
  await page.sendMessage({ text: 'Hi' });
  expect(shown(page)).toEqual(['question  open']);
  const question = page.messages.at(-1)?.parts.find(({ type }) => type === 'data-question');
  const { id: address } = question as { readonly id: string };
  expect(await refused(post(says(id, 'Busy?', 'm2'), { api: plain.api }))).toMatchObject({
    status: 409,
    error: 'ThreadBusy',
  });
  await page.sendMessage(undefined, { body: { answers: [{ id: address, value: 'Ann' }] } });
  expect(shown(page)).toEqual(['question  closed', 'Hello Ann, you said: "Hi"']);
  expect(await loadMessages(plain.api, id)).toEqual(plainly(page.messages));
});

test('the same message sent twice is one turn, and both get its stream (C1)', async () => {
  await using model = await speaking({ content: 'Once.' }, { content: 'Two.' }, { content: 'Three.' });
  const id = newId();
  const both = await Promise.all([post(says(id, 'Hi')), post(says(id, 'Hi'))]);
  const read = await Promise.all(both.map(({ body }) => readAll(body)));
  expect(read.map((message) => shown({ messages: [message] }))).toEqual([['Once.'], ['Once.']]);
  expect(model.requests).toHaveLength(1);
  // Also when other turns have followed.
  for (const [message, answer] of [
    ['m2', 'Two.'],
    ['m3', 'Three.'],
    ['m1', 'Once.'],
    ['m2', 'Two.'],
  ] as const) {
    const again = await readAll((await post(says(id, message, message))).body);
    expect([again.id, ...shown({ messages: [again] })]).toEqual([`${message}.reply`, answer]);
  }
  expect(await loadMessages(server.api, id)).toHaveLength(6);
});

test('files come to the model as parts of the message, and come back as files', async () => {
  await using model = await speaking({ content: 'A cat.' });
  const id = newId();
  const page = openPage(server.api, id);
  const file = (mediaType: string, url: string) => ({ type: 'file' as const, mediaType, url, filename: 'a' });
  const files = [
    file('image/png', 'data:image/png;base64,iVBO'),
    file('application/pdf', 'data:application/pdf;base64,JVBE'),
  ];
  await page.sendMessage({ text: 'What is it?', files });
  expect(model.requests[0]?.messages[0]?.content).toEqual([
    { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBO' } },
    { type: 'file', file: { filename: 'a', file_data: 'data:application/pdf;base64,JVBE' } },
    { type: 'text', text: 'What is it?' },
  ]);
  expect((await loadMessages(server.api, id))[0]?.parts).toMatchObject([
    { type: 'file', mediaType: 'image/png' },
    { type: 'file', mediaType: 'application/pdf' },
    { type: 'text' },
  ]);
});

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

test('without a worker the conversation is there, and an answer waits for one', async () => {
  await using _model = await speaking({ calls: [refund(80)] }, { content: 'Done.' });
  const id = newId();
  const page = openPage(server.api, id);
  await page.sendMessage({ text: 'Refund 80' });
  await started.worker.stop();
  try {
    expect(await loadMessages(server.api, id)).toMatchObject([{ role: 'user' }]);
    const again = openPage(server.api, id, { messages: await loadMessages(server.api, id) });
    await again.resumeStream();
    expect(shown(again)).toEqual(shown(page));
    const answering = again.addToolApprovalResponse({ id: approvalOn(again), approved: true });
    await until(async () => (await started.client.thread(id).handle.describe()).raw.pendingWorkflowTask != null);
    await started.worker.restart();
    await answering;
    await until(() => shown(again).at(-1) === 'Done.' && again.status === 'ready');
    expect(shown(again)).toEqual(['tool-refund output-available', 'Done.']);
  } finally {
    await started.worker.restart();
  }
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
  expect(await refused(post(says(id, 'x'.repeat(3_000_000))))).toMatchObject({ status: 413, error: 'TooLarge' });
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

interface Streaming extends ChatServer {
  readonly readers: () => number;
  /** Shows parts of a call's preview, from this place on. A later take begins anew. */
  readonly show: (parts: readonly PreviewPart[], place?: { from?: number; take?: number; call?: string }) => void;
}

/** A server whose client reads the previews that the test shows. */
async function streaming(): Promise<Streaming> {
  const previews = shownByTest();
  const { client } = started.client;
  const reader = new Holdpoint({ client, taskQueue: started.taskQueue, previews, onNotice: () => undefined });
  const served = await serveChat(handler({ client: reader }));
  const show: Streaming['show'] = (parts, { from = 0, take = 1, call = 'callModel:1' } = {}) =>
    previews.show([{ call, scheduledMs: take, attempt: 1, begin: 0, from, parts }]);
  return { ...served, show, readers: previews.readers };
}

test('words come as they are written, also after a reload, and the whole message adds only what is missing (C2)', async () => {
  await using model = await hesitating({ content: 'Hello there, Ann.', reasoning_content: 'A greeting.' });
  await using own = await streaming();
  const id = newId();
  const page = openPage(own.api, id);
  const sending = page.sendMessage({ text: 'Hi' });
  own.show([
    { kind: 'reasoning', text: 'A greeting.' },
    { kind: 'text', text: 'Hello' },
  ]);
  await until(() => shown(page).at(-1) === 'Hello');
  expect(await loadMessages(own.api, id)).toHaveLength(1);
  const again = openPage(own.api, id, { messages: await loadMessages(own.api, id) });
  const resuming = again.resumeStream();
  await until(() => shown(again).at(-1) === 'Hello');
  own.show([{ kind: 'text', text: ' there' }], { from: 16 });
  await until(() => shown(page).at(-1) === 'Hello there' && shown(again).at(-1) === 'Hello there');
  model.answer();
  await Promise.all([sending, resuming]);
  expect(shown(page)).toEqual(['(A greeting.)', 'Hello there, Ann.']);
  expect(shown(again)).toEqual(shown(page));
  expect(await loadMessages(own.api, id)).toEqual(plainly(page.messages));
});

test('words that turn out to be void are taken back: after a new attempt, and where the message differs (C2)', async () => {
  await using model = await hesitating(
    { content: 'I look.', calls: [{ name: 'get_weather', arguments: { location: 'Boston' } }] },
    { content: 'Sunny.' },
  );
  await using own = await streaming();
  const page = openPage(own.api, newId());
  const sending = page.sendMessage({ text: 'Hi' });
  own.show([{ kind: 'text', text: 'This attempt fails' }]);
  await until(() => shown(page).at(-1) === 'This attempt fails');
  own.show(
    [
      { kind: 'text', text: 'I look.' },
      { kind: 'call', index: 0, toolCallId: 'draft', name: 'get_weather' },
      { kind: 'arguments', index: 0, text: '{"location":"Bo' },
    ],
    { take: 2 },
  );
  await until(() => shown(page).join() === 'I look.,tool-get_weather input-streaming');
  // The message has another id for the call.
  model.answer(0);
  await until(() => shown(page).join() === 'I look.,tool-get_weather output-available');
  own.show([{ kind: 'text', text: 'Rain' }], { call: 'callModel:2' });
  await until(() => shown(page).at(-1) === 'Rain');
  model.answer(1);
  await sending;
  expect(shown(page)).toEqual(['I look.', 'tool-get_weather output-available', 'Sunny.']);
  expect(page.messages.at(-1)?.parts.filter(({ type }) => type === 'step-start')).toHaveLength(2);
  expect(await loadMessages(own.api, page.id)).toEqual(plainly(page.messages));
});

test('what a task shows comes as data, and stays in no message', async () => {
  await using _model = await speaking(
    { calls: [{ name: 'look_up', arguments: { order: 'R-3' } }] },
    { content: 'Here.' },
  );
  await using own = await streaming();
  const id = newId();
  const got: unknown[] = [];
  const page = openPage(own.api, id, { onData: (part) => got.push(part) });
  const sending = page.sendMessage({ text: 'Hi' });
  await reached({ id }, 'R-3');
  own.show([{ kind: 'chunk', chunk: { searched: 3 } }], { call: 'callTool:1' });
  await until(() => got.length === 1);
  expect(got).toMatchObject([
    { type: 'data-preview', data: { task: 'callTool', call: 'callTool:1', chunk: { searched: 3 } } },
  ]);
  openGate({ id }, 'R-3');
  await sending;
  expect(shown(page)).toEqual(['tool-look_up output-available', 'Here.']);
});

test('a page whose connection is cut in mid-sentence goes on with what it lacks (C2)', async () => {
  await using model = await hesitating({ calls: [refund(80)] }, { content: 'Paid back.' });
  await using own = await streaming();
  const id = newId();
  const page = openPage(own.api, id);
  model.answer(0);
  await page.sendMessage({ text: 'Refund 80' });
  // The answer has a key, so it can be sent again.
  const answers = [{ id: approvalOn(page), value: { type: 'approve' }, key: 'click' }];
  const answering = page.sendMessage(undefined, { body: { answers } });
  own.show([{ kind: 'text', text: 'Paid' }], { call: 'callModel:2' });
  await until(() => shown(page).at(-1) === 'Paid');
  await page.stop();
  await answering;
  const response = await post({ id, messages: page.messages, answers }, { api: own.api });
  expect(response.status).toBe(200);
  model.answer(1);
  const whole = await readAll(response.body, structuredClone(page.messages.at(-1)));
  expect(shown({ messages: [whole] })).toEqual(['tool-refund output-available', 'Paid back.']);
  expect(whole.parts.filter(({ type }) => type === 'step-start')).toHaveLength(2);
  expect(await loadMessages(own.api, id)).toEqual(plainly([...page.messages.slice(0, -1), whole]));
});

test('when the page leaves, the thread is read no more, and goes on (C4)', async () => {
  await using _model = await speaking(
    { calls: [{ name: 'look_up', arguments: { order: 'R-1' } }] },
    { content: 'Here.' },
  );
  await using own = await streaming();
  const id = newId();
  const page = openPage(own.api, id);
  const sending = page.sendMessage({ text: 'Hi' });
  await reached({ id }, 'R-1');
  await until(() => own.open() === 1 && own.readers() === 1);
  await page.stop();
  await sending;
  await until(() => own.open() === 0 && own.readers() === 0);
  openGate({ id }, 'R-1');
  expect(await started.client.thread(id).result()).toMatchObject({ content: 'Here.' });
});
