/** A model reads what a person wants, and another prompt does it. */
import { entrypoint, tasks } from 'holdpoint/workflow';
import type * as activities from './activities.ts';

const { router, generateStory, generateJoke, generatePoem } = tasks<typeof activities>();
const steps = { story: generateStory, joke: generateJoke, poem: generatePoem };

export const routerWorkflow = entrypoint('routerWorkflow', async (input: string) => {
  const step = await router(input);
  return steps[step](input);
});
