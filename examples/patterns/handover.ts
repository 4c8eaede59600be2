/** Two advisors share one conversation. Each hands it over to the other, and whoever spoke last gets the next message. */
import type { Message } from 'holdpoint/agent';
import { entrypoint, tasks } from 'holdpoint/workflow';
import type * as activities from './activities.ts';

const { callTravelAdvisor, callTravelTool, callHotelAdvisor, callHotelTool } = tasks<typeof activities>();

const advisors = {
  travel: { callModel: callTravelAdvisor, callTool: callTravelTool },
  hotel: { callModel: callHotelAdvisor, callTool: callHotelTool },
};
type Advisor = keyof typeof advisors;
const transfers: Partial<Record<string, Advisor>> = {
  transferToTravelAdvisor: 'travel',
  transferToHotelAdvisor: 'hotel',
};

interface Conversation {
  readonly active: Advisor;
  readonly all: readonly Message[];
}

export const multiTurnGraph = entrypoint(
  { name: 'multiTurnGraph', memory: {} },
  async (messages: readonly Message[], previous: Conversation = { active: 'travel', all: [] }) => {
    let { active } = previous;
    let all = [...previous.all, ...messages];
    for (;;) {
      const { callModel, callTool } = advisors[active];
      const reply = await callModel(all);
      all = [...all, reply];
      if (!reply.tool_calls) return entrypoint.final({ value: reply, save: { active, all } });
      all = [...all, ...(await Promise.all(reply.tool_calls.map((call) => callTool(call))))];
      for (const { function: called } of reply.tool_calls) active = transfers[called.name] ?? active;
    }
  },
);
