/** `holdpoint/openai` without a Temporal server: its options, its retries, and the failure after the last of them. */
import { once } from 'node:events';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { openai, type OpenAIOptions, type OpenAITasks } from 'holdpoint/openai';
import { scriptedModel, type ScriptedModel } from 'holdpoint/testing';
import { expect, test } from 'vitest';

const HI = [{ role: 'user', content: 'Hi' }] as const;
const MINUTE = 60_000;

type Info = ConstructorParameters<typeof MockActivityEnvironment>[0];

function tasks(model: ScriptedModel, options: Partial<OpenAIOptions<{}>> = {}): OpenAITasks {
  return openai({ tools: {}, run: {}, apiKey: 'secret-key', baseURL: model.baseURL, ...options });
}

/** An attempt of a task that has just been scheduled, with five minutes. */
function attempt(info: Info = {}): MockActivityEnvironment {
  const fresh = {
    startToCloseTimeoutMs: 5 * MINUTE,
    scheduleToCloseTimeoutMs: 0,
    scheduledTimestampMs: Date.now(),
    heartbeatTimeoutMs: 30_000,
  };
  return new MockActivityEnvironment({ ...fresh, ...info }, { logger: new DefaultLogger('ERROR') });
}

test('P4: without a preview no stream is asked for; without tools none are sent, and parameters of the request are', async () => {
  await using model = await scriptedModel([{ content: 'Hello' }]);
  const { callModel } = tasks(model, { model: 'gpt-x', request: { temperature: 0 } });
  expect(await attempt().run(callModel, HI)).toMatchObject({ content: 'Hello' });
  expect(model.requests[0]?.body).toEqual({ model: 'gpt-x', temperature: 0, messages: HI });
});

test('a refusal and a message that was cut off say so; a call that was cut off before its arguments is broken', async () => {
  await using model = await scriptedModel([
    { refusal: 'No.' },
    { content: 'It is', finish_reason: 'length' },
    { calls: [{ name: 'get_time', arguments: '' }], finish_reason: 'length' },
    { calls: [{ name: 'get_time', arguments: '' }] },
  ]);
  const { callModel } = tasks(model);
  const ask = (): Promise<unknown> => attempt().run(callModel, HI);
  expect(await ask()).toMatchObject({ content: null, refusal: 'No.' });
  expect(await ask()).toMatchObject({ content: 'It is', finish_reason: 'length' });
  expect(await ask()).toMatchObject({ tool_calls: [{ function: { name: 'get_time', arguments: '{' } }] });
  expect(await ask()).toMatchObject({ tool_calls: [{ function: { name: 'get_time', arguments: '{}' } }] });
});

test("T7: the model learns that JSON would lose a part of a tool's result", async () => {
  await using model = await scriptedModel([]);
  const { callTool } = tasks(model, {
    tools: { find: { description: 'Finds.', parameters: { type: 'object' } } },
    run: { find: async () => ({ found: new Map() }) },
  });
  const call = { id: 'c1', type: 'function', function: { name: 'find', arguments: '{}' } } as const;
  expect(await attempt().run(callTool, call)).toMatchObject({
    role: 'tool',
    content: expect.stringMatching(
      /^Error: Expected what tool `find` returns to be a JSON value, got a Map at \/found\./,
    ),
  });
});

test('a pause shows as heartbeat details what it waits for, and a cancellation ends it', async () => {
  await using model = await scriptedModel([{ status: 503, retryAfter: 200, message: 'Overloaded' }]);
  const environment = attempt();
  const paused = once(environment, 'heartbeat');
  const running = environment.run(tasks(model).callModel, HI);
  expect(await paused).toEqual([
    expect.stringMatching(/^Model `gpt-4o-mini` is not available: 503 Overloaded; asking again at 20/),
  ]);
  environment.cancel();
  await expect(running).rejects.toMatchObject({ name: 'CancelledFailure' });
});

test('a request that takes longer than `timeout` is given up and made again', async () => {
  await using model = await scriptedModel([{ delay: '1 minute' }, { content: 'Hello' }]);
  const { callModel } = tasks(model, { timeout: 300 });
  expect(await attempt().run(callModel, HI)).toMatchObject({ content: 'Hello' });
});

test.each<[string, Info, number]>([
  ['the default: five minutes and two attempts are left', {}, 400_000],
  ['with attempts of a minute the next one comes later', { startToCloseTimeoutMs: MINUTE }, 4 * MINUTE],
  ['as long as it takes to the end of the ten minutes', { startToCloseTimeoutMs: MINUTE, attempt: 2 }, 9 * MINUTE],
  ['with attempts without end', { startToCloseTimeoutMs: MINUTE, retryPolicy: {} }, 400_000],
  ['the last attempt', { startToCloseTimeoutMs: MINUTE, attempt: 3 }, 400_000],
])('when its time is up the attempt fails, and says when the next one is due: %s', async (_, info, delay) => {
  const retryAfter = delay === 400_000 ? 400 : 70;
  await using model = await scriptedModel([{ status: 429, retryAfter, message: 'Slow down' }]);
  const running = attempt({ retryPolicy: { maximumAttempts: 3 }, ...info }).run(tasks(model).callModel, HI);
  const failure = (await running.catch((error: unknown) => error)) as { nextRetryDelay: number };
  expect(failure).toMatchObject({
    message: 'Model `gpt-4o-mini` is not available: 429 Slow down',
    type: 'RateLimitError',
    nonRetryable: false,
  });
  expect(failure.nextRetryDelay / 1000).toBeCloseTo(delay / 1000, -1);
});

test('nothing is sent or imported before a task runs, and a tool can be called by itself', async () => {
  const { callTool } = openai({
    tools: { add: { description: 'Adds.', parameters: { type: 'object' } } },
    run: { add: async ({ a, b }: { a: number; b: number }) => a + b },
  });
  const call = { id: 'call_1', type: 'function', function: { name: 'add', arguments: '{"a":1,"b":2}' } } as const;
  expect(await callTool(call)).toEqual({ role: 'tool', name: 'add', tool_call_id: 'call_1', content: '3' });
});

test.each<[string, object, string]>([
  ['no model', { model: '' }, 'Expected `model` to be the name of a model, got `` (string)'],
  ['no URL', { baseURL: 'localhost' }, 'Expected `baseURL` to be a URL, got `localhost` (string)'],
  [
    'no duration',
    { timeout: 'soon' },
    "Expected `timeout` to be milliseconds from 0 to 8e15, or text such as '3s', '90 minutes' or '2 days', got `soon` (string)",
  ],
  [
    'no function',
    { tools: { stop: { description: '', parameters: { type: 'object' } } } },
    'Expected `run` to have a function for tool `stop`, got `undefined` (undefined)',
  ],
  ['no tool', { run: { stop: async () => 1 } }, 'Expected a tool `stop` among `tools`, for its function in `run`'],
])('refused where it is declared: %s', (_, options, message) => {
  expect(() => openai({ tools: {}, run: {}, ...options })).toThrow(new TypeError(message));
});
