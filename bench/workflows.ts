/**
 * Our side: each entrypoint is written by hand in `bare-workflows.ts` under the same name. It runs in Temporal's sandbox.
 */
import { entrypoint, interrupt, tasks } from 'holdpoint/workflow';
import type * as activities from './activities.ts';
import type { WorkBefore } from './waiting.ts';

const { echo, approve } = tasks<typeof activities>();
const { echo: localEcho } = tasks<typeof activities>({ local: true });

export const sequence = entrypoint('sequence', async (count: number) => {
  for (let i = 0; i < count; i++) await echo(`step ${i}`);
});

export const localSequence = entrypoint('localSequence', async (count: number) => {
  for (let i = 0; i < count; i++) await localEcho(`step ${i}`);
});

export const together = entrypoint('together', async (count: number) => {
  await Promise.all(Array.from({ length: count }, (_, i) => echo(`step ${i}`)));
});

/** Some work, and one question: the answer is the value. */
export const question = entrypoint('question', async (before: WorkBefore) => {
  await work(before);
  return interrupt<string>('Go on?');
});

/** Some work, and questions without end. */
export const questions = entrypoint('questions', async (before: WorkBefore) => {
  await work(before);
  for (;;) await interrupt('Go on?');
});

export const approval = entrypoint('approval', async (draft: string) => approve(draft));

async function work({ batches, size }: WorkBefore): Promise<void> {
  for (let i = 0; i < batches; i++) await Promise.all(Array.from({ length: size }, (_, j) => echo(`step ${j}`)));
}
