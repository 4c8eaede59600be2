/** `openai`: the functions of the tools are typed by the schemas, and there is one for each. */
import { openai, type CallTool } from 'holdpoint/openai';
import type { AssistantMessage, Message, PolicyContext, Tools } from 'holdpoint/agent';
import { tasks } from 'holdpoint/workflow';
import { AzureOpenAI, OpenAI } from 'openai';
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

test('tools are optional, and come with their functions', () => {
  openai({});
  openai({ model: 'gpt-4o', headers: { 'x-title': 'Shop' }, query: { a: 'b' }, apiKey: async () => 'key', fetch });
  // @ts-expect-error the functions are missing
  openai({ tools });
  // @ts-expect-error the tools are missing
  openai({ run });
  // @ts-expect-error there is no such option
  openai({ header: {} });
  // @ts-expect-error a header is a string
  openai({ headers: { 'x-title': 1 } });
});

test('a client is one of the package', () => {
  openai({ client: new OpenAI() });
  openai({ tools, run, client: new AzureOpenAI({ deployment: 'mine' }) });
  // @ts-expect-error it is no client
  openai({ client: { baseURL: '' } });
});

test('a server may have parameters of its own, and those of OpenAI are checked', () => {
  openai({ request: { thinking: { type: 'enabled' }, reasoning_effort: 'low' } });
  // @ts-expect-error the temperature is a number
  openai({ request: { temperature: 'warm' } });
  // @ts-expect-error a task reads one message
  openai({ request: { stream: true } });
});

test('`parsed` has the type that the schema parses', () => {
  const output = z.object({ score: z.number(), at: z.string().transform((text) => text.length) });
  const made = openai({ tools, run, output });
  const { callModel } = tasks<typeof made>();
  type Parsed = Awaited<ReturnType<typeof callModel>>['parsed'];
  expectTypeOf<Parsed>().toEqualTypeOf<{ score: number; at: number } | undefined>();
  const bare = openai({ output: { type: 'object' } });
  expectTypeOf<Awaited<ReturnType<typeof bare.callModel>>['parsed']>().toEqualTypeOf<unknown>();
  // @ts-expect-error a schema is an object
  openai({ output: 'json' });
});

test('a message says what a server adds, without making its own fields weaker', () => {
  const message = { role: 'assistant', content: 'Hi' } as AssistantMessage;
  expectTypeOf(message.reasoning_content).toEqualTypeOf<unknown>();
  expectTypeOf(message.content).toEqualTypeOf<string | null>();
  if ('citations' in message) expectTypeOf(message.citations).toEqualTypeOf<unknown>();
  // @ts-expect-error a misspelt field
  const misspelt: AssistantMessage = { role: 'assistant', contents: 'Hi', content: null };
  void misspelt;
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
