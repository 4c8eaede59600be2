/**
 * `npm run demo`: a server, a worker and the three-step program; the worker is replaced while a person is asked.
 *
 * With `-- --keep` it all stays up, with the Web UI, until Ctrl-C.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Command, connect } from 'holdpoint/client';
import { startServer } from 'holdpoint/testing';
import type * as workflows from './feedback/workflows.ts';

const keep = process.argv.includes('--keep');

await using server = await startServer({ ui: true });
process.env['TEMPORAL_ADDRESS'] = server.address;
console.log(`Temporal server at ${server.address}${server.uiUrl ? `, Web UI at ${server.uiUrl}` : ''}`);

let worker = startWorker();
await using client = await connect<typeof workflows>({ taskQueue: 'feedback', address: server.address });
const thread = client.thread(`ticket-${process.pid}`, 'graph');
if (server.uiUrl) console.log(`The thread: ${server.uiUrl}/namespaces/${server.namespace}/workflows/${thread.id}`);

console.log(`\nstream('foo')`);
for await (const update of thread.stream('foo')) console.dir(update, { depth: null });

console.log('\nIt waits for a person. The worker stops, and another one starts.');
await stop(worker);
worker = startWorker();

console.log(`\nstream(new Command({ resume: 'baz' }))`);
for await (const update of thread.stream(new Command({ resume: 'baz' }))) console.dir(update, { depth: null });

if (keep) {
  const next = 'node_modules/.bin/node examples/feedback/client.ts';
  console.log(`\nStill up, until Ctrl-C. Ask and answer from another shell:`);
  console.log(`  TEMPORAL_ADDRESS=${server.address} ${next} ticket-42 start foo`);
  console.log(`  TEMPORAL_ADDRESS=${server.address} ${next} ticket-42 answer baz`);
  await once(process, 'SIGINT');
}
await stop(worker);

function startWorker(): ChildProcess {
  const script = fileURLToPath(new URL('feedback/worker.ts', import.meta.url));
  return spawn(process.execPath, [script], { stdio: ['ignore', 'inherit', 'inherit'] });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
