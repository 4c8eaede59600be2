/**
 * The tasks of both sides. They do next to nothing, so a measurement shows the cost of the round trip.
 */
import type { AssistantMessage, Message, ToolCall, ToolMessage } from 'holdpoint/activity';
import { interrupt } from 'holdpoint/activity';
import { openai } from 'holdpoint/openai';

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

/** What an agent of the benchmark does: the content of its first message, as JSON. */
export interface AgentWork {
  /** How often the model is asked. In every round except the last, it calls a tool. */
  readonly rounds: number;
  /** The length of a tool message, in characters. */
  readonly size: number;
  /** Whether the last call needs an approval. */
  readonly asks: boolean;
}

/** A model that knows from the first message what it is to do. */
export async function callModel(messages: readonly Message[]): Promise<AssistantMessage> {
  const { rounds, size, asks } = JSON.parse(messages[0]?.content as string) as AgentWork;
  const round = messages.filter(({ role }) => role === 'assistant').length + 1;
  if (round >= rounds) return { role: 'assistant', content: 'Done.' };
  const name = asks && round === rounds - 1 ? 'pay' : 'look';
  const id = `call_${round}`;
  const call = { name, arguments: JSON.stringify({ id, size }) };
  return { role: 'assistant', content: null, tool_calls: [{ id, type: 'function', function: call }] };
}

interface ToolArguments {
  readonly id: string;
  readonly size: number;
}

/** A result with the length that it was asked for. No two results are equal. */
async function useTool({ id, size }: ToolArguments): Promise<string> {
  return `${id} `.padEnd(size, 'x');
}

/** By hand, the workflow decides which calls run. */
export async function callTool({ id, function: { name, arguments: args } }: ToolCall): Promise<ToolMessage> {
  return { role: 'tool', name, tool_call_id: id, content: await useTool(JSON.parse(args) as ToolArguments) };
}

const parameters = { type: 'object' };

/** Our side: the task decides, and asks. */
export const { callTool: decideAndCallTool } = openai({
  tools: {
    look: { description: 'Looks.', parameters },
    pay: { description: 'Pays.', parameters, approval: 'ask' },
  },
  // The arguments are those of the model above.
  run: { look: useTool as () => Promise<string>, pay: useTool as () => Promise<string> },
});
