/**
 * The workflows of the other side: what `workflows.ts` does, written by hand on Temporal alone.
 *
 * This file runs in Temporal's sandbox.
 */
import { condition, defineQuery, defineSignal, defineUpdate, proxyActivities, setHandler } from '@temporalio/workflow';
import type { Message } from 'holdpoint/agent';
import type * as activities from './activities.ts';
import type { WorkBefore } from './work-before.ts';

const { echo, prepare, publish, callModel, callTool } = proxyActivities<typeof activities>({
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '30 seconds',
  retry: { maximumAttempts: 3 },
});

const answerSignal = defineSignal<[string]>('answer');
const turnUpdate = defineUpdate<number, [string]>('turn');
const answeredQuery = defineQuery<number>('answered');

export async function sequence(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await echo(`step ${i}`);
}

export async function together(count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, i) => echo(`step ${i}`)));
}

export async function question(before: WorkBefore): Promise<string> {
  const answers = takeAnswers();
  await work(before);
  return answers.next();
}

export async function questions(before: WorkBefore): Promise<void> {
  const answers = takeAnswers();
  await work(before);
  for (;;) await answers.next();
}

/** Asks for a yes or a no, which is the result. The title is for the page that shows the question. */
export async function agreed(_title: string): Promise<string> {
  return takeAnswers().next();
}

export async function everyone(count: number): Promise<string[]> {
  const answers = takeAnswers();
  const taken: string[] = [];
  while (taken.length < count) taken.push(await answers.next());
  return taken;
}

export async function approval(draft: string): Promise<string> {
  const answers = takeAnswers();
  const prepared = await prepare(draft);
  return publish(prepared, await answers.next());
}

async function work({ batches, size }: WorkBefore): Promise<void> {
  for (let i = 0; i < batches; i++) await Promise.all(Array.from({ length: size }, (_, j) => echo(`step ${j}`)));
}

/** Hands out the signals in the order of their arrival, and counts them for a query. */
function takeAnswers(): { next(): Promise<string> } {
  const waiting: string[] = [];
  let answered = 0;
  setHandler(answerSignal, (answer) => {
    waiting.push(answer);
    answered++;
  });
  setHandler(answeredQuery, () => answered);
  return {
    async next() {
      await condition(() => waiting.length > 0);
      return waiting.shift()!;
    },
  };
}

/** Takes each turn as an update, and stays open. */
export async function conversation(): Promise<void> {
  let turns = 0;
  setHandler(turnUpdate, async (input) => {
    await echo(input);
    return ++turns;
  });
  await condition(() => false);
}

/** An agent's loop: it calls the model until the model calls no tool. A payment waits for a signal. */
export async function agent(messages: readonly Message[]): Promise<Message> {
  const answers = takeAnswers();
  for (let all = messages; ;) {
    const reply = await callModel(all);
    if (!reply.tool_calls) return reply;
    if (reply.tool_calls.some((call) => call.function.name === 'pay')) await answers.next();
    all = [...all, reply, ...(await Promise.all(reply.tool_calls.map((call) => callTool(call))))];
  }
}
