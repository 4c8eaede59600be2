/**
 * Records the histories of test/histories: `npm run histories -- <entrypoint> …`.
 *
 * Each entrypoint is run to its end; its questions are answered as they open, alternately oldest and newest first. One
 * with memory has three turns; with `TEMPORAL_ADDRESS` of a server that suggests to continue as new early, it is the last
 * run of the chain that is recorded. With `--reset` the thread is reset to its start in between. A file
 * that exists is never written again: it is what a run of an earlier version looks like.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { existsSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { Interrupt, Thread } from 'holdpoint/client';
import { startTest, type Test } from 'holdpoint/testing';
import * as activities from '../test/histories/activities.ts';
import { resetBefore } from '../test/durable/fixtures/resets.ts';
import type * as workflows from '../test/histories/workflows.ts';

/** A question that ends this soon by itself is not answered. */
const SOON_MS = 10_000;
const TURNS = 3;
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = new URL('../test/histories/', import.meta.url);
const entrypoints = process.argv.slice(2).filter((arg) => arg !== '--reset') as (keyof typeof workflows)[];
const isReset = process.argv.includes('--reset');
/** So many questions are answered before. */
const RESET_AFTER = 2;
Runtime.install({ logger: new DefaultLogger('ERROR') });
const workflowsPath = fileURLToPath(new URL('workflows.ts', folder));

for (const cached of [true, false]) {
  await using test = await startTest<typeof workflows>({ workflowsPath, activities, replay: !cached });
  for (const entrypoint of entrypoints) {
    const file = new URL(`${entrypoint}${isReset ? '-reset' : ''}${cached ? '' : '-uncached'}.json`, folder);
    if (existsSync(file)) {
      console.log(`${fileURLToPath(file)} exists; histories are added, never edited`);
      continue;
    }
    // Stack traces name files of the machine.
    writeFileSync(file, historyToJSON(await record(test, entrypoint)).replaceAll(root, ''));
    console.log(fileURLToPath(file));
  }
}

async function record({ client }: Test<typeof workflows>, entrypoint: keyof typeof workflows) {
  const thread = client.thread(`${entrypoint}-${Date.now()}`, entrypoint as 'graph');
  await thread.start('foo');
  for (let n = 0; ; n++) {
    await readToQuiet(thread);
    if (isReset && n === RESET_AFTER) {
      await resetBefore(thread, 'start');
      await readToQuiet(thread);
    }
    if ((await thread.handle.describe()).status.name !== 'RUNNING') break;
    const { interrupts, status, turn } = await thread.state();
    if (status === 'idle') {
      await (turn < TURNS ? thread.start(`turn ${turn + 1}`) : thread.close());
      continue;
    }
    const answerable = interrupts.filter(({ expiresAt }) => !expiresAt || Date.parse(expiresAt) > Date.now() + SOON_MS);
    const next = answerable.at(n % 2 === 0 ? 0 : -1);
    if (next) await thread.resume(answerTo(next, n), { id: next.id, actor: 'ann' });
    // The others are left to their deadlines.
    else await sleep(100);
  }
  return thread.handle.fetchHistory();
}

/** A text; what the model wants to refund is changed, and what a person has written is approved. */
function answerTo({ value }: Interrupt, n: number): unknown {
  const { tool, args } = Object(value) as { readonly tool?: string; readonly args?: { readonly amount: number } };
  if (tool === undefined) return `answer ${n}`;
  return args?.amount === 80 ? { type: 'edit', args: { amount: 70 } } : { type: 'approve' };
}

/** Reads to where only answers are left to wait for, or to the end, which may be a failure. */
async function readToQuiet(thread: Thread<string>): Promise<void> {
  try {
    for await (const _ of thread.follow());
  } catch (error) {
    console.log(`${thread.id}: ${String(error)}`);
  }
}
