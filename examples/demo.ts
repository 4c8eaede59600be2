/**
 * `npm run demo`: starts a server and runs two programs: the three steps, whose worker is replaced while they wait for a
 * person, and an agent that asks for help.
 *
 * With `-- --keep`, the server with its Web UI and the workers stay up until Ctrl-C.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Command, connect } from 'holdpoint/client';
import { startServer } from 'holdpoint/testing';
import type * as agent from './agent/workflows.ts';
import type * as feedback from './feedback/workflows.ts';

const keep = process.argv.includes('--keep');

await using server = await startServer({ ui: true });
process.env['TEMPORAL_ADDRESS'] = server.address;
console.log(`Temporal server at ${server.address}${server.uiUrl ? `, Web UI at ${server.uiUrl}` : ''}`);

console.log('\n1. Three steps; the middle one asks a person');
let worker = startWorker('feedback');
await using client = await connect<typeof feedback>({ taskQueue: 'feedback', address: server.address });
const ticket = client.thread(`ticket-${process.pid}`, 'graph');
showAddress(ticket.id);

console.log(`\nstream('foo')`);
await show(ticket.stream('foo'));

console.log('\nThe thread waits for a person. Now the worker stops, and another one starts.');
await stop(worker);
worker = startWorker('feedback');

console.log(`\nstream(new Command({ resume: 'baz' }))`);
await show(ticket.stream(new Command({ resume: 'baz' })));

console.log(
  `\n2. An agent that can ask for help (${process.env['OPENAI_API_KEY'] ? 'with OpenAI' : 'with a scripted model'})`,
);
const agentWorker = startWorker('agent');
await using agents = await connect<typeof agent>({ taskQueue: 'agent', address: server.address });
const chat = agents.thread(`chat-${process.pid}`, 'agent');
showAddress(chat.id);
const question =
  'Can you reach out for human assistance: what should I feed my cat? Separately, can you check the weather in San Francisco?';

console.log(`\nstream([{ role: 'user', content: '${question}' }])`);
await show(chat.stream([{ role: 'user', content: question }]));

const answer = { data: 'You should feed your cat a fish.' };
console.log(`\nstream(new Command({ resume: ${JSON.stringify(answer)} }))`);
await show(chat.stream(new Command({ resume: answer })));

console.log(`\nstream([{ role: 'user', content: 'What did I ask you first?' }])`);
await show(chat.stream([{ role: 'user', content: 'What did I ask you first?' }]));

if (keep) {
  const next = `TEMPORAL_ADDRESS=${server.address} node_modules/.bin/node examples`;
  console.log(`\nThe server and the workers run until Ctrl-C. Start and answer threads from another shell:`);
  console.log(`  ${next}/feedback/client.ts ticket-42 start foo`);
  console.log(`  ${next}/feedback/client.ts ticket-42 answer baz`);
  console.log(`  ${next}/agent/client.ts support chat-42 say 'Please refund 80 for R-17'`);
  console.log(`  ${next}/agent/client.ts support chat-42 answer '{ "type": "approve" }'`);
  await once(process, 'SIGINT');
}
await Promise.all([stop(worker), stop(agentWorker)]);

async function show(updates: AsyncIterable<unknown>): Promise<void> {
  for await (const update of updates) console.dir(update, { depth: null });
}

function showAddress(id: string): void {
  if (server.uiUrl)
    console.log(`The thread in the Web UI: ${server.uiUrl}/namespaces/${server.namespace}/workflows/${id}`);
}

function startWorker(example: string): ChildProcess {
  const script = fileURLToPath(new URL(`${example}/worker.ts`, import.meta.url));
  return spawn(process.execPath, [script], { stdio: ['ignore', 'inherit', 'inherit'] });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
