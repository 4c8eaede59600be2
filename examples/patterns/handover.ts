/** Two advisors share one conversation. Each hands it over to the other, and whoever spoke last gets the next message. */
import { reactAgent, type Message } from 'holdpoint/agent';
import { entrypoint, tasks } from 'holdpoint/workflow';
import type * as activities from './activities.ts';

const { callTravelAdvisor, callTravelTool, callHotelAdvisor, callHotelTool } = tasks<typeof activities>();

const prompt =
  (content: string) =>
  (messages: readonly Message[]): readonly Message[] => [{ role: 'system', content }, ...messages];

const advisors = {
  travel: reactAgent({
    callModel: callTravelAdvisor,
    callTool: callTravelTool,
    prepare: prompt('You know where to travel. The hotel advisor knows hotels.'),
  }),
  hotel: reactAgent({
    callModel: callHotelAdvisor,
    callTool: callHotelTool,
    prepare: prompt('You know hotels. The travel advisor knows where to travel.'),
  }),
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
    let turn = await advisors[active](messages, previous.all);
    while (turn.value.role === 'tool') {
      active = transfers[turn.value.name] ?? active;
      turn = await advisors[active]([], turn.save);
    }
    return entrypoint.final({ value: turn.value, save: { active, all: turn.save } });
  },
);
