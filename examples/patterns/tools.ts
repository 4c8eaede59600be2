/** The tools of the agents, as plain data. */
import type { Tools } from 'holdpoint/agent';
import { z } from 'zod';

export const weatherTools = {
  getWeather: {
    description: 'Get the weather of a place.',
    parameters: z.object({ location: z.string() }),
    approval: 'always',
  },
} satisfies Tools;

const nothing = z.object({});

export const travelTools = {
  getTravelRecommendations: { description: 'Get places to travel to.', parameters: nothing },
  transferToHotelAdvisor: { description: 'Hand over to the hotel advisor.', parameters: nothing },
} satisfies Tools;

export const hotelTools = {
  getHotelRecommendations: {
    description: 'Get hotels of a place.',
    parameters: z.object({ location: z.enum(['aruba', 'turks and caicos']) }),
  },
  transferToTravelAdvisor: { description: 'Hand over to the travel advisor.', parameters: nothing },
} satisfies Tools;
