/** What a strict server gets of a conversation that breaks its rules (R13). */
import type { AssistantMessage, Message, ToolCall, ToolMessage } from 'holdpoint/agent';
import { expect, test } from 'vitest';
import { repairConversation } from '../../src/activities/openai/conversation.ts';

const HI: Message = { role: 'user', content: 'Hi' };
const BYE: AssistantMessage = { role: 'assistant', content: 'Bye' };

function call(id: string, args = '{}'): ToolCall {
  return { id, type: 'function', function: { name: 'f', arguments: args } };
}

function calls(...ids: string[]): AssistantMessage {
  return { role: 'assistant', content: null, tool_calls: ids.map((id) => call(id)) };
}

function result(id: string, content = `of ${id}`): ToolMessage {
  return { role: 'tool', name: 'f', tool_call_id: id, content };
}

const ENDED: AssistantMessage = { role: 'assistant', content: 'The turn ended here.' };

const MISSING = expect.stringMatching(/^Error: this call has no result, .* may have taken effect\.$/) as string;

test.each<[string, readonly Message[], readonly Message[]]>([
  ['a right one is as it was', [HI, calls('a', 'b'), result('a'), result('b'), BYE], []],
  [
    'results in another order',
    [calls('a', 'b'), result('b'), result('a')],
    [calls('a', 'b'), result('a'), result('b')],
  ],
  ['a result twice', [calls('a'), result('a'), result('a', 'again')], [calls('a'), result('a')]],
  ['a result without its call', [result('z'), HI, BYE, result('y')], [HI, BYE]],
  ['a call without a result', [calls('a'), HI], [calls('a'), result('a', MISSING), ENDED, HI]],
  [
    'one call of two without a result',
    [calls('a', 'b'), result('b')],
    [calls('a', 'b'), result('a', MISSING), result('b')],
  ],
  ['a result after what the person said', [calls('a'), HI, result('a')], [calls('a'), result('a'), ENDED, HI]],
  [
    'a turn that a tool ended: the model has said what the person was told',
    [HI, calls('a', 'b'), { ...result('a'), returnDirect: true }, result('b'), HI],
    [
      HI,
      calls('a', 'b'),
      { ...result('a'), returnDirect: true },
      result('b'),
      { role: 'assistant', content: 'of a' },
      HI,
    ],
  ],
  ['the end of a conversation', [result('a'), result('b'), BYE, HI], [BYE, HI]],
  ['messages that say nothing', [HI, { role: 'assistant', content: null }, { role: 'assistant', content: ' ' }], [HI]],
  [
    'a content in parts, as an earlier version has saved it',
    [{ role: 'assistant', content: [{ type: 'text', text: 'Hi' }] as unknown as string, tool_calls: null as never }],
    [],
  ],
  ['a refusal says something', [{ role: 'assistant', content: null, refusal: 'No' }], []],
])('%s', (_, messages, expected) => {
  const before = structuredClone(messages);
  expect(repairConversation(messages)).toEqual(expected.length > 0 ? expected : messages);
  // The memory is as it was.
  expect(messages).toEqual(before);
});

test('an id that is used again is another one, and each call keeps its own result', () => {
  const sent = repairConversation([
    calls('', ''),
    result('', 'one'),
    result('', 'two'),
    calls('a'),
    result('a'),
    calls('a'),
    HI,
  ]);
  const ids = sent
    .flatMap((message) => (message.role === 'assistant' ? (message.tool_calls ?? []) : []))
    .map(({ id }) => id);
  expect(new Set(ids).size).toBe(4);
  expect(ids).toContain('a');
  const results = sent.filter((message) => message.role === 'tool');
  expect(results.map(({ tool_call_id }) => tool_call_id)).toEqual(ids);
  expect(results.map(({ content }) => content)).toEqual(['one', 'two', 'of a', MISSING]);
});

test('a result belongs to the call before it, not to an earlier one with the same id', () => {
  const sent = repairConversation([calls('a'), calls('a'), result('a')]);
  expect(sent.filter((message) => message.role === 'tool').map(({ content }) => content)).toEqual([MISSING, 'of a']);
});

test.each([
  ['', '{}'],
  ['null', '{}'],
  ['{"a":1}', '{"a":1}'],
  ['{"a":', '{"INVALID_JSON":"{\\"a\\":"}'],
  ['[1]', '{"INVALID_JSON":"[1]"}'],
  // As an earlier version has saved them.
  [{ a: 1 } as unknown as string, '{"a":1}'],
  [null as unknown as string, '{}'],
])('the arguments %j are sent as %s', (args, sent) => {
  const [message] = repairConversation([{ role: 'assistant', content: null, tool_calls: [call('a', args)] }]);
  expect(message).toMatchObject({ tool_calls: [{ function: { arguments: sent } }] });
});
