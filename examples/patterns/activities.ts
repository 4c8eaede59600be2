/** The tasks of all patterns. Each asks the model with a prompt of its own. */
import { openai } from 'holdpoint/openai';
import type { Message } from 'holdpoint/agent';
import { z } from 'zod';

const { callModel: write } = openai({});

/** Asks for a text. */
async function ask(...messages: readonly Message[]): Promise<string> {
  const { content, refusal } = await write(messages);
  return content ?? refusal ?? '';
}

/** The value of a message with `output`. */
function valueOf<Value>({ parsed, refusal }: { readonly parsed?: Value; readonly refusal?: string }): Value {
  if (parsed === undefined) throw new Error(`The model refuses: ${refusal}`);
  return parsed;
}

const system = (content: string): Message => ({ role: 'system', content });
const user = (content: string): Message => ({ role: 'user', content });

// The essay

export async function writeEssay(topic: string, review?: { essay: string; comments: string }) {
  if (!review) return ask(user(`Write an essay about ${topic}.`));
  return ask(user(`Improve this essay about ${topic}. An editor says: ${review.comments}\n\n${review.essay}`));
}

// The router

const { callModel: callRouter } = openai({ output: z.object({ step: z.enum(['story', 'joke', 'poem']) }) });

export async function router(input: string) {
  const question = system('Does the user want a story, a joke or a poem?');
  return valueOf(await callRouter([question, user(input)])).step;
}

export async function generateStory(input: string) {
  return ask(system('You tell stories.'), user(input));
}

export async function generateJoke(input: string) {
  return ask(system('You are a comedian.'), user(input));
}

export async function generatePoem(input: string) {
  return ask(system('You are a poet.'), user(input));
}

// The orchestrator and its workers

const section = z.object({ name: z.string(), description: z.string() });
const { callModel: callPlanner } = openai({ output: z.object({ sections: z.array(section) }) });

export async function orchestrator(topic: string) {
  return valueOf(await callPlanner([system('Plan a report. Name its sections.'), user(topic)])).sections;
}

export async function sectionWriter({ name, description }: z.infer<typeof section>) {
  return ask(system('Write one section of a report, in Markdown.'), user(`${name}: ${description}`));
}

export async function synthesizer(sections: readonly string[]) {
  return sections.join('\n\n---\n\n');
}

// The evaluator

const grade = z.object({ grade: z.enum(['funny', 'not funny']), feedback: z.string() });
const { callModel: callEvaluator } = openai({ output: grade });

export async function jokeGenerator(topic: string, feedback?: string) {
  return ask(user(`Write a joke about ${topic}.${feedback ? ` Mind this feedback: ${feedback}` : ''}`));
}

export async function jokeEvaluator(joke: string) {
  return valueOf(await callEvaluator([user(`Is this joke funny? If not, how could it be? ${joke}`)]));
}

// The agent whose tool calls are reviewed

export const { callModel, callTool } = openai({
  tools: {
    getWeather: {
      description: 'Get the weather of a place.',
      parameters: z.object({ location: z.string() }),
      approval: 'ask',
    },
  },
  run: { getWeather: async ({ location }) => (/sf|san francisco/i.test(location) ? 'It is sunny!' : 'It is rainy!') },
});

// The advisors

const transfer = (description: string) => ({ description, parameters: z.object({}), returnDirect: true });

export const { callModel: callTravelAdvisor, callTool: callTravelTool } = openai({
  tools: {
    getTravelRecommendations: { description: 'Get places to travel to.', parameters: z.object({}) },
    transferToHotelAdvisor: transfer('Hand over to the hotel advisor.'),
  },
  run: {
    getTravelRecommendations: async () => ['aruba', 'turks and caicos'],
    transferToHotelAdvisor: async () => 'You are the hotel advisor.',
  },
});

const hotels = {
  aruba: ['The Ritz-Carlton, Aruba (Palm Beach)', 'Bucuti & Tara Beach Resort (Eagle Beach)'],
  'turks and caicos': ['Grace Bay Club', 'COMO Parrot Cay'],
};

export const { callModel: callHotelAdvisor, callTool: callHotelTool } = openai({
  tools: {
    getHotelRecommendations: {
      description: 'Get hotels of a place.',
      parameters: z.object({ location: z.enum(['aruba', 'turks and caicos']) }),
    },
    transferToTravelAdvisor: transfer('Hand over to the travel advisor.'),
  },
  run: {
    getHotelRecommendations: async ({ location }) => hotels[location],
    transferToTravelAdvisor: async () => 'You are the travel advisor.',
  },
});
