/** A model plans the sections of a report, and workers write all of them at the same time. */
import { entrypoint, tasks } from 'holdpoint/workflow';
import type * as activities from './activities.ts';

const { orchestrator, sectionWriter, synthesizer } = tasks<typeof activities>();

export const orchestratorWorker = entrypoint('orchestratorWorker', async (topic: string) => {
  const sections = await orchestrator(topic);
  const written = await Promise.all(sections.map((section) => sectionWriter(section)));
  return synthesizer(written);
});
