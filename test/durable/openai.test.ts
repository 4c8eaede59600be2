/** `holdpoint/openai`: the model's task over HTTP, with its failures, and the tools' task (R8, T4). */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Command, type Thread } from 'holdpoint/client';
import { scriptedModel, type ModelRequest, type ScriptedModel, type Test } from 'holdpoint/testing';
import type { AssistantMessage, Message, ToolCall, ToolMessage } from 'holdpoint/agent';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { startTest } from './fixtures/start-test.ts';
import * as activities from './fixtures/openai-activities.ts';
import type * as workflows from './fixtures/openai-workflows.ts';
import { ran } from './fixtures/entries.ts';
import { rejection, replay } from './fixtures/scenario.ts';

const workflowsPath = fileURLToPath(new URL('fixtures/openai-workflows.ts', import.meta.url));
const KEY = 'sk-proj-thisIsTheSecretKey';
const HI: readonly Message[] = [{ role: 'user', content: 'Hi' }];

let started: Test<typeof workflows>;
beforeAll(async () => {
  started = await startTest<typeof workflows>({ workflowsPath, activities, replay });
});
afterAll(() => started[Symbol.asyncDispose]());
afterEach(() => vi.unstubAllEnvs());

/** A scripted model at the address that the tasks find. */
async function play(...[turns]: Parameters<typeof scriptedModel>): Promise<ScriptedModel> {
  const model = await scriptedModel(turns);
  vi.stubEnv('OPENAI_BASE_URL', model.baseURL);
  vi.stubEnv('OPENAI_API_KEY', KEY);
  return model;
}

function startModel(entrypoint: 'model' | 'hurriedModel' = 'model'): Thread<readonly Message[], AssistantMessage> {
  return started.client.thread(`model-${randomUUID()}`, entrypoint);
}

/** The texts of a thread's history, payloads decoded. */
async function historyText(thread: { readonly handle: Thread['handle'] }): Promise<string> {
  const texts: string[] = [];
  const read = (value: unknown): void => {
    if (value instanceof Uint8Array) texts.push(Buffer.from(value).toString());
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(read);
    else texts.push(String(value));
  };
  read(await thread.handle.fetchHistory());
  return texts.join('\n');
}

/** The attempt that ended the thread's task, and why the one before it failed. */
async function lastAttempt(thread: { readonly handle: Thread['handle'] }) {
  const { events } = await thread.handle.fetchHistory();
  return events?.findLast((event) => event.activityTaskStartedEventAttributes)?.activityTaskStartedEventAttributes;
}

