/** One prompt writes a joke, and another one grades it, until it is funny. */
import { entrypoint, tasks } from 'holdpoint/workflow';
import type * as activities from './activities.ts';

const { jokeGenerator, jokeEvaluator } = tasks<typeof activities>();

export const optimizerWorkflow = entrypoint('optimizerWorkflow', async (topic: string) => {
  let joke = await jokeGenerator(topic);
  let { grade, feedback } = await jokeEvaluator(joke);
  while (grade !== 'funny') {
    joke = await jokeGenerator(topic, feedback);
    ({ grade, feedback } = await jokeEvaluator(joke));
  }
  return joke;
});
