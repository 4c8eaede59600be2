/** What pages with older versions of the AI SDK are told, read with the clients of these versions (C2). */
import * as ai7 from 'ai';
import * as ai5 from 'ai5';
import * as ai6 from 'ai6';
import { expect, test } from 'vitest';
import { UI_SDKS, UiDialect, type UiSdk } from '../../src/chat/ui-dialect.ts';
import type { UiChunk } from '../../src/chat/ui-messages.ts';
import { UiTurn } from '../../src/chat/ui-turn.ts';
import type { TalkEvent } from '../../src/client/tools.ts';
import type { AssistantMessage, ToolMessage } from '../../src/protocol/messages.ts';

type Item = TalkEvent['items'][number];

const of = (id: string) => ({ task: 'callModel', id, attempt: 1 });
const piece = (id: string, text: string, kind: 'text' | 'reasoning' = 'text'): Item => [
  'messages',
  { ...of(id), kind, text },
];
const reset = (id: string): Item => ['messages', { ...of(id), kind: 'reset' }];
const call = (id: string, args = '{}') =>
  ({ id, type: 'function', function: { name: 'refund', arguments: args } }) as const;
const said = (id: string, message: Partial<AssistantMessage>): Item => [
  'messages',
  { ...of(id), kind: 'message', message: { role: 'assistant', content: null, ...message } },
];
const result = (id: string, message: Partial<ToolMessage> = {}): Item => [
  'messages',
  {
    ...of('callTool:1'),
    kind: 'message',
    message: { role: 'tool', name: 'refund', tool_call_id: id, content: 'Paid.', ...message },
  },
];
const asks = (about: string): Item => [
  'interrupts',
  {
    kind: 'opened',
    interrupt: {
      id: `ask:${about}`,
      run: 'r',
      askedAt: '2026-01-01T08:00:00.000Z',
      value: { tool: 'refund', args: {}, call: about },
      schema: { type: 'object', properties: { type: { enum: ['approve', 'reject'] } } },
    },
  },
];
const closes = (about: string): Item => [
  'interrupts',
  { kind: 'closed', id: `ask:${about}`, run: 'r', how: 'answered', actor: 'ann', at: 'noon' },
];

interface Step {
  readonly items: readonly Item[];
  readonly answer?: { readonly id: string; readonly value: unknown };
}

/** The chunks of a turn for a version of `ai`. */
function tell(sdk: UiSdk, ...steps: readonly (Step | Item)[]): readonly UiChunk[] {
  const turn = new UiTurn();
  const dialect = new UiDialect(sdk);
  const chunks = steps.flatMap((step, event) => {
    const { items, ...more } = 'items' in step ? step : { items: [step] };
    const read: TalkEvent = { run: 'r', event, isPreview: false, items, ...(more as object) };
    return dialect.say(turn.read(dialect.hear(read)));
  });
  return [...chunks, ...dialect.say(turn.endStep())];
}

type Part = ai7.UIMessage['parts'][number];

/** The parts that the client of the version makes of the chunks. It refuses a chunk that it does not know. */
async function partsOf(sdk: UiSdk, chunks: readonly UiChunk[]): Promise<readonly Part[]> {
  const body = chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('');
  const options = { fetch: async () => new Response(body) };
  const trigger = 'submit-message' as const;
  const sent = { chatId: 'c', messages: [], trigger, messageId: undefined, abortSignal: undefined };
  const terminateOnError = true;
  const readers = {
    5: async () =>
      ai5.readUIMessageStream({
        stream: await new ai5.DefaultChatTransport(options).sendMessages(sent),
        terminateOnError,
      }),
    6: async () =>
      ai6.readUIMessageStream({
        stream: await new ai6.DefaultChatTransport(options).sendMessages(sent),
        terminateOnError,
      }),
    7: async () =>
      ai7.readUIMessageStream({
        stream: await new ai7.DefaultChatTransport(options).sendMessages(sent),
        terminateOnError,
      }),
  };
  let parts: readonly unknown[] = [];
  for await (const message of await readers[sdk]()) ({ parts } = message);
  return parts as readonly Part[];
}

/** Words, `void` behind those that are, and the states of tools and questions. */
async function shownOf(sdk: UiSdk, chunks: readonly UiChunk[]): Promise<readonly string[]> {
  const parts = await partsOf(sdk, chunks);
  return parts.flatMap((part) => {
    if (part.type === 'text' || part.type === 'reasoning')
      return [part.providerMetadata ? `${part.text} void` : part.text];
    if (part.type === 'data-question')
      return [`question ${(part.data as { closed?: object }).closed ? 'closed' : 'open'}`];
    return 'toolCallId' in part ? [part.state] : [];
  });
}

