/** `callModel` and the servers that speak chat completions: what comes in, and what goes back (R13). */
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { AssistantMessage, Message } from 'holdpoint/agent';
import { openai, type ModelOptions } from 'holdpoint/openai';
import { scriptedModel, type ScriptedModel } from 'holdpoint/testing';
import { expect, test } from 'vitest';
import { defined } from '../../src/protocol/defined.ts';
import { ask as askStreaming } from './fixtures/asked.ts';
import { CUTTINGS, type PlainBody } from './fixtures/cuttings.ts';
import { COMPLETIONS, FAILURES, PASSING } from './fixtures/model-bodies.ts';

const HI: Message = { role: 'user', content: 'Hi' };

async function ask(
  model: ScriptedModel,
  messages: readonly Message[] = [HI],
  options: ModelOptions = {},
): Promise<AssistantMessage> {
  const { callModel } = openai({ apiKey: 'secret-key', baseURL: model.baseURL, ...options });
  const info = { startToCloseTimeoutMs: 300_000, scheduleToCloseTimeoutMs: 0, scheduledTimestampMs: Date.now() };
  const environment = new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR') });
  return environment.run<[readonly Message[]], AssistantMessage, typeof callModel>(callModel, messages);
}

async function failed(
  run: Promise<unknown>,
): Promise<Error & { readonly type: string; readonly nonRetryable: boolean }> {
  return run.then(
    (value) => expect.fail(`Expected a failure, got ${JSON.stringify(value)}`),
    (error) => error as never,
  );
}

/** Our ids of calls are hashes: the table has `ID 1` for them. */
function withIds(expected: object, { tool_calls = [] }: AssistantMessage, host: string): unknown {
  const text = JSON.stringify(expected).replaceAll('HOST', host);
  return JSON.parse(text.replaceAll(/ID (\d)/g, (_, n) => tool_calls[Number(n) - 1]?.id ?? '?'));
}

test.each(COMPLETIONS)('$server sends $what, and gets it back', async ({ body, message, back }) => {
  await using model = await scriptedModel([{ body }, { content: 'Fine.' }]);
  const reply = await ask(model);
  const { host } = new URL(model.baseURL);
  expect(reply).toEqual(withIds(message, reply, host));
  const results = (reply.tool_calls ?? []).map(({ id, function: { name } }): Message => ({
    role: 'tool',
    name,
    tool_call_id: id,
    content: 'Sunny',
  }));
  await ask(model, [HI, reply, ...results]);
  expect(model.requests[1]?.messages[1]).toEqual(withIds(back, reply, host));
});

const STREAMED = Object.entries(CUTTINGS).flatMap(([how, cut]) => COMPLETIONS.map((one) => ({ ...one, how, cut })));

test.each(STREAMED)('P4: $server streams $what, $how', async ({ cut, body, message }) => {
  const events = cut(body as PlainBody);
  await using model = await scriptedModel([{ body }, { events }]);
  const plain = await ask(model);
  const streamed = askStreaming(model);
  const reply = await streamed.reply;
  expect(reply).toEqual(plain);
  expect(reply).toEqual(withIds(message, reply, new URL(model.baseURL).host));
  const shown = streamed.shown().flatMap((part) => (part !== 'reset' && part.kind === 'text' ? [part.text] : []));
  expect(shown.join('')).toBe(reply.content ?? '');
});

test.each(FAILURES)(
  '$server sends $what: its words reach the user',
  async ({ message, type, asked = 1, ...failing }) => {
    const { status, body, events } = failing;
    await using model = await scriptedModel(Array.from({ length: asked }, () => defined({ status, body, events })));
    const error = await failed(ask(model));
    expect(error.message.slice(0, `Model \`gpt-4o-mini\` ${message}`.length)).toBe(`Model \`gpt-4o-mini\` ${message}`);
    expect(error).toMatchObject({ type, nonRetryable: true });
  },
);

test.each(PASSING)('$server sends $what: it is asked again', async ({ status, body }) => {
  await using model = await scriptedModel([defined({ status, body }), { content: 'Fine.' }]);
  expect(await ask(model)).toMatchObject({ content: 'Fine.' });
});

test('an answer of no use is asked for again, and the next one counts', async () => {
  const malformed = { body: { choices: [{ finish_reason: 'malformed_function_call', message: { content: null } }] } };
  await using model = await scriptedModel([malformed, malformed, { content: 'Fine.' }]);
  expect(await ask(model)).toMatchObject({ content: 'Fine.' });
});

test('what another server has sent does not go to this one', async () => {
  await using model = await scriptedModel([{ content: 'Fine.' }, { content: 'Fine.' }]);
  const call = { id: 'c1', type: 'function', function: { name: 'get_weather', arguments: '{}' } } as const;
  const reply: AssistantMessage = {
    role: 'assistant',
    content: 'Hm.',
    content_parts: [
      { type: 'thinking', thinking: '…' },
      { type: 'text', text: 'Hm.' },
    ],
    reasoning_content: 'I think.',
    tool_calls: [{ ...call, extra_content: { google: { thought_signature: 's' } } }],
    server: 'api.deepseek.com',
  };
  const result: Message = { role: 'tool', name: 'get_weather', tool_call_id: 'c1', content: 'Sunny' };
  await ask(model, [HI, reply, result]);
  expect(model.requests[0]?.messages[1]).toEqual({ role: 'assistant', content: 'Hm.', tool_calls: [call] });
  // Without a server, the fields were put there by the user.
  const { server: _, ...own } = reply;
  await ask(model, [HI, own, result]);
  expect(model.requests[1]?.messages[1]).toMatchObject({ reasoning_content: 'I think.', content: reply.content_parts });
});

test('a text that was changed goes to the server in place of the parts', async () => {
  await using model = await scriptedModel([{ content: 'Fine.' }]);
  const parts = [{ type: 'text', text: 'The key is 123.' }];
  await ask(model, [HI, { role: 'assistant', content: 'The key is ….', content_parts: parts }]);
  expect(model.requests[0]?.messages[1]).toEqual({ role: 'assistant', content: 'The key is ….' });
});

test('ids of ours are the same when the task runs again, and new for each call', async () => {
  const fields = {
    tool_calls: [
      { id: '', function: { name: 'a' } },
      { id: 'x', function: { name: 'a' } },
    ],
  };
  await using model = await scriptedModel([{ fields }, { fields }, { fields }]);
  const first = await ask(model);
  expect(await ask(model)).toEqual(first);
  const [one, other] = (first.tool_calls ?? []).map(({ id }) => id);
  expect(one).toMatch(/^[a-z0-9]{9}$/);
  expect(other).toBe('x');
  const second = await ask(model, [HI, first]);
  const ids = (second.tool_calls ?? []).map(({ id }) => id);
  // `x` is taken by the first message.
  expect(new Set([one, other, ...ids]).size).toBe(4);
});
