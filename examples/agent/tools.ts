/** The tools of the two agents, as plain data. The worker imports this file. */
import type { Tools } from 'holdpoint/agent';
import { z } from 'zod';

export const tools = {
  get_weather: {
    description: 'Call to get the weather from a specific location.',
    parameters: z.object({ location: z.string() }),
  },
  human_assistance: {
    description: 'Request assistance from a human.',
    parameters: z.object({ query: z.string() }),
  },
} satisfies Tools;

export const supportTools = {
  ...tools,
  refund: {
    description: 'Pay money back for an order.',
    parameters: z.object({ order: z.string(), amount: z.number().positive() }),
    approval: ({ amount }: { amount: number }) => amount > 50,
  },
} satisfies Tools;
