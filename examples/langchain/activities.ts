/**
 * The tasks of an agent that uses LangChain's messages, model and tools.
 *
 * LangChain's messages are class instances, which do not survive JSON. Workflow and tasks therefore exchange stored
 * messages, LangChain's own plain form. Each task converts them when it receives and returns them.
 */
import { mapStoredMessagesToChatMessages, ToolMessage, type StoredMessage } from '@langchain/core/messages';
import type { ToolCall } from '@langchain/core/messages/tool';
import { tool, type StructuredToolInterface } from '@langchain/core/tools';
import { interrupt } from 'holdpoint/activity';
import { z } from 'zod';
import { PretendModel } from './model.ts';

const model = new PretendModel({});

const getWeather = tool(async ({ location }) => `It is sunny in ${location}.`, {
  name: 'get_weather',
  description: 'Call to get the weather from a specific location.',
  schema: z.object({ location: z.string() }),
});
const askHuman = tool(async ({ query }) => interrupt<string>({ query }), {
  name: 'ask_human',
  description: 'Request assistance from a human.',
  schema: z.object({ query: z.string() }),
});
const tools: readonly StructuredToolInterface[] = [getWeather, askHuman];

/** The model's message and its tool calls, for which the type of a stored message has no field. */
export interface Reply {
  readonly message: StoredMessage;
  readonly calls: readonly ToolCall[];
}

export async function callModel(stored: readonly StoredMessage[]): Promise<Reply> {
  const message = await model.invoke(mapStoredMessagesToChatMessages([...stored]));
  return { message: message.toDict(), calls: message.tool_calls ?? [] };
}

export async function callTool(call: ToolCall): Promise<StoredMessage> {
  const { id = '', name } = call;
  const called = tools.find((one) => one.name === name);
  const message: unknown = called
    ? await called.invoke({ ...call, type: 'tool_call' })
    : new ToolMessage({ tool_call_id: id, name, content: `${name} is not a tool`, status: 'error' });
  if (!ToolMessage.isInstance(message)) throw new TypeError(`Expected tool \`${name}\` to return a message`);
  return message.toDict();
}
