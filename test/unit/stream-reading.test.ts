/** Streams in the forms in which servers send them, and the message that each becomes (P4). */
import { expect, test } from 'vitest';
import { asText, read, readBytes } from './fixtures/read-stream.ts';

const STOP = { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] };
const USAGE = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };

function delta(fields: object, more: object = {}): object {
  return { choices: [{ index: 0, delta: fields, finish_reason: null, ...more }] };
}

function fragment(call: object): object {
  return delta({ tool_calls: [call] });
}

function call(id: unknown, args = '{"a":1}', name = 'get_weather'): object {
  return { id: id ?? expect.stringMatching(/^[a-z0-9]{9}$/), type: 'function', function: { name, arguments: args } };
}

const HELLO = { role: 'assistant', content: 'Hello' };
const hello = [delta({ role: 'assistant', content: 'Hel' }), delta({ content: 'lo' })];

test.each<[string, readonly (object | string)[], object]>([
  [
    'OpenAI: usage in a chunk without choices',
    [...hello, STOP, { choices: [], usage: USAGE }, '[DONE]'],
    { ...HELLO, usage: USAGE },
  ],
  ['usage in the last chunk', [...hello, { ...STOP, usage: USAGE }, '[DONE]'], { ...HELLO, usage: USAGE }],
  [
    'usage in every chunk, and null in others: the last one counts',
    [
      { ...hello[0], usage: { ...USAGE, completion_tokens: 1 } },
      { ...hello[1], usage: USAGE },
      { ...STOP, usage: null },
    ],
    { ...HELLO, usage: USAGE },
  ],
  [
    'Moonshot: usage in the choice',
    [...hello, delta({}, { finish_reason: 'stop', usage: USAGE })],
    { ...HELLO, usage: USAGE },
  ],
  ['no usage', [...hello, STOP, '[DONE]'], HELLO],
  ['no `[DONE]`', [...hello, STOP], HELLO],
  ['no `finish_reason`', [...hello, '[DONE]'], HELLO],
  [
    'Azure: a first chunk without a choice',
    [{ choices: [], prompt_filter_results: [{ prompt_index: 0 }] }, ...hello, STOP],
    HELLO,
  ],
  ['the role in each chunk', [...hello, delta({ role: 'assistant', content: '' }), STOP], HELLO],
  [
    'an empty `finish_reason` before and after the end',
    [delta({ content: 'Hello' }, { finish_reason: '' }), STOP, delta({}, { finish_reason: '' })],
    HELLO,
  ],
  [
    'no index of the choice',
    [{ choices: [{ delta: { content: 'Hello' } }] }, { choices: [{ finish_reason: 'stop' }] }],
    HELLO,
  ],
  ['another choice', [...hello, { choices: [{ index: 1, delta: { content: 'Bye' } }] }, STOP], HELLO],
  ['the whole message in one event', [{ choices: [{ index: 0, message: HELLO, finish_reason: 'stop' }] }], HELLO],
  [
    'the reason to be cut off',
    [...hello, delta({}, { finish_reason: 'length' })],
    { ...HELLO, finish_reason: 'length' },
  ],
  [
    'a refusal',
    [delta({ refusal: 'N' }), delta({ refusal: 'o.' }), STOP],
    { role: 'assistant', content: null, refusal: 'No.' },
  ],
  [
    'calls with numbers',
    [
      fragment({ index: 0, id: 'x', type: 'function', function: { name: 'get_weather', arguments: '' } }),
      fragment({ index: 0, function: { arguments: '{"a"' } }),
      fragment({ index: 1, id: 'y', type: 'function', function: { name: 'stop', arguments: '' } }),
      fragment({ index: 0, function: { arguments: ':1}' } }),
    ],
    { tool_calls: [call('x'), call('y', '{}', 'stop')] },
  ],
  [
    'fragments without a number, and the id only first',
    [
      fragment({ id: 'x', function: { name: 'get_weather', arguments: '{"a"' } }),
      fragment({ function: { arguments: ':1}' } }),
      fragment({ id: 'y', function: { name: 'get_weather', arguments: '{}' } }),
    ],
    { tool_calls: [call('x'), call('y', '{}')] },
  ],
  [
    'the id and the name again in each fragment',
    [
      fragment({ index: 0, id: 'x', function: { name: 'get_weather', arguments: '' } }),
      fragment({ index: 0, id: 'x', function: { name: 'get_weather', arguments: '{"a"' } }),
      fragment({ index: 0, id: 'x', function: { name: 'get_weather', arguments: ':1}' } }),
      fragment({ index: 0, id: 'x', function: { name: 'get_weather', arguments: '' } }),
    ],
    { tool_calls: [call('x')] },
  ],
  [
    'empty ids and names after the first fragment',
    [
      fragment({ index: 0, id: 'x', function: { name: 'get_weather', arguments: '{"a"' } }),
      fragment({ index: 0, id: '', function: { name: '', arguments: ':1}' } }),
    ],
    { tool_calls: [call('x')] },
  ],
  [
    'a new id in each fragment',
    [
      fragment({ index: 0, id: 'x', function: { name: 'get_weather', arguments: '{"a"' } }),
      fragment({ index: 0, id: 'x2', function: { arguments: ':1}' } }),
    ],
    { tool_calls: [call('x')] },
  ],
  [
    'a name in pieces',
    [
      fragment({ index: 0, id: 'x', function: { name: 'get_', arguments: '' } }),
      fragment({ index: 0, function: { name: 'weather' } }),
      fragment({ index: 0, function: { arguments: '{"a":1}' } }),
    ],
    { tool_calls: [call('x')] },
  ],
  [
    'Gemini: whole calls with empty ids and one number',
    [
      fragment({ index: 0, id: '', function: { name: 'get_weather', arguments: '{"a":1}' } }),
      fragment({ index: 0, id: '', function: { name: 'get_weather', arguments: '{"a":2}' } }),
      fragment({ index: 0, id: '', function: { name: 'stop', arguments: '{}' } }),
    ],
    { tool_calls: [call(undefined), call(undefined, '{"a":2}'), call(undefined, '{}', 'stop')] },
  ],
  [
    'Gemini: whole calls in one chunk, without a number, signed',
    [
      delta({
        tool_calls: [
          {
            id: 'x',
            function: { name: 'get_weather', arguments: '{"a":1}' },
            extra_content: { google: { thought_signature: 's' } },
          },
          { id: '', function: { name: 'get_weather', arguments: '{"a":1}' } },
        ],
      }),
    ],
    {
      tool_calls: [{ ...call('x'), extra_content: { google: { thought_signature: 's' } } }, call(undefined)],
      server: 'example.com',
    },
  ],
  [
    'Ollama: whole calls with ids and one number, arguments as an object',
    [
      fragment({ index: 0, id: 'x', function: { name: 'get_weather', arguments: { a: 1 } } }),
      fragment({ index: 0, id: 'y', function: { name: 'get_weather', arguments: { a: 1 } } }),
    ],
    { tool_calls: [call('x'), call('y')] },
  ],
  [
    'calls without arguments, with ids and one number',
    [
      fragment({ index: 0, id: 'x', function: { name: 'stop', arguments: '' } }),
      fragment({ index: 0, id: 'y', function: { name: 'stop', arguments: '' } }),
    ],
    { tool_calls: [call('x', '{}', 'stop'), call('y', '{}', 'stop')] },
  ],
  [
    'calls without arguments, ids and numbers in one chunk',
    [
      delta({
        tool_calls: [{ function: { name: 'stop' } }, { id: null, function: { name: 'stop', arguments: null } }],
      }),
    ],
    { tool_calls: [call(undefined, '{}', 'stop'), call(undefined, '{}', 'stop')] },
  ],
  [
    'LiteLLM: data of the provider in the last fragment of a call',
    [
      fragment({ index: 0, id: 'x', function: { name: 'get_weather', arguments: '{"a":1}' } }),
      fragment({ index: 0, provider_specific_fields: { thought_signature: 's' }, function: { arguments: '' } }),
    ],
    { tool_calls: [{ ...call('x'), provider_specific_fields: { thought_signature: 's' } }], server: 'example.com' },
  ],
  [
    'an old server: `function_call`',
    [
      delta({ function_call: { name: 'get_weather', arguments: '' } }),
      delta({ function_call: { arguments: '{"a"' } }),
      delta({ function_call: { arguments: ':1}' } }),
    ],
    { tool_calls: [call(undefined)] },
  ],
])('P4: %s', async (_, events, message) => {
  const last = events.some((event) => event === '[DONE]' || JSON.stringify(event).includes('finish_reason":"'));
  const { message: got } = await read(asText(last ? events : [...events, STOP]));
  expect(got).toEqual({ role: 'assistant', content: null, ...message });
});

