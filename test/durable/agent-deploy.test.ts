/** A deploy that changes the tools of an agent, while its threads are open: nothing that was decided changes (R8). */
import { randomUUID } from 'node:crypto';
import { interrupt } from 'holdpoint/activity';
import type { PolicyContext, Tool } from 'holdpoint/agent';
import { openai } from 'holdpoint/openai';
import { scriptedModel, type ScriptedModel } from 'holdpoint/testing';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { startDeploy, type Deploy } from './fixtures/deploy.ts';
import { asking, driveThread, type AnyUpdate } from './fixtures/scenario.ts';

let deploy: Deploy;
let model: ScriptedModel;
let ran: string[];
beforeEach(async () => {
  deploy = await startDeploy();
  model = await scriptedModel(({ messages }) => {
    const last = messages.at(-1);
    if (last?.role === 'tool') return { content: `Told: ${String(last.content)}` };
    return { calls: [{ name: 'refund', arguments: { amount: Number(last?.content) } }] };
  });
  vi.stubEnv('OPENAI_BASE_URL', model.baseURL);
  vi.stubEnv('OPENAI_API_KEY', 'key');
  ran = [];
});
afterEach(async () => {
  await deploy[Symbol.asyncDispose]();
  await model[Symbol.asyncDispose]();
  vi.unstubAllEnvs();
});

interface Version extends Partial<Tool> {
  /** What the tool does, beside a note that it ran. */
  readonly does?: () => Promise<unknown>;
}

/** The tasks of a version whose tool `refund` is this one. */
function version({ does = async () => 'paid', ...tool }: Version): object {
  const refund: Tool = { description: 'Pays back.', parameters: z.object({ amount: z.number() }), ...tool };
  return openai({
    tools: { refund },
    run: {
      refund: async (args: object) => {
        const result = await does();
        ran.push(JSON.stringify(args));
        return result;
      },
    },
  });
}

const over = (limit: number) => ({ approval: ({ amount }: { amount: number }) => amount > limit });
const always: Version = { approval: 'ask' };
const question = { tool: 'refund', args: { amount: 80 }, call: expect.any(String) };
const refund = (amount: number) => [{ role: 'user', content: String(amount) }] as const;

/** A thread whose call of 80 has come to a question with the old version, when the new version replaces it. */
async function deployed(
  before: Version,
  after: Version | undefined,
  { asks = asking('callTool:1', question), file }: { asks?: AnyUpdate; file?: 'early-deploy-workflows.ts' } = {},
) {
  const old = await deploy.start(version(before), file);
  const { thread, send, reply } = driveThread(deploy.client.thread(`agent-${randomUUID()}`, 'agent'));
  expect((await send(refund(80))).at(-1)).toEqual(asks);
  await old.stop();
  await deploy.start(after ? version(after) : openai({ tools: {}, run: {} }));
  return {
    thread,
    answer: async (value: unknown) => (await reply(value)).at(-1),
    send: async (amount: number) => (await send(refund(amount))).at(-1),
    /** Whether the workflow could always go on. */
    isUnhurt: async () =>
      ((await thread.handle.fetchHistory()).events ?? []).every((event) => !event.workflowTaskFailedEventAttributes),
  };
}

const told = (content: string) => ({ agent: expect.objectContaining({ content: `Told: ${content}` }) });

test('a changed policy: an open question stays, and earlier calls replay (R8)', async () => {
  const agent = await deployed(over(50), over(100));
  expect((await agent.thread.state()).interrupts).toMatchObject([{ id: 'callTool:1' }]);
  expect(await agent.answer({ type: 'approve' })).toEqual(told('paid'));
  // The next call is decided by the new policy.
  expect(await agent.send(80)).toEqual(told('paid'));
  expect(ran).toEqual(['{"amount":80}', '{"amount":80}']);
  expect(await agent.isUnhurt()).toBe(true);
});

test('a policy that denies from now on: what a person has approved runs (R8)', async () => {
  const agent = await deployed(always, { approval: 'deny' });
  expect(await agent.answer({ type: 'approve' })).toEqual(told('paid'));
  expect(await agent.send(80)).toEqual(told('Error: this call is not allowed and did not run'));
  expect(ran).toHaveLength(1);
});

test('a call that was let through is not decided again when its tool runs with an answer (R8)', async () => {
  const asks: Version = { does: async () => interrupt<string>('which account?') };
  const before = { ...asks, approval: 'allow' } as const;
  const agent = await deployed(before, { ...asks, approval: 'ask' }, { asks: asking('callTool:1', 'which account?') });
  expect(await agent.answer('current')).toEqual(told('current'));
  expect(ran).toHaveLength(1);
});

