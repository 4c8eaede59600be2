/** Who decides about the tool calls of an agent, what is remembered, and what ends a turn (R8). */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { scriptedModel, type ScriptedCall, type ScriptedModel, type Test } from 'holdpoint/testing';
import type { AssistantMessage, Message, ToolMessage, UserMessage } from 'holdpoint/agent';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { startTest } from './fixtures/start-test.ts';
import * as activities from './fixtures/decision-activities.ts';
import { ran } from './fixtures/decision-activities.ts';
import { seen } from './fixtures/decision-tools.ts';
import type * as workflows from './fixtures/decision-workflows.ts';
import { openGate, reached } from './fixtures/gates.ts';
import { asking, driveThread, expectCode, rejection, replay, until, type Driver } from './fixtures/scenario.ts';

const workflowsPath = fileURLToPath(new URL('fixtures/decision-workflows.ts', import.meta.url));

let started: Test<typeof workflows>;
beforeAll(async () => {
  started = await startTest<typeof workflows>({ workflowsPath, activities, replay });
});
afterAll(() => started[Symbol.asyncDispose]());
afterEach(() => vi.unstubAllEnvs());

/** A model that makes these calls, one message after another, and says "Done." after each. */
async function calling(...rounds: (readonly ScriptedCall[])[]): Promise<ScriptedModel> {
  const model = await scriptedModel(rounds.flatMap((calls) => [{ calls }, { content: 'Done.' }]));
  vi.stubEnv('OPENAI_BASE_URL', model.baseURL);
  vi.stubEnv('OPENAI_API_KEY', 'key');
  return model;
}

const call = (name: string, amount: number): ScriptedCall => ({ name, arguments: { amount } });

type Agent = Driver<readonly Message[], AssistantMessage | ToolMessage>;

function agent(name: 'decided' | 'early' | 'either' | 'hurriedly' | 'short' | 'mute' = 'decided'): Agent {
  return driveThread(started.client.thread(`${name}-${randomUUID()}`, name));
}

const says = (actor?: string): readonly UserMessage[] => [{ role: 'user', content: 'Hi', ...(actor ? { actor } : {}) }];

const DONE = { decided: expect.objectContaining({ role: 'assistant', content: 'Done.' }) };

async function toolMessages({ thread }: Agent): Promise<ToolMessage[]> {
  const saved = ((await thread.state()).saved ?? []) as readonly Message[];
  return saved.filter((message) => message.role === 'tool');
}

test('a policy is given the arguments, the call, the thread and who speaks, and may be async (R8)', async () => {
  await using model = await calling([call('transfer', 80)], [call('transfer', 80)]);
  const { thread, send, reply } = agent();
  expect((await send(says('ann'))).at(-1)).toEqual(
    asking('callTool:1', { tool: 'transfer', args: { amount: 80 }, call: 'call_1' }),
  );
  expect((await thread.state()).interrupts).toMatchObject([
    {
      title: 'Move 80?',
      assignees: ['helper-of-ann'],
      confirm: '80',
      dueAt: expect.any(String),
      tags: ['money'],
      priority: 'high',
    },
  ]);
  expect((await reply({ type: 'reject' })).at(-1)).toEqual(DONE);
  expect((await send(says('boss'))).at(-1)).toEqual(DONE);
  expect(seen.get(thread.id)).toEqual([
    { amount: 80, call: 'call_1', thread: thread.id, actor: 'ann', edited: undefined },
    { amount: 80, call: 'call_2', thread: thread.id, actor: 'boss', edited: undefined },
  ]);
  expect(ran.get(thread.id)).toEqual(['moved 80']);
  // The model does not learn who speaks, or what was decided.
  expect(model.requests.at(-1)?.messages[0]).toEqual({ role: 'user', content: 'Hi' });
  expect(model.requests.at(-1)?.messages.at(-1)).toEqual({
    role: 'tool',
    tool_call_id: 'call_2',
    content: 'moved 80',
  });
});

