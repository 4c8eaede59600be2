/** A person reads an essay and says what to change, until it is good. */
import { entrypoint, interrupt, tasks } from 'holdpoint/workflow';
import { z } from 'zod';
import type * as activities from './activities.ts';

const { writeEssay } = tasks<typeof activities>();
const Review = z.object({ isApproved: z.boolean(), comments: z.string().default('It is not good enough.') });

export const essay = entrypoint('essay', async (topic: string) => {
  let text = await writeEssay(topic);
  for (;;) {
    const question = { essay: text, action: 'Please approve or reject the essay' };
    const { isApproved, comments } = await interrupt(question, { schema: Review });
    if (isApproved) return { essay: text, isApproved };
    text = await writeEssay(topic, { essay: text, comments });
  }
});
