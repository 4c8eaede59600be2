/**
 * A turn as AG-UI's events: pieces of messages that are being written, what is void, and what a page has already. The real
 * `HttpAgent` checks the order of the events, and says what a page shows in the end.
 */
import { HttpAgent, type Message } from '@ag-ui/client';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AgUiEvent, AgUiMessage } from '../../src/chat/ag-ui-events.ts';
import { AgUiPage } from '../../src/chat/ag-ui-page.ts';
import { AgUiTurn } from '../../src/chat/ag-ui-turn.ts';
import type { TalkEvent } from '../../src/client/tools.ts';
import type { AssistantMessage, ToolMessage } from '../../src/protocol/messages.ts';
import type { MessagePart } from '../../src/protocol/preview.ts';

type TurnItem = TalkEvent['items'][number];

const run = { threadId: 't', runId: 'r' };
const call = { task: 'callModel', id: 'callModel:1', attempt: 1 };

const talk = (...items: TurnItem[]): TalkEvent => ({ run: 'run', event: 1, isPreview: false, items });
const piece = (part: MessagePart): TurnItem => ['messages', { ...call, ...part }];
const text = (words: string): TurnItem => piece({ kind: 'text', text: words });
const reset: TurnItem = ['messages', { ...call, kind: 'reset' }];
const whole = (message: AssistantMessage | ToolMessage, id = call.id): TurnItem => [
  'messages',
  { ...call, id, kind: 'message', message },
];
const says = (content: string | null, more: Partial<AssistantMessage> = {}): AssistantMessage => ({
  role: 'assistant',
  content,
  ...more,
});
const weather = (args = '{"location":"SF"}', id = 'c1') =>
  ({ id, type: 'function', function: { name: 'get_weather', arguments: args } }) as const;

interface Shown {
  readonly types: readonly string[];
  readonly messages: readonly Message[];
}

/** What a page shows that had these messages. */
async function show(items: readonly TurnItem[], brought: readonly AgUiMessage[] = []): Promise<Shown> {
  const page = new AgUiPage(brought);
  const turn = new AgUiTurn(page, { run: 'run' });
  const events: AgUiEvent[] = [
    { type: 'RUN_STARTED', ...run, protocolVersion: '1.0' },
    ...items.flatMap((item) => turn.take(talk(item))),
    ...page.close(),
    { type: 'RUN_FINISHED', ...run, outcome: { type: 'success' } },
  ];
  const stream = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
  const headers = { 'content-type': 'text/event-stream' };
  const agent = new HttpAgent({
    url: 'http://page.test',
    threadId: 't',
    initialMessages: brought as Message[],
    fetch: async () => new Response(stream, { headers }),
  });
  await agent.runAgent();
  return { types: events.slice(1, -1).map(({ type }) => type), messages: agent.messages };
}

const ID = 'run/callModel:1';

test('of a message whose pieces have come, only what is missing is sent', async () => {
  const { types, messages } = await show([text('Hel'), text('lo'), whole(says('Hello!'))]);
  expect(types).toEqual([
    'TEXT_MESSAGE_START',
    'TEXT_MESSAGE_CONTENT',
    'TEXT_MESSAGE_CONTENT',
    'TEXT_MESSAGE_CONTENT',
    'TEXT_MESSAGE_END',
  ]);
  expect(messages).toEqual([{ id: ID, role: 'assistant', content: 'Hello!' }]);
});

test('a thought comes before the text and has a message of its own', async () => {
  const items = [piece({ kind: 'reasoning', text: 'Hm' }), text('Hi'), whole(says('Hi', { reasoning_content: 'Hm' }))];
  const { types, messages } = await show(items);
  expect(types).toEqual([
    'REASONING_START',
    'REASONING_MESSAGE_START',
    'REASONING_MESSAGE_CONTENT',
    'REASONING_MESSAGE_END',
    'REASONING_END',
    'TEXT_MESSAGE_START',
    'TEXT_MESSAGE_CONTENT',
    'TEXT_MESSAGE_END',
  ]);
  expect(messages).toEqual([
    { id: `${ID}/reasoning`, role: 'reasoning', content: 'Hm' },
    { id: ID, role: 'assistant', content: 'Hi' },
  ]);
});