test.each<[string, readonly object[], object]>([
  [
    'OpenRouter: details of the thinking by number, and the signature after the text',
    [
      delta({ reasoning: 'Ro', reasoning_details: [{ type: 'reasoning.text', text: 'Ro', index: 0, format: 'f' }] }),
      delta({ reasoning: 'me', reasoning_details: [{ type: 'reasoning.text', text: 'me', index: 0, format: 'f' }] }),
      delta({ reasoning_details: [{ type: 'reasoning.text', text: '', signature: 'sig', index: 0, format: 'f' }] }),
      delta({ reasoning_details: [{ type: 'reasoning.text', text: '!', signature: 'sig', index: 0, format: 'f' }] }),
      delta({ reasoning_details: [{ type: 'reasoning.encrypted', data: 'e', id: 'a', index: 0 }] }),
      delta({ reasoning_details: [{ type: 'reasoning.encrypted', data: 'e', id: 'b', index: 0 }] }),
    ],
    {
      reasoning: 'Rome',
      reasoning_details: [
        { type: 'reasoning.text', text: 'Rome!', signature: 'sig', index: 0, format: 'f' },
        { type: 'reasoning.encrypted', data: 'e', id: 'a', index: 0 },
        { type: 'reasoning.encrypted', data: 'e', id: 'b', index: 0 },
      ],
    },
  ],
  [
    'LiteLLM: blocks of thinking, each ended by its signature',
    [
      delta({ reasoning_content: 'A', thinking_blocks: [{ type: 'thinking', thinking: 'A', signature: '' }] }),
      delta({ reasoning_content: 'b', thinking_blocks: [{ type: 'thinking', thinking: 'b', signature: '' }] }),
      delta({ thinking_blocks: [{ type: 'thinking', thinking: '', signature: 'one' }] }),
      delta({ thinking_blocks: [{ type: 'thinking', thinking: 'B', signature: '' }] }),
      delta({ thinking_blocks: [{ type: 'redacted_thinking', data: 'x' }] }),
      delta({ thinking_blocks: [{ type: 'thinking', thinking: 'C', signature: '' }] }),
      delta({ thinking_blocks: [{ type: 'thinking', signature: 'two' }], provider_specific_fields: { a: 's' } }),
      delta({ provider_specific_fields: { a: 's', b: 't' } }),
    ],
    {
      reasoning_content: 'Ab',
      thinking_blocks: [
        { type: 'thinking', thinking: 'Ab', signature: 'one' },
        { type: 'thinking', thinking: 'B', signature: '' },
        { type: 'redacted_thinking', data: 'x' },
        { type: 'thinking', thinking: 'C', signature: 'two' },
      ],
      provider_specific_fields: { a: 's', b: 't' },
    },
  ],
  [
    'OpenRouter: summaries of the thinking by id',
    [
      delta({ reasoning_details: [{ type: 'reasoning.summary', summary: 'A', id: 'a' }] }),
      delta({ reasoning_details: [{ type: 'reasoning.summary', summary: 'b', id: 'a' }] }),
      delta({ reasoning_details: [{ type: 'reasoning.summary', summary: 'C', id: 'b' }] }),
    ],
    {
      reasoning_details: [
        { type: 'reasoning.summary', summary: 'Ab', id: 'a' },
        { type: 'reasoning.summary', summary: 'C', id: 'b' },
      ],
    },
  ],
  [
    'Mistral: thinking in parts, then a plain text',
    [
      delta({ content: '' }),
      delta({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'A' }] }] }),
      delta({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: ' b' }], closed: true }] }),
      delta({ content: 'Hel' }),
      delta({ content: 'lo' }),
    ],
    {
      content: 'Hello',
      content_parts: [
        { type: 'thinking', thinking: [{ type: 'text', text: 'A b' }], closed: true },
        { type: 'text', text: 'Hello' },
      ],
    },
  ],
  [
    'citations, one after the other',
    [
      delta({ content: 'It rains.', annotations: [{ type: 'url_citation', url_citation: { url: 'a' } }] }),
      delta({ annotations: [{ type: 'url_citation', url_citation: { url: 'b' } }] }),
    ],
    {
      content: 'It rains.',
      annotations: [
        { type: 'url_citation', url_citation: { url: 'a' } },
        { type: 'url_citation', url_citation: { url: 'b' } },
      ],
    },
  ],
  [
    'Gemini: a signature on the message, again in the next chunk',
    [
      delta({ content: 'Hel', extra_content: { google: { thought_signature: 's' } } }),
      delta({ content: 'lo', extra_content: { google: { thought_signature: 's' } } }),
    ],
    { content: 'Hello', extra_content: { google: { thought_signature: 's' } } },
  ],
])('P4: what servers add: %s', async (_, events, message) => {
  const { message: got } = await read(asText([...events, STOP]));
  expect(got).toEqual({ role: 'assistant', content: null, server: 'example.com', ...message });
});

