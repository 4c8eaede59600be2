/** The handler for pages with older versions of the AI SDK, with the clients of these versions over HTTP (C2). */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { uiMessageHandler, type UiMessageOptions } from 'holdpoint/chat';
import { Holdpoint } from 'holdpoint/client';
import type { PreviewPart } from 'holdpoint/previews';
import type { Test } from 'holdpoint/testing';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { startTest } from './fixtures/start-test.ts';
import * as activities from './fixtures/chat-activities.ts';
import { hesitating, speaking } from './fixtures/chat-models.ts';
import { messagesOf, openPage5, openPage6, validators, type OldPage } from './fixtures/chat-old-page.ts';
import { loadMessages, plainly, serveChat, shown, shownByTest, type ChatServer } from './fixtures/chat-page.ts';
import type * as workflows from './fixtures/chat-workflows.ts';
import { replay, until } from './fixtures/scenario.ts';

const workflowsPath = fileURLToPath(new URL('fixtures/chat-workflows.ts', import.meta.url));

type Sdk = 5 | 6;
const SDKS: readonly Sdk[] = [5, 6];

let started: Test<typeof workflows>;
const servers = new Map<Sdk, ChatServer>();
beforeAll(async () => {
  started = await startTest<typeof workflows>({ workflowsPath, activities, replay });
  for (const sdk of SDKS) servers.set(sdk, await serveChat(handler({ sdk })));
});
afterAll(async () => {
  for (const server of servers.values()) await server[Symbol.asyncDispose]();
  await started[Symbol.asyncDispose]();
});
afterEach(() => vi.unstubAllEnvs());

function handler(options: Partial<UiMessageOptions>): (request: Request) => Promise<Response> {
  return uiMessageHandler({ client: started.client, entrypoint: 'support', ...options });
}

function apiOf(sdk: Sdk): string {
  return servers.get(sdk)!.api;
}

function open(sdk: Sdk, id = `chat-${randomUUID()}`, api = apiOf(sdk)) {
  return sdk === 5 ? openPage5(api, id) : openPage6(api, id);
}

function seen(page: OldPage): string[] {
  return shown({ messages: messagesOf(page) });
}

const refund = (amount: number) => ({ name: 'refund', arguments: { order: 'R-17', amount } });

/** The conversation, which the version's own schema has accepted. */
async function load(sdk: Sdk, id: string) {
  const messages = await loadMessages(apiOf(sdk), id);
  await validators[sdk](messages);
  return messages;
}

/** A question that a page shows. */
function questionOn(page: OldPage) {
  const part = messagesOf(page)
    .at(-1)
    ?.parts.find(({ type }) => type === 'data-question');
  return part as { readonly id: string; readonly data: { readonly value: unknown; readonly schema: object } };
}

async function answer(page: OldPage, value: unknown): Promise<void> {
  await page.sendMessage(undefined, { body: { answers: [{ id: questionOn(page).id, value }] } });
}

test.each(SDKS)('a page of `ai` %i talks with an agent, and a reload shows the same (C2)', async (sdk) => {
  await using _model = await speaking(
    {
      content: 'Let me see.',
      reasoning_content: 'Boston?',
      calls: [{ name: 'get_weather', arguments: { location: 'Boston' } }],
    },
    { content: 'It is sunny.' },
    { calls: [{ name: 'fail', arguments: {} }] },
    { content: 'Sorry.' },
  );
  const page = open(sdk);
  await page.sendMessage({ text: 'What is the weather?' });
  expect(seen(page)).toEqual(['(Boston?)', 'Let me see.', 'tool-get_weather output-available', 'It is sunny.']);
  await page.sendMessage({ text: 'Fail' });
  expect([page.status, page.error]).toEqual(['ready', undefined]);
  expect(seen(page)).toEqual(['tool-fail output-error', 'Sorry.']);
  expect(await load(sdk, page.id)).toEqual(plainly(messagesOf(page)));
});