test('a tool asks after its approval: both answers count in the last pass, in a new version too (I7 R8)', async () => {
  const asks: Version = { ...always, does: async () => interrupt<string>('which account?') };
  const agent = await deployed(asks, { ...asks, description: 'Pays money back.', approval: 'deny' });
  expect(await agent.answer({ type: 'approve' })).toEqual(asking('callTool:1#2', 'which account?'));
  expect(await agent.answer('current')).toEqual(told('current'));
  expect(ran).toHaveLength(1);
});

test('an edit that was let through is not judged again when its tool runs with an answer (I7 R8)', async () => {
  const asks: Version = { ...always, does: async () => interrupt<string>('which account?') };
  const old = await deploy.start(version(asks));
  const { thread, send, reply } = driveThread(deploy.client.thread(`agent-${randomUUID()}`, 'agent'));
  await send(refund(80));
  const edited = await reply({ type: 'edit', args: { amount: 70 } });
  expect(edited.at(-1)).toEqual(asking('callTool:1#2', 'which account?'));
  await old.stop();
  await deploy.start(version({ ...asks, approval: 'deny' }));
  expect((await reply('current')).at(-1)).toEqual(told('current'));
  expect(ran).toEqual(['{"amount":70}']);
  expect((await thread.answers()).map(({ id }) => id)).toEqual(['callTool:1', 'callTool:1#2']);
});

test('a new policy that reads the messages cannot judge an edit: the person decides without one (R8)', async () => {
  const reads = (_: object, { messages }: PolicyContext) => messages.length > 1;
  const title = (_: object, { messages }: PolicyContext) => `After ${messages.length} messages?`;
  const agent = await deployed(always, { approval: reads, ask: { title } });
  expect(await agent.answer({ type: 'edit', args: { amount: 70 } })).toEqual(asking('callTool:1#2', question));
  expect((await agent.thread.state()).interrupts).toMatchObject([
    { title: 'Approve refund?', problems: [{ message: expect.stringContaining('decide without one') as string }] },
  ]);
  expect(await agent.answer({ type: 'approve' })).toEqual(told('paid'));
  expect(ran).toEqual(['{"amount":80}']);
});

test('the tools of an earlier version are removed: a turn that did not need them goes on (R8)', async () => {
  const agent = await deployed(always, always, { file: 'early-deploy-workflows.ts' });
  expect(await agent.answer({ type: 'approve' })).toEqual(told('paid'));
  expect(await agent.send(5)).toMatchObject({ __interrupt__: [{ id: 'callTool:2' }] });
  expect(await agent.answer({ type: 'approve' })).toEqual(told('paid'));
  expect(await agent.isUnhurt()).toBe(true);
});

test('a changed schema: the model is told that approved arguments do not fit (R8)', async () => {
  const agent = await deployed(always, { ...always, parameters: z.object({ amount: z.number().max(70) }) });
  expect(await agent.answer({ type: 'approve' })).toEqual(
    told('Error: bad arguments for refund: /amount: Too big: expected number to be <=70'),
  );
  expect(ran).toEqual([]);
  expect(await agent.isUnhurt()).toBe(true);
});

test.each([
  ['a Standard Schema', z.object({ amount: z.number().max(70) }), 'Too big: expected number to be <=70'],
  [
    'a JSON Schema',
    { type: 'object', properties: { amount: { type: 'number', maximum: 70 } } },
    '75 is greater than 70.',
  ],
])('a changed schema, %s: an edit that does not fit is asked about again (A5 R8)', async (_, parameters, message) => {
  const agent = await deployed(always, { ...always, parameters });
  expect(await agent.answer({ type: 'edit', args: { amount: 75 } })).toEqual(asking('callTool:1#2', question));
  expect((await agent.thread.state()).interrupts).toMatchObject([{ problems: [{ path: '/args/amount', message }] }]);
  expect(await agent.answer({ type: 'edit', args: { amount: 60 } })).toEqual(told('paid'));
  expect(ran).toEqual(['{"amount":60}']);
});

test.each([
  [{ type: 'approve' }, 'Error: refund is not a valid tool'],
  [{ type: 'edit', args: { amount: 5 } }, 'Error: refund is not a valid tool'],
  [{ type: 'respond', text: 'Paid by hand.' }, 'Paid by hand.'],
  [{ type: 'reject', reason: 'no' }, 'Error: this call was rejected and did not run: no'],
])('a removed tool: the decision counts as far as it can: %j (R8)', async (decision, message) => {
  const agent = await deployed(always, undefined);
  expect(await agent.answer(decision)).toEqual(told(message));
  expect(await agent.isUnhurt()).toBe(true);
});