test('comments, CRLF, names of events and a last event without its end are read', async () => {
  const [first, second] = hello.map((chunk) => JSON.stringify(chunk));
  const text = [
    ': OPENROUTER PROCESSING\r\n\r\n',
    `event: message\r\nid: 1\r\ndata: ${first}\r\n\r\n`,
    `:\r\n\r\ndata:${second}\r\n\r\n`,
    `data: ${JSON.stringify(STOP)}`,
  ].join('');
  expect((await read(text)).message).toEqual(HELLO);
});

test('what is shown: thinking, text, a refusal, and each call once, as soon as its name is known', async () => {
  const { shown } = await read(
    asText([
      delta({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'A' }] }] }),
      delta({ reasoning: 'b', reasoning_content: 'b' }),
      delta({ reasoning_content: 'c' }),
      delta({ content: [{ type: 'text', text: 'Hel' }] }),
      delta({ content: 'lo' }),
      fragment({ index: 0, id: 'x', function: { name: 'get_' } }),
      fragment({ index: 0, function: { name: 'weather' } }),
      fragment({ index: 0, function: { arguments: '{"a"' } }),
      fragment({ index: 0, function: { arguments: ':1}' } }),
      fragment({ index: 1, function: { name: 'stop' } }),
      fragment({ index: 2, function: { name: 'stop', arguments: { b: 2 } } }),
      delta({ refusal: 'No' }),
      STOP,
    ]),
  );
  expect(shown).toEqual([
    { kind: 'reasoning', text: 'Abc' },
    { kind: 'text', text: 'Hello' },
    { kind: 'call', index: 0, toolCallId: 'x', name: 'get_weather' },
    { kind: 'arguments', index: 0, text: '{"a":1}' },
    { kind: 'call', index: 1, name: 'stop' },
    { kind: 'call', index: 2, name: 'stop' },
    { kind: 'arguments', index: 2, text: '{"b":2}' },
    { kind: 'refusal', text: 'No' },
  ]);
});

