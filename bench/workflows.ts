/**
 * The workflows of our side. `bare-workflows.ts` has the same ones written by hand, under the same names.
 *
 * This file runs in Temporal's sandbox.
 */
import { upsertMemo } from '@temporalio/workflow';
import { reactAgent, type Message } from 'holdpoint/agent';
import { entrypoint, interrupt, tasks } from 'holdpoint/workflow';
import type * as activities from './activities.ts';
import type { WorkBefore } from './work-before.ts';

const { echo, approve, callModel, decideAndCallTool } = tasks<typeof activities>();
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

/** Does some work, then asks one question. The answer is the result. */
export const question = entrypoint('question', async (before: WorkBefore) => {
  await work(before);
  return interrupt<string>('Go on?');
});

const items = {
  type: 'array',
  items: {
    type: 'object',
    properties: {
      name: { type: 'string', minLength: 1 },
      amount: { type: 'integer', minimum: 0 },
      paid: { type: 'boolean' },
    },
    required: ['name', 'amount'],
    additionalProperties: false,
  },
} as const;

/** Asks one question, with a schema for the answer or without one. The result is the number of items in the answer. */
export const checked = entrypoint('checked', async (checks: boolean) => {
  const answer = await interrupt<unknown[]>('Which items?', checks ? { schema: items } : {});
  return answer.length;
});

/** Does some work, then asks one question after another without end. */
export const questions = entrypoint('questions', async (before: WorkBefore) => {
  await work(before);
  for (;;) await interrupt('Go on?');
});

/** Asks for a yes or a no, which is the result. */
export const agreed = entrypoint('agreed', async (title: string) =>
  interrupt<boolean>(title, { schema: { type: 'boolean' } }),
);

/** Asks so many questions at once, and ends with the last answer. */
export const everyone = entrypoint('everyone', async (count: number) =>
  Promise.all(Array.from({ length: count }, (_, i) => interrupt(`question ${i}`))),
);

export const approval = entrypoint('approval', async (draft: string) => approve(draft));

/** A thread with memory whose turns run one task each. */
export const conversation = entrypoint(
  { name: 'conversation', memory: {} },
  async (input: string, previous?: number) => {
    await echo(input);
    return (previous ?? 0) + 1;
  },
);

/** A thread with memory whose turns add this many events, beside one task. */
export const filled = entrypoint({ name: 'filled', memory: {} }, async (events: number) => {
  for (let n = 0; n < events; n++) upsertMemo({ filled: n });
  await echo('after them');
});

/** A thread with memory whose turns run as many tasks at once as the input says. */
export const batches = entrypoint({ name: 'batches', memory: {} }, async (size: number) => {
  await Promise.all(Array.from({ length: size }, (_, i) => echo(`step ${i}`)));
  return size;
});

export const agent = entrypoint(
  { name: 'agent', memory: {} },
  reactAgent({ callModel, callTool: decideAndCallTool, maxRounds: 1000 }),
);

/** Asks the model once. */
export const reply = entrypoint('reply', async (messages: readonly Message[]) => callModel(messages));

async function work({ batches, size }: WorkBefore): Promise<void> {
  for (let i = 0; i < batches; i++) await Promise.all(Array.from({ length: size }, (_, j) => echo(`step ${j}`)));
}
