/** examples/patterns: LangGraph's programs. The updates, the requests and the questions are those of the originals (S2, I1, A5, R8). */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { AssistantMessage } from 'holdpoint/agent';
import { scriptedModel, type ModelRequest, type ScriptedModel, type Test } from 'holdpoint/testing';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import * as activities from '../../examples/patterns/activities.ts';
import type * as workflows from '../../examples/patterns/workflows.ts';
import { startTest } from './fixtures/start-test.ts';
import { asking, driveThread, expectCode, expectUnordered, replay, until } from './fixtures/scenario.ts';

const workflowsPath = fileURLToPath(new URL('../../examples/patterns/workflows.ts', import.meta.url));

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

const newId = (): string => `patterns-${randomUUID()}`;
const parsed = (value: object): { content: string } => ({ content: JSON.stringify(value) });

/** What was said to the model, message by message. */
function said({ messages }: ModelRequest): unknown[] {
  return messages.map(({ content }) => content);
}

test('essay: it is written anew until a person approves it, with what the person said', async () => {
  await using model = await play([{ content: 'Cats purr.' }, { content: 'Cats purr, and hunt.' }]);
  const { send, reply, thread } = driveThread(started.client.thread(newId(), 'essay'));
  const action = 'Please approve or reject the essay';

  expect(await send('cats')).toEqual([
    { writeEssay: 'Cats purr.' },
    asking('essay:1', { essay: 'Cats purr.', action }),
  ]);
  await expectCode(thread.resume('Fine.'), 'InvalidAnswer');
  expect(await reply({ isApproved: false, comments: 'They hunt, too.' })).toEqual([
    { writeEssay: 'Cats purr, and hunt.' },
    asking('essay:2', { essay: 'Cats purr, and hunt.', action }),
  ]);
  expect(await reply({ isApproved: true })).toEqual([{ essay: { essay: 'Cats purr, and hunt.', isApproved: true } }]);
  expect(model.requests.map(said)).toEqual([
    ['Write an essay about cats.'],
    ['Improve this essay about cats. An editor says: They hunt, too.\n\nCats purr.'],
  ]);
});

test.each([
  ['story', 'generateStory', 'You tell stories.'],
  ['joke', 'generateJoke', 'You are a comedian.'],
  ['poem', 'generatePoem', 'You are a poet.'],
])('routing: who wants a %s is sent to %s', async (step, task, prompt) => {
  await using model = await play([parsed({ step }), { content: 'Meow.' }]);
  const { send } = driveThread(started.client.thread(newId(), 'routerWorkflow'));

  expect(await send('Something about cats')).toEqual([
    { router: step },
    { [task]: 'Meow.' },
    { routerWorkflow: 'Meow.' },
  ]);
  expect(model.requests.map(said)).toEqual([
    ['Does the user want a story, a joke or a poem?', 'Something about cats'],
    [prompt, 'Something about cats'],
  ]);
  expect(model.requests[0]?.body['response_format']).toMatchObject({
    type: 'json_schema',
    json_schema: { schema: { properties: { step: { enum: ['story', 'joke', 'poem'] } } } },
  });
});

test('orchestrator and workers: all sections of the plan are written at the same time, and joined in its order', async () => {
  const sections = [
    { name: 'Data', description: 'What to collect' },
    { name: 'Size', description: 'How it grows' },
    { name: 'Cost', description: 'What it takes' },
  ];
  // No writer is answered before all of them have asked.
  const writer = async (request: ModelRequest): Promise<{ content: string }> => {
    await until(() => model.requests.length === 4);
    return { content: `# ${String(said(request)[1])}` };
  };
  await using model = await play([parsed({ sections }), writer, writer, writer]);
  const { send } = driveThread(started.client.thread(newId(), 'orchestratorWorker'));

  const [first, ...rest] = await send('Scaling laws');
  expect(first).toEqual({ orchestrator: sections });
  const written = ['# Data: What to collect', '# Size: How it grows', '# Cost: What it takes'];
  expectUnordered(
    rest.slice(0, 3),
    written.map((sectionWriter) => ({ sectionWriter })),
  );
  const report = written.join('\n\n---\n\n');
  expect(rest.slice(3)).toEqual([{ synthesizer: report }, { orchestratorWorker: report }]);
});

test('evaluator and optimizer: the writer is told what the evaluator says, until the joke is funny', async () => {
  const bad = { grade: 'not funny', feedback: 'Add a pun.' };
  const good = { grade: 'funny', feedback: '' };
  await using model = await play([{ content: 'A cat.' }, parsed(bad), { content: 'A purrfect cat.' }, parsed(good)]);
  const { send } = driveThread(started.client.thread(newId(), 'optimizerWorkflow'));

  expect(await send('cats')).toEqual([
    { jokeGenerator: 'A cat.' },
    { jokeEvaluator: bad },
    { jokeGenerator: 'A purrfect cat.' },
    { jokeEvaluator: good },
    { optimizerWorkflow: 'A purrfect cat.' },
  ]);
  expect(model.requests.map(said)).toEqual([
    ['Write a joke about cats.'],
    ['Is this joke funny? If not, how could it be? A cat.'],
    ['Write a joke about cats. Mind this feedback: Add a pun.'],
    ['Is this joke funny? If not, how could it be? A purrfect cat.'],
  ]);
});