test.each(['application/json', 'text/event-stream', 'text/plain'])('JSON is read as such under %s', async (type) => {
  const body = JSON.stringify({ choices: [{ message: HELLO, finish_reason: 'stop' }], usage: USAGE });
  const { message } = await readBytes([new TextEncoder().encode(body)], { 'content-type': type });
  expect(message).toEqual({ ...HELLO, usage: USAGE });
});

test('P4: what comes in very small pieces is read in one go: spaces of a server that thinks, and then JSON', async () => {
  const body = JSON.stringify({ choices: [{ message: { ...HELLO, content: 'x'.repeat(100_000) } }] });
  const pieces = Array.from(`${' '.repeat(200_000)}${body}`, (character) => new TextEncoder().encode(character));
  expect((await readBytes(pieces)).message).toEqual({ ...HELLO, content: 'x'.repeat(100_000) });
});

test('P4: a field that is called `__proto__` is a field like any other', async () => {
  const field = '"__proto__":{"content":"Bye","refusal":"No"}';
  const streamed = await read(asText([delta(JSON.parse(`{${field}}`) as object), ...hello, STOP]));
  const plain = await read(`{"choices":[{"message":{${field},"role":"assistant","content":"Hello"}}]}`);
  expect(streamed.message).toEqual(plain.message);
  expect(streamed.shown).toEqual([{ kind: 'text', text: 'Hello' }]);
});

test('P4: two pieces of one part may come together', async () => {
  const think = (...texts: string[]): object =>
    delta({ reasoning_details: texts.map((text) => ({ type: 'reasoning.text', index: 0, text })) });
  const { message } = await read(asText([think('a'), think('b', 'c'), ...hello, STOP]));
  expect(message).toMatchObject({ reasoning_details: [{ text: 'abc' }] });
});