test.each(SDKS)('a question of a tool is answered on a page of `ai` %i, also after a reload (C2)', async (sdk) => {
  await using _model = await speaking(
    { calls: [{ name: 'ask_customer', arguments: { question: 'Where do you live?' } }] },
    { content: 'Noted.' },
  );
  const first = open(sdk);
  await first.sendMessage({ text: 'Hi' });
  const page = open(sdk, first.id);
  page.messages = (await load(sdk, first.id)) as never;
  await page.resumeStream();
  expect(seen(page)).toEqual(['tool-ask_customer input-available', 'question Where do you live? open']);
  expect(seen(page)).toEqual(seen(first));
  await answer(page, { street: '' });
  expect(JSON.parse(page.error?.message ?? '')).toMatchObject({ error: 'InvalidAnswer' });
  await answer(page, { street: 'Elm', number: 3 });
  expect(seen(page)).toEqual(['tool-ask_customer output-available', 'question Where do you live? closed', 'Noted.']);
  expect(await load(sdk, page.id)).toEqual(plainly(messagesOf(page)));
});

test('an approval is a question on a page of `ai` 5, with the schema of the decision (C2)', async () => {
  await using _model = await speaking({ content: 'One moment.', calls: [refund(80)] }, { content: 'Done.' });
  const page = open(5);
  await page.sendMessage({ text: 'Refund 80' });
  expect(seen(page)).toEqual(['One moment.', 'tool-refund input-available', 'question Approve refund? open']);
  const { value, schema } = questionOn(page).data;
  expect(value).toMatchObject({ tool: 'refund', args: { amount: 80 } });
  expect(schema).toMatchObject({ properties: { type: { enum: ['approve', 'edit', 'reject', 'respond'] } } });
  await answer(page, { type: 'edit', args: { order: 'R-17', amount: 60 } });
  expect(seen(page)).toEqual([
    'One moment.',
    'tool-refund output-available',
    'question Approve refund? closed',
    'Done.',
  ]);
  expect(page.messages.at(-1)?.parts).toContainEqual(
    expect.objectContaining({ input: { order: 'R-17', amount: 60 }, output: 'Paid 60 back for R-17.' }),
  );
  expect(page.messages).toHaveLength(2);
  expect(await load(5, page.id)).toEqual(plainly(messagesOf(page)));
});

test('a rejected call is one with an error on a page of `ai` 5', async () => {
  await using model = await speaking({ calls: [refund(80)] }, { content: 'I did not.' });
  const page = open(5);
  await page.sendMessage({ text: 'Refund 80' });
  await answer(page, { type: 'reject', reason: 'Too much' });
  expect(seen(page)).toEqual(['tool-refund output-error', 'question Approve refund? closed', 'I did not.']);
  expect(page.messages.at(-1)?.parts).toContainEqual(
    expect.objectContaining({ errorText: 'The call was rejected: Too much' }),
  );
  expect(model.requests.at(-1)?.messages.at(-1)?.content).toContain('Too much');
  expect(await load(5, page.id)).toEqual(plainly(messagesOf(page)));
});

test('an approval is decided with the buttons of `ai` 6, and the turn goes on in the same message (C2)', async () => {
  await using _model = await speaking({ calls: [refund(80)] }, { calls: [refund(90)] }, { content: 'One of two.' });
  const page = openPage6(apiOf(6), `chat-${randomUUID()}`);
  await page.sendMessage({ text: 'Refund both' });
  expect(seen(page)).toEqual(['tool-refund approval-requested']);
  await page.addToolApprovalResponse({ id: approvalOn(page), approved: true });
  await until(() => page.status === 'ready' && seen(page).length === 2);
  expect(seen(page)).toEqual(['tool-refund output-available', 'tool-refund approval-requested']);
  await page.addToolApprovalResponse({ id: approvalOn(page), approved: false, reason: 'Too much' });
  await until(() => page.status === 'ready' && seen(page).at(-1) === 'One of two.');
  expect(seen(page)).toEqual(['tool-refund output-available', 'tool-refund output-denied', 'One of two.']);
  expect(page.messages).toHaveLength(2);
  expect(await load(6, page.id)).toEqual(plainly(messagesOf(page)));
});

