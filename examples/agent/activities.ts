/**
 * The tasks of the two agents: one asks the model, one runs a tool. The tools return sentences; in a real program they
 * would call services.
 */
import { interrupt } from 'holdpoint/activity';
import { openai } from 'holdpoint/openai';
import { supportTools, tools } from './tools.ts';

const run = {
  get_weather: async ({ location }: { location: string }) => weather(location),
  human_assistance: async ({ query }: { query: string }) => (await interrupt<{ data: string }>({ query })).data,
};

export const { callModel, callTool } = openai({ tools, run });

export const { callModel: callSupportModel, callTool: callSupportTool } = openai({
  tools: supportTools,
  run: { ...run, refund: async ({ order, amount }) => `Paid ${amount} back for ${order}.` },
});

function weather(location: string): string {
  if (/sf|san francisco/i.test(location)) return "It's sunny!";
  if (/boston/i.test(location)) return "It's rainy!";
  return `I am not sure what the weather is in ${location}`;
}
