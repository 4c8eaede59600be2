/** `agUiHandler`: conversations of the real `HttpAgent` with agents, over HTTP. */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { EventType } from '@ag-ui/core';
import { agUiHandler, type ChatOptions } from 'holdpoint/chat';
import { Holdpoint } from 'holdpoint/client';
import type { PreviewPart } from 'holdpoint/previews';
import { scriptedModel, type ScriptedModel, type ScriptedTurn, type Test, type TurnFunction } from 'holdpoint/testing';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { AgUiTestPage, post, serve, type Site } from './fixtures/ag-ui-page.ts';
import { startTest } from './fixtures/start-test.ts';
import { shownByTest } from './fixtures/chat-page.ts';
import { resetBefore } from './fixtures/resets.ts';
import { replay, until } from './fixtures/scenario.ts';
import * as activities from './fixtures/support-activities.ts';
import type * as workflows from './fixtures/support-workflows.ts';

const workflowsPath = fileURLToPath(new URL('fixtures/support-workflows.ts', import.meta.url));

let started: Test<typeof workflows>;
beforeAll(async () => {
  started = await startTest<typeof workflows>({ workflowsPath, activities, replay });
});
afterAll(() => started[Symbol.asyncDispose]());
afterEach(() => vi.unstubAllEnvs());

interface Talk extends AsyncDisposable {
  readonly model: ScriptedModel;
  readonly site: Site;
  readonly page: AgUiTestPage;
  readonly thread: string;
  /** Another page that shows the same thread. */
  another(): AgUiTestPage;
  /** What the thread remembers, without what only its memory has. */
  saved(): Promise<readonly unknown[]>;
}

/** A page and an agent whose model follows the script. */
async function talk(script: readonly ScriptedTurn[] | TurnFunction, options: Partial<ChatOptions> = {}): Promise<Talk> {
  const model = await scriptedModel(script);
  vi.stubEnv('OPENAI_BASE_URL', model.baseURL);
  vi.stubEnv('OPENAI_API_KEY', 'key');
  const site = await serve(agUiHandler({ client: started.client, entrypoint: 'support', ...options }));
  const thread = `ag-ui-${randomUUID()}`;
  return {
    model,
    site,
    thread,
    page: new AgUiTestPage(site, thread),
    another: () => new AgUiTestPage(site, thread),
    async saved() {
      const { saved } = await started.client.thread(thread).state();
      return (saved as Record<string, unknown>[]).map(pageMessage);
    },
    async [Symbol.asyncDispose]() {
      await site[Symbol.asyncDispose]();
      await model[Symbol.asyncDispose]();
    },
  };
}

/** A saved message as a page has it. */
function pageMessage({
  role,
  content,
  tool_calls: toolCalls,
  tool_call_id: toolCallId,
  decision,
}: Record<string, unknown>) {
  return {
    role,
    ...(content === null || content === '' ? {} : { content }),
    ...(toolCalls ? { toolCalls } : {}),
    ...(toolCallId ? { toolCallId } : {}),
    ...(decision ? { metadata: { decision } } : {}),
  };
}

const REFUND = { calls: [{ name: 'refund', arguments: { amount: 500 } }] };
const DONE = { content: 'Done.' };

test('a conversation: text, tools and text again; the page has what the thread remembers', async () => {
  const script = [{ content: 'Hi!' }, { calls: [{ name: 'get_weather', arguments: { location: 'SF' } }] }, DONE];
  await using chat = await talk(script);
  const { types } = await chat.page.say('Hello');
  expect(types).toEqual([
    'RUN_STARTED',
    'TEXT_MESSAGE_START',
    'TEXT_MESSAGE_CONTENT',
    'TEXT_MESSAGE_END',
    'RUN_FINISHED',
  ]);
  const second = await chat.page.say('And the weather?');
  expect(second.types).toEqual([
    'RUN_STARTED',
    'TOOL_CALL_START',
    'TOOL_CALL_ARGS',
    'TOOL_CALL_END',
    'TOOL_CALL_RESULT',
    'TEXT_MESSAGE_START',
    'TEXT_MESSAGE_CONTENT',
    'TEXT_MESSAGE_END',
    'RUN_FINISHED',
  ]);
  expect(second.result).toMatchObject({ role: 'assistant', content: 'Done.' });
  expect(chat.page.messages).toEqual(await chat.saved());
});

