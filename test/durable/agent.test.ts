/** An agent written by hand: a model, two tools, and one of them asks a person. */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Test } from 'holdpoint/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as activities from './fixtures/agent-activities.ts';
import { scripts, sent, type Message } from './fixtures/agent-activities.ts';
import type * as workflows from './fixtures/agent-workflows.ts';
import { startTest } from './fixtures/start-test.ts';
import { ran } from './fixtures/entries.ts';
import { driveThread, expectUnordered, asking, replay, type Driver } from './fixtures/scenario.ts';

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
const QUESTION = asking('callTool:1', { query: 'What should I feed my cat?' });

/** The first turn, with its answer. */
async function playFirstTurn({ send, reply }: Driver<readonly Message[], Message>): Promise<void> {
  const [first, ...rest] = await send([M]);
  expect(first).toEqual({ callModel: AI1 });
  expectUnordered(rest, [{ callTool: WEATHER }, QUESTION]);
  expect(await reply({ data: 'You should feed your cat a fish.' })).toEqual([
    { callTool: HUMAN },
    { callModel: AI2 },
    { agent: AI2 },
  ]);
}

test('an agent asks a person through a tool (T1 I2 I3 I4 R2 S2 S3)', async () => {
  const driver = driveAgent([AI1, AI2]);
  await playFirstTurn(driver);
  const { thread } = driver;
  expect(sent.get(thread.id)).toEqual([[M], [M, AI1, HUMAN, WEATHER]]);
  expect([ran(thread, 'callModel'), ran(thread, 'callTool')]).toEqual([2, 3]);
});

test('an agent remembers the messages of its last turn (R2)', async () => {
  const again = { role: 'user', content: 'What was it again?' };
  const AI3 = { role: 'assistant', content: 'Fish.' };
  const driver = driveAgent([AI1, AI2, AI3]);
  await playFirstTurn(driver);
  const { send, thread } = driver;
  expect(await send([again])).toEqual([{ callModel: AI3 }, { agent: AI3 }]);
  expect(sent.get(thread.id)?.at(-1)).toEqual([M, AI1, HUMAN, WEATHER, AI2, again]);
});

test('a model call that fails is retried (T4)', async () => {
  const driver = driveAgent([new Error('try 1'), new Error('try 2'), AI1, AI2]);
  await playFirstTurn(driver);
  expect(ran(driver.thread, 'callModel')).toBe(4);
});

test('an unknown tool and malformed arguments are reported to the model (T1)', async () => {
  const calls = [
    { id: 'call_1', name: 'get_time', arguments: '{}' },
    { id: 'call_2', name: 'get_weather', arguments: '{"location":' },
  ];
  const { send, thread } = driveAgent([{ role: 'assistant', content: '', tool_calls: calls }, AI2]);
  const updates = await send([M]);
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
