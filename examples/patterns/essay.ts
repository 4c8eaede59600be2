/** A person reads an essay and says what to change, until it is good. */
import { entrypoint, interrupt, tasks } from 'holdpoint/workflow';
import type * as activities from './activities.ts';

const { writeEssay } = tasks<typeof activities>();

export interface Review {
  readonly isApproved: boolean;
  readonly comments?: string;
}

const schema = {
  type: 'object',
  properties: {
    isApproved: { type: 'boolean', title: 'Is the essay good?' },
    comments: { type: 'string', title: 'What should change?' },
  },
  required: ['isApproved'],
};

export const essay = entrypoint('essay', async (topic: string) => {
  let text = await writeEssay(topic);
  for (;;) {
    const question = { essay: text, action: 'Please approve or reject the essay' };
    const { isApproved, comments } = await interrupt<Review>(question, { schema });
    if (isApproved) return { essay: text, isApproved };
    text = await writeEssay(topic, { essay: text, comments });
  }
});
