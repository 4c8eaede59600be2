/** examples/agent: the second program, line by line, over HTTP (R2, R8, I2–I4, S2). */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { scriptedModel, type ScriptedModel, type Test } from 'holdpoint/testing';
import type { AssistantMessage, Message, ToolMessage } from 'holdpoint/agent';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import * as activities from '../../examples/agent/activities.ts';
import { pretend } from '../../examples/agent/model.ts';
import type * as workflows from '../../examples/agent/workflows.ts';
import { startTest } from './fixtures/start-test.ts';
import { driveThread, expectUnordered, asking, replay, type Driver } from './fixtures/scenario.ts';

const workflowsPath = fileURLToPath(new URL('../../examples/agent/workflows.ts', import.meta.url));

let started: Test<typeof workflows>;
beforeAll(async () => {
  started = await startTest<typeof workflows>({ workflowsPath, activities, replay });
});
afterAll(() => started[Symbol.asyncDispose]());
afterEach(() => vi.unstubAllEnvs());

async function play(...[turns]: Parameters<typeof scriptedModel>): Promise<ScriptedModel> {
  const model = await scriptedModel(turns);
  vi.stubEnv('OPENAI_BASE_URL', model.baseURL);
  vi.stubEnv('OPENAI_API_KEY', 'key');
  return model;
}

function start(entrypoint: keyof typeof workflows): Driver<readonly Message[], AssistantMessage | ToolMessage> {
  return driveThread(started.client.thread(`${entrypoint}-${randomUUID()}`, entrypoint));
}

function user(content: string): { role: 'user'; content: string } {
  return { role: 'user', content };
}

const usage = { prompt_tokens: 90, completion_tokens: 40, total_tokens: 130 };
const QUESTION = user(
  'Can you reach out for human assistance: what should I feed my cat? Separately, can you check the weather in San Francisco?',
);
const CALLS: AssistantMessage = {
  role: 'assistant',
  content: null,
  tool_calls: [
    {
      id: 'call_cat',
      type: 'function',
      function: { name: 'human_assistance', arguments: '{"query":"What should I feed my cat?"}' },
    },
    { id: 'call_sf', type: 'function', function: { name: 'get_weather', arguments: '{"location":"San Francisco"}' } },
  ],
  usage,
};
const CAT = {
  role: 'tool',
  name: 'human_assistance',
  tool_call_id: 'call_cat',
  content: 'You should feed your cat a fish.',
};
const WEATHER = { role: 'tool', name: 'get_weather', tool_call_id: 'call_sf', content: "It's sunny!" };
const SUMMARY: AssistantMessage = {
  role: 'assistant',
  content: 'Feed your cat a fish. In San Francisco it is sunny.',
  usage,
};
const REMEMBERED: AssistantMessage = { role: 'assistant', content: 'What to feed your cat.', usage };

test('the agent asks a human, remembers, and a new thread starts empty', async () => {
  await using model = await play([CALLS, SUMMARY, REMEMBERED, REMEMBERED]);
  const { send, reply } = start('agent');

  const [first, ...rest] = await send([QUESTION]);
  expect(first).toEqual({ callModel: CALLS });
  expectUnordered(rest, [{ callTool: WEATHER }, asking('callTool:1', { query: 'What should I feed my cat?' })]);
  expect(model.requests[0]).toMatchObject({ model: 'gpt-4o-mini', messages: [QUESTION] });
  expect(model.requests[0]?.body['tools']).toMatchObject([
    {
      function: {
        name: 'get_weather',
        description: 'Call to get the weather from a specific location.',
        parameters: { type: 'object', properties: { location: { type: 'string' } }, required: ['location'] },
      },
    },
    {
      function: {
        name: 'human_assistance',
        description: 'Request assistance from a human.',
        parameters: { type: 'object', properties: { query: { type: 'string' } }, required: ['query'] },
      },
    },
  ]);

  await started.worker.restart();
  expect(await reply({ data: 'You should feed your cat a fish.' })).toEqual([
    { callTool: CAT },
    { callModel: SUMMARY },
    { agent: SUMMARY },
  ]);
  // Messages as they are sent: the model's without its usage, a tool's without its name.
  const { tool_calls, content } = CALLS;
  const saw = [
    QUESTION,
    { role: 'assistant', content, tool_calls },
    { role: 'tool', tool_call_id: 'call_cat', content: CAT.content },
    { role: 'tool', tool_call_id: 'call_sf', content: WEATHER.content },
  ];
  expect(model.requests[1]?.messages).toEqual(saw);

  const again = user('What did I ask you first?');
  expect(await send([again])).toEqual([{ callModel: REMEMBERED }, { agent: REMEMBERED }]);
  expect(model.requests[2]?.messages).toEqual([...saw, { role: 'assistant', content: SUMMARY.content }, again]);

  await start('agent').send([again]);
  expect(model.requests[3]?.messages).toEqual([again]);
});

test('get_weather knows two places', async () => {
  const calls = ['Boston', 'Berlin', 'sf'].map((location) => ({ name: 'get_weather', arguments: { location } }));
  await using model = await play([{ calls }, { content: 'Rainy.' }]);
  await start('agent').send([user('Weather?')]);
  expect(model.requests[1]?.messages.slice(2).map(({ content }) => content)).toEqual([
    "It's rainy!",
    'I am not sure what the weather is in Berlin',
    "It's sunny!",
  ]);
});

test('the scripted model plays the first program of the demo', async () => {
  await using _model = await play(pretend);
  const { send, reply } = start('agent');
  expect(await send([QUESTION])).toHaveLength(3);
  expect((await reply({ data: 'Fish.' })).at(-1)).toMatchObject({ agent: { content: "Fish.\n\nIt's sunny!" } });
  expect((await send([user('What did I ask you first?')])).at(-1)).toMatchObject({
    agent: { content: `You asked: ${QUESTION.content}` },
  });
});

test('a refund of more than 50 needs an approval, a smaller one does not', async () => {
  await using _model = await play(pretend);
  const { send, reply } = start('support');
  expect((await send([user('Please refund 20 for R-16')])).at(-1)).toMatchObject({
    support: { content: 'Paid 20 back for R-16.' },
  });
  expect((await send([user('Please refund 80 for R-17')])).at(-1)).toEqual(
    asking('callSupportTool:2', { tool: 'refund', args: { order: 'R-17', amount: 80 }, call: 'call_2' }),
  );
  expect((await reply({ type: 'edit', args: { order: 'R-17', amount: 40 } })).at(-1)).toMatchObject({
    support: { content: 'Paid 40 back for R-17.' },
  });
});
