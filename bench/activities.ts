/**
 * The tasks of both sides. They do next to nothing, so a measurement shows the cost of the round trip.
 */
import type { AssistantMessage, Message, ToolCall, ToolMessage } from 'holdpoint/activity';
import { interrupt } from 'holdpoint/activity';

export async function echo(value: string): Promise<string> {
  return value;
}

/** Our side: one task that asks and continues with the answer. */
export async function approve(draft: string): Promise<string> {
  return `${draft} ${await interrupt<string>(draft)}`;
}

/** By hand, the same work takes two activities. The workflow waits for the answer between them. */
export async function prepare(draft: string): Promise<string> {
  return draft;
}

export async function publish(draft: string, answer: string): Promise<string> {
  return `${draft} ${answer}`;
}

/** A model that calls a tool in every round except the last. The first message says how many rounds there are. */
export async function callModel(messages: readonly Message[]): Promise<AssistantMessage> {
  const rounds = messages.filter(({ role }) => role === 'assistant').length + 1;
  if (rounds >= Number(messages[0]?.content)) return { role: 'assistant', content: 'Done.' };
  const call = { name: 'look', arguments: '{}' };
  return { role: 'assistant', content: null, tool_calls: [{ id: `call_${rounds}`, type: 'function', function: call }] };
}

/** A tool with a result of 2 KB. */
export async function callTool({ id, function: { name } }: ToolCall): Promise<ToolMessage> {
  return { role: 'tool', name, tool_call_id: id, content: 'x'.repeat(2048) };
}