/** How a decision was made. */
const made = { how: 'answered', at: 'noon' } as const;

const asked = [said('a', { tool_calls: [call('t')] }), asks('t')];
const decided = (value: unknown): Step => ({ items: [closes('t')], answer: { id: 'ask:t', value } });

test.each([
  [5, 'reset-step', [piece('a', 'Hm'), reset('a')]],
  [5, 'tool-approval-request', asked],
  [6, 'tool-approval-response', [...asked, decided({ type: 'approve' })]],
] as const)('the client of `ai` %i ends a stream at a chunk of type `%s`', async (sdk, type, steps) => {
  const chunks = tell(7, ...steps);
  expect(chunks.map((chunk) => chunk.type)).toContain(type);
  await expect(partsOf(sdk, chunks)).rejects.toThrow('Type validation failed');
});

test.each([
  [5, ['input-available', 'question open'], ['input-available', 'question closed'], 'output-error'],
  [6, ['approval-requested'], ['input-available'], 'output-denied'],
  [7, ['approval-requested'], ['approval-responded'], 'output-denied'],
] as const)(
  'an approval is told to a page of `ai` %i: asked, decided, done (C2)',
  async (sdk, open, closed, denied) => {
    const rejected = { ...made, type: 'reject', reason: 'Too much' } as const;
    expect(await shownOf(sdk, tell(sdk, ...asked))).toEqual(open);
    expect(await shownOf(sdk, tell(sdk, ...asked, decided({ type: 'approve' })))).toEqual(closed);
    const approved = await shownOf(sdk, tell(sdk, ...asked, decided({ type: 'approve' }), result('t')));
    expect(approved[0]).toBe('output-available');
    const parts = await partsOf(sdk, tell(sdk, ...asked, decided(rejected), result('t', { decision: rejected })));
    expect(parts).toContainEqual(expect.objectContaining({ state: denied }));
    // Who decided, and when.
    expect(JSON.stringify(parts)).toContain(sdk === 5 ? '"closed":{"at":"noon","by":"ann"}' : '"by":"ann","at":"noon"');
  },
);

test('a rejection is an error with its reason on a page of `ai` 5, and one without a reason is an error, too', async () => {
  const errors = async (decision: ToolMessage['decision']): Promise<unknown> => {
    const parts = await partsOf(5, tell(5, ...asked, decided(decision), result('t', { decision: decision! })));
    return parts.flatMap((part) => ('errorText' in part && part.errorText ? [part.errorText] : []));
  };
  expect(await errors({ ...made, type: 'reject', reason: 'Too much' })).toEqual(['The call was rejected: Too much']);
  expect(await errors({ ...made, type: 'reject' })).toEqual(['The call was rejected.']);
});

test('a decision about the call of an earlier step makes no second part on a page of `ai` 6 (C2)', async () => {
  const chunks = tell(6, ...asked, said('b', { content: 'Meanwhile.' }), decided({ type: 'approve' }), result('t'));
  expect(await shownOf(6, chunks)).toEqual(['output-available', 'Meanwhile.']);
});

test.each([
  [5, ['Thought', 'First void', 'Second.', 'input-available', 'Once more.']],
  [6, ['Thought', 'First void', 'Second.', 'input-available', 'Once more.']],
  [7, ['Second.', 'input-available', 'Once more.']],
] as const)('void words are marked for a page of `ai` %i, and what stays comes once (C2)', async (sdk, expected) => {
  const chunks = tell(
    sdk,
    piece('a', 'Thought', 'reasoning'),
    piece('a', 'First'),
    // In one event: what is said, and what is taken back.
    { items: [said('b', { content: 'Second.', tool_calls: [call('t')] }), reset('a')] },
    piece('a', 'Once'),
    said('a', { content: 'Once more.' }),
  );
  expect(await shownOf(sdk, chunks)).toEqual(expected);
});

test.each(UI_SDKS)(
  'a tool call whose id differs from that of its pieces is shown once on a page of `ai` %i (C2)',
  async (sdk) => {
    const drafted: readonly Item[] = [
      piece('a', 'I look'),
      ['messages', { ...of('a'), kind: 'call', index: 0, toolCallId: 'draft', name: 'refund' }],
      ['messages', { ...of('a'), kind: 'arguments', index: 0, text: '{"n":' }],
    ];
    const shown = sdk === 7 ? ['I look', 'input-streaming'] : ['I look'];
    expect(await shownOf(sdk, tell(sdk, ...drafted))).toEqual(shown);
    const chunks = tell(sdk, ...drafted, said('a', { content: 'I look.', tool_calls: [call('t', '{"n":1}')] }));
    expect(await shownOf(sdk, chunks)).toEqual(['I look.', 'input-available']);
  },
);
