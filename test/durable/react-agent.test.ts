/** `reactAgent`: approvals, the messages to the model, and its limits (R8). */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { scriptedModel, type ScriptedCall, type ScriptedModel, type SentMessage, type Test } from 'holdpoint/testing';
import type { AssistantMessage, Decision, Message, ToolMessage } from 'holdpoint/agent';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { startTest } from './fixtures/start-test.ts';
import { driveThread, expectCode, asking, rejection, replay, until, type Driver } from './fixtures/scenario.ts';
import * as activities from './fixtures/support-activities.ts';
import { done } from './fixtures/support-activities.ts';
import type * as workflows from './fixtures/support-workflows.ts';

const workflowsPath = fileURLToPath(new URL('fixtures/support-workflows.ts', import.meta.url));

let started: Test<typeof workflows>;
beforeAll(async () => {
  started = await startTest<typeof workflows>({ workflowsPath, activities, replay });
});
afterAll(() => started[Symbol.asyncDispose]());
afterEach(() => vi.unstubAllEnvs());

interface Playing extends AsyncDisposable, Driver<readonly Message[], AssistantMessage | ToolMessage> {
  readonly model: ScriptedModel;
  /** The messages that the model gets after its calls: its own message, and the tools' messages. */
  told(): { readonly called: (string | undefined)[]; readonly results: unknown[] };
}

