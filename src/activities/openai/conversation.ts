/**
 * A conversation as a strict server accepts it (R13).
 *
 * Every tool call is answered exactly once, directly after its message and in the order of the calls; no answer is without
 * its call; no message of the model is empty; arguments are a JSON object; the model speaks between an answer and a person.
 * A conversation may break this: a tool has ended a turn (`returnDirect`), a turn was cancelled, `updateState` has put it
 * together, its beginning was cut off, or an earlier version has saved what a server sent. It is repaired in the request
 * only. The memory keeps what was said.
 */
import {
  toolMessage,
  type AssistantMessage,
  type Message,
  type ToolCall,
  type ToolMessage,
} from '../../protocol/messages.ts';
import { CallIds } from './call-ids.ts';

/** What the model is told about a call without an answer. */
const UNANSWERED =
  'Error: this call has no result, because its turn ended before the result was there. It may have taken effect.';

/** The conversation to send. */
export function repairConversation(messages: readonly Message[]): readonly Message[] {
  const ids = new CallIds('conversation');
  const claimed = new Set<Message>();
  return messages.flatMap((message, index): readonly Message[] => {
    // An answer is sent with its call.
    if (message.role === 'tool') return [];
    if (message.role !== 'assistant') return [message];
    const { tool_calls } = message;
    if (!tool_calls?.length) return saysSomething(message) ? [message] : [];
    // Not a copy of what follows: each round would copy the whole conversation.
    const answers = tool_calls.map((call) => claimAnswer(call, { messages, index }, claimed));
    const calls = tool_calls.map((call) => repairCall(call, ids));
    const next = nextSpeaker(messages, index);
    return [
      { ...message, tool_calls: calls },
      ...calls.map((call, n) => answerTo(call, answers[n])),
      ...(next === 'user' ? [closingWords(answers)] : []),
    ];
  });
}

/** What the user was told when a turn ended without the model: Mistral's server refuses a user directly after a tool. */
function closingWords(answers: readonly (ToolMessage | undefined)[]): AssistantMessage {
  const content = answers.findLast((answer) => answer?.returnDirect)?.content;
  return { role: 'assistant', content: content?.trim() ? content : 'The turn ended here.' };
}

function saysSomething({ content, refusal, content_parts }: AssistantMessage): boolean {
  // Some servers refuse a text without a letter, too. Earlier versions have saved a content in parts as it was.
  const isBlank = typeof content === 'string' && content.trim() === '';
  return Boolean((content && !isBlank) || refusal || content_parts?.length);
}

/** The role of the next message after the answers. */
function nextSpeaker(messages: readonly Message[], index: number): Message['role'] | undefined {
  let next = index + 1;
  while (messages[next]?.role === 'tool') next++;
  return messages[next]?.role;
}

/** A message of the model in its conversation. */
interface Place {
  readonly messages: readonly Message[];
  readonly index: number;
}

/** Finds the answer to a call of a message, before the same id is used for another call. */
function claimAnswer(call: ToolCall, { messages, index }: Place, claimed: Set<Message>): ToolMessage | undefined {
  for (let next = index + 1; next < messages.length; next++) {
    const message = messages[next]!;
    if (message.role === 'assistant' && message.tool_calls?.some(({ id }) => id === call.id)) return undefined;
    if (message.role !== 'tool' || message.tool_call_id !== call.id || claimed.has(message)) continue;
    claimed.add(message);
    return message;
  }
  return undefined;
}

function answerTo(call: ToolCall, answer: ToolMessage | undefined): ToolMessage {
  return answer ? { ...answer, tool_call_id: call.id } : toolMessage(call, UNANSWERED);
}

function repairCall(call: ToolCall, ids: CallIds): ToolCall {
  const args = repairArguments(call.function.arguments);
  return { ...call, id: ids.take(call.id), function: { ...call.function, arguments: args } };
}

/** Several servers parse the arguments of earlier calls, and refuse the request if they are not an object. */
function repairArguments(text: unknown): string {
  // Earlier versions have saved them as they were sent.
  if (typeof text !== 'string') return JSON.stringify(text ?? {});
  try {
    const args: unknown = text.trim() === '' ? null : JSON.parse(text);
    if (args === null) return '{}';
    if (typeof args === 'object' && !Array.isArray(args)) return text;
  } catch {}
  return JSON.stringify({ INVALID_JSON: text });
}