const weather = (location: string): { name: string; arguments: object } => ({
  name: 'getWeather',
  arguments: { location },
});
const sf = { args: { location: 'San Francisco' } };

test.each([
  ['approved', { type: 'approve' }, sf, 'It is sunny!'],
  ['edited', { type: 'edit', args: { location: 'Boston' } }, { args: { location: 'Boston' } }, 'It is rainy!'],
  ['answered', { type: 'respond', text: 'Look out of the window.' }, sf, 'Look out of the window.'],
])('review of tool calls: a call that is %s is what the model sees as its own', async (_, decision, ran, result) => {
  await using model = await play([{ calls: [weather('San Francisco')] }, { content: 'Done.' }]);
  const { send, reply } = driveThread(started.client.thread(newId(), 'agent'));

  expect(await send([{ role: 'user', content: 'What is the weather in San Francisco?' }])).toEqual([
    { callModel: expect.objectContaining({ tool_calls: [expect.objectContaining({ id: 'call_1' })] }) },
    asking('callTool:1', { tool: 'getWeather', ...sf, call: 'call_1' }),
  ]);
  expect((await reply(decision)).at(-1)).toMatchObject({ agent: { content: 'Done.' } });
  const [, call, told] = model.requests[1]?.messages ?? [];
  expect(JSON.parse(call?.tool_calls?.[0]?.function.arguments ?? '')).toEqual(ran.args);
  expect(told).toEqual({ role: 'tool', tool_call_id: 'call_1', content: result });
});

test('hand-over: each advisor has its own prompt and tools, the conversation is one, and who spoke last goes on', async () => {
  await using model = await play([
    { calls: [{ name: 'getTravelRecommendations' }] },
    { content: 'Turks and Caicos is warm.' },
    { content: 'I ask our hotel advisor.', calls: [{ name: 'transferToHotelAdvisor' }] },
    { calls: [{ name: 'getHotelRecommendations', arguments: { location: 'turks and caicos' } }] },
    { content: 'Grace Bay Club, or COMO Parrot Cay.' },
    { content: 'Swim at Grace Bay.' },
  ]);
  const { send } = driveThread(started.client.thread(newId(), 'multiTurnGraph'));
  const turn = async (content: string): Promise<string[]> => {
    const updates = await send([{ role: 'user', content }]);
    return updates.flatMap((update) => Object.entries(update).map(([name, value]) => `${name}: ${spoken(value)}`));
  };

  expect(await turn('Somewhere warm in the Caribbean, please.')).toEqual([
    'callTravelAdvisor: getTravelRecommendations()',
    'callTravelTool: ["aruba","turks and caicos"]',
    'callTravelAdvisor: Turks and Caicos is warm.',
    'multiTurnGraph: Turks and Caicos is warm.',
  ]);
  expect(await turn('Which hotel is nice there?')).toEqual([
    'callTravelAdvisor: I ask our hotel advisor. transferToHotelAdvisor()',
    'callTravelTool: You are the hotel advisor.',
    'callHotelAdvisor: getHotelRecommendations()',
    'callHotelTool: ["Grace Bay Club","COMO Parrot Cay"]',
    'callHotelAdvisor: Grace Bay Club, or COMO Parrot Cay.',
    'multiTurnGraph: Grace Bay Club, or COMO Parrot Cay.',
  ]);
  await started.worker.restart();
  expect(await turn('The first one. What can I do near it?')).toEqual([
    'callHotelAdvisor: Swim at Grace Bay.',
    'multiTurnGraph: Swim at Grace Bay.',
  ]);

  const prompts = model.requests.map((request) => String(said(request)[0]));
  expect(prompts.map((prompt) => prompt.split('.')[0])).toEqual([
    ...Array.from({ length: 3 }, () => 'You know where to travel'),
    ...Array.from({ length: 3 }, () => 'You know hotels'),
  ]);
  expect(model.requests.map(toolNames)).toEqual([
    ...Array.from({ length: 3 }, () => ['getTravelRecommendations', 'transferToHotelAdvisor']),
    ...Array.from({ length: 3 }, () => ['getHotelRecommendations', 'transferToTravelAdvisor']),
  ]);
  expect(said(model.requests[5]!).slice(1)).toEqual([
    'Somewhere warm in the Caribbean, please.',
    null,
    '["aruba","turks and caicos"]',
    'Turks and Caicos is warm.',
    'Which hotel is nice there?',
    'I ask our hotel advisor.',
    'You are the hotel advisor.',
    null,
    '["Grace Bay Club","COMO Parrot Cay"]',
    'Grace Bay Club, or COMO Parrot Cay.',
    'The first one. What can I do near it?',
  ]);
});

/** A message in one line: its text, and the tools that it calls. */
function spoken(message: unknown): string {
  const { content, tool_calls = [] } = message as AssistantMessage;
  return [content, ...tool_calls.map((call) => `${call.function.name}()`)].filter(Boolean).join(' ');
}

function toolNames({ body }: ModelRequest): string[] {
  return (body['tools'] as readonly { function: { name: string } }[]).map((tool) => tool.function.name);
}
