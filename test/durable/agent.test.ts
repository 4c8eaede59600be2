/** Scenarios C71–C74: the how-to's second example, an agent that asks a human. */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { startTest, type Test } from 'holdpoint/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as activities from './fixtures/agent-activities.ts';
import { scripts, sent, type Message } from './fixtures/agent-activities.ts';
import type * as workflows from './fixtures/agent-workflows.ts';
import { ran } from './fixtures/entries.ts';
import { driveThread, expectUnordered, Q, replay, type Driver } from './fixtures/scenario.ts';

const workflowsPath = fileURLToPath(new URL('fixtures/agent-workflows.ts', import.meta.url));

let started: Test<typeof workflows>;
beforeAll(async () => {
  started = await startTest<typeof workflows>({ workflowsPath, activities, replay });
});
afterAll(() => started[Symbol.asyncDispose]());

function driveAgent(script: (Message | Error)[]): Driver<readonly Message[], Message> {
  const thread = started.client.thread(`agent-${randomUUID()}`, 'agent');
  scripts.set(thread.id, script);
  return driveThread(thread);
}

const M = {
  role: 'user',
  content:
    'Can you reach out for human assistance: what should I feed my cat? Separately, can you check the weather in San Francisco?',
};
const AI1 = {
  role: 'assistant',
  content: '',
  tool_calls: [
    {
      id: 'call_joAEBVX7Abfm7TsZ0k95ZkVx',
      name: 'human_assistance',
      arguments: '{"query":"What should I feed my cat?"}',
    },
    { id: 'call_ut7zfHFCcms63BOZLrRHszGH', name: 'get_weather', arguments: '{"location":"San Francisco"}' },
  ],
};
const AI2 = {
  role: 'assistant',
  content:
    "For human assistance, you should feed your cat fish.\n\nRegarding the weather in San Francisco, it's sunny!",
};
const HUMAN = {
  role: 'tool',
  name: 'human_assistance',
  tool_call_id: 'call_joAEBVX7Abfm7TsZ0k95ZkVx',
  content: 'You should feed your cat a fish.',
};
const WEATHER = {
  role: 'tool',
  name: 'get_weather',
  tool_call_id: 'call_ut7zfHFCcms63BOZLrRHszGH',
  content: "It's sunny!",
};
const QUESTION = Q('callTool:1', { query: 'What should I feed my cat?' });

/** The first turn, with its answer. */
async function playC71({ S, R }: Driver<readonly Message[], Message>): Promise<void> {
  const [first, ...rest] = await S([M]);
  expect(first).toEqual({ callModel: AI1 });
  expectUnordered(rest, [{ callTool: WEATHER }, QUESTION]);
  expect(await R({ data: 'You should feed your cat a fish.' })).toEqual([
    { callTool: HUMAN },
    { callModel: AI2 },
    { agent: AI2 },
  ]);
}

test('C71: the how-to, second example: the agent asks a human (T1 I2 I3 I4 R2 S2 S3)', async () => {
  const driver = driveAgent([AI1, AI2]);
  await playC71(driver);
  const { thread } = driver;
  expect(sent.get(thread.id)).toEqual([[M], [M, AI1, HUMAN, WEATHER]]);
  expect([ran(thread, 'callModel'), ran(thread, 'callTool')]).toEqual([2, 3]);
});

test('C72: it remembers (R2)', async () => {
  const again = { role: 'user', content: 'What was it again?' };
  const AI3 = { role: 'assistant', content: 'Fish.' };
  const driver = driveAgent([AI1, AI2, AI3]);
  await playC71(driver);
  const { S, thread } = driver;
  expect(await S([again])).toEqual([{ callModel: AI3 }, { agent: AI3 }]);
  expect(sent.get(thread.id)?.at(-1)).toEqual([M, AI1, HUMAN, WEATHER, AI2, again]);
});

test('C73: the model fails and recovers (T4)', async () => {
  const driver = driveAgent([new Error('try 1'), new Error('try 2'), AI1, AI2]);
  await playC71(driver);
  expect(ran(driver.thread, 'callModel')).toBe(4);
});

test('C74: unknown tool, bad arguments (T1)', async () => {
  const calls = [
    { id: 'call_1', name: 'get_time', arguments: '{}' },
    { id: 'call_2', name: 'get_weather', arguments: '{"location":' },
  ];
  const { S, thread } = driveAgent([{ role: 'assistant', content: '', tool_calls: calls }, AI2]);
  const updates = await S([M]);
  const wrong = [
    { role: 'tool', name: 'get_time', tool_call_id: 'call_1', content: 'Error: get_time is not a valid tool' },
    { role: 'tool', name: 'get_weather', tool_call_id: 'call_2', content: 'Error: bad arguments for get_weather' },
  ];
  expectUnordered(
    updates.slice(1, 3),
    wrong.map((callTool) => ({ callTool })),
  );
  expect(updates.slice(3)).toEqual([{ callModel: AI2 }, { agent: AI2 }]);
  expect(sent.get(thread.id)?.[1]?.slice(2)).toEqual(wrong);
  expect(ran(thread, 'callTool')).toBe(2);
});
