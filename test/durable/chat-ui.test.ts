/** The handler for pages of the AI SDK, with the SDK's own client over HTTP: conversations (C1, C2). */
import { expect, test } from 'vitest';
import { loadMessages, openPage, serveChat, shown, plainly } from './fixtures/chat-page.ts';
import { speaking } from './fixtures/chat-models.ts';
import { handler, newId, post, readAll, refused, says, server, started, useChat } from './fixtures/chat-scenario.ts';
import { openGate, reached } from './fixtures/gates.ts';
import { until } from './fixtures/scenario.ts';

useChat();

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

const ends = {
  cancelled: async (id: string) => started.client.thread(id).cancel(),
  terminated: async (id: string) => started.client.thread(id).handle.terminate('Enough'),
};

test.each([
  ['cancelled', 'The turn was cancelled.'],
  ['terminated', 'Enough'],
] as const)('a turn that is %s is the same on the page and after a reload (C2)', async (how, message) => {
  await using _model = await speaking({ content: 'I look.', calls: [{ name: 'look_up', arguments: { order: how } }] });
  const id = newId();
  const page = openPage(server.api, id);
  const sending = page.sendMessage({ text: 'Where is it?' });
  await reached({ id }, how);
  await ends[how](id);
  await sending;
  expect([page.error?.message, ...shown(page)]).toEqual([message, 'I look.', 'tool-look_up output-error']);
  // The task ends later, and changes nothing.
  openGate({ id }, how);
  if (how === 'cancelled') await until(async () => hasResult(id));
  expect(await loadMessages(server.api, id)).toEqual(plainly(page.messages));
  expect((await fetch(`${server.api}/${id}/stream`)).status).toBe(204);
});

/** Whether both tasks have returned: the model's, and the tool's. */
async function hasResult(id: string): Promise<boolean> {
  const { events } = await started.client.thread(id).handle.fetchHistory();
  return events?.filter((one) => one.activityTaskCompletedEventAttributes).length === 2;
}
