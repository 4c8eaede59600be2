/**
 * `npm run chat`: starts a Temporal server with its Web UI, the worker and the web server, and ends all of them on Ctrl-C.
 * With OPENAI_API_KEY the agent talks to OpenAI, and otherwise to a scripted model.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startServer } from 'holdpoint/testing';

await using temporal = await startServer({ ui: true });
const env: NodeJS.ProcessEnv = { ...process.env, TEMPORAL_ADDRESS: temporal.address };
const worker = start('worker.ts');
const server = start('server.ts');

if (temporal.uiUrl) console.log(`Temporal's Web UI: ${temporal.uiUrl}`);
console.log(`The model: ${env['OPENAI_API_KEY'] ? 'OpenAI' : 'scripted, because OPENAI_API_KEY is not set'}`);
console.log(`The worker: process ${worker.pid}. You may kill it, and start another one:`);
console.log(`  TEMPORAL_ADDRESS=${temporal.address} node_modules/.bin/node examples/chat/worker.ts`);
console.log('The chat:');

await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), once(server, 'exit')]);
await Promise.all([stop(worker), stop(server)]);

function start(file: string): ChildProcess {
  const script = fileURLToPath(new URL(file, import.meta.url));
  return spawn(process.execPath, [script], { env, stdio: ['ignore', 'inherit', 'inherit'] });
}

async function stop(program: ChildProcess): Promise<void> {
  if (program.exitCode !== null || program.signalCode !== null) return;
  program.kill('SIGTERM');
  await once(program, 'exit');
}