test('approve: the run ends with the question, and the next one goes on behind it', async () => {
  await using chat = await talk([REFUND, DONE]);
  await chat.page.say('Pay me back');
  expect(chat.page.interrupts).toMatchObject([
    {
      reason: 'tool_call',
      message: 'Approve refund?',
      toolCallId: 'call_1',
      responseSchema: { properties: { type: { enum: ['approve', 'edit', 'reject', 'respond'] } } },
      metadata: { question: { id: 'callTool:1', value: { tool: 'refund', args: { amount: 500 }, call: 'call_1' } } },
    },
  ]);
  const { types } = await chat.page.answer({ type: 'approve' });
  // The message with the call is on the page already.
  expect(types.slice(0, 3)).toEqual(['RUN_STARTED', 'TOOL_CALL_RESULT', 'TEXT_MESSAGE_START']);
  expect(chat.page.interrupts).toEqual([]);
  expect(chat.page.messages).toEqual(await chat.saved());
});

test('reject: the reason reaches the model, and the decision is on the page', async () => {
  await using chat = await talk([REFUND, DONE], { authorize: () => ({ actor: 'ann' }) });
  await chat.page.say('Pay me back');
  await chat.page.answer({ type: 'reject', reason: 'too much' });
  expect(chat.page.messages[2]).toMatchObject({
    role: 'tool',
    content: expect.stringContaining('too much'),
    metadata: { decision: { type: 'reject', actor: 'ann' } },
  });
  expect(chat.page.messages).toEqual(await chat.saved());
});

test('edit: the page shows the arguments that the tool ran with', async () => {
  await using chat = await talk([REFUND, DONE]);
  await chat.page.say('Pay me back');
  const { types } = await chat.page.answer({ type: 'edit', args: { amount: 50 } });
  expect(types).toContain('MESSAGES_SNAPSHOT');
  expect(chat.page.messages[1]).toMatchObject({ toolCalls: [{ function: { arguments: '{"amount":50}' } }] });
  expect(chat.page.messages).toEqual(await chat.saved());
});

test('two questions at once: one is answered, and the cancelled one is rejected', async () => {
  const calls = [...REFUND.calls, { name: 'delete_account', arguments: { id: 'ann' } }];
  await using chat = await talk([{ calls }, DONE]);
  await chat.page.say('Pay me back, and delete me');
  expect(new Set(chat.page.interrupts.map(({ toolCallId }) => toolCallId))).toEqual(new Set(['call_1', 'call_2']));
  await chat.page.answerCalls({ call_2: { type: 'approve' } });
  expect(chat.page.messages).toContainEqual(
    expect.objectContaining({
      toolCallId: 'call_1',
      metadata: { decision: expect.objectContaining({ type: 'reject' }) },
    }),
  );
  expect(chat.page.messages).toContainEqual(expect.objectContaining({ toolCallId: 'call_2', content: 'deleted ann' }));
  expect(new Set(chat.page.messages)).toEqual(new Set(await chat.saved()));
});

test('a question that is no approval is answered with any value; it cannot be cancelled', async () => {
  await using chat = await talk([{ calls: [{ name: 'ask_customer', arguments: { question: 'Which?' } }] }, DONE]);
  await chat.page.say('Ask');
  expect(chat.page.interrupts).toMatchObject([
    { reason: 'input_required', metadata: { question: { value: 'Which?' } } },
  ]);
  expect(await chat.page.refusal(chat.page.answer(undefined))).toMatchObject({
    status: 422,
    payload: { error: 'InvalidAnswer', message: expect.stringContaining('cannot be cancelled') },
  });
  await chat.page.answer('the blue one');
  expect(chat.page.messages).toEqual(await chat.saved());
});