test('the model gets the messages and the tools as its API has them, and its message is the task’s result', async () => {
  const usage = {
    prompt_tokens: 50,
    completion_tokens: 7,
    total_tokens: 57,
    prompt_tokens_details: { cached_tokens: 32 },
  };
  await using model = await play([{ content: 'Fish.', usage }]);
  const call: ToolCall = { id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{}' } };
  const thread = startModel();
  const messages: readonly Message[] = [
    { role: 'system', content: 'Be kind.' },
    { role: 'user', content: [{ type: 'text', text: 'Hi' }], name: 'ann' },
    { role: 'assistant', content: null, tool_calls: [call], usage, finish_reason: 'length' },
    { role: 'tool', name: 'get_weather', tool_call_id: 'call_1', content: 'Sunny' },
    { role: 'assistant', content: null },
  ];
  expect(await thread.invoke(messages)).toEqual({ value: { role: 'assistant', content: 'Fish.', usage } });
  const [request] = model.requests as [ModelRequest];
  expect(request).toMatchObject({ model: 'gpt-4o-mini', authorized: true });
  expect(request.messages).toEqual([
    { role: 'system', content: 'Be kind.' },
    { role: 'user', content: [{ type: 'text', text: 'Hi' }], name: 'ann' },
    { role: 'assistant', content: null, tool_calls: [call] },
    { role: 'tool', tool_call_id: 'call_1', content: 'Sunny' },
  ]);
  expect(request.body['tools']).toMatchObject([
    {
      type: 'function',
      function: {
        name: 'get_weather',
        description: 'Call to get the weather from a specific location.',
        parameters: { type: 'object', properties: { location: { type: 'string' } }, required: ['location'] },
      },
    },
    { function: { name: 'human_assistance' } },
    { function: { name: 'misbehave' } },
  ]);
  expect(JSON.stringify(request.body)).not.toContain('$schema');
});

test.each([
  ['500', { status: 500 }],
  ['408', { status: 408 }],
  ['409', { status: 409 }],
  ['broken JSON', { body: '{"choices":[{"mess' }],
  ['an overloaded provider, with status 200', { body: { error: { code: 502, message: 'Overloaded' } } }],
  ['no choice', { body: '{"choices":[]}' }],
])('%s: the model is asked again, in the same attempt', async (_, turn) => {
  await using model = await play([turn, { content: 'Hello' }]);
  const thread = startModel();
  expect(await thread.invoke(HI)).toMatchObject({ value: { content: 'Hello' } });
  expect(model.requests).toHaveLength(2);
  expect((await lastAttempt(thread))?.attempt).toBe(1);
});

test('429: the model is asked again when its `retry-after` says, no sooner', async () => {
  const asked: number[] = [];
  const at = (): void => void asked.push(Date.now());
  await using _model = await play([
    () => (at(), { status: 429, retryAfter: 2, message: 'Slow down' }),
    () => (at(), { content: 'Hello' }),
  ]);
  expect(await startModel().invoke(HI)).toMatchObject({ value: { content: 'Hello' } });
  expect(asked[1]! - asked[0]!).toBeGreaterThanOrEqual(2000);
});

test('429 for longer than the attempt lasts: it fails, and the next one comes when `retry-after` says', async () => {
  await using _model = await play([{ status: 429, retryAfter: 3, message: 'Slow down' }, { content: 'Hello' }]);
  const thread = startModel('hurriedModel');
  expect(await thread.invoke(HI)).toMatchObject({ value: { content: 'Hello' } });
  expect(await lastAttempt(thread)).toMatchObject({
    attempt: 2,
    lastFailure: {
      message: 'Model `gpt-4o-mini` is not available: 429 Slow down',
      applicationFailureInfo: { type: 'RateLimitError', nextRetryDelay: { seconds: expect.anything() } },
    },
  });
  const { nextRetryDelay } = (await lastAttempt(thread))!.lastFailure!.applicationFailureInfo!;
  expect(Number(nextRetryDelay!.seconds)).toBe(3);
});

test('an empty account with status 200: it is not asked again, and the words of the server are the failure (R13)', async () => {
  await using model = await play([{ body: { error: { code: 402, message: 'Insufficient credits' } } }]);
  const error = await rejection(startModel().invoke(HI));
  expect(error.message).toBe('Model `gpt-4o-mini` refused the request: 402 Insufficient credits');
  expect(model.requests).toHaveLength(1);
});

test('an agent with a model that thinks: what the server added goes back to it, from the memory too (R13)', async () => {
  const signed = { extra_content: { google: { thought_signature: 's' } } };
  await using model = await play([
    {
      reasoning_content: 'Two towns.',
      calls: [
        { id: '', name: 'get_weather', arguments: { location: 'Rome' }, fields: signed },
        { id: '', name: 'get_weather', arguments: { location: 'Oslo' } },
      ],
    },
    { content: 'Sunny.', reasoning_content: 'All sunny.' },
    { content: 'Bye.' },
  ]);
  const thread = started.client.thread(`agent-${randomUUID()}`, 'agent');
  expect(await thread.invoke(HI)).toMatchObject({ value: { content: 'Sunny.', reasoning_content: 'All sunny.' } });
  await thread.invoke([{ role: 'user', content: 'Bye' }]);
  const [, called, ...results] = model.requests[1]!.messages;
  expect(called).toMatchObject({ reasoning_content: 'Two towns.', tool_calls: [signed, {}] });
  expect(results).toEqual([
    { role: 'tool', tool_call_id: called!.tool_calls![0]!.id, content: '{"location":"Rome","sunny":true}' },
    { role: 'tool', tool_call_id: called!.tool_calls![1]!.id, content: '{"location":"Oslo","sunny":true}' },
  ]);
  expect(model.requests[2]!.messages.slice(0, 4)).toEqual(model.requests[1]!.messages);
  expect(model.requests[2]!.messages[4]).toEqual({
    role: 'assistant',
    content: 'Sunny.',
    reasoning_content: 'All sunny.',
  });
});

test('a memory that a strict server would refuse is repaired in the request, and stays as it is (R13)', async () => {
  await using model = await play([{ content: 'First' }, { content: 'Hello' }]);
  const thread = started.client.thread(`agent-${randomUUID()}`, 'agent');
  await thread.invoke(HI);
  const call: ToolCall = { id: 'c1', type: 'function', function: { name: 'get_weather', arguments: '{"loc' } };
  const broken: readonly Message[] = [
    { role: 'tool', name: 'get_weather', tool_call_id: 'c0', content: 'of a call that was cut off' },
    { role: 'assistant', content: null, tool_calls: [call] },
    { role: 'assistant', content: '' },
  ];
  await thread.updateState(broken);
  await thread.invoke(HI);
  const sent: ToolCall = { ...call, function: { name: 'get_weather', arguments: '{"INVALID_JSON":"{\\"loc"}' } };
  expect(model.requests[1]?.messages).toEqual([
    { role: 'assistant', content: null, tool_calls: [sent] },
    { role: 'tool', tool_call_id: 'c1', content: expect.stringContaining('this call has no result') },
    ...HI,
  ]);
  const { saved } = await thread.state();
  expect(saved).toEqual([...broken, ...HI, { role: 'assistant', content: 'Hello', usage: expect.anything() }]);
});

test('two models on one worker: the tasks have different names, and one answers with a typed value', async () => {
  await using model = await play([{ content: 'Anchors hold.' }, { content: '{"score":7,"why":"short"}' }]);
  const thread = started.client.thread(`graded-${randomUUID()}`, 'graded');
  expect(await thread.invoke('anchors')).toEqual({ value: { text: 'Anchors hold.', score: 7 } });
  expect(model.requests.map((request) => request.model)).toEqual(['cheap', 'strong']);
});

test('400: it is not asked again, and the message says which model and why', async () => {
  await using model = await play([{ status: 400, message: "Invalid 'messages[0].content'" }]);
  const thread = startModel();
  const error = await rejection(thread.invoke(HI));
  expect(error.message).toBe("Model `gpt-4o-mini` refused the request: 400 Invalid 'messages[0].content'");
  expect(error.type).toBe('BadRequestError');
  expect(model.requests).toHaveLength(1);
});

test('without a key nothing is sent, and the message says what to set', async () => {
  await using _model = await play([]);
  vi.stubEnv('OPENAI_API_KEY', '');
  const error = await rejection(startModel().invoke(HI));
  expect(error.message).toMatch(/^Expected a key for the model, got none: set OPENAI_API_KEY /);
});

test('an argument that is not a list of messages is refused by the task, and not retried', async () => {
  await using _model = await play([]);
  const error = await rejection(startModel().invoke('Hi' as never));
  expect(error.message).toBe('Expected `callModel` to get a list of messages, got "Hi"');
});

test('a cancellation aborts the request: the server sees that the task hangs up', async () => {
  const hungUp = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  await using _model = await play([
    ({ signal }) => {
      signal.addEventListener('abort', () => hungUp.resolve());
      asked.resolve();
      return { delay: '1 minute' };
    },
  ]);
  const thread = startModel();
  await thread.start(HI);
  await asked.promise;
  await thread.cancel();
  await hungUp.promise;
  await rejection(thread.result());
});

test('the key is nowhere in the history, not even when the server quotes it', async () => {
  await using _model = await play([
    { status: 500, message: `I cannot look up ${KEY}` },
    { status: 401, message: `Incorrect API key provided: sk-proj-********eKey (${KEY}).` },
  ]);
  const thread = startModel();
  const error = await rejection(thread.invoke(HI));
  expect(error.message).toBe('Model `gpt-4o-mini` refused the request: 401 Incorrect API key provided: sk-… (…).');
  const text = await historyText(thread);
  expect(text).toContain('Incorrect API key provided');
  for (const secret of [KEY, 'eKey', 'sk-proj', 'Bearer', 'authorization']) expect(text).not.toContain(secret);
});

async function callTool(name: string, args: unknown): Promise<ToolMessage> {
  const { value } = await startTool().invoke(toolCall(name, args));
  return value!;
}

function startTool(): Thread<ToolCall, ToolMessage> {
  return started.client.thread(`tool-${randomUUID()}`, 'tool');
}

function toolCall(name: string, args: unknown): ToolCall {
  const text = typeof args === 'string' ? args : JSON.stringify(args);
  return { id: 'call_7', type: 'function', function: { name, arguments: text } };
}

test('callTool: the function gets the parsed arguments, and the model gets its result as text', async () => {
  expect(await callTool('get_weather', { location: 'SF', unit: 'C' })).toEqual({
    role: 'tool',
    name: 'get_weather',
    tool_call_id: 'call_7',
    content: '{"location":"SF","sunny":true}',
  });
});

test.each([
  ['get_time', {}, /^Error: get_time is not a valid tool/],
  ['get_weather', '{"location":', /^Error: bad arguments for get_weather: they are not JSON$/],
  ['get_weather', { location: 1 }, /^Error: bad arguments for get_weather: \/location: /],
  ['human_assistance', {}, /^Error: bad arguments for human_assistance: .*"query"/],
  ['misbehave', { how: 'throw' }, /^Error: out of stock$/],
  ['misbehave', { how: 'circular' }, /^Error: Converting circular structure to JSON/],
])('callTool: %s(%j) is reported to the model', async (name, args, content) => {
  expect(await callTool(name, args)).toMatchObject({ content: expect.stringMatching(content) });
});

test('callTool: a tool may ask a person (I2)', async () => {
  const thread = startTool();
  const { interrupts } = await thread.invoke(toolCall('human_assistance', { query: 'What is it?' }));
  expect(interrupts).toMatchObject([{ id: 'callTool:1', value: { query: 'What is it?' } }]);
  expect(await thread.invoke(new Command({ resume: { data: 'A cat.' } }))).toMatchObject({
    value: { content: 'A cat.' },
  });
});

test('callTool: a tool that asked and then throws something else has asked (I5)', async () => {
  const thread = startTool();
  const { interrupts } = await thread.invoke(toolCall('misbehave', { how: 'wrap' }));
  expect(interrupts).toMatchObject([{ value: 'q' }]);
  expect(await thread.invoke(new Command({ resume: 'yes' }))).toMatchObject({ value: { content: 'yes' } });
});

test('callTool: a Temporal failure is the task’s own: retried, or not', async () => {
  expect(await callTool('misbehave', { how: 'retry' })).toMatchObject({ content: 'ok at 2' });
  const error = await rejection(startTool().invoke(toolCall('misbehave', { how: 'forbid' })));
  expect([error.type, error.message]).toEqual(['Forbidden', 'no']);
});

test('callTool: a cancellation is not a result', async () => {
  const thread = startTool();
  await thread.start(toolCall('misbehave', { how: 'wait' }));
  await vi.waitUntil(() => ran(thread, 'callTool') === 1, { timeout: 10_000 });
  await thread.cancel();
  await rejection(thread.result());
});
