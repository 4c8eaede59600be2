/** examples/patterns: LangGraph's programs. The updates, the requests and the questions are those of the originals (S2, I1, R8). */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { scriptedModel, startTest, type ModelRequest, type ScriptedModel, type Test } from 'holdpoint/testing';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import * as activities from '../../examples/patterns/activities.ts';
import type * as workflows from '../../examples/patterns/workflows.ts';
import { asking, driveThread, expectUnordered, replay, until } from './fixtures/scenario.ts';

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
  const { send, reply } = driveThread(started.client.thread(newId(), 'essay'));
  const action = 'Please approve or reject the essay';

  expect(await send('cats')).toEqual([
    { writeEssay: 'Cats purr.' },
    asking('essay:1', { essay: 'Cats purr.', action }),
  ]);
  expect(await reply({ isApproved: false, comments: 'They hunt, too.' })).toEqual([
    { writeEssay: 'Cats purr, and hunt.' },
    asking('essay:2', { essay: 'Cats purr, and hunt.', action }),
  ]);
  expect(await reply({ isApproved: true })).toEqual([{ essay: { essay: 'Cats purr, and hunt.', isApproved: true } }]);
  expect(model.requests.map(said)).toEqual([
    ['Write an essay about cats.'],
    ['Improve this essay about cats. What an editor says about it: They hunt, too.\n\nCats purr.'],
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