test('an answer that does not fit is refused with its problems, and the question stays', async () => {
  await using chat = await talk([REFUND, DONE]);
  await chat.page.say('Pay me back');
  expect(await chat.page.refusal(chat.page.answer({ type: 'edit', args: { amount: 'all' } }))).toMatchObject({
    status: 422,
    payload: { error: 'InvalidAnswer', problems: [{ path: '/args/amount' }] },
  });
  await chat.page.answer({ type: 'approve' });
  expect(chat.page.messages).toEqual(await chat.saved());
});

test('of two answers one does not fit: the other one counts, and the question comes again', async () => {
  const calls = [...REFUND.calls, { name: 'delete_account', arguments: { id: 'ann' } }];
  await using chat = await talk([{ calls }, DONE]);
  await chat.page.say('Pay me back, and delete me');
  const { events } = await chat.page.answerCalls({
    call_1: { type: 'edit', args: { amount: 'all' } },
    call_2: { type: 'approve' },
  });
  expect(events[1]).toMatchObject({
    type: 'CUSTOM',
    name: 'refused',
    value: { interruptId: expect.stringContaining('callTool:1'), error: 'InvalidAnswer' },
  });
  expect(chat.page.interrupts).toMatchObject([{ toolCallId: 'call_1' }]);
  await chat.page.answer({ type: 'approve' });
  // The results have come in the other order.
  expect(chat.page.messages.slice(2, 4)).toMatchObject([{ toolCallId: 'call_2' }, { toolCallId: 'call_1' }]);
  expect(new Set(chat.page.messages)).toEqual(new Set(await chat.saved()));
});

test('a second answer is refused, with who was first; the other page goes on with a cancelled one', async () => {
  const authorize = (request: Request) => ({ actor: request.headers.get('x-user') ?? 'nobody' });
  await using chat = await talk([REFUND, DONE], { authorize });
  chat.page.agent.headers = { 'x-user': 'ann' };
  await chat.page.say('Pay me back');
  const other = chat.another();
  await other.run();
  expect(other.interrupts).toEqual(chat.page.interrupts);
  await chat.page.answer({ type: 'approve' });
  expect(await other.refusal(other.answer({ type: 'reject' }))).toMatchObject({
    status: 409,
    payload: { error: 'AlreadyAnswered', by: 'ann', at: expect.any(String) },
  });
  await other.answer(undefined);
  expect(other.interrupts).toEqual([]);
  expect(other.messages).toEqual(await chat.saved());
});

test('A11: an answer has the groups that `authorize` says', async () => {
  const authorize = (request: Request) => ({ actor: 'ann', groups: request.headers.get('x-groups')?.split(' ') });
  await using chat = await talk([{ calls: [{ name: 'transfer', arguments: { amount: 80 } }] }, DONE], { authorize });
  await chat.page.say('Transfer 80');
  expect(await chat.page.refusal(chat.page.answer({ type: 'approve' }))).toMatchObject({
    status: 403,
    payload: { error: 'NotAllowed' },
  });
  chat.page.agent.headers = { 'x-groups': 'sales finance' };
  await chat.page.answer({ type: 'approve' });
  expect(chat.page.last).toBe('Done.');
});

test('after a reset, an old page cannot approve what is asked now; it gets the new question (A1)', async () => {
  await using chat = await talk([REFUND, { calls: [{ name: 'refund', arguments: { amount: 9_000 } }] }, DONE]);
  await chat.page.say('Pay me back');
  const thread = started.client.thread(chat.thread);
  await resetBefore(thread, 'start');
  await until(async () => JSON.stringify(await thread.interrupts()).includes('9000'));
  expect(await chat.page.refusal(chat.page.answer({ type: 'approve' }))).toMatchObject({
    status: 410,
    payload: { error: 'NotPending' },
  });
  await chat.page.answer(undefined);
  expect(chat.page.interrupts).toMatchObject([{ metadata: { question: { value: { args: { amount: 9_000 } } } } }]);
  await chat.page.answer({ type: 'approve' });
  expect(chat.page.last).toBe('Done.');
});

