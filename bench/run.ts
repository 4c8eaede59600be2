/**
 * `npm run bench`: measures every line, prints the table, and writes docs/benchmarks.md. `npm run bench -- agent ops` measures
 * these groups of lines, and writes nothing.
 */
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { startServer } from 'holdpoint/testing';
import { agentLines } from './lines/agent.ts';
import { answerLines } from './lines/answers.ts';
import { historyLines } from './lines/history.ts';
import { inboxLines } from './lines/inbox.ts';
import { invocationLines } from './lines/invocation.ts';
import { opsLines } from './lines/ops.ts';
import { previewLines } from './lines/previews.ts';
import { serverLines } from './lines/server.ts';
import { startLines } from './lines/start.ts';
import { taskLines } from './lines/tasks.ts';
import { turnLines } from './lines/turns.ts';
import { progress, table, writePage, type Line } from './report.ts';
import { startRig } from './rig.ts';

Runtime.install({ logger: new DefaultLogger('WARN') });
// The servers are measured too, so the benchmark starts its own.
delete process.env['TEMPORAL_ADDRESS'];

/** The groups of lines that share a server, by the names that the command takes. */
const GROUPS = {
  tasks: taskLines,
  answers: answerLines,
  history: historyLines,
  invocation: invocationLines,
  turns: turnLines,
  agent: agentLines,
  previews: previewLines,
  inbox: inboxLines,
  ops: opsLines,
};

const wanted = process.argv.slice(2);
const known = ['start', ...Object.keys(GROUPS), 'server'];
const unknown = wanted.find((name) => !known.includes(name));
if (unknown !== undefined) throw new Error(`Expected names of ${known.join(', ')}, got ${unknown}`);
const isWanted = (name: string): boolean => wanted.length === 0 || wanted.includes(name);

async function* allLines(): AsyncGenerator<Line> {
  if (known.some((name) => name !== 'server' && isWanted(name))) {
    await using server = await startServer();
    if (isWanted('start')) yield* startLines(server.address);
    await using rig = await startRig(server.address);
    for (const [name, lines] of Object.entries(GROUPS)) if (isWanted(name)) yield* lines(rig);
  }
  // Only after the other server has stopped: an idle server uses the machine too.
  if (isWanted('server')) yield* serverLines();
}

const lines: Line[] = [];
for await (const line of allLines()) {
  lines.push(line);
  console.error(progress(line));
}
console.log(`\n${table(lines)}`);
if (wanted.length === 0) writePage(new URL('../docs/benchmarks.md', import.meta.url), lines);