test('deny: nobody is asked, the tool does not run, and the model gets the reason (R8)', async () => {
  await using _model = await calling([call('transfer', 2000), call('forbid', 1)]);
  const driver = agent();
  expect((await driver.send(says())).at(-1)).toEqual(DONE);
  expect(await toolMessages(driver)).toMatchObject([
    {
      content: 'Error: this call is not allowed and did not run: 2000 is over the limit',
      decision: { type: 'deny', how: 'policy', reason: '2000 is over the limit', at: expect.any(String) },
    },
    { content: 'Error: this call is not allowed and did not run', decision: { type: 'deny', how: 'policy' } },
  ]);
  expect(ran.get(driver.thread.id)).toBeUndefined();
});

test('an edit is approved by its author, but what the policy denies to the author is asked about again (A5 R8)', async () => {
  await using _model = await calling([call('transfer', 80)]);
  const driver = agent();
  const { thread, send } = driver;
  await send(says('ann'));
  await thread.resume({ type: 'edit', args: { amount: 5000 } }, { actor: 'bob' });
  await until(async () => (await thread.state()).interrupts[0]?.id === 'callTool:1#2');
  expect((await thread.state()).interrupts).toMatchObject([
    {
      problems: [{ path: '/args', message: '5000 is over the limit' }],
      // An approval would still move 80.
      title: 'Move 80?',
      assignees: ['helper-of-ann'],
      confirm: '80',
    },
  ]);
  await thread.resume({ type: 'edit', args: { amount: 700 } }, { actor: 'bob' });
  await until(async () => (await thread.state()).status === 'idle');
  expect(ran.get(thread.id)).toEqual(['moved 700']);
  expect(seen.get(thread.id)?.slice(1)).toMatchObject([
    { amount: 5000, edited: { actor: 'bob' } },
    { amount: 700, edited: { actor: 'bob' } },
  ]);
  expect(await toolMessages(driver)).toMatchObject([
    { decision: { type: 'edit', how: 'answered', args: { amount: 700 }, actor: 'bob', question: 'callTool:1#2' } },
  ]);
});

test('A11: only those who a tool names may decide about its call, also where they depend on the call (R8)', async () => {
  await using _model = await calling([call('grant', 80), call('grant', 800)]);
  const { thread, send } = agent();
  await send(says());
  const [finance, boss] = ['callTool:1', 'callTool:2'];
  expect((await thread.state()).interrupts).toMatchObject([
    { id: finance, assignees: ['group:finance'], by: { only: 'assignees' } },
    { id: boss, assignees: ['boss'], by: { only: 'assignees' } },
  ]);
  const bob = { actor: 'bob', groups: ['finance'] };
  await expectCode(thread.resume({ type: 'approve' }, { id: boss, ...bob }), 'NotAllowed');
  await expectCode(thread.resume({ type: 'edit', args: { amount: 9 } }, { id: finance, actor: 'bob' }), 'NotAllowed');
  await thread.resume({ type: 'approve' }, { id: finance, ...bob });
  await thread.resume({ type: 'reject' }, { id: boss, actor: 'boss' });
  await until(async () => (await thread.state()).status === 'idle');
  expect(ran.get(thread.id)).toEqual(['granted 80']);
});

test('only the decisions that a tool allows are taken (A5 R8)', async () => {
  await using _model = await calling([call('transfer', 80)]);
  const { thread, send, reply } = agent();
  await send(says());
  expect((await rejection(thread.resume({ type: 'respond', text: 'Moved.' }))).message).toContain(
    'does not match any of ["approve","edit","reject"]',
  );
  await reply({ type: 'approve' });
  expect(ran.get(thread.id)).toEqual(['moved 80']);
});

test('a policy that reads the messages gets them, up to the message with the call (R8)', async () => {
  await using _model = await calling([call('quote', 1)], [call('quote', 2)]);
  const driver = agent();
  await driver.send(says());
  const updates = await driver.send(says());
  // The first call of the task, without the messages, yields no update.
  expect(updates.map((update) => Object.keys(update)[0])).toEqual(['callModel', 'callTool', 'callModel', 'decided']);
  expect(seen.get(driver.thread.id)).toEqual([
    ['user', 'assistant'],
    ['user', 'assistant', 'tool', 'assistant', 'user', 'assistant'],
  ]);
  expect((await toolMessages(driver)).map(({ content }) => content)).toEqual([
    'quoted 1',
    'Error: this call is not allowed and did not run',
  ]);
});