/** The approval that a page shows. */
function approvalOn({ messages }: ReturnType<typeof openPage6>): string {
  const parts = messages.at(-1)?.parts ?? [];
  const part = parts.find((one) => 'approval' in one && one.state === 'approval-requested');
  return part && 'approval' in part ? (part.approval?.id ?? '') : '';
}

test('an answer in one tab arrives in another one with `ai` 6, and when it was given (C2)', async () => {
  await using model = await hesitating({ calls: [refund(80)] }, { content: 'Done.' });
  model.answer(0);
  const page = openPage6(apiOf(6), `chat-${randomUUID()}`);
  await page.sendMessage({ text: 'Refund 80' });
  const other = open(6, page.id);
  other.messages = (await load(6, page.id)) as never;
  await other.resumeStream();
  expect(seen(other)).toEqual(['tool-refund approval-requested']);
  await page.addToolApprovalResponse({ id: approvalOn(page), approved: true });
  // The page sends it a moment later. Until then, the turn has nothing for another tab.
  await until(async () => (await started.client.thread(page.id).interrupts()).length === 0);
  const resuming = other.resumeStream();
  await until(() => seen(other)[0] === 'tool-refund output-available');
  model.answer(1);
  await resuming;
  expect(seen(other)).toEqual(['tool-refund output-available', 'Done.']);
  expect(messagesOf(other).at(-1)?.parts[1]).toMatchObject({
    callProviderMetadata: { holdpoint: { at: expect.any(String) } },
  });
});

test.each(SDKS)(
  'words that turn out to be void are marked on a page of `ai` %i, and go with a reload (C2)',
  async (sdk) => {
    await using model = await hesitating(
      { content: 'I look.', calls: [{ name: 'get_weather', arguments: { location: 'Boston' } }] },
      { content: 'Sunny.' },
    );
    const previews = shownByTest();
    const { client } = started.client;
    const reader = new Holdpoint({ client, taskQueue: started.taskQueue, previews, onNotice: () => undefined });
    await using own = await serveChat(handler({ sdk, client: reader }));
    const show = (parts: readonly PreviewPart[], take: number): void =>
      previews.show([{ call: 'callModel:1', scheduledMs: take, attempt: 1, begin: 0, from: 0, parts }]);
    const page = open(sdk, undefined, own.api);
    const sending = page.sendMessage({ text: 'Hi' });
    show([{ kind: 'text', text: 'This attempt fails' }], 1);
    await until(() => seen(page).at(-1) === 'This attempt fails');
    show(
      [
        { kind: 'text', text: 'I look' },
        { kind: 'call', index: 0, toolCallId: 'draft', name: 'get_weather' },
        { kind: 'arguments', index: 0, text: '{"location":"Bo' },
      ],
      2,
    );
    await until(() => seen(page).at(-1) === 'I look');
    // The message has another id for the call.
    model.answer(0);
    await until(() => seen(page).at(-1) === 'tool-get_weather output-available');
    model.answer(1);
    await sending;
    const [first, ...rest] = page.messages.at(-1)!.parts.filter(({ type }) => type === 'text');
    expect(first).toMatchObject({ text: 'This attempt fails', providerMetadata: { holdpoint: { void: true } } });
    expect(rest.map((part) => 'providerMetadata' in part && part.providerMetadata)).toEqual([undefined, undefined]);
    expect(seen(page).slice(1)).toEqual(['I look.', 'tool-get_weather output-available', 'Sunny.']);
    const loaded = await load(sdk, page.id);
    expect(shown({ messages: loaded })).toEqual(seen(page).slice(1));
  },
);

test('a version of `ai` that is not served is refused where the handler is made', () => {
  expect(() => handler({ sdk: 4 as never })).toThrow('Expected `sdk` to be 5, 6 or 7, got `4` (number)');
});
