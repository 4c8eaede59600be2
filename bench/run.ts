/**
 * `npm run bench`: measures every line, prints the table, and writes docs/benchmarks.md.
 */
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { startServer } from 'holdpoint/testing';
import { agentLines } from './lines/agent.ts';
import { answerLines } from './lines/answers.ts';
import { historyLines } from './lines/history.ts';
import { invocationLines } from './lines/invocation.ts';
import { opsLines } from './lines/ops.ts';
import { serverLines } from './lines/server.ts';
import { startLines } from './lines/start.ts';
import { taskLines } from './lines/tasks.ts';
import { turnLines } from './lines/turns.ts';
import { progress, table, writePage, type Line } from './report.ts';
import { startRig } from './rig.ts';

Runtime.install({ logger: new DefaultLogger('WARN') });
// The servers are measured too, so the benchmark starts its own.
delete process.env['TEMPORAL_ADDRESS'];

async function* allLines(): AsyncGenerator<Line> {
  {
    await using server = await startServer();
    yield* startLines(server.address);
    await using rig = await startRig(server.address);
    yield* taskLines(rig);
    yield* answerLines(rig);
    yield* historyLines(rig);
    yield* invocationLines(rig);
    yield* turnLines(rig);
    yield* agentLines(rig);
    yield* opsLines(rig);
  }
  // Only after the other server has stopped: an idle server uses the machine too.
  yield* serverLines();
}

const lines: Line[] = [];
for await (const line of allLines()) {
  lines.push(line);
  console.error(progress(line));
}
console.log(`\n${table(lines)}`);
writePage(new URL('../docs/benchmarks.md', import.meta.url), lines);