test('a request that is sent twice is one turn, and one answer (C1)', async () => {
  await using chat = await talk([REFUND, DONE]);
  const body = {
    threadId: chat.thread,
    runId: 'run-1',
    messages: [{ id: 'message-1', role: 'user', content: 'Pay me back' }],
  };
  const [first, second] = await Promise.all([post(chat.site, body), post(chat.site, body)]);
  expect(first.status).toBe(200);
  expect(second).toEqual(first);
  const [, id] = /"interrupts":\[\{"id":"([^"]+)"/.exec(String(first.body))!;
  const resume = [{ interruptId: id, status: 'resolved', payload: { type: 'approve' } }];
  const answer = { ...body, runId: 'run-2', resume };
  const third = await post(chat.site, answer);
  expect(third.body).toContain('Done.');
  expect(await post(chat.site, answer)).toEqual(third);
  // A page whose connection was cut has another run.
  expect(await post(chat.site, { ...answer, runId: 'run-3' })).toMatchObject({ status: 200 });
});

test('a failed call has the result that the agent made of it', async () => {
  await using chat = await talk([{ calls: [{ name: 'fail' }] }, DONE]);
  await chat.page.say('Try');
  expect(chat.page.messages).toEqual(await chat.saved());
  expect(chat.page.messages[2]).toMatchObject({
    role: 'tool',
    content: expect.stringContaining('warehouse is closed'),
  });
});

test('a turn that fails ends the run with its message and code', async () => {
  await using chat = await talk([REFUND, REFUND], { entrypoint: 'brief' });
  await chat.page.say('Pay me back');
  const { events, types } = await chat.page.answer({ type: 'reject' });
  expect(types.at(-1)).toBe('RUN_ERROR');
  expect(events.at(-1)).toEqual({
    type: 'RUN_ERROR',
    code: 'MaxRoundsReached',
    message: expect.stringContaining('The model was asked 2 times'),
  });
  const again = await chat.another().run();
  expect(again.types).toEqual(['RUN_STARTED', 'MESSAGES_SNAPSHOT', 'RUN_ERROR']);
});

test('what fails in the stream and is not the turn’s own error says nothing about the server (C3)', async () => {
  const told: string[] = [];
  const onNotice = (one: string): number => told.push(one);
  const client = new Holdpoint({ client: started.client.client, taskQueue: started.taskQueue, onNotice });
  await using chat = await talk([REFUND, DONE], { client });
  const { events } = await chat.page.say('Pay me back');
  const [interrupt] = (events.at(-1) as unknown as { outcome: { interrupts: { id: string }[] } }).outcome.interrupts;
  const resume = [{ interruptId: interrupt?.id, status: 'resolved', payload: { type: 'approve' } }];
  const messages = [{ id: randomUUID(), role: 'user', content: 'x'.repeat(3_000_000) }];
  const { body } = await post(chat.site, { threadId: chat.thread, runId: 'run-2', messages, resume });
  const last = String(body).trim().split('\n').at(-1)!.slice('data: '.length);
  expect(JSON.parse(last)).toEqual({
    type: 'RUN_ERROR',
    code: 'TooLarge',
    message: 'This is too large to be sent. Shorten it.',
  });
  expect(told).toEqual([expect.stringContaining('Expected the input to be at most 2 MB')]);
});

test('a thread that an operator terminates ends the run with the reason', async () => {
  const told: string[] = [];
  const onNotice = (one: string): number => told.push(one);
  const client = new Holdpoint({ client: started.client.client, taskQueue: started.taskQueue, onNotice });
  const [asked, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const model = async (): Promise<typeof DONE> => {
    asked.resolve();
    await answered.promise;
    return DONE;
  };
  await using chat = await talk(model, { client });
  const said = chat.page.say('Hello');
  await asked.promise;
  await started.client.thread(chat.thread).handle.terminate('spam');
  const { events } = await said;
  answered.resolve();
  expect(events.at(-1)).toEqual({ type: 'RUN_ERROR', message: 'spam' });
  expect(told).toEqual([]);
});

test('a turn that is cancelled ends the run as cancelled', async () => {
  await using chat = await talk([REFUND]);
  await chat.page.say('Pay me back');
  await started.client.thread(chat.thread).cancel();
  const { events } = await chat.page.answer(undefined);
  expect(events.at(-1)).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'cancelled' } });
});

