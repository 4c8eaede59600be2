/** `scriptedModel`: turns over HTTP, and a script that must fit. */
import { once } from 'node:events';
import { scriptedModel, type ScriptedModel } from 'holdpoint/testing';
import { expect, test } from 'vitest';

interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

async function ask(model: ScriptedModel, body: object = {}, signal?: AbortSignal): Promise<Reply> {
  const response = await fetch(`${model.baseURL}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer key' },
    body: JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }], ...body }),
    ...(signal ? { signal } : {}),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

async function message(model: ScriptedModel): Promise<unknown> {
  return (JSON.parse((await ask(model)).text) as { choices: [{ message: unknown }] }).choices[0].message;
}

test('each request gets the next turn: calls in short, calls as the API has them, a text', async () => {
  const call = { id: 'mine', type: 'function', function: { name: 'get_time', arguments: '{}' } } as const;
  await using model = await scriptedModel([
    {
      calls: [{ name: 'get_weather', arguments: { location: 'SF' } }, { name: 'stop' }, { name: 'x', arguments: '{"' }],
    },
    { role: 'assistant', content: null, tool_calls: [call] },
    { content: 'It is sunny.' },
  ]);
  expect(await message(model)).toMatchObject({
    role: 'assistant',
    content: null,
    tool_calls: [
      { id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{"location":"SF"}' } },
      { id: 'call_2', type: 'function', function: { name: 'stop', arguments: '{}' } },
      { id: 'call_3', type: 'function', function: { name: 'x', arguments: '{"' } },
    ],
  });
  expect(await message(model)).toMatchObject({ tool_calls: [call] });
  expect(model.remaining).toBe(1);
  expect(await message(model)).toEqual({ role: 'assistant', content: 'It is sunny.', refusal: null });
  expect(model.remaining).toBe(0);
});

test('each recorded call has what was sent, except the key', async () => {
  await using model = await scriptedModel([{ content: 'Hello' }]);
  await ask(model, { temperature: 0 });
  expect(model.requests).toMatchObject([
    { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }], body: { temperature: 0 }, authorized: true },
  ]);
  expect(JSON.stringify(model.requests)).not.toContain('Bearer');
});

test('errors of the API, headers, and bodies as they are', async () => {
  await using model = await scriptedModel([
    { status: 429, retryAfter: 2, message: 'Slow down' },
    { status: 500, headers: { 'retry-after-ms': '5' } },
    { body: '{"choices":[' },
  ]);
  const limited = await ask(model);
  expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '2']);
  expect(JSON.parse(limited.text)).toMatchObject({ error: { message: 'Slow down' } });
  const failed = await ask(model);
  expect([failed.status, failed.headers.get('retry-after-ms')]).toEqual([500, '5']);
  expect(await ask(model)).toMatchObject({ status: 200, text: '{"choices":[' });
});

test('what servers add: fields of a message and of a call, parts, and any other field', async () => {
  const parts = [{ type: 'text', text: 'Hello' }];
  await using model = await scriptedModel([
    { reasoning_content: 'Hm.', calls: [{ id: '', name: 'stop', fields: { extra_content: { google: {} } } }] },
    { role: 'assistant', content: 'Hello', content_parts: parts, parsed: 1, server: 'example.com' },
    { content: 'Hello', fields: { citations: ['a'], tool_calls: [{ function: { name: 'stop', arguments: {} } }] } },
  ]);
  expect(await message(model)).toMatchObject({
    reasoning_content: 'Hm.',
    tool_calls: [{ id: '', extra_content: { google: {} } }],
  });
  // What only we add is not sent.
  expect(await message(model)).toEqual({ role: 'assistant', content: parts, refusal: null });
  expect(await message(model)).toMatchObject({
    citations: ['a'],
    tool_calls: [{ function: { name: 'stop', arguments: {} } }],
  });
});

test('a body may be an object, and events are a stream', async () => {
  await using model = await scriptedModel([
    { body: { error: { code: 402, message: 'Insufficient credits' } } },
    { events: [{ choices: [] }, 'half'] },
  ]);
  expect(JSON.parse((await ask(model)).text)).toEqual({ error: { code: 402, message: 'Insufficient credits' } });
  const { headers, text } = await ask(model);
  expect(headers.get('content-type')).toBe('text/event-stream');
  expect(text).toBe('data: {"choices":[]}\n\ndata: half\n\ndata: [DONE]\n\n');
});

test('a request shows where it was sent, and its headers without the key', async () => {
  await using model = await scriptedModel(() => ({ content: 'Hello' }));
  const { origin } = new URL(model.baseURL);
  await fetch(`${origin}/openai/deployments/mine/chat/completions?api-version=1`, {
    method: 'POST',
    headers: { 'api-key': 'secret', 'x-title': 'Shop' },
    body: '{"messages":[]}',
  });
  const [request] = model.requests;
  expect(request).toMatchObject({
    url: '/openai/deployments/mine/chat/completions?api-version=1',
    headers: { 'x-title': 'Shop' },
    authorized: true,
  });
  expect(JSON.stringify(request)).not.toContain('secret');
});

test('a function makes a turn of the request; in place of the list it answers every request', async () => {
  await using model = await scriptedModel(({ messages }) => ({ content: `You said ${String(messages[0]?.content)}` }));
  for (let n = 0; n < 3; n++) expect(await message(model)).toMatchObject({ content: 'You said Hi' });
});

test('a turn may wait, and its signal aborts when the caller hangs up', async () => {
  const hungUp = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  await using model = await scriptedModel([
    { delay: 1, content: 'late' },
    ({ signal }) => {
      signal.addEventListener('abort', () => hungUp.resolve());
      arrived.resolve();
      return { delay: '1 minute' };
    },
  ]);
  expect(await message(model)).toMatchObject({ content: 'late' });
  const caller = new AbortController();
  const call = ask(model, {}, caller.signal);
  await arrived.promise;
  caller.abort();
  await expect(call).rejects.toThrow('aborted');
  await hungUp.promise;
});

test('a script that is not used up fails at the end of the block', async () => {
  const model = await scriptedModel([{ content: 'one' }, { content: 'two' }, { content: 'three' }]);
  await ask(model);
  await expect(model[Symbol.asyncDispose]()).rejects.toThrow(
    'Expected the script of the model to be used up after 1 calls; 2 turns are left, the next one {"content":"two"}',
  );
});

test('a request past the end is refused with a status that is not retried, and fails the block too', async () => {
  const model = await scriptedModel([]);
  const { status, text } = await ask(model);
  expect([status, text]).toEqual([400, expect.stringContaining('The script of the model ended before its call 1')]);
  await expect(model[Symbol.asyncDispose]()).rejects.toThrow('The script of the model ended before its call 1');
});

test('an error of a function of the script fails the block', async () => {
  const model = await scriptedModel([
    () => {
      throw new Error('not what I expected');
    },
  ]);
  expect(await ask(model)).toMatchObject({ status: 400, text: expect.stringContaining('not what I expected') });
  await expect(model[Symbol.asyncDispose]()).rejects.toThrow('not what I expected');
});

test('`close` does not look at the script, and may come twice', async () => {
  const model = await scriptedModel([{ content: 'one' }]);
  await model.close();
  await model.close();
  expect(model.remaining).toBe(1);
});

/** The events of a stream, and how it ended. */
async function events(model: ScriptedModel, body: object = {}): Promise<readonly unknown[]> {
  const { headers, text } = await ask(model, { stream: true, ...body });
  expect(headers.get('content-type')).toBe('text/event-stream');
  const data = text.split('\n\n').filter((event) => event !== '');
  return data
    .map((event) => event.slice('data: '.length))
    .map((event) => (event === '[DONE]' ? event : JSON.parse(event)));
}

function deltas(chunks: readonly unknown[]): readonly unknown[] {
  return (chunks as { choices?: { delta: unknown }[] }[]).flatMap(({ choices = [] }) =>
    choices.map(({ delta }) => delta),
  );
}

test('a message is streamed to a request that asks for a stream: in pieces, calls after the text, at last the usage', async () => {
  const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
  await using model = await scriptedModel([
    { content: 'Hello there', calls: [{ name: 'stop', arguments: { a: 1 } }], usage, stream: { pieces: 6 } },
  ]);
  const chunks = await events(model, { stream_options: { include_usage: true } });
  expect(deltas(chunks)).toEqual([
    { role: 'assistant', refusal: null },
    { content: 'Hello ' },
    { content: 'there' },
    { tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'stop', arguments: '' } }] },
    { tool_calls: [{ index: 0, function: { arguments: '{"a":1' } }] },
    { tool_calls: [{ index: 0, function: { arguments: '}' } }] },
    {},
  ]);
  expect(chunks.slice(-3)).toMatchObject([
    { object: 'chat.completion.chunk', choices: [{ finish_reason: 'tool_calls' }] },
    { choices: [], usage },
    '[DONE]',
  ]);
});

test('the pieces of a text may be given; without `include_usage` no tokens are sent; other fields come whole', async () => {
  await using model = await scriptedModel([
    { reasoning: 'Because', content: 'Hello', stream: { pieces: ['Hel', '', 'lo'], delay: 1 } },
    { content_parts: [{ type: 'text', text: 'Hello' }], fields: { tool_calls: [{ function: { arguments: {} } }] } },
  ]);
  const chunks = await events(model);
  expect(deltas(chunks)).toEqual([
    { role: 'assistant', refusal: null },
    { reasoning: 'Becau' },
    { reasoning: 'se' },
    { content: 'Hel' },
    { content: '' },
    { content: 'lo' },
    {},
  ]);
  expect(JSON.stringify(chunks)).not.toContain('usage');
  expect(deltas(await events(model))).toEqual([
    { role: 'assistant', refusal: null },
    { content: [{ type: 'text', text: 'Hello' }] },
    { tool_calls: [{ index: 0, function: { arguments: {} } }] },
    {},
  ]);
});

test('a stream may break, and a response is sent as it is', async () => {
  await using model = await scriptedModel([
    { content: 'Hello there', stream: { breaks: true } },
    { status: 500 },
    { events: ['half'] },
    { body: '{}' },
  ]);
  await expect(ask(model, { stream: true })).rejects.toThrow('terminated');
  expect(await ask(model, { stream: true })).toMatchObject({ status: 500 });
  expect(await ask(model, { stream: true })).toMatchObject({ text: 'data: half\n\ndata: [DONE]\n\n' });
  expect(await ask(model, { stream: true })).toMatchObject({ text: '{}' });
});

test('a stream that hangs ends when the caller hangs up, and when the model is closed', async () => {
  const model = await scriptedModel(() => ({ content: 'Hello there', stream: { hangs: true } }));
  const caller = new AbortController();
  const begun = async (signal?: AbortSignal): Promise<Response> =>
    fetch(`${model.baseURL}/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ model: 'm', messages: [], stream: true }),
      ...(signal ? { signal } : {}),
    });
  await begun(caller.signal);
  const hungUp = once(model.requests[0]!.signal, 'abort');
  caller.abort();
  await hungUp;
  const left = await begun();
  await model.close();
  await expect(left.text()).rejects.toThrow('terminated');
});

test.each<[object, string]>([
  [{ pieces: 0 }, 'Expected `pieces` to be a number of characters from 1, or a list of texts, got `0` (number)'],
  [{ pieces: ['Hel'] }, 'Expected `pieces` to be the pieces of `content`, got `["Hel"]` (object)'],
  [{ piece: 1 }, 'Expected the options of `stream` of a scripted turn to be `pieces`, got one with the name `piece`'],
])('a wrong `stream` is refused: %j', async (stream, message) => {
  await expect(scriptedModel([{ content: 'Hello', stream }])).rejects.toThrow(new TypeError(message));
});