test('the history does not store the messages again for a policy (V1 R8)', async () => {
  await using _model = await calling([call('quote', 1)]);
  const { thread, send } = agent();
  const text = 'x'.repeat(5000);
  await send([{ role: 'user', content: text }]);
  expect(seen.get(thread.id)).toEqual([['user', 'assistant']]);
  const { events } = await thread.handle.fetchHistory();
  const stored = (events ?? []).filter((event) =>
    (event.activityTaskScheduledEventAttributes?.input?.payloads ?? []).some(({ data }) =>
      Buffer.from(data ?? []).includes(text),
    ),
  );
  expect(stored).toHaveLength(1);
});

test('a policy cannot ask a person itself: then a person is asked to approve (R8)', async () => {
  await using _model = await calling([call('sneak', 1)]);
  const { send, reply } = agent();
  expect((await send(says())).at(-1)).toEqual(
    asking('callTool:1', { tool: 'sneak', args: { amount: 1 }, call: 'call_1' }),
  );
  expect((await reply({ type: 'approve' })).at(-1)).toEqual(DONE);
});

test('a decision is on record with the message of its tool: who, when and how (A7 R8)', async () => {
  await using _model = await calling([call('pay', 80), call('lend', -1), call('pay', 81), call('transfer', 5)]);
  const driver = agent();
  const { thread, send } = driver;
  await send(says());
  await until(async () => (await thread.state()).interrupts.length === 3);
  const decisions = [{ type: 'approve' }, { type: 'approve' }, { type: 'respond', text: 'Paid.' }];
  const { interrupts } = await thread.state();
  for (const [amount, decision] of [80, -1, 81].map((n, i) => [n, decisions[i]] as const)) {
    const { id } = interrupts.find(({ value }) => JSON.stringify(value).includes(`:${amount}}`))!;
    await thread.resume(decision, { id, actor: 'ann' });
  }
  await until(async () => (await thread.state()).status === 'idle');
  const answers = await thread.answers();
  const [paid, failed, responded, free] = await toolMessages(driver);
  expect(paid).toMatchObject({ content: 'paid 80', decision: { type: 'approve', how: 'answered', actor: 'ann' } });
  expect(answers).toContainEqual(expect.objectContaining({ id: paid?.decision?.question, at: paid?.decision?.at }));
  expect(failed).toMatchObject({ content: 'Error: negative', decision: { type: 'approve', actor: 'ann' } });
  expect(responded).toMatchObject({ content: 'Paid.', decision: { type: 'respond', actor: 'ann' } });
  expect(free).not.toHaveProperty('decision');
});

test('the approvals of one message are a group, and one alone has none (R8)', async () => {
  await using _model = await calling([call('pay', 1), call('lend', 2)], [call('pay', 3)]);
  const driver = agent();
  const { thread, send } = driver;
  await send(says());
  await until(async () => (await thread.state()).interrupts.length === 2);
  const { interrupts } = await thread.state();
  expect(interrupts.map(({ group }) => group)).toEqual(['call_1', 'call_1']);
  for (const { id } of interrupts) await thread.resume({ type: 'approve' }, { id });
  await until(async () => (await thread.state()).status === 'idle');
  await send(says());
  expect((await thread.state()).interrupts[0]).not.toHaveProperty('group');
  await driver.reply({ type: 'approve' });
});

test('a remembered decision is listed, and lets nothing through after it was taken back (R8)', async () => {
  await using _model = await calling([call('pay', 80)], [call('pay', 80)]);
  const driver = agent();
  const { thread, send } = driver;
  await send(says());
  await driver.reply({ type: 'approve', remember: 'arguments', until: '2999-01-01T00:00:00Z' });
  expect((await thread.state()).remembered).toMatchObject([
    { id: 'callTool:1', tool: 'pay', args: { amount: 80 }, type: 'approve', until: '2999-01-01T00:00:00Z' },
  ]);
  await thread.forget('callTool:1');
  expect((await send(says())).at(-1)).toMatchObject({ __interrupt__: [{ id: 'callTool:2' }] });
  await driver.reply({ type: 'reject' });
});