test('what the thread does not know, or the sender may not, is refused before the first event (C3)', async () => {
  const authorize = (_request: Request, thread: string) => !thread.startsWith('secret');
  await using chat = await talk([], { authorize });
  const body = { threadId: 'nowhere', runId: 'run-1', messages: [] };
  expect(await post(chat.site, body)).toMatchObject({ status: 404, body: { error: 'ThreadNotFound' } });
  const resume = [{ interruptId: 'run/1/callTool:1', status: 'resolved', payload: 1 }];
  expect(await post(chat.site, { ...body, resume })).toMatchObject({ status: 404 });
  const secret = await post(chat.site, { ...body, threadId: 'secret-1' });
  expect(secret).toMatchObject({ status: 403, body: { error: 'Forbidden' } });
  const read = await fetch(chat.site.url);
  expect([read.status, read.headers.get('allow')]).toEqual([405, 'POST']);
});

test.each<[string, unknown]>([
  ['`threadId`', { id: 'chat-1', messages: [] }],
  ['`runId`', { threadId: 't', messages: [] }],
  ['`messages`', { threadId: 't', runId: 'r' }],
  ['`messages[0].role`', { threadId: 't', runId: 'r', messages: [{ id: 'm', role: 'robot', content: 'Hi' }] }],
  ['`messages[0].content`', { threadId: 't', runId: 'r', messages: [{ id: 'm', role: 'user', content: 1 }] }],
  ['`messages[0].toolCalls[0].function`', withCalls([{ id: 'c' }])],
  ['`threadId` to have at most 1000 bytes', { threadId: 'x'.repeat(1_001), runId: 'r', messages: [] }],
  ['`runId` to have at most 1000 bytes', { threadId: 't', runId: 'x'.repeat(1_001), messages: [] }],
  [
    '`id of the last message` to have at most 1000 bytes',
    { threadId: 't', runId: 'r', messages: [{ id: 'x'.repeat(1_001), role: 'user', content: 'Hi' }] },
  ],
  ['at most 100 answers', { threadId: 't', runId: 'r', messages: [], resume: withEntries(101) }],
  ['`resume[0].status`', { threadId: 't', runId: 'r', messages: [], resume: [{ interruptId: 'r/q:1', status: 'ok' }] }],
])('a body that is not of the protocol is refused, with the place: %s', async (place, body) => {
  await using chat = await talk([]);
  const refused = await post(chat.site, body);
  expect(refused).toMatchObject({
    status: 400,
    body: { error: 'BadRequest', message: expect.stringContaining(place) },
  });
});

function withEntries(count: number): unknown {
  return Array.from({ length: count }, (_, n) => ({ interruptId: `r/1/q:${n}`, status: 'resolved', payload: 1 }));
}

function withCalls(toolCalls: unknown): unknown {
  return { threadId: 't', runId: 'r', messages: [{ id: 'm', role: 'assistant', toolCalls }] };
}

test('a page that was reloaded gets the whole conversation, and the question of the turn at work (C2)', async () => {
  await using chat = await talk([{ content: 'Hi!' }, REFUND, DONE]);
  await chat.page.say('Hello');
  await chat.page.say('Pay me back');
  const reloaded = chat.another();
  await reloaded.run();
  expect(reloaded.agent.messages).toEqual(chat.page.agent.messages);
  expect(reloaded.interrupts).toEqual(chat.page.interrupts);
  await reloaded.answer({ type: 'approve' });
  expect(reloaded.messages).toEqual(await chat.saved());
  const again = chat.another();
  await again.run();
  expect(again.agent.messages).toEqual(reloaded.agent.messages);
  expect(again.interrupts).toEqual([]);
});

test('frontend tools, state and context do no harm', async () => {
  await using chat = await talk([DONE]);
  const tools = [{ name: 'confetti', description: 'Throws confetti.', parameters: { type: 'object' } }];
  chat.page.agent.setState({ theme: 'dark' });
  chat.page.agent.addMessage({ id: randomUUID(), role: 'user', content: 'Hello' });
  const { types } = await chat.page.run({ tools, context: [{ description: 'page', value: 'home' }] });
  expect(types.at(-1)).toBe('RUN_FINISHED');
  expect(chat.page.agent.state).toEqual({ theme: 'dark' });
});