test('a call is shown when it has an id and a name, and its arguments as they come', async () => {
  const items = [
    piece({ kind: 'call', index: 0 }),
    piece({ kind: 'arguments', index: 0, text: '{"location"' }),
    piece({ kind: 'call', index: 0, toolCallId: 'c1', name: 'get_weather' }),
    piece({ kind: 'arguments', index: 0, text: ':"SF"}' }),
    whole(says(null, { tool_calls: [weather()] })),
  ];
  const { types, messages } = await show(items);
  expect(types).toEqual(['TOOL_CALL_START', 'TOOL_CALL_ARGS', 'TOOL_CALL_ARGS', 'TOOL_CALL_END']);
  expect(messages).toEqual([{ id: ID, role: 'assistant', toolCalls: [weather()] }]);
});

test('a call whose id the message does not have is replaced', async () => {
  const items = [
    piece({ kind: 'call', index: 0, toolCallId: 'other', name: 'get_weather' }),
    whole(says(null, { tool_calls: [weather()] })),
  ];
  const { types, messages } = await show(items);
  expect(types).toEqual(['TOOL_CALL_START', 'TOOL_CALL_END', 'MESSAGES_SNAPSHOT']);
  expect(messages).toEqual([{ id: ID, role: 'assistant', toolCalls: [weather()] }]);
});

test('a call whose id another message has waits for the message', async () => {
  const before: AgUiMessage = { id: 'run/callModel:0', role: 'assistant', toolCalls: [weather('{}')] };
  const items = [
    piece({ kind: 'call', index: 0, toolCallId: 'c1', name: 'get_weather' }),
    whole(says(null, { tool_calls: [weather('{}', 'c2')] })),
  ];
  const { types, messages } = await show(items, [before]);
  expect(types).toEqual(['TOOL_CALL_START', 'TOOL_CALL_ARGS', 'TOOL_CALL_END']);
  expect(messages).toEqual([before, { id: ID, role: 'assistant', toolCalls: [weather('{}', 'c2')] }]);
});

test('after a reset the page shows nothing of the attempt that is void', async () => {
  const items = [piece({ kind: 'reasoning', text: 'Hm' }), text('Good'), reset];
  const { types, messages } = await show(items);
  expect(types.at(-1)).toBe('MESSAGES_SNAPSHOT');
  expect(messages).toEqual([{ id: `${ID}/reasoning`, role: 'reasoning', content: '' }]);
  const later = await show([...items, text('Bad'), whole(says('Bad', { reasoning_content: 'No' }))]);
  expect(later.messages).toEqual([
    { id: `${ID}/reasoning`, role: 'reasoning', content: 'No' },
    { id: ID, role: 'assistant', content: 'Bad' },
  ]);
});

test('a preview without its beginning is left out', async () => {
  const cut: TurnItem = ['messages', { ...call, kind: 'text', text: 'lo', skipped: 3 }];
  const { types, messages } = await show([cut, text('!'), whole(says('Hello!'))]);
  expect(types).toEqual(['TEXT_MESSAGE_START', 'TEXT_MESSAGE_CONTENT', 'TEXT_MESSAGE_END']);
  expect(messages).toMatchObject([{ content: 'Hello!' }]);
});

test('a page that has a part of the message gets the rest of it', async () => {
  const brought: AgUiMessage[] = [{ id: ID, role: 'assistant', content: 'Hel' }];
  const { types, messages } = await show([text('H'), text('ello'), whole(says('Hello!'))], brought);
  expect(types.filter((type) => type === 'TEXT_MESSAGE_CONTENT')).toHaveLength(2);
  expect(messages).toEqual([{ id: ID, role: 'assistant', content: 'Hello!' }]);
});

test('a page that has all of it gets nothing; thoughts that it does not send along are not sent again', async () => {
  const brought: AgUiMessage[] = [
    { id: ID, role: 'assistant', toolCalls: [weather('{"location":"LA"}')] },
    { id: 'run/callTool:1', role: 'tool', toolCallId: 'c1', content: 'sunny' },
  ];
  const items = [
    whole(says(null, { reasoning_content: 'Hm', tool_calls: [weather()] })),
    whole({ role: 'tool', name: 'get_weather', tool_call_id: 'c1', content: 'sunny' }, 'callTool:1'),
  ];
  expect((await show(items, brought)).types).toEqual([]);
});