test('remembered for the same arguments: those calls run, others are asked about (R8)', async () => {
  await using _model = await calling([call('pay', 80)], [call('pay', 80)], [call('pay', 81)]);
  const driver = agent();
  const { thread, send } = driver;
  await send(says());
  await thread.resume({ type: 'approve', remember: 'arguments' }, { actor: 'ann' });
  await until(async () => (await thread.state()).status === 'idle');
  expect((await send(says())).at(-1)).toEqual(DONE);
  const decided = { type: 'approve', actor: 'ann', question: 'callTool:1' };
  expect((await toolMessages(driver)).map(({ decision }) => decision)).toMatchObject([
    { ...decided, how: 'answered', remember: 'arguments' },
    { ...decided, how: 'remembered' },
  ]);
  expect((await send(says())).at(-1)).toMatchObject({ __interrupt__: [{ value: { args: { amount: 81 } } }] });
  await driver.reply({ type: 'reject' });
  expect(ran.get(thread.id)).toEqual(['paid 80', 'paid 80']);
});

test('remembered for the tool: all its calls are decided, but what the policy denies (R8)', async () => {
  await using _model = await calling([call('pay', 80)], [call('pay', 90), call('pay', 2000)]);
  const driver = agent();
  await driver.send(says());
  await driver.reply({ type: 'approve', remember: 'tool' });
  expect((await driver.send(says())).at(-1)).toEqual(DONE);
  expect((await toolMessages(driver)).map(({ content, decision }) => [content, decision?.how])).toEqual([
    ['paid 80', 'answered'],
    ['paid 90', 'remembered'],
    ['Error: this call is not allowed and did not run', 'policy'],
  ]);
});

test('a remembered rejection is told to the model, with its reason (R8)', async () => {
  await using _model = await calling([call('pay', 80)], [call('pay', 90)]);
  const driver = agent();
  await driver.send(says());
  await driver.reply({ type: 'reject', reason: 'not this month', remember: 'tool' });
  expect((await driver.send(says())).at(-1)).toEqual(DONE);
  expect((await toolMessages(driver))[1]).toMatchObject({
    content: 'Error: this call was rejected and did not run: not this month',
    decision: { type: 'reject', how: 'remembered', question: 'callTool:1' },
  });
});

test('remembered until a time that is over: a person is asked again (R8)', async () => {
  await using _model = await calling([call('pay', 80)], [call('pay', 80)]);
  const driver = agent();
  await driver.send(says());
  await driver.reply({ type: 'approve', remember: 'tool', until: new Date(Date.now() - 1000).toISOString() });
  expect((await driver.send(says())).at(-1)).toMatchObject({ __interrupt__: [{ id: 'callTool:2' }] });
  await driver.reply({ type: 'approve' });
});

test('nothing is remembered that the tool does not offer (A5 R8)', async () => {
  await using _model = await calling([call('lend', 80)]);
  const driver = agent();
  await driver.send(says());
  await rejection(driver.thread.resume({ type: 'approve', remember: 'tool' }));
  expect((await driver.reply({ type: 'approve', remember: 'arguments' })).at(-1)).toEqual(DONE);
});

test('an edit that does not fit is asked about again: functions of `ask` get arguments that the schema parsed (A5 R8)', async () => {
  await using _model = await calling([{ name: 'book', arguments: { day: '2026-01-01' } }]);
  const driver = agent();
  await driver.send(says());
  await driver.reply({ type: 'edit', args: { day: '1999-01-01' } });
  expect((await driver.thread.state()).interrupts).toMatchObject([
    { id: 'callTool:1#2', title: 'On 2026-01-01T00:00:00.000Z?', problems: [{ path: '/args/day' }] },
  ]);
  await driver.reply({ type: 'edit', args: { day: '2027-01-01' } });
  expect(await toolMessages(driver)).toMatchObject([{ content: '2027-01-01T00:00:00.000Z' }]);
});

