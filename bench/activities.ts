/**
 * The tasks of both sides: they do next to nothing, so that what is measured is the way there and back.
 */
import type { AssistantMessage, Message, ToolCall, ToolMessage } from 'holdpoint/activity';
import { interrupt } from 'holdpoint/activity';

export async function echo(value: string): Promise<string> {
  return value;
}

/** Ours: one task that asks and goes on. */
export async function approve(draft: string): Promise<string> {
  return `${draft} ${await interrupt<string>(draft)}`;
}

/** By hand: the same as two activities, with the wait between them in the workflow. */
export async function prepare(draft: string): Promise<string> {
  return draft;
}

export async function publish(draft: string, answer: string): Promise<string> {
  return `${draft} ${answer}`;
}

/** A model that calls a tool in each round but the last; how many rounds there are is the first message. */
export async function callModel(messages: readonly Message[]): Promise<AssistantMessage> {
  const rounds = messages.filter(({ role }) => role === 'assistant').length + 1;
  if (rounds >= Number(messages[0]?.content)) return { role: 'assistant', content: 'Done.' };
  const call = { name: 'look', arguments: '{}' };
  return { role: 'assistant', content: null, tool_calls: [{ id: `call_${rounds}`, type: 'function', function: call }] };
}

/** A tool that has 2 KB to say. */
export async function callTool({ id, function: { name } }: ToolCall): Promise<ToolMessage> {
  return { role: 'tool', name, tool_call_id: id, content: 'x'.repeat(2048) };
}
