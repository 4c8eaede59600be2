/** A turn as chunks of the AI SDK: forms of pieces and events that a test with a server does not meet. */
import { readUIMessageStream, type UIMessage, type UIMessageChunk } from 'ai';
import { expect, test } from 'vitest';
import type { UiChunk } from '../../src/chat/ui-messages.ts';
import { UiTurn } from '../../src/chat/ui-turn.ts';
import type { TalkEvent } from '../../src/client/tools.ts';
import { approval } from '../../src/protocol/approval.ts';
import type { AssistantMessage } from '../../src/protocol/messages.ts';

type Item = TalkEvent['items'][number];

let event = 0;

function read(turn: UiTurn, ...items: readonly Item[]): readonly UiChunk[] {
  return turn.read({ run: 'r', event: ++event, isPreview: false, items });
}

const of = (id: string) => ({ task: 'callModel', id, attempt: 1 });
const piece = (id: string, text: string): Item => ['messages', { ...of(id), kind: 'text', text }];
const reset = (id: string): Item => ['messages', { ...of(id), kind: 'reset' }];

function said(id: string, message: Partial<AssistantMessage>): Item {
  return ['messages', { ...of(id), kind: 'message', message: { role: 'assistant', content: null, ...message } }];
}

function call(id: string, name: string, args = '{}') {
  return { id, type: 'function', function: { name, arguments: args } } as const;
}

/** What the AI SDK's own reader makes of the chunks: texts, and the states of tools. */
async function partsOf(chunks: readonly UiChunk[]): Promise<string[]> {
  const stream = new ReadableStream<UIMessageChunk>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  let message: UIMessage | undefined;
  const onError = (error: unknown): void => {
    throw error;
  };
  for await (const one of readUIMessageStream({ stream, onError, terminateOnError: true })) message = one;
  return (message?.parts ?? []).flatMap((part) => {
    if (part.type === 'text' || part.type === 'reasoning') return [part.text];
    return 'toolCallId' in part ? [`${part.type} ${part.state} ${JSON.stringify(part.input)}`] : [];
  });
}

test('of two models at the same time, one is shown as it writes and the other one whole; neither takes back the other (C2)', async () => {
  const turn = new UiTurn();
  const chunks = [
    ...read(turn, piece('a', 'First')),
    ...read(turn, piece('b', 'Sec')),
    ...read(turn, said('b', { content: 'Second.', tool_calls: [call('t', 'tool', '{"n":1}')] })),
    ...read(turn, reset('a'), reset('b')),
    ...read(turn, piece('a', 'Once more')),
    ...read(turn, said('a', { content: 'Once more.' })),
    ...turn.finish(),
  ];
  expect(await partsOf(chunks)).toEqual(['Second.', 'tool-tool output-error {"n":1}', 'Once more.']);
});

test('pieces of a call without an id or a name are not shown, and its arguments come with the message (C2)', async () => {
  const turn = new UiTurn();
  const chunks = [
    ...read(turn, piece('a', 'Hm')),
    ...read(turn, ['messages', { ...of('a'), kind: 'call', index: 0, name: 'tool' }]),
    ...read(turn, ['messages', { ...of('a'), kind: 'arguments', index: 0, text: '{"n":' }]),
    ...read(turn, said('a', { content: 'Hm', tool_calls: [call('t', 'tool', '{"n":1}')] })),
  ];
  expect(chunks.map(({ type }) => type)).not.toContain('reset-step');
  expect(await partsOf(chunks)).toEqual(['Hm', 'tool-tool input-available {"n":1}']);
});

test('arguments that are written in pieces are the same call when they are whole (C2)', async () => {
  const turn = new UiTurn();
  const written = [
    ...read(turn, ['messages', { ...of('a'), kind: 'call', index: 0, toolCallId: 't', name: 'tool' }]),
    ...read(turn, ['messages', { ...of('a'), kind: 'arguments', index: 0, text: '{"n":1,"m"' }]),
  ];
  expect(await partsOf(written)).toEqual(['tool-tool input-streaming {"n":1}']);
  const rest = read(turn, said('a', { tool_calls: [call('t', 'tool', '{"n":1,"m":2}'), call('u', 'other')] }));
  expect(rest.map(({ type }) => type)).toEqual(['tool-input-available', 'tool-input-available']);
  expect(await partsOf([...written, ...rest])).toEqual([
    'tool-tool input-available {"n":1,"m":2}',
    'tool-other input-available {}',
  ]);
});

test('a result without its call, and a call whose arguments are not JSON, are shown (C2)', async () => {
  const turn = new UiTurn();
  const chunks = [
    ...read(turn, [
      'messages',
      {
        task: 'callTool',
        id: 'callTool:1',
        attempt: 1,
        kind: 'message',
        message: { role: 'tool', name: 'lone', tool_call_id: 'x', content: 'ok' },
      },
    ]),
    ...read(turn, said('a', { tool_calls: [call('t', 'tool', '{"n":')] })),
  ];
  expect(await partsOf(chunks)).toEqual(['tool-lone output-available {}', 'tool-tool input-available "{\\"n\\":"']);
});

test('a message with a text and a refusal has both, as its pieces do, and nothing is taken back (C2)', async () => {
  const turn = new UiTurn();
  const refused: Item = ['messages', { ...of('a'), kind: 'refusal', text: 'I must not.' }];
  const chunks = [
    ...read(turn, piece('a', 'Well. '), refused),
    ...read(turn, said('a', { content: 'Well. ', refusal: 'I must not.' })),
    ...turn.finish(),
  ];
  expect(chunks.map(({ type }) => type)).not.toContain('reset-step');
  expect(await partsOf(chunks)).toEqual(['Well. I must not.']);
});

test('A12 C2: a question that is reassigned replaces its part, and a request for an approval stays', () => {
  const turn = new UiTurn();
  const asked = { id: 'ask:1', run: 'r', value: 'q', askedAt: '2026-07-01T09:00:00.000Z', assignees: ['ann'] };
  const schema = approval({ type: 'object' })['~standard'].jsonSchema.input({ target: 'draft-2020-12' });
  const approved = { ...asked, id: 'callTool:1', value: { tool: 'pay', args: {}, call: 't' }, schema };
  read(turn, said('a', { tool_calls: [call('t', 'pay')] }));
  const opened = [asked, approved].map((interrupt): Item => ['interrupts', { kind: 'opened', interrupt }]);
  const [part, request] = read(turn, ...opened);
  expect(request).toMatchObject({ type: 'tool-approval-request', toolCallId: 't' });
  const changed = [asked, approved].map((interrupt): Item => [
    'interrupts',
    { kind: 'changed', interrupt: { ...interrupt, assignees: ['ben'] } },
  ]);
  expect(read(turn, ...changed)).toEqual([{ ...part, data: { ...asked, askedAt: undefined, assignees: ['ben'] } }]);
});