test('a remembered decision is on record, also if the tool then asks a person itself (A7 R8)', async () => {
  await using _model = await calling([call('wire', 1)], [call('wire', 2)]);
  const driver = agent();
  await driver.send(says());
  await driver.reply({ type: 'approve', remember: 'tool' });
  await driver.reply('first');
  expect((await driver.send(says())).at(-1)).toEqual(asking('callTool:2', 'Which account?'));
  await driver.reply('second');
  expect(await toolMessages(driver)).toMatchObject([
    { content: 'first', decision: { how: 'answered', question: 'callTool:1' } },
    { content: 'second', decision: { type: 'approve', how: 'remembered', question: 'callTool:1' } },
  ]);
});

test('a decision that is taken back while the messages are fetched lets nothing through (R12)', async () => {
  await using _model = await calling([call('wait', 1)], [call('wait', 2)]);
  const driver = agent();
  const { thread } = driver;
  openGate(thread, 'wait 1');
  await driver.send(says());
  await driver.reply({ type: 'approve', remember: 'tool' });
  const turn = driver.send(says());
  await reached(thread, 'wait 2');
  await thread.forget('callTool:2');
  openGate(thread, 'wait 2');
  expect((await turn).at(-1)).toMatchObject({ __interrupt__: [{ id: 'callTool:4' }] });
  await driver.reply({ type: 'reject' });
  expect(ran.get(thread.id)).toEqual(['waited 1']);
});

test('a decision that is taken back while its call still runs is not remembered (R12)', async () => {
  await using _model = await calling([call('wire', 1)], [call('wire', 2)]);
  const driver = agent();
  const { thread, send, reply } = driver;
  await send(says());
  expect((await reply({ type: 'approve', remember: 'tool' })).at(-1)).toEqual(asking('callTool:1#2', 'Which account?'));
  await thread.forget('callTool:1');
  await expectCode(thread.forget('callTool:7'), 'NotRemembered');
  await reply('first');
  expect((await thread.state()).remembered).toEqual([]);
  await expectCode(thread.forget('callTool:1'), 'NotRemembered');
  expect((await send(says())).at(-1)).toMatchObject({ __interrupt__: [{ value: { tool: 'wire' } }] });
  await reply({ type: 'reject' });
});

test('a remembered decision is about the tool of one agent, not about one of the same name (R12)', async () => {
  await using _model = await calling([call('pay', 1)], [call('pay', 2)], [call('pay', 3)]);
  const driver = agent('either');
  await driver.send(says());
  await driver.reply({ type: 'approve', remember: 'tool' });
  expect((await driver.send([{ role: 'user', content: 'other' }])).at(-1)).toMatchObject({
    __interrupt__: [{ id: 'runOther:1' }],
  });
  await driver.reply({ type: 'reject' });
  await driver.send(says());
  expect(ran.get(driver.thread.id)).toEqual(['paid 1', 'paid 3']);
});

test('returnDirect: the message of the tool is the value of the turn, and the next turn goes on (R8)', async () => {
  await using model = await scriptedModel([{ calls: [call('answer', 1), call('transfer', 2)] }, { content: 'Next.' }]);
  vi.stubEnv('OPENAI_BASE_URL', model.baseURL);
  vi.stubEnv('OPENAI_API_KEY', 'key');
  const { thread } = agent();
  expect(await thread.invoke(says())).toMatchObject({ value: { role: 'tool', name: 'answer', content: 'answered 1' } });
  expect((await thread.state()).saved).toHaveLength(4);
  expect(await thread.invoke(says())).toMatchObject({ value: { content: 'Next.' } });
  expect(model.requests[1]?.messages.map(({ role }) => role)).toEqual([
    'user',
    'assistant',
    'tool',
    'tool',
    'assistant',
    'user',
  ]);
});