test('a message behind a turn that waits: its run ends with that question, and the page gets its turn later', async () => {
  await using chat = await talk([REFUND, DONE, { content: 'Hi!' }], { entrypoint: 'patient' });
  await chat.page.say('Pay me back');
  const other = chat.another();
  await other.say('Hello');
  expect(other.interrupts).toEqual(chat.page.interrupts);
  const { events } = await other.answer({ type: 'approve' });
  expect(events.at(-1)).toMatchObject({ outcome: { type: 'success' }, result: { content: 'Done.' } });
  const { result } = await other.run();
  expect(result).toMatchObject({ content: 'Hi!' });
  expect(new Set(other.messages)).toEqual(new Set(await chat.saved()));
});

test('the parts of a message reach the model; `input` may add to it', async () => {
  const seen: unknown[] = [];
  await using chat = await talk([DONE], {
    authorize: () => ({ actor: 'ann' }),
    input: (message, request) => {
      seen.push(message.actor, request.headers.get('x-language'));
      return [{ role: 'system', content: 'Be brief.' }, message];
    },
  });
  chat.page.agent.headers = { 'x-language': 'de' };
  const source = { type: 'data', value: 'aGk=', mimeType: 'image/png' } as const;
  const content = [
    { type: 'text' as const, text: 'What is it?' },
    { type: 'image' as const, source },
  ];
  chat.page.agent.addMessage({ id: 'message-1', role: 'user', content });
  await chat.page.run();
  expect(seen).toEqual(['ann', 'de']);
  expect(chat.model.requests[0]?.messages).toMatchObject([
    { role: 'system', content: 'Be brief.' },
    { content: [{ type: 'text' }, { type: 'image_url', image_url: { url: 'data:image/png;base64,aGk=' } }] },
  ]);
  const reloaded = chat.another();
  await reloaded.run();
  // What the agent was told is its own.
  expect(reloaded.agent.messages).toEqual(chat.page.agent.messages);
});

test('a turn that is at work goes on for a page that comes back, from where it was', async () => {
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
  const weather = { calls: [{ name: 'get_weather', arguments: { location: 'SF' } }] };
  let requests = 0;
  await using chat = await talk(async () => {
    requests += 1;
    if (requests === 1) return weather;
    ask();
    await answered;
    return DONE;
  });
  const first = chat.page.say('Hello').catch(() => undefined);
  await asked;
  chat.page.agent.abortRun();
  await first;
  const second = chat.page.run();
  answer();
  const { types } = await second;
  expect(types).not.toContain('TOOL_CALL_START');
  expect(chat.page.messages).toEqual(await chat.saved());
});

test('a thread that takes one input at a time refuses a second one; with its answers it gets it after the turn', async () => {
  await using chat = await talk([REFUND, DONE, { content: 'Hi!' }]);
  await chat.page.say('Pay me back');
  expect(await chat.another().refusal(chat.another().say('Hello'))).toMatchObject({
    status: 409,
    payload: { error: 'ThreadBusy' },
  });
  chat.page.agent.addMessage({ id: randomUUID(), role: 'user', content: 'Never mind' });
  const { events } = await chat.page.answer(undefined);
  expect(events.at(-1)).toMatchObject({ outcome: { type: 'success' }, result: { content: 'Hi!' } });
  expect(new Set(chat.page.messages)).toEqual(new Set(await chat.saved()));
});

/** A client that reads the previews that the test shows. */
function previewed() {
  const previews = shownByTest();
  const client = new Holdpoint({
    client: started.client.client,
    taskQueue: started.taskQueue,
    previews,
    onNotice: () => undefined,
  });
  const show = (parts: readonly PreviewPart[], { from = 0, take = 1, call = 'callModel:1' } = {}): void =>
    previews.show([{ call, scheduledMs: take, attempt: 1, begin: 0, from, parts }]);
  return { client, show, readers: previews.readers };
}

