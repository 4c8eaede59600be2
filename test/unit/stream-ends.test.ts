/** How streams end: with a message, in the middle of one, or with an error (P4). */
import { expect, test } from 'vitest';
import { readStream } from '../../src/activities/openai/stream.ts';
import { asText, read } from './fixtures/read-stream.ts';

const STOP = { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] };

function delta(fields: object, more: object = {}): object {
  return { choices: [{ index: 0, delta: fields, finish_reason: null, ...more }] };
}

const HELLO = { role: 'assistant', content: 'Hello' };
const hello = [delta({ role: 'assistant', content: 'Hel' }), delta({ content: 'lo' })];

test.each<[string, string, object]>([
  ['a connection that ends in the middle', asText(hello), { kind: 'unavailable' }],
  ['an event that is cut', `${asText(hello)}data: {"choices":[{`, { name: 'SyntaxError' }],
  ['nothing', '', { name: 'SyntaxError' }],
  [
    'an error in the middle',
    asText([...hello, { error: { code: 502, message: 'Lost' } }]),
    { kind: 'unavailable', message: '502 Lost' },
  ],
  [
    'an error beside a choice',
    asText([{ ...delta({}), error: { code: 403, message: 'Flagged' } }]),
    { kind: 'refused', message: '403 Flagged' },
  ],
  [
    'an error in a choice',
    asText([...hello, delta({}, { error: { code: 429, message: 'Slow' } })]),
    { kind: 'unavailable', message: '429 Slow' },
  ],
  [
    'an event with the name of an error',
    'event: error\ndata: {"error":{"type":"overloaded_error","message":"Busy"}}\n\n',
    { kind: 'unavailable', message: '200 Busy' },
  ],
  [
    'an event of words with the name of an error',
    'event: error\ndata: out of memory\n\n',
    { kind: 'refused', message: '200 out of memory' },
  ],
  ['a page', '<html><body>Sign in</body></html>', { kind: 'refused' }],
  ['an error as JSON', '{"error":{"code":402,"message":"Empty"}}', { kind: 'refused', message: '402 Empty' }],
  ['no choice', asText(['[DONE]']), { kind: 'unusable' }],
  ['a choice without a message', asText([STOP]), { kind: 'unusable' }],
  [
    'a call that the server could not read',
    asText([delta({}, { finish_reason: 'malformed_function_call' })]),
    { kind: 'unusable' },
  ],
  [
    'an answer that a filter removed',
    asText([delta({ role: 'assistant', content: '' }), delta({}, { finish_reason: 'content_filter' })]),
    { kind: 'refused' },
  ],
])('no message: %s', async (_, text, error) => {
  await expect(read(text)).rejects.toMatchObject(error);
});

test('a message that is done counts, also if the connection breaks before its tokens are counted', async () => {
  const bytes = async function* (): AsyncGenerator<Uint8Array> {
    yield new TextEncoder().encode(asText([...hello, STOP]));
    throw new TypeError('terminated');
  };
  const response = new Response(ReadableStream.from(bytes()));
  const choice = await readStream(response, { limit: new AbortController().signal, show: () => {} });
  expect(choice.message).toEqual(HELLO);
});

test('what follows `[DONE]` is not waited for', async () => {
  let isCancelled = false;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode(asText([...hello, '[DONE]']))),
    cancel: () => void (isCancelled = true),
  });
  const choice = await readStream(new Response(body), { limit: new AbortController().signal, show: () => {} });
  expect(choice.message).toEqual(HELLO);
  await expect.poll(() => isCancelled).toBe(true);
});
