/** Three steps, one after the other. This file runs in Temporal's sandbox. */
import { entrypoint, tasks } from 'holdpoint/workflow';
import type * as activities from './activities.ts';

const { step1, humanFeedback, step3 } = tasks<typeof activities>();

export const graph = entrypoint('graph', async (input: string) => step3(await humanFeedback(await step1(input))));
