/**
 * Records the histories of test/histories: `npm run histories -- <entrypoint> …`.
 *
 * Each entrypoint runs to its end, and its questions are answered, alternately the oldest and the newest one. A question with
 * the tag `reassign` is reassigned before that, unless it is asked again. One with a quorum is answered by as many people, and one with the tag
 * `answer` is first answered with the signal of that name. An entrypoint with memory has three turns. If the server at
 * `TEMPORAL_ADDRESS` suggests to continue as new early, the last run of the chain is recorded. With `--reset`, the thread is
 * reset to its start in between.
 *
 * An existing file is never overwritten: it is what a run of an earlier version looks like.
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

/** A question that expires this soon is not answered. */
const SOON_MS = 10_000;
const TURNS = 3;
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = new URL('../test/histories/', import.meta.url);
const entrypoints = process.argv.slice(2).filter((arg) => arg !== '--reset') as (keyof typeof workflows)[];
const isReset = process.argv.includes('--reset');
/** How many rounds of answers come before the reset. */
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
    // Stack traces contain paths of this machine.
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
    const isPassedOn = next?.tags?.includes('reassign') && !next.problems;
    if (next && isPassedOn) await thread.reassign(next.id, ['ben', `group:${n}`], { actor: 'ann' });
    if (next) await answer(thread, isPassedOn ? { ...next, assignees: ['ben'] } : next, answerTo(next, n));
    // The other questions run out of time.
    else await sleep(100);
  }
  return thread.handle.fetchHistory();
}

/** Answers as the first assignee, if that is a person. */
async function answer(thread: Thread<string>, question: Interrupt, value: unknown): Promise<void> {
  const { id, tags, by, assignees = [] } = question;
  const address = { id, ...(by ? { groups: ['finance'] } : {}) };
  const [first = '', ...others] = [
    ...assignees.filter((name) => !name.startsWith('group:')),
    'ann',
    'bob',
    'cleo',
  ].slice(0, by?.quorum ?? 1);
  if (tags?.includes('answer')) await thread.handle.signal('answer', { value, ...address, actor: first });
  else await thread.resume(value, { ...address, actor: first });
  for (const actor of others) await thread.resume(value, { ...address, actor });
}

/**
 * An answer for any question: a text, or for an approval an edit of the model's refund and consent to all other calls, which
 * is remembered where that is offered.
 */
function answerTo({ value, schema }: Interrupt, n: number): unknown {
  const { tool, args } = Object(value) as { readonly tool?: string; readonly args?: { readonly amount: number } };
  if (tool === undefined) return `answer ${n}`;
  if (args?.amount === 80) return { type: 'edit', args: { amount: 70 } };
  const isRemembered = JSON.stringify(schema).includes('"remember"');
  return { type: 'approve', ...(isRemembered ? { remember: 'tool' } : {}) };
}

/** Reads until the thread waits for answers only, or has ended. It may end with a failure. */
async function readToQuiet(thread: Thread<string>): Promise<void> {
  try {
    for await (const _ of thread.follow());
  } catch (error) {
    console.log(`${thread.id}: ${String(error)}`);
  }
}
