/** What an AG-UI page sends: the parts of a message, and answers. */
import { expect, test } from 'vitest';
import { approval } from '../../src/agent.ts';
import { contentOf, lastUserMessage, readInput } from '../../src/chat/ag-ui-input.ts';
import { answerIn, interruptOf, questionIn } from '../../src/chat/ag-ui-interrupts.ts';
import { userMessages } from '../../src/chat/ag-ui-conversation.ts';
import type { AgUiPart } from '../../src/chat/ag-ui-events.ts';
import type { Interrupt } from '../../src/protocol/shapes.ts';
import { toJsonSchema } from '../../src/protocol/schema.ts';

const data = (mimeType: string) => ({ type: 'data', value: 'aGk=', mimeType }) as const;
const link = { type: 'url', value: 'https://example.com/cat.png' } as const;

test.each<[AgUiPart, unknown]>([
  [
    { type: 'text', text: 'Hi' },
    { type: 'text', text: 'Hi' },
  ],
  [
    { type: 'image', source: link },
    { type: 'image_url', image_url: { url: link.value } },
  ],
  [
    { type: 'image', source: data('image/png') },
    { type: 'image_url', image_url: { url: 'data:image/png;base64,aGk=' } },
  ],
  [
    { type: 'document', source: data('application/pdf') },
    { type: 'file', file: { file_data: 'data:application/pdf;base64,aGk=' } },
  ],
  [
    { type: 'audio', source: data('audio/wav') },
    { type: 'input_audio', input_audio: { data: 'aGk=', format: 'wav' } },
  ],
])('a part becomes a part of the model, and is a part of the page again: %j', (part, expected) => {
  const message = { id: 'm', role: 'user', content: [part] } as const;
  const content = contentOf({ ...message, content: [part] });
  expect(content).toEqual([expected]);
  expect(userMessages('m', [{ role: 'user', content }])).toEqual([message]);
});

test.each([
  { type: 'video', source: link },
  { type: 'document', source: link },
  { type: 'audio', source: data('audio/ogg') },
  { type: 'image', source: { type: 'file', value: 'f-1' } },
  { type: 'image' },
  'Hi',
])('a part that models do not take is refused: %j', (part) => {
  expect(() => contentOf({ id: 'm', role: 'user', content: [part as AgUiPart] })).toThrow(
    'content[0] of the last message',
  );
});

test('the fields that nothing here knows are let through; what the page alone has is left out', () => {
  const messages = [
    { id: 'a', role: 'activity', activityType: 'PLAN', content: {} },
    { id: 'm', role: 'assistant', content: null, encryptedValue: 'x' },
    { id: 'u', role: 'user', content: 'Hi' },
  ];
  const input = readInput({ threadId: 't', runId: 'r', messages, tools: [{}], state: null, resume: null });
  expect(input.messages).toEqual([{ id: 'm', role: 'assistant', encryptedValue: 'x' }, messages[2]]);
  expect(lastUserMessage(input)).toBe(messages[2]);
});

const question = (more: Partial<Interrupt> = {}): Interrupt => ({
  id: 'callTool:1',
  run: 'run-1',
  value: { tool: 'refund', args: {}, call: 'c1' },
  askedAt: '2026-01-01T00:00:00.000Z',
  schema: toJsonSchema(approval(), '`schema`'),
  ...more,
});

test('the id of an interrupt has the run and the time of its question, and is the address of the answer', () => {
  const interrupt = interruptOf(question());
  expect(interrupt).toMatchObject({ reason: 'tool_call', toolCallId: 'c1' });
  const { id, run, askedAt } = question();
  expect(questionIn(interrupt.id)).toEqual({ run, id, askedAt });
  for (const other of ['callTool:1', 'run-1/callTool:1', 'run-1/999999999999999/', 'run-1//callTool:1', ''])
    expect(() => questionIn(other)).toThrow('interruptId');
});

test('cancelled: an approval is rejected, a closed question needs no answer, any other is refused', () => {
  const entry = { interruptId: interruptOf(question()).id, status: 'cancelled', payload: undefined } as const;
  expect(answerIn(entry, question())).toMatchObject({ id: 'callTool:1', value: { type: 'reject' }, isCancelled: true });
  expect(answerIn(entry, undefined)).toBeUndefined();
  const approve = toJsonSchema(approval({}, { decisions: ['approve', 'respond'] }), '`schema`');
  for (const other of [question({ schema: approve }), question({ schema: { type: 'string' } })])
    expect(() => answerIn(entry, other)).toThrow('cannot be cancelled');
});
