/** `callModel` where somebody reads its preview: what is asked for, what is shown, and how a stream ends (P4). */
import { once } from 'node:events';
import { OpenAI } from 'openai';
import { scriptedModel } from 'holdpoint/testing';
import { expect, test } from 'vitest';
import { ask } from './fixtures/asked.ts';

const WEATHER = { name: 'get_weather', arguments: { location: 'Rome' } };

test('P4: a stream is asked for with its tokens, and shown as it comes', async () => {
  const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
  await using model = await scriptedModel([{ reasoning_content: 'A greeting.', content: 'Hello there', usage }]);
  const { reply, shown } = ask(model);
  expect(await reply).toMatchObject({
    role: 'assistant',
    content: 'Hello there',
    reasoning_content: 'A greeting.',
    usage,
  });
  expect(model.requests[0]?.body).toMatchObject({ stream: true, stream_options: { include_usage: true } });
  expect(shown()).toEqual([
    { kind: 'reasoning', text: 'A greeting.' },
    { kind: 'text', text: 'Hello there' },
  ]);
});

test('each tool call is shown once, before its arguments', async () => {
  await using model = await scriptedModel([{ content: 'Look:', calls: [WEATHER, { name: 'stop', arguments: '' }] }]);
  const { reply, shown } = ask(model);
  expect((await reply).tool_calls).toMatchObject([
    { id: 'call_1', function: { name: 'get_weather', arguments: '{"location":"Rome"}' } },
    { id: 'call_2', function: { name: 'stop', arguments: '{}' } },
  ]);
  expect(shown()).toEqual([
    { kind: 'text', text: 'Look:' },
    { kind: 'call', index: 0, toolCallId: 'call_1', name: 'get_weather' },
    { kind: 'arguments', index: 0, text: '{"location":"Rome"}' },
    { kind: 'call', index: 1, toolCallId: 'call_2', name: 'stop' },
  ]);
});

test('a stream that breaks in the middle is asked for again, and what was shown is void', async () => {
  await using model = await scriptedModel([
    { content: 'Hello there', stream: { pieces: ['Hel', 'lo ', 'there'], breaks: true } },
    { content: 'Hello again' },
  ]);
  const { reply, shown } = ask(model);
  expect(await reply).toMatchObject({ content: 'Hello again' });
  expect(shown()).toEqual([{ kind: 'text', text: 'Hel' }, 'reset', { kind: 'text', text: 'Hello again' }]);
});

test('an answer that does not fit `output` is void, and the next one is shown', async () => {
  await using model = await scriptedModel([{ content: 'seven' }, { content: '{"score":7}' }]);
  const { reply, shown } = ask(model, { output: { type: 'object', required: ['score'] } });
  expect(await reply).toMatchObject({ parsed: { score: 7 } });
  expect(shown()).toEqual([{ kind: 'text', text: 'seven' }, 'reset', { kind: 'text', text: '{"score":7}' }]);
});

test('a stream that never ends is ended by `timeout`, and asked for again', async () => {
  await using model = await scriptedModel([{ content: 'Hello there', stream: { hangs: true } }, { content: 'Hello' }]);
  const { reply, shown } = ask(model, { timeout: 500 });
  expect(await reply).toMatchObject({ content: 'Hello' });
  expect(shown()).toEqual([{ kind: 'text', text: 'Hello' }, 'reset', { kind: 'text', text: 'Hello' }]);
});

test('a stream that never ends is ended by a cancellation, and the server sees that the task hangs up', async () => {
  await using model = await scriptedModel([{ content: 'Hello there', stream: { hangs: true } }]);
  const { environment, reply, shown } = ask(model);
  await expect.poll(shown).toHaveLength(1);
  const { signal } = model.requests[0]!;
  const hungUp = once(signal, 'abort');
  environment.cancel();
  await expect(reply).rejects.toMatchObject({ name: 'CancelledFailure' });
  await hungUp;
});

test('a server that does not stream sends a plain completion', async () => {
  const message = { role: 'assistant', content: 'Hello' };
  await using model = await scriptedModel([{ body: { choices: [{ index: 0, finish_reason: 'stop', message }] } }]);
  const { reply, shown } = ask(model);
  expect(await reply).toEqual(message);
  expect(shown()).toEqual([]);
});

test.each([
  ['400 by its words', { status: 400, message: 'Unrecognized request argument supplied: stream_options' }],
  ['422 by the place', { status: 422, body: { detail: [{ loc: ['body', 'stream_options'], msg: 'Extra inputs' }] } }],
])('a server that refuses to count (%s) is asked for a stream without that, from then on', async (_, refusal) => {
  await using model = await scriptedModel([refusal, { content: 'Hello' }, { content: 'Hello again' }]);
  expect(await ask(model).reply).toMatchObject({ content: 'Hello' });
  expect(await ask(model).reply).toMatchObject({ content: 'Hello again' });
  expect(model.requests.map(({ body }) => [body['stream'], body['stream_options']])).toEqual([
    [true, { include_usage: true }],
    [true, undefined],
    [true, undefined],
  ]);
});

test('a server that refuses to stream is asked without, from then on; another model is asked for a stream', async () => {
  const refusal = { status: 400, body: { error: { message: 'Verify your organization', param: 'stream' } } };
  await using model = await scriptedModel([
    { status: 400, message: 'stream_options is unknown' },
    { status: 400, message: 'This model does not support streaming' },
    { content: 'Hello' },
    { content: 'Hello again' },
    refusal,
    { content: 'Fine' },
  ]);
  expect(await ask(model).reply).toMatchObject({ content: 'Hello' });
  expect(await ask(model).reply).toMatchObject({ content: 'Hello again' });
  expect(await ask(model, { model: 'other' }).reply).toMatchObject({ content: 'Fine' });
  expect(model.requests.map(({ body }) => body['stream'])).toEqual([true, true, undefined, undefined, true, undefined]);
});

test('another refusal is not asked again', async () => {
  await using model = await scriptedModel([{ status: 400, message: 'Too long' }]);
  await expect(ask(model).reply).rejects.toThrow('Model `gpt-4o-mini` refused the request: 400 Too long');
});

test('a client of the user streams too', async () => {
  await using model = await scriptedModel([{ content: 'Hello' }]);
  const client = new OpenAI({ baseURL: model.baseURL, apiKey: 'k' });
  const { reply, shown } = ask(model, { client });
  expect(await reply).toMatchObject({ content: 'Hello' });
  expect(shown()).toEqual([{ kind: 'text', text: 'Hello' }]);
});

test('a cancellation ends the stream of a client that ignores the signal', async () => {
  const cancelled = Promise.withResolvers<void>();
  const event = 'data: {"choices":[{"index":0,"delta":{"content":"Hel"}}]}\n\n';
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode(event)),
    cancel: () => cancelled.resolve(),
  });
  const create = () => ({ asResponse: async () => new Response(body) });
  const client = { baseURL: 'http://model.example', chat: { completions: { create } } };
  const { environment, reply, shown } = ask(client, { client });
  await expect.poll(shown).toEqual([{ kind: 'text', text: 'Hel' }]);
  environment.cancel();
  await expect(reply).rejects.toMatchObject({ name: 'CancelledFailure' });
  await cancelled.promise;
});