/** A model that gives each answer when it is told to. */
function hesitating(...turns: readonly ScriptedTurn[]) {
  const ready = turns.map(() => Promise.withResolvers<void>());
  let n = 0;
  const script: TurnFunction = async () => {
    const i = n++;
    await ready[i]?.promise;
    return turns[i] ?? { content: 'Nothing more.' };
  };
  return { script, answer: (i = 0) => ready[i]?.resolve() };
}

test('words come as they are written, and the whole message adds only what is missing (C2)', async () => {
  const { client, show } = previewed();
  const { script, answer } = hesitating({ content: 'Hello there, Ann.', reasoning_content: 'A greeting.' });
  await using chat = await talk(script, { client });
  const saying = chat.page.say('Hi');
  show([
    { kind: 'reasoning', text: 'A greeting.' },
    { kind: 'text', text: 'Hello' },
  ]);
  await until(() => chat.page.last === 'Hello');
  const other = chat.another();
  const reading = other.run();
  await until(() => other.last === 'Hello');
  show([{ kind: 'text', text: ' there' }], { from: 16 });
  await until(() => chat.page.last === 'Hello there' && other.last === 'Hello there');
  answer();
  const [{ types, events }] = await Promise.all([saying, reading]);
  expect(types).not.toContain('MESSAGES_SNAPSHOT');
  expect(events.flatMap((event) => (event.type === EventType.TEXT_MESSAGE_CONTENT ? [event['delta']] : []))).toEqual([
    'Hello',
    ' there',
    ', Ann.',
  ]);
  expect(chat.page.messages.slice(1)).toEqual([
    { role: 'reasoning', content: 'A greeting.' },
    { role: 'assistant', content: 'Hello there, Ann.' },
  ]);
  expect(other.agent.messages).toEqual(chat.page.agent.messages);
});

test('words that turn out to be void are taken back: after a new attempt, and where the message differs (C2)', async () => {
  const { client, show } = previewed();
  const { script, answer } = hesitating(
    { content: 'I look.', calls: [{ name: 'get_weather', arguments: { location: 'Boston' } }] },
    { content: 'Sunny.' },
  );
  await using chat = await talk(script, { client });
  const saying = chat.page.say('Hi');
  show([{ kind: 'text', text: 'This attempt fails' }]);
  await until(() => chat.page.last === 'This attempt fails');
  show(
    [
      { kind: 'text', text: 'I look.' },
      { kind: 'call', index: 0, toolCallId: 'draft', name: 'get_weather' },
      { kind: 'arguments', index: 0, text: '{"location":"Bo' },
    ],
    { take: 2 },
  );
  await until(() => chat.page.messages.some((message) => JSON.stringify(message).includes('draft')));
  expect(chat.page.last).toBe('I look.');
  answer(0);
  // The message has another id for the call.
  await until(() => chat.page.messages.length === 3);
  show([{ kind: 'text', text: 'Rain' }], { call: 'callModel:2' });
  await until(() => chat.page.last === 'Rain');
  answer(1);
  await saying;
  expect(chat.page.messages).toEqual(await chat.saved());
});

test('what a task shows is an event of its own, and stays in no message', async () => {
  const { client, show } = previewed();
  const { script, answer } = hesitating(DONE);
  await using chat = await talk(script, { client });
  const seen: unknown[] = [];
  chat.page.agent.subscribe({ onCustomEvent: ({ event }) => void seen.push(event.value) });
  const saying = chat.page.say('Hi');
  show([{ kind: 'chunk', chunk: { searched: 3 } }]);
  await until(() => seen.length === 1);
  expect(seen).toEqual([{ task: 'callModel', id: 'callModel:1', attempt: 1, kind: 'chunk', chunk: { searched: 3 } }]);
  answer();
  await saying;
  expect(chat.page.messages).toEqual(await chat.saved());
});

test('when the page leaves, the thread is read no more, and goes on (C4)', async () => {
  const { client, readers } = previewed();
  const { script, answer } = hesitating(DONE);
  await using chat = await talk(script, { client });
  const saying = chat.page.say('Hi');
  await until(() => readers() === 1);
  chat.page.agent.abortRun();
  await saying;
  await until(() => readers() === 0);
  answer();
  expect(await started.client.thread(chat.thread).result()).toMatchObject(DONE);
});
