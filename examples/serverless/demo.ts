/**
 * `npm run serverless`: the two programs of `npm run demo`, on a worker that is a function. No process lives while a
 * thread waits for a person.
 *
 * `platform.ts` invokes the function, each time in a fresh process. Its timeout is as short as it can be, so that the demo
 * is short; a function on Lambda has a timeout of minutes.
 */
import { rmSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, connect } from 'holdpoint/client';
import { scriptedModel, startServer } from 'holdpoint/testing';
import { pretend } from '../agent/model.ts';
import type { End, Invocation } from './invocation.ts';
import { FRESH_STATISTICS, startPlatform, type Backlog } from './platform.ts';
import type * as workflows from './workflows.ts';

/** Ten seconds are for the end of an invocation, and two for its work. */
const TIMEOUT_MS = 12_000;

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const logFile = path('dist/function.log');
rmSync(logFile, { force: true });

await using server = await startServer({ ui: true, extraArgs: ['--dynamic-config-value', FRESH_STATISTICS] });
const { address, namespace } = server;
await using model = process.env['OPENAI_API_KEY'] ? undefined : await scriptedModel(pretend);
await using client = await connect<typeof workflows>({ taskQueue: 'serverless', address, namespace });
console.log(`Temporal server at ${address}${server.uiUrl ? `, Web UI at ${server.uiUrl}` : ''}`);
console.log(
  `The function works for 2 s of its timeout of 12 s, and keeps 10 s for its end. It logs to ${relative(process.cwd(), logFile)}\n`,
);

let invocations = 0;
await using platform = await startPlatform(client.client, {
  handler: path('dist/function/handler.mjs'),
  timeoutMs: TIMEOUT_MS,
  logFile,
  taskQueue: 'serverless',
  deploymentName: 'serverless',
  buildId: '1',
  environment: {
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: namespace,
    ...(model ? { OPENAI_API_KEY: 'none', OPENAI_BASE_URL: model.baseURL } : {}),
  },
  onBegin: showBegin,
  onEnd: showEnd,
});
console.log('Version 1 of the function is current. Threads start on it from now on.');

console.log('\n1. Three steps; the middle one asks a person');
const ticket = client.thread(`ticket-${process.pid}`, 'graph');
showAddress(ticket.id);

console.log(`\nstream('foo')`);
await show(ticket.stream('foo'));
await showThatNothingLives();

console.log(`\nstream(new Command({ resume: 'baz' }))`);
await show(ticket.stream(new Command({ resume: 'baz' })));
await platform.idle();

console.log(`\n2. An agent that can ask for help (${model ? 'with a scripted model' : 'with OpenAI'})`);
const chat = client.thread(`chat-${process.pid}`, 'agent');
showAddress(chat.id);
const question =
  'Can you reach out for human assistance: what should I feed my cat? Separately, can you check the weather in San Francisco?';

console.log(`\nstream([{ role: 'user', content: '${question}' }])`);
await show(chat.stream([{ role: 'user', content: question }]));
await showThatNothingLives();

const answer = { data: 'You should feed your cat a fish.' };
console.log(`\nstream(new Command({ resume: ${JSON.stringify(answer)} }))`);
await show(chat.stream(new Command({ resume: answer })));
await platform.idle();

console.log(`\nstream([{ role: 'user', content: 'What did I ask you first?' }])`);
await show(chat.stream([{ role: 'user', content: 'What did I ask you first?' }]));
await platform.idle();

async function show(updates: AsyncIterable<unknown>): Promise<void> {
  for await (const update of updates) console.dir(update, { depth: null });
}

/** Waits until no process lives, and lists the questions that are still open. */
async function showThatNothingLives(): Promise<void> {
  await platform.idle();
  console.log(`\nNo process lives: the ${invocations} invocations have ended. The server keeps the question:`);
  for await (const { thread, id, value } of client.interrupts()) console.log(`  ${thread}  ${id} `, value);
}

function showBegin({ pid }: Invocation, waiting?: Backlog): void {
  const reason = waiting ? describeBacklog(waiting) : 'the server learns of its version from its first poll';
  console.log(`  ▶ invocation ${++invocations} begins, in process ${pid}: ${reason}`);
}

function showEnd({ pid }: Invocation, end: End): void {
  console.log(
    `  ■ invocation ${invocations} ends with process ${pid}, after ${seconds(end.livedMs)}: ${describeEnd(end)}`,
  );
}

function describeBacklog({ workflowTasks, activityTasks }: Backlog): string {
  return `the queue has ${countOf(workflowTasks, 'workflow task')} and ${countOf(activityTasks, 'activity task')}`;
}

function countOf(count: number, noun: string): string {
  return `${count || 'no'} ${noun}${count === 1 ? '' : 's'}`;
}

function describeEnd(end: End): string {
  switch (end.kind) {
    case 'returned':
      return 'its time for work was over';
    case 'timed-out':
      return 'it was killed at its timeout';
    case 'killed':
      return 'it was killed';
    case 'failed':
      return `it failed with exit code ${end.code}`;
    default:
      return end satisfies never;
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function showAddress(id: string): void {
  if (server.uiUrl) console.log(`The thread in the Web UI: ${server.uiUrl}/namespaces/${namespace}/workflows/${id}`);
}
