/**
 * The command `holdpoint`: the time of its help, and of a list while thousands of threads wait.
 */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { measurePair, time } from '../pair.ts';
import { differenceLine, ratioLine, type Line } from '../report.ts';
import type { Rig } from '../rig.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

const WAITING = 5000;
const AT_ONCE = 100;
const PAGE = 50;

export async function* opsLines(rig: Rig): AsyncGenerator<Line> {
  const run = (...args: string[]): Promise<number> =>
    time(async () => void execFileSync(process.execPath, args, { stdio: 'ignore' }));
  yield differenceLine(
    '`holdpoint --help`, against Node that does nothing',
    'at most +100 ms',
    await measurePair({ ours: () => run(MAIN, '--help'), bare: () => run('-e', '0'), rounds: 10, warmups: 2 }),
  );
  await startWaiting(rig);
  const query = `ExecutionStatus = 'Running' AND TaskQueue = '${QUEUE}'`;
  yield ratioLine(
    `the first ${PAGE} of ${WAITING.toLocaleString('en')} open questions, against the same page of workflows`,
    '<= 1.2, under 1 s',
    await measurePair({
      ours: () => time(() => first(rig.holdpoint.interrupts({ query: `TaskQueue = '${QUEUE}'`, pageSize: PAGE }))),
      bare: () => time(() => first(rig.client.workflow.list({ query, pageSize: PAGE }))),
      rounds: 20,
      warmups: 2,
    }),
  );
}

/** No worker polls this task queue. A list needs none, because the threads start with their questions in the memo. */
const QUEUE = `waiting-${randomUUID()}`;

/** Starts threads that look as if they waited: with a question in the memo. */
async function startWaiting({ client }: Rig): Promise<void> {
  for (let n = 0; n < WAITING; n += AT_ONCE) {
    await Promise.all(
      Array.from({ length: AT_ONCE }, (_, i) =>
        client.workflow.start('question', {
          taskQueue: QUEUE,
          workflowId: randomUUID(),
          memo: { 'holdpoint/ask:1': { value: `question ${n + i}`, task: 'ask', askedAt: new Date().toISOString() } },
        }),
      ),
    );
  }
}

async function first(items: AsyncIterable<unknown>): Promise<void> {
  let n = 0;
  for await (const _ of items) if (++n >= PAGE) return;
}
