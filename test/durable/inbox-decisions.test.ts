/** Decision times over the runs of a thread: each answer counts once, whatever made another run of it. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { newestThreads, type NamedThread } from '../../src/client/listing/threads.ts';
import type { Decisions } from '../../src/inbox/api.ts';
import { asked, byHeader, call, serve, started, useInbox, type InboxUnderTest } from './fixtures/inbox-scenario.ts';
import { useOwnServer } from './fixtures/own-server.ts';
import { countingClient } from './fixtures/requests.ts';
import { resetBefore } from './fixtures/resets.ts';
import { until } from './fixtures/scenario.ts';
import { laterDate } from './fixtures/later.ts';

// The server starts the next run of a chain a second after the last one at the earliest.
useOwnServer(['limit.historyCount.suggestContinueAsNew=15', 'history.workflowIdReuseMinimalInterval="1ms"']);
useInbox();

function queryOf(thread: string): string {
  return `WorkflowId = '${thread}'`;
}

/** Waits until the runs of a thread in visibility are as the test says. */
async function visible(thread: string, isThere: (runs: readonly NamedThread[]) => boolean): Promise<void> {
  await until(async () => isThere(await newestThreads(started.client.client, queryOf(thread), 50)));
}

function allEnded(runs: readonly NamedThread[]): boolean {
  return runs.every(({ closedAt }) => closedAt !== undefined);
}

/** Who has decided in a thread, and how often. */
async function deciders(to: InboxUnderTest): Promise<Readonly<Record<string, number>>> {
  const { body } = await call<Decisions>('decisions', { as: 'ann', to });
  const people = Object.fromEntries(body.people.map(({ actor, count }) => [actor, count]));
  expect(body.count).toBe(Object.values(people).reduce((sum, count) => sum + count, 0));
  return people;
}

/** An inbox that reads one thread; its user may read the audit. */
function inboxOf(thread: string, more: Partial<Parameters<typeof serve>[0]> = {}): Promise<InboxUnderTest> {
  return serve({ authenticate: byHeader, authorize: () => true, query: queryOf(thread), ...more });
}

test('decision times count an answer once on a thread that was reset after it', async () => {
  const { thread } = await asked({ value: 1 });
  const client = started.client.thread(thread);
  await client.resume('yes', { actor: 'ann' });
  await client.result();
  await visible(thread, allEnded);
  await using inbox = await inboxOf(thread);
  expect(await deciders(inbox)).toEqual({ ann: 1 });
  // The reset delivers the answer again.
  await resetBefore(client, 'start');
  await client.result();
  await visible(thread, (runs) => runs.length === 2 && allEnded(runs) && runs.every((run) => run.hasAnswers));
  await using fresh = await inboxOf(thread);
  expect(await deciders(fresh)).toEqual({ ann: 1 });
  // The first run alone is known as ended.
  using _later = laterDate(6 * 60_000);
  expect(await deciders(inbox)).toEqual({ ann: 1 });
});

test('decision times count each answer once in a conversation that continues as new', async () => {
  const thread = `turns-${randomUUID()}`;
  const client = started.client.thread(thread, 'asksEachTurn');
  for (let turn = 1; turn <= 6; turn++) {
    await client.start({ value: turn });
    await until(async () => (await client.interrupts()).length === 1);
    await client.resume('yes', { actor: `person ${turn}` });
    await client.result();
  }
  await visible(thread, (runs) => runs.length > 2 && runs.filter((run) => run.hasAnswers).length > 2);
  const each = Object.fromEntries([1, 2, 3, 4, 5, 6].map((turn) => [`person ${turn}`, 1]));
  await using inbox = await inboxOf(thread);
  expect(await deciders(inbox)).toEqual(each);
  // What runs is read again, with what has been answered since.
  await client.start({ value: 7 });
  await until(async () => (await client.interrupts()).length === 1);
  await client.resume('yes', { actor: 'person 7' });
  await client.result();
  using _later = laterDate(6 * 60_000);
  expect(await deciders(inbox)).toEqual({ ...each, 'person 7': 1 });
  await client.handle.terminate();
});

test('decision times count the answers of each start of a thread, and read what has ended once', async () => {
  const thread = `again-${randomUUID()}`;
  const client = started.client.thread(thread);
  for (const actor of ['ann', 'bob']) {
    await asked({ value: 1 }, thread);
    await client.resume('yes', { actor });
    await client.result();
  }
  await visible(thread, (runs) => runs.length === 2 && allEnded(runs));
  await using own = await countingClient(started.taskQueue);
  await using inbox = await inboxOf(thread, { client: own.client });
  own.take();
  expect(await deciders(inbox)).toEqual({ ann: 1, bob: 1 });
  expect(own.take()).toMatchObject({ GetWorkflowExecutionHistory: 2 });
  await asked({ value: 1 }, thread);
  await client.resume('yes', { actor: 'carl' });
  await client.result();
  await visible(thread, (runs) => runs.length === 3 && allEnded(runs));
  using _later = laterDate(6 * 60_000);
  expect(await deciders(inbox)).toEqual({ ann: 1, bob: 1, carl: 1 });
  expect(own.take()).toMatchObject({ GetWorkflowExecutionHistory: 1 });
});
