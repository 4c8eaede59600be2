/** `reactAgent`: the body of an entrypoint with memory. */
import type { Holdpoint } from 'holdpoint/client';
import {
  reactAgent,
  type AssistantMessage,
  type CallContext,
  type Message,
  type ToolCall,
  type ToolMessage,
  type Tools,
} from 'holdpoint/agent';
import { entrypoint, type Entrypoint } from 'holdpoint/workflow';
import { expectTypeOf, test } from 'vitest';
import { z } from 'zod';

const tools = {
  refund: {
    description: 'Pays back.',
    parameters: z.object({ amount: z.number() }),
    approval: ({ amount }: { amount: number }) => amount > 100,
  },
} satisfies Tools;

declare function callModel(messages: readonly Message[]): Promise<AssistantMessage>;
declare function callTool(call: ToolCall, context?: CallContext): Promise<ToolMessage>;

const support = entrypoint({ name: 'support', memory: {} }, reactAgent({ callModel, callTool }));

test('with memory it is an entrypoint of messages', () => {
  expectTypeOf(support).toEqualTypeOf<Entrypoint<'support', readonly Message[], AssistantMessage | ToolMessage>>();
  // @ts-expect-error it needs memory
  entrypoint('support', reactAgent({ callModel, callTool }));
});

test('the client sends it messages, and gets the last one', async () => {
  const client = {} as Holdpoint<{ support: typeof support }>;
  const { value } = await client.thread('t', 'support').invoke([{ role: 'user', content: 'Hi' }]);
  expectTypeOf(value).toEqualTypeOf<AssistantMessage | ToolMessage | undefined>();
  // @ts-expect-error a message has a role
  void client.thread('t', 'support').invoke([{ content: 'Hi' }]);
});

test('its options are checked', () => {
  reactAgent({ callModel, callTool, maxRounds: 5 });
  reactAgent({ callModel, callTool, prepare: (messages) => messages.slice(-10) });
  reactAgent({ callModel, callTool: async (call: ToolCall) => callTool(call), prepare: async (messages) => messages });
  reactAgent({
    tools,
    callModel,
    callTool,
    approval: { assignees: ['ann'], timeout: '1 day', default: { type: 'reject' }, remind: '2 hours' },
  });
  // @ts-expect-error no default fits every tool's arguments
  reactAgent({ tools, callModel, callTool, approval: { timeout: '1 day', default: { type: 'edit', args: {} } } });
  // @ts-expect-error the schema is a decision's
  reactAgent({ tools, callModel, callTool, approval: { schema: {} } });
  // @ts-expect-error a task is missing
  reactAgent({ callModel });
});

test('a policy gets the arguments of its tool', () => {
  const mistyped = { refund: { ...tools.refund, approval: ({ amount }: { amount: string }) => amount === '' } };
  // @ts-expect-error the amount is a number
  reactAgent({ tools: mistyped, callModel, callTool });
});
