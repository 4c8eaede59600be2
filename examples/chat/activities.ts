/** The tasks of the agent: one asks the model, one runs a tool. In a real program the tools would call services. */
import { setTimeout as sleep } from 'node:timers/promises';
import { interrupt, preview } from 'holdpoint/activity';
import { openai } from 'holdpoint/openai';
import { pickup, tools } from './tools.ts';

const WAREHOUSES = ['Rotterdam', 'Leipzig', 'Lyon', 'Turin'];

export const { callModel, callTool } = openai({
  tools,
  run: {
    get_weather: async ({ location }) =>
      /boston/i.test(location) ? `It rains in ${location}, 14 °C.` : `It is sunny in ${location}, 22 °C.`,
    find_order: findOrder,
    refund: async ({ order, amount }) => `Paid ${amount} € back for ${order}.`,
    arrange_pickup: arrangePickup,
  },
});

/** Shows its progress while it runs: whoever has the page open sees it, and the history does not get longer. */
async function findOrder({ order }: { order: string }): Promise<string> {
  for (const [done, warehouse] of WAREHOUSES.entries()) {
    preview({ order, text: `Looking in ${warehouse}`, done, of: WAREHOUSES.length });
    await sleep(900);
  }
  return `${order} has left ${WAREHOUSES.at(-1)} and arrives on Friday.`;
}

/** Asks, and waits for as long as it takes. The schema refuses an answer that does not fit, and the page says why. */
async function arrangePickup({ order }: { order: string }): Promise<string> {
  const { day, floor, neighbour, note } = await interrupt(
    { order },
    {
      title: `When may a courier collect ${order}?`,
      description: 'The courier comes between 9:00 and 12:00 and brings a box.',
      schema: pickup,
      due: '2 days',
    },
  );
  const who = neighbour ? ' A neighbour may hand it over.' : '';
  return `A courier collects ${order} on ${day}, floor ${floor}.${who}${note ? ` Note: ${note}` : ''}`;
}
