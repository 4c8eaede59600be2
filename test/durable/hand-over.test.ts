/** The recipe of docs/how-to/hand-over.md, run as it is on the page (R2, R8). */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AssistantMessage, Message, ToolMessage } from 'holdpoint/agent';
import { Command } from 'holdpoint/client';
import { scriptedModel, type ScriptedCall, type Test } from 'holdpoint/testing';
import type { Entrypoint } from 'holdpoint/workflow';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { root } from '../fences/tsc.ts';
import { startTest } from './fixtures/start-test.ts';
import { replay } from './fixtures/scenario.ts';

// In the package, where `holdpoint/agent` means this one.
const folder = mkdtempSync(join(root, 'test/.hand-over-'));
interface Workflows {
  readonly desk: Entrypoint<'desk', readonly Message[], AssistantMessage | ToolMessage>;
}

let started: Test<Workflows>;
beforeAll(async () => {
  const page = readFileSync(join(root, 'docs/how-to/hand-over.md'), 'utf8');
  for (const [, name, code] of page.matchAll(/^```ts\n\/\/ (\w+\.ts)\n(.*?)^```/gms))
    writeFileSync(join(folder, name!), code!);
  const activities = (await import(pathToFileURL(join(folder, 'activities.ts')).href)) as object;
  started = await startTest<Workflows>({ workflowsPath: join(folder, 'workflows.ts'), activities, replay });
});
afterAll(async () => {
  await started[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});
afterEach(() => vi.unstubAllEnvs());

async function play(turns: Parameters<typeof scriptedModel>[0]) {
  const model = await scriptedModel(turns);
  vi.stubEnv('OPENAI_BASE_URL', model.baseURL);
  vi.stubEnv('OPENAI_API_KEY', 'key');
  return model;
}

const says = (content: string): readonly Message[] => [{ role: 'user', content }];
const handOver = (to: string): ScriptedCall => ({ name: 'hand_over', arguments: { to } });
const desk = () => started.client.thread(`desk-${randomUUID()}`, 'desk');

test('an agent hands the conversation over, and the next turn begins with the other one', async () => {
  await using model = await play([
    { calls: [handOver('refunds')] },
    { calls: [{ name: 'refund', arguments: { order: 'R-17', amount: 80 } }] },
    { content: 'It is on its way.' },
    { content: 'You are welcome.' },
  ]);
  const thread = desk();
  expect((await thread.invoke(says('My money back for R-17!'))).interrupts).toMatchObject([
    { id: 'runRefunds:1', value: { tool: 'refund', args: { order: 'R-17', amount: 80 } } },
  ]);
  expect(await thread.invoke(new Command({ resume: { type: 'approve' } }))).toMatchObject({
    value: { content: 'It is on its way.' },
  });
  expect(await thread.invoke(says('Thanks.'))).toMatchObject({ value: { content: 'You are welcome.' } });
  expect(model.requests.map(({ model: name }) => name)).toEqual(['gpt-4o-mini', 'gpt-4o', 'gpt-4o', 'gpt-4o']);
  // Each agent has its own instructions, and all read the whole conversation.
  expect(model.requests.map(({ messages }) => messages.map(({ role }) => role).join(' '))).toEqual([
    'system user',
    'system user assistant tool',
    'system user assistant tool assistant tool',
    'system user assistant tool assistant tool assistant user',
  ]);
  expect(model.requests[0]?.messages[0]?.content).toContain('You welcome customers');
  expect(model.requests[3]?.messages[0]?.content).toContain('You pay money back');
  expect((await thread.state()).saved).toMatchObject({ agent: 'refunds', messages: { length: 8 } });
});

test('a name that is no agent is told to the model, and hand-overs end after some', async () => {
  await using model = await play([
    { calls: [handOver('nobody')] },
    ...['refunds', 'front', 'refunds', 'front', 'refunds', 'front'].map((to) => ({ calls: [handOver(to)] })),
  ]);
  expect(await desk().invoke(says('Hi'))).toMatchObject({ value: { role: 'tool', content: 'front' } });
  expect(model.requests[1]?.messages.at(-1)?.content).toMatch(/^Error: bad arguments for hand_over: \/to: /);
});