/** A thread whose model makes these calls in its first message, and says "Done." in the next one. */
async function play(calls: readonly ScriptedCall[], entrypoint: keyof typeof workflows = 'support'): Promise<Playing> {
  const model = await scriptedModel([{ calls }, { content: 'Done.' }]);
  vi.stubEnv('OPENAI_BASE_URL', model.baseURL);
  vi.stubEnv('OPENAI_API_KEY', 'key');
  return {
    ...driveThread(started.client.thread(`support-${randomUUID()}`, entrypoint)),
    model,
    told() {
      const messages: readonly SentMessage[] = model.requests[1]?.messages ?? [];
      return {
        called: (messages[1]?.tool_calls ?? []).map((call) => call.function.arguments),
        results: messages.slice(2).map(({ content }) => content),
      };
    },
    [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
  };
}

const HI: readonly Message[] = [{ role: 'user', content: 'Hi' }];
const DONE = expect.objectContaining({ role: 'assistant', content: 'Done.' });

const decide = (decision: Decision): Decision => decision;

test('a tool without a policy, and one whose policy says no, run at once; the thread saves all messages', async () => {
  await using agent = await play([
    { name: 'get_weather', arguments: { location: 'SF' } },
    { name: 'refund', arguments: { amount: 5 } },
  ]);
  const updates = await agent.send(HI);
  expect(updates.map((update) => Object.keys(update)[0])).toEqual([
    'callModel',
    'callTool',
    'callTool',
    'callModel',
    'support',
  ]);
  expect(updates.at(-1)).toEqual({ support: DONE });
  expect(agent.told().results).toEqual(['sunny in SF', 'refunded 5 EUR']);
  const { saved } = await agent.thread.state();
  expect(saved).toMatchObject([
    { role: 'user' },
    { role: 'assistant', tool_calls: [{ id: 'call_1' }, { id: 'call_2' }], usage: { total_tokens: 0 } },
    { role: 'tool', name: 'get_weather', tool_call_id: 'call_1', content: 'sunny in SF' },
    { role: 'tool', name: 'refund', tool_call_id: 'call_2' },
    { role: 'assistant', content: 'Done.' },
  ]);
});

test('approve: it is asked before the tool runs, with name and arguments, and then runs', async () => {
  await using agent = await play([{ name: 'delete_account', arguments: { id: 'ann' } }]);
  const updates = await agent.send(HI);
  expect(updates.at(-1)).toEqual(asking('callTool:1', { tool: 'delete_account', args: { id: 'ann' }, call: 'call_1' }));
  expect((await agent.thread.state()).interrupts).toMatchObject([
    { title: 'Approve delete_account?', description: 'Deletes an account, for ever.' },
  ]);
  expect(done.get(agent.thread.id)).toBeUndefined();
  expect((await agent.reply(decide({ type: 'approve' }))).at(-1)).toEqual({ support: DONE });
  expect(agent.told()).toEqual({ called: ['{"id":"ann"}'], results: ['deleted ann'] });
});

test('edit: the tool runs with the new arguments, and the model sees those as its call', async () => {
  await using agent = await play([{ name: 'refund', arguments: { amount: 500 } }]);
  expect((await agent.send(HI)).at(-1)).toEqual(
    asking('callTool:1', { tool: 'refund', args: { amount: 500 }, call: 'call_1' }),
  );
  expect((await agent.reply(decide({ type: 'edit', args: { amount: 50 } }))).at(-1)).toEqual({ support: DONE });
  expect(agent.told()).toEqual({ called: ['{"amount":50}'], results: ['refunded 50 EUR'] });
  expect((await agent.thread.state()).saved).toMatchObject([
    {},
    { tool_calls: [{ function: { arguments: '{"amount":50}' } }] },
    {},
    {},
  ]);
});

test('edit: new arguments are checked against the whole schema, and count as approved (A5)', async () => {
  await using agent = await play([{ name: 'refund', arguments: { amount: 500 } }]);
  await agent.send(HI);
  const edit = (args: unknown): Promise<unknown> => agent.thread.resume({ type: 'edit', args });
  expect((await expectCode(edit({ amount: 'all' }), 'InvalidAnswer')).message).toContain('/args/amount');
  // What JSON Schema cannot say is checked on the worker, which asks again.
  expect((await agent.reply(decide({ type: 'edit', args: { amount: 7 } }))).at(-1)).toEqual(
    asking('callTool:1#2', { tool: 'refund', args: { amount: 500 }, call: 'call_1' }),
  );
  expect((await agent.thread.state()).interrupts).toMatchObject([
    { problems: [{ path: '/args/amount', message: 'Expected a multiple of 5' }] },
  ]);
  // If the model had written them, the policy would ask for an approval.
  expect((await agent.reply(decide({ type: 'edit', args: { amount: 500, currency: 'USD' } }))).at(-1)).toEqual({
    support: DONE,
  });
  expect(agent.told()).toEqual({ called: ['{"amount":500,"currency":"USD"}'], results: ['refunded 500 USD'] });
});

test('edit of a tool that always asks: nobody is asked again (R8)', async () => {
  await using agent = await play([{ name: 'delete_account', arguments: { id: 'ann' } }]);
  await agent.send(HI);
  expect((await agent.reply(decide({ type: 'edit', args: { id: 'bob' } }))).at(-1)).toEqual({ support: DONE });
  expect(done.get(agent.thread.id)).toEqual(['deleted bob']);
});

test('reject: the tool does not run, and the model gets the reason', async () => {
  await using agent = await play([{ name: 'delete_account', arguments: { id: 'ann' } }]);
  await agent.send(HI);
  expect((await agent.reply(decide({ type: 'reject', reason: 'she pays' }))).at(-1)).toEqual({ support: DONE });
  expect(agent.told().results).toEqual(['Error: this call was rejected and did not run: she pays']);
  expect(done.get(agent.thread.id)).toBeUndefined();
});

test('respond: the text is the result, and the tool does not run', async () => {
  await using agent = await play([{ name: 'delete_account', arguments: { id: 'ann' } }]);
  await agent.send(HI);
  await agent.reply(decide({ type: 'respond', text: 'There is no ann.' }));
  expect(agent.told().results).toEqual(['There is no ann.']);
  expect(done.get(agent.thread.id)).toBeUndefined();
});

test.each<[unknown, string]>([
  ['approve', 'Expected "object"'],
  [true, 'Expected "object"'],
  [{ type: 'yes' }, 'does not match any of ["approve","edit","reject","respond"]'],
  [{ type: 'approve', args: { id: 'bob' } }, '/args: Expected nothing here'],
  [{ type: 'edit' }, 'required property "args"'],
])('an answer that is not a decision is refused, and the question stays open: %j', async (answer, message) => {
  await using agent = await play([{ name: 'delete_account', arguments: { id: 'ann' } }]);
  await agent.send(HI);
  expect((await expectCode(agent.thread.resume(answer), 'InvalidAnswer')).message).toContain(message);
  expect((await agent.thread.state()).interrupts).toMatchObject([{ id: 'callTool:1' }]);
  await agent.reply(decide({ type: 'approve' }));
});

test('the calls of one message are decided and run independently, and reported in their order', async () => {
  await using agent = await play([
    { name: 'delete_account', arguments: { id: 'ann' } },
    { name: 'get_weather', arguments: { location: 'SF' } },
    { name: 'refund', arguments: { amount: 200 } },
    { name: 'ask_customer', arguments: { question: 'Really?' } },
    { name: 'delete_account', arguments: { id: 'bob' } },
  ]);
  await agent.send(HI);
  const { thread } = agent;
  await until(async () => (await thread.state()).interrupts.length === 4);
  expect(new Set((await thread.state()).interrupts.map(({ id }) => id))).toEqual(
    new Set(['callTool:1', 'callTool:3', 'callTool:4', 'callTool:5']),
  );
  // The tool without an approval did not wait.
  expect(done.get(thread.id)).toEqual(['sunny in SF']);
  await thread.resume(decide({ type: 'reject' }), { id: 'callTool:5' });
  await thread.resume(decide({ type: 'approve' }), { id: 'callTool:3' });
  await thread.resume('Yes.', { id: 'callTool:4' });
  await until(() => done.get(thread.id)?.length === 3);
  await agent.reply(decide({ type: 'edit', args: { id: 'cleo' } }));
  expect(agent.told()).toEqual({
    called: ['{"id":"cleo"}', '{"location":"SF"}', '{"amount":200}', '{"question":"Really?"}', '{"id":"bob"}'],
    results: [
      'deleted cleo',
      'sunny in SF',
      'refunded 200 EUR',
      'Yes.',
      'Error: this call was rejected and did not run',
    ],
  });
});

test('a wrong call is reported to the model and never runs', async () => {
  await using agent = await play([
    { name: 'launch' },
    { name: 'delete_account', arguments: '{"id":' },
    { name: 'delete_account', arguments: { id: 7 } },
    { name: 'refund', arguments: { amount: 7 } },
  ]);
  expect((await agent.send(HI)).at(-1)).toEqual({ support: DONE });
  expect(agent.told().results).toEqual([
    expect.stringMatching(/^Error: launch is not a valid tool: use one of get_weather, refund, /),
    'Error: bad arguments for delete_account: they are not JSON',
    expect.stringMatching(/^Error: bad arguments for delete_account: \/id: /),
    'Error: bad arguments for refund: /amount: Expected a multiple of 5',
  ]);
  expect(done.get(agent.thread.id)).toBeUndefined();
});

test('the final failure of a task is reported to the model', async () => {
  await using agent = await play([{ name: 'fail' }]);
  expect((await agent.send(HI)).at(-1)).toEqual({ support: DONE });
  expect(agent.told().results).toEqual(['Error: The warehouse is closed']);
});

test('a policy that throws asks for an approval', async () => {
  await using agent = await play([{ name: 'guess' }]);
  expect((await agent.send(HI)).at(-1)).toEqual(asking('callTool:1', { tool: 'guess', args: {}, call: 'call_1' }));
  await agent.reply(decide({ type: 'approve' }));
  expect(agent.told().results).toEqual(['guessed']);
});

test('an approval that expires is a rejection', async () => {
  await using agent = await play([{ name: 'delete_account', arguments: { id: 'ann' } }], 'timed');
  const { run } = await agent.thread.start(HI);
  expect(run).toEqual(expect.any(String));
  await until(async () => (await agent.thread.state()).status === 'idle');
  expect(agent.told().results).toEqual(['Error: this call was rejected and did not run: nobody decided in time']);
});

test('the thread remembers nothing of a cancelled turn, and takes the next input', async () => {
  await using agent = await play([{ name: 'delete_account', arguments: { id: 'ann' } }]);
  await agent.send(HI);
  await agent.thread.cancel('enough');
  await until(async () => (await agent.thread.state()).status === 'idle');
  expect((await agent.thread.state()).interrupts).toEqual([]);
  expect((await agent.send(HI)).at(-1)).toEqual({ support: DONE });
  expect(agent.model.requests[1]?.messages).toEqual(HI);
});

test('MaxRoundsReached: the last calls are not run, and the memory is unchanged', async () => {
  const call = { name: 'get_weather', arguments: { location: 'SF' } };
  await using model = await scriptedModel([{ calls: [call] }, { calls: [call, call] }, { content: 'Done.' }]);
  vi.stubEnv('OPENAI_BASE_URL', model.baseURL);
  vi.stubEnv('OPENAI_API_KEY', 'key');
  const thread = started.client.thread(`brief-${randomUUID()}`, 'brief');
  const error = await expectCode(thread.invoke(HI), 'MaxRoundsReached');
  expect(error.message).toBe(
    'The model was asked 2 times in this turn and still calls `get_weather`, `get_weather`. Raise `maxRounds`, or tell the model when to stop.',
  );
  expect(done.get(thread.id)).toEqual(['sunny in SF']);
  expect(await thread.invoke(HI)).toMatchObject({ value: { content: 'Done.' } });
  expect(model.requests.at(-1)?.messages).toEqual(HI);
});

test('an input that is not a list of messages fails its turn with one sentence', async () => {
  await using model = await scriptedModel([]);
  const thread = started.client.thread(`support-${randomUUID()}`, 'support');
  expect(await rejection(thread.invoke('Hi' as never))).toMatchObject({
    type: 'TypeError',
    message: 'Expected the input to be a list of messages, got "Hi"',
  });
  expect(await rejection(thread.invoke([{ role: 'robot' }] as never))).toMatchObject({
    message: 'Expected the input to be a list of messages, got [{"role":"robot"}]',
  });
  expect(model.requests).toEqual([]);
});
