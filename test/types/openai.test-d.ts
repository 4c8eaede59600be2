/** `openai`: the functions of the tools are typed by the schemas, and there is one for each. */
import { openai, type CallTool } from 'holdpoint/openai';
import type { AssistantMessage, Message, PolicyContext, Tools } from 'holdpoint/agent';
import { tasks } from 'holdpoint/workflow';
import { expectTypeOf, test } from 'vitest';
import { z } from 'zod';

const tools = {
  refund: {
    description: 'Pays back.',
    parameters: z.object({ amount: z.number(), at: z.string().transform((text) => text.length) }),
    approval: ({ amount }: { amount: number }) => amount > 100,
  },
  stop: { description: 'Stops.', parameters: { type: 'object' } },
} satisfies Tools;

const run = {
  refund: async ({ amount, at }: { amount: number; at: number }) => amount + at,
  stop: async () => 'stopped',
};

test('a Standard Schema types its arguments as it parses them; a JSON Schema says they are an object', () => {
  openai({
    tools,
    run: {
      refund: async (args) => {
        expectTypeOf(args).toEqualTypeOf<{ amount: number; at: number }>();
      },
      stop: async (args) => {
        expectTypeOf(args).toEqualTypeOf<{ readonly [name: string]: unknown }>();
      },
    },
  });
  openai({ tools, run });
});

test('with a JSON Schema the function may name its arguments; with a Standard Schema they must be those', () => {
  openai({ tools, run: { ...run, stop: async ({ now }: { now: boolean }) => now } });
  // @ts-expect-error the amount is a number
  openai({ tools, run: { ...run, refund: async ({ amount }: { amount: string }) => amount } });
  // @ts-expect-error a JSON Schema is of an object
  openai({ tools, run: { ...run, stop: async (now: boolean) => now } });
});

test('there is a function for each tool, async, and no other', () => {
  // @ts-expect-error the function for `stop` is missing
  openai({ tools, run: { refund: run.refund } });
  // @ts-expect-error it is not async
  openai({ tools, run: { ...run, stop: () => 'stopped' } });
  // @ts-expect-error there is no tool `start`
  openai({ tools, run: { refund: run.refund, stop: run.stop, start: run.stop } });
});

test('a policy gets the arguments of its tool', () => {
  const { refund } = tools;
  const mistyped = { refund: { ...refund, approval: ({ amount }: { amount: string }) => amount === '' } };
  // @ts-expect-error the amount is a number
  openai({ tools: mistyped, run: { refund: run.refund } });
});

test('a policy may be async, gives a reason, and gets what is known about the call', () => {
  openai({
    tools: {
      refund: {
        ...tools.refund,
        approval: async ({ amount }: { amount: number }, { actor, thread, messages, edited }: PolicyContext) => {
          expectTypeOf(actor).toEqualTypeOf<string | undefined>();
          expectTypeOf(thread).toBeString();
          expectTypeOf(messages).toEqualTypeOf<readonly Message[]>();
          expectTypeOf(edited).toEqualTypeOf<{ readonly actor?: string } | undefined>();
          return amount > 1000 ? { deny: 'Too much' } : 'ask';
        },
        ask: {
          assignees: ({ amount }: { amount: number }) => [amount > 100 ? 'ann' : 'bob'],
          title: (_args: object, { thread }: PolicyContext) => thread,
          decisions: ['approve', 'reject'],
          remember: ['tool'],
          timeout: '1 day',
          default: { type: 'reject' },
        },
      },
    },
    run: { refund: run.refund },
  });
});

test('a function of `ask` gets the arguments of its tool', () => {
  const mistyped = { ...tools.refund, ask: { assignees: ({ amount }: { amount: string }) => [amount] } };
  // @ts-expect-error the amount is a number
  openai({ tools: { refund: mistyped }, run: { refund: run.refund } });
  // @ts-expect-error there is no such decision
  void ({ stop: { description: '', parameters: {}, approval: 'ask', ask: { decisions: ['no'] } } } satisfies Tools);
  // @ts-expect-error no default fits every tool's arguments
  openai({ tools, run, ask: { timeout: '1 day', default: { type: 'edit', args: {} } } });
});

test('options are checked', () => {
  openai({ tools, run, model: 'gpt-4o', request: { temperature: 0, tool_choice: 'auto' }, timeout: '30s' });
  // @ts-expect-error `model` is an option of its own
  openai({ tools, run, request: { model: 'gpt-4o' } });
  // @ts-expect-error there is no such option
  openai({ tools, run, retries: 3 });
});

test('its two tasks are tasks', () => {
  const made = openai({ tools, run });
  const { callModel, callTool } = tasks<typeof made>();
  expectTypeOf(callModel).toEqualTypeOf<(messages: readonly Message[]) => Promise<AssistantMessage>>();
  expectTypeOf(callTool).toEqualTypeOf<CallTool>();
});

test('tools are what `satisfies Tools` says', () => {
  // @ts-expect-error no description
  void ({ stop: { parameters: { type: 'object' } } } satisfies Tools);
  // @ts-expect-error an unknown policy
  void ({ stop: { description: '', parameters: { type: 'object' }, approval: 'sometimes' } } satisfies Tools);
});
