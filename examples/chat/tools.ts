/** The tools of the agent, as plain data. The worker imports this file. */
import type { Tools } from 'holdpoint/agent';
import { z } from 'zod';

export const tools = {
  get_weather: {
    description: 'Tells the weather at a place.',
    parameters: z.object({ location: z.string() }),
  },
  find_order: {
    description: 'Looks an order up in all warehouses. It takes some seconds.',
    parameters: z.object({ order: z.string() }),
  },
  refund: {
    description: 'Pays money back for an order.',
    parameters: z.object({ order: z.string(), amount: z.number().positive() }),
    approval: ({ amount }: { amount: number }) => amount > 50,
    ask: { priority: 'high', due: '1 hour', timeout: '1 day', tags: ['money'] },
  },
  arrange_pickup: {
    description: 'Asks the customer when a courier may collect an order, and books the courier.',
    parameters: z.object({ order: z.string() }),
  },
} satisfies Tools;

/** What the customer fills in. */
export const pickup = z.object({
  day: z.enum(['Monday', 'Wednesday', 'Friday']).meta({ title: 'Day' }),
  floor: z.int().min(0).max(40).meta({ title: 'Floor', description: '0 is the ground floor.' }),
  neighbour: z.boolean().meta({ title: 'A neighbour may hand it over' }).optional(),
  note: z.string().max(80).meta({ title: 'Note for the courier' }).optional(),
});
