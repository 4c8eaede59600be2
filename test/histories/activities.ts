/** The tasks of the recorded histories. They run when a history is recorded, never when it is replayed. */
import { activityInfo, cancelled, CompleteAsyncError, Context } from '@temporalio/activity';
import {
  hasCode,
  interrupt,
  type AssistantMessage,
  type InterruptEvent,
  type Message,
  type PolicyContext,
  type ToolCall,
  type ToolMessage,
} from 'holdpoint/activity';
import { openai } from 'holdpoint/openai';
import { z } from 'zod';

export async function step1(input: string): Promise<string> {
  return `${input} bar`;
}

export async function humanFeedback(input: string): Promise<string> {
  return `${input} ${await interrupt<string>(`Please provide feedback: ${input}`)}`;
}

export async function step3(input: string): Promise<string> {
  return `${input} qux`;
}

export async function ask(question: string): Promise<unknown> {
  return interrupt(question);
}

export async function keep(value: unknown): Promise<unknown> {
  return value;
}

export async function both(): Promise<unknown> {
  return Promise.all([interrupt('l'), interrupt('r')]);
}

let drafts = 0;
export async function draft(): Promise<unknown> {
  drafts = Math.min(drafts + 1, 2);
  return interrupt(`draft ${drafts}`);
}

export async function fail(): Promise<never> {
  throw new TypeError('failed');
}

export async function hold(): Promise<void> {
  await cancelled();
}

/** Refused once when it runs again, by what does not travel of the schema. */
export async function refined(): Promise<unknown> {
  return interrupt('refined?', {
    schema: z.string().refine((text) => !text.endsWith('2'), 'Expected no 2 at the end'),
  });
}

export async function refinedByAnn(): Promise<unknown> {
  return interrupt('refined?', {
    schema: z.string().refine((text) => !text.endsWith('0'), 'Expected no 0 at the end'),
    assignees: ['ann'],
    by: { only: 'assignees' },
    tags: ['reassign'],
  });
}

export async function expiring(): Promise<unknown> {
  try {
    return await interrupt('too late?', { timeout: '200 ms' });
  } catch (error) {
    if (hasCode(error, 'InterruptExpired')) return 'too late';
    throw error;
  }
}

export async function tell(event: InterruptEvent): Promise<unknown> {
  return { told: event.kind };
}

/** Calls three tools for each input: one that asks, one that needs an approval, one that does not exist. */
export async function callModel(messages: readonly Message[]): Promise<AssistantMessage> {
  if (messages.at(-1)?.role === 'tool') return { role: 'assistant', content: 'Done.' };
  const call = (name: string, args: string): ToolCall => {
    return { id: `call_${messages.length}_${name}`, type: 'function', function: { name, arguments: args } };
  };
  const tool_calls = [call('ask', '{}'), call('refund', '{"amount":80}'), call('nothing', '{}')];
  return { role: 'assistant', content: null, tool_calls };
}

export async function callTool(call: ToolCall): Promise<ToolMessage> {
  const { name } = call.function;
  const content = name === 'ask' ? await interrupt<string>('who?') : `${name} ran`;
  return { role: 'tool', name, tool_call_id: call.id, content };
}

/** Ends as on a function whose invocation ends: with an envelope, which only a client can send past the plugin. */
export async function cutOffOnce(input: string): Promise<string> {
  const { heartbeatDetails: half, taskToken } = activityInfo();
  if (half !== undefined) return `${input}, and on from ${String(half)}`;
  await Context.current().client.activity.complete(taskToken, { 'holdpoint/cutOff': ['half'] });
  throw new CompleteAsyncError();
}

/** Calls four tools for each input: one that asks, two that need an approval, one that does not exist. */
export async function callDecidingModel(messages: readonly Message[]): Promise<AssistantMessage> {
  const reply = await callModel(messages);
  if (!reply.tool_calls) return reply;
  const pay: ToolCall = {
    id: `call_${messages.length}_pay`,
    type: 'function',
    function: { name: 'pay', arguments: '{"amount":5}' },
  };
  return { ...reply, tool_calls: [...reply.tool_calls, pay] };
}

const amount = z.object({ amount: z.number() });

/** Decides about the calls: one policy reads the messages, and one tool offers to remember. */
export const { callTool: callDecidedTool } = openai({
  tools: {
    ask: { description: 'Asks.', parameters: z.object({}) },
    refund: {
      description: 'Pays back.',
      parameters: amount,
      approval: (_args: object, { messages }: PolicyContext) => messages.length > 0,
    },
    pay: { description: 'Pays.', parameters: amount, approval: 'ask', ask: { remember: ['tool'] } },
  },
  run: {
    ask: async () => interrupt<string>('who?'),
    refund: async () => 'refund ran',
    pay: async () => 'pay ran',
  },
});

/** Asks for the same answer of two people. */
export async function askTwo(question: string): Promise<unknown> {
  return interrupt.record(question, { by: { quorum: 2 } });
}