test('what a task shows is an event of its own', async () => {
  const page = new AgUiPage([]);
  const turn = new AgUiTurn(page, { run: 'run' });
  const item = { task: 'search', id: 'search:1', attempt: 1, kind: 'chunk', chunk: { found: 3 } } as const;
  expect(turn.take(talk(['custom', item]))).toEqual([{ type: 'CUSTOM', name: 'preview', value: item }]);
});

test.each<[unknown, readonly unknown[]]>([
  ['42', [{ id: 'run/turn:2', role: 'assistant', content: '42' }]],
  [says('Hi'), [{ id: 'run/turn:2', role: 'assistant', content: 'Hi' }]],
  [{ total: 42 }, []],
])('the value of an entrypoint whose tasks say nothing is the answer, if it is one: %j', (value, messages) => {
  const page = new AgUiPage([]);
  new AgUiTurn(page, { run: 'run' }).take({ ...talk(), turn: { n: 2 }, end: { value } });
  expect(page.messages).toEqual(messages);
});

test('a value that a task has said is not said again', () => {
  const page = new AgUiPage([]);
  const turn = new AgUiTurn(page, { run: 'run' });
  turn.take(talk(whole(says('Hi'))));
  turn.take({ ...talk(), turn: { n: 1 }, end: { value: says('Hi') } });
  expect(page.messages).toHaveLength(1);
});

const words = fc.string({ maxLength: 12 });
const message = fc.record({
  reasoning: words,
  content: words,
  calls: fc.array(fc.record({ name: fc.constantFrom('search', 'refund'), args: words }), { maxLength: 3 }),
});
type Scripted = typeof message extends fc.Arbitrary<infer Value> ? Value : never;

function pieces({ reasoning, content, calls }: Scripted, size: number): TurnItem[] {
  const cut = (all: string): string[] => all.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
  return [
    ...cut(reasoning).map((part) => piece({ kind: 'reasoning', text: part })),
    ...cut(content).map(text),
    ...calls.flatMap(({ name, args }, index) => [
      piece({ kind: 'call', index, toolCallId: `c${index}`, name }),
      ...cut(args).map((part) => piece({ kind: 'arguments', index, text: part })),
    ]),
  ];
}

function finished({ reasoning, content, calls }: Scripted): AssistantMessage {
  const toolCalls = calls.map(({ name, args }, index) => ({
    ...weather(args, `c${index}`),
    function: { name, arguments: args },
  }));
  return says(content, { reasoning_content: reasoning, ...(calls.length > 0 ? { tool_calls: toolCalls } : {}) });
}

/** A message as the page has it; empty parts count as missing. */
function parts(messages: readonly Message[]): unknown {
  const said = messages.find(({ role }) => role === 'assistant');
  const thought = messages.find(({ role }) => role === 'reasoning');
  const { content = '', toolCalls = [] } = (said ?? {}) as { content?: string; toolCalls?: unknown[] };
  return { reasoning: thought?.content ?? '', content, toolCalls };
}

test('whatever was shown before, and wherever a page has stopped, it ends with the message', async () => {
  const cuts = fc.record({ size: fc.integer({ min: 1, max: 5 }), shown: fc.nat(20), brought: fc.nat(20) });
  const attempts = fc.tuple(message, message, fc.boolean());
  await fc.assert(
    fc.asyncProperty(attempts, cuts, async ([first, last, isReset], { size, shown, brought }) => {
      const had = await show(pieces(first, size).slice(0, brought));
      const before = [...pieces(first, size).slice(0, shown), ...(isReset ? [reset] : [])];
      const after = isReset ? pieces(last, size) : [];
      const end = isReset ? last : first;
      const { messages } = await show([...before, ...after, whole(finished(end))], had.messages as AgUiMessage[]);
      const expected = finished(end);
      // A page that has the message, and not what the model thought, is not told that again.
      const isTold = had.messages.some(({ role }) => role === 'reasoning') || had.messages.length === 0;
      const reasoning = isTold ? end.reasoning : expect.any(String);
      expect(parts(messages)).toEqual({ reasoning, content: end.content, toolCalls: expected.tool_calls ?? [] });
    }),
  );
});