test('returnDirect: an error and a rejection are for the model; an answer in place of the tool ends the turn (R8)', async () => {
  await using model = await scriptedModel([
    { calls: [call('answer', -1)] },
    { calls: [call('answer_asked', 1)] },
    { calls: [call('answer_asked', 2)] },
  ]);
  vi.stubEnv('OPENAI_BASE_URL', model.baseURL);
  vi.stubEnv('OPENAI_API_KEY', 'key');
  const { send, reply } = agent();
  await send(says());
  await reply({ type: 'reject' });
  expect((await reply({ type: 'respond', text: 'By hand.' })).at(-1)).toMatchObject({
    decided: { role: 'tool', content: 'By hand.' },
  });
});

test('prepare: the model gets what it makes of the messages, and the memory keeps all (R8)', async () => {
  await using model = await calling([call('transfer', 5)]);
  const { thread } = agent('short');
  await thread.invoke(says());
  expect(model.requests.map(({ messages }) => messages.map(({ role }) => role))).toEqual([
    ['system', 'user'],
    ['system', 'assistant', 'tool'],
  ]);
  expect((await thread.state()).saved).toHaveLength(4);
});

test('prepare: what is not a list of messages fails the turn with one sentence', async () => {
  await using model = await scriptedModel([]);
  expect(await rejection(agent('mute').thread.invoke(says()))).toMatchObject({
    type: 'TypeError',
    message: 'Expected what `prepare` returns to be a list of messages, got "nothing"',
  });
  expect(model.requests).toEqual([]);
});

test('the time of a tool and the wait for a person do not count against each other (I2 T4)', async () => {
  await using _model = await calling([call('slow', 1)]);
  const driver = agent('hurriedly');
  // The default approves after three seconds. Each pass has two.
  expect(await driver.thread.invoke(says()).then(({ interrupts }) => interrupts)).toHaveLength(1);
  await until(async () => (await driver.thread.state()).status === 'idle');
  expect(await toolMessages(driver)).toMatchObject([
    { content: 'waited 1', decision: { type: 'approve', how: 'default', question: 'callTool:1' } },
  ]);
});

test('with the tools of an earlier version, new turns are decided on the worker (R8)', async () => {
  await using _model = await calling([call('transfer', 80)]);
  const driver = agent('early');
  expect((await driver.send(says())).at(-1)).toMatchObject({ __interrupt__: [{ id: 'callTool:1' }] });
  await driver.reply({ type: 'approve' });
  expect(ran.get(driver.thread.id)).toEqual(['moved 80']);
});

function byHand(context: object | null) {
  return driveThread(started.client.thread(`byHand-${randomUUID()}`, 'byHand')).send(context);
}

test('a loop written by hand gets approvals, and is not offered what it does not do (R8)', async () => {
  await using _model = await scriptedModel([{ calls: [call('pay', 80)] }]);
  vi.stubEnv('OPENAI_BASE_URL', _model.baseURL);
  vi.stubEnv('OPENAI_API_KEY', 'key');
  const { thread, send, reply } = driveThread(started.client.thread(`byHand-${randomUUID()}`, 'byHand'));
  await send(null);
  await rejection(thread.resume({ type: 'approve', remember: 'tool' }));
  expect((await reply({ type: 'approve' })).at(-1)).toMatchObject({ byHand: [{ content: 'paid 80' }] });
});

test('a loop written by hand may have settled that a call runs (R8)', async () => {
  await using _model = await scriptedModel([{ calls: [call('pay', 80)] }]);
  vi.stubEnv('OPENAI_BASE_URL', _model.baseURL);
  vi.stubEnv('OPENAI_API_KEY', 'key');
  expect((await byHand({ isApproved: true })).at(-1)).toMatchObject({ byHand: [{ content: 'paid 80' }] });
});

test('a loop written by hand is told in one sentence that a policy reads the messages (R8)', async () => {
  await using _model = await scriptedModel([{ calls: [call('quote', 1)] }]);
  vi.stubEnv('OPENAI_BASE_URL', _model.baseURL);
  vi.stubEnv('OPENAI_API_KEY', 'key');
  expect(await rejection(byHand(null))).toMatchObject({
    message:
      'Expected `callTool` to get the messages, because tool `quote` decides by them: pass them as its third argument',
  });
});
