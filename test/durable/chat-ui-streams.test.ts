/** Pages of the AI SDK that come and go: reloads, other tabs, words as they are written (C2, C4). */
import { Holdpoint } from 'holdpoint/client';
import { expect, test } from 'vitest';
import { loadMessages, openPage, shown, shownByTest, plainly } from './fixtures/chat-page.ts';
import { hesitating, speaking } from './fixtures/chat-models.ts';
import {
  approvalOn,
  handler,
  newId,
  post,
  readAll,
  refund,
  says,
  seenOn,
  server,
  started,
  streaming,
  useChat,
} from './fixtures/chat-scenario.ts';
import { openGate, reached } from './fixtures/gates.ts';
import { resetBefore } from './fixtures/resets.ts';
import { until } from './fixtures/scenario.ts';

useChat();

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

test('a page that leaves before it has read is left alone, too: nothing is read, and nothing written (C4)', async () => {
  await using _model = await speaking(
    { calls: [{ name: 'look_up', arguments: { order: 'R-4' } }] },
    { content: 'Here.' },
  );
  const previews = shownByTest();
  const { client } = started.client;
  const reader = new Holdpoint({ client, taskQueue: started.taskQueue, previews, onNotice: () => undefined });
  const own = handler({ client: reader, keepAlive: 1 });
  const id = newId();
  const page = new AbortController();
  const first = await post(says(id, 'Hi'));
  const request = new Request(`http://localhost/api/chat/${id}/stream`, { signal: page.signal });
  const body = (await own(request)).body!.getReader();
  await body.read();
  void body.read();
  await until(() => previews.readers() === 1);
  page.abort();
  await until(() => previews.readers() === 0);
  // Comments wait only for a page that reads.
  let left = 0;
  while (!(await body.read()).done) left++;
  expect(left).toBeLessThan(3);
  openGate({ id }, 'R-4');
  await first.text();
});

test('a stream is that of the turn which it was asked for, also if another one has begun before it is read (C2)', async () => {
  await using _model = await speaking(
    { calls: [{ name: 'look_up', arguments: { order: 'R-5' } }] },
    { content: 'Here.' },
    { content: 'Two.' },
  );
  const id = newId();
  const page = openPage(server.api, id);
  const sending = page.sendMessage({ text: 'First' });
  await reached({ id }, 'R-5');
  const response = await handler()(new Request(`http://localhost/api/chat/${id}/stream`));
  openGate({ id }, 'R-5');
  await sending;
  const first = page.messages.at(-1);
  await page.sendMessage({ text: 'Second' });
  expect(plainly([await readAll(response.body)])).toEqual(plainly([first!]));
});

test('a reset in the middle of a stream ends it, and the page that is loaded again shows what counts (C2)', async () => {
  await using _model = await speaking(
    { content: 'I look.', calls: [{ name: 'look_up', arguments: { order: 'R-6' } }] },
    { content: 'Never mind.' },
  );
  const id = newId();
  const page = openPage(server.api, id);
  const sending = page.sendMessage({ text: 'Hi' });
  await reached({ id }, 'R-6');
  await until(() => shown(page).length === 2);
  const thread = started.client.thread(id);
  await resetBefore(thread, 'start');
  await sending;
  expect(page.error?.message).toContain('Load the conversation again');
  openGate({ id }, 'R-6');
  await thread.result();
  const messages = await loadMessages(server.api, id);
  expect(shown({ messages })).toEqual(['Never mind.']);
});

test('a turn that ends after the messages were loaded is streamed to a page that says what it has (C2)', async () => {
  await using _model = await speaking(
    { calls: [{ name: 'look_up', arguments: { order: 'R-7' } }] },
    { content: 'Here.' },
  );
  const id = newId();
  const sent = await post(says(id, 'Hi'));
  await reached({ id }, 'R-7');
  const messages = await loadMessages(server.api, id);
  openGate({ id }, 'R-7');
  await sent.text();
  const late = await fetch(`${server.api}/${id}/stream?after=${messages.at(-1)?.id}`);
  expect(shown({ messages: [await readAll(late.body)] })).toEqual(['tool-look_up output-available', 'Here.']);
});
