/** What `holdpoint doctor` and `holdpoint show` report about threads and workers with a problem. */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { document, holdpoint } from './fixtures/command-line.ts';
import { useOwnServer } from './fixtures/own-server.ts';
import { startWorkerProcess } from './fixtures/processes.ts';
import { until, useScenario } from './fixtures/scenario.ts';

useOwnServer();
const scenario = useScenario();

interface Check {
  readonly name: string;
  readonly outcome: string;
  readonly detail: string;
  readonly todo?: string;
}

async function checks(...args: string[]): Promise<readonly Check[]> {
  const { out } = await holdpoint(['doctor', '--json', ...args]);
  return (JSON.parse(out) as { readonly checks: readonly Check[] }).checks;
}

async function workerCheck(taskQueue: string): Promise<Check | undefined> {
  return (await checks('--task-queue', taskQueue)).find(({ name }) => name === 'workers');
}

test('doctor: a worker that was killed a second ago does not count, although the server lists it (O3)', async () => {
  const taskQueue = `killed-${randomUUID()}`;
  const worker = startWorkerProcess(taskQueue, {});
  await using _worker = worker;
  const id = `killed-${randomUUID()}`;
  await document('start', 'graph', '--thread', id, '--input', 'foo', '--task-queue', taskQueue);
  await until(async () => (await document('show', id))['status'] === 'waiting');
  expect(await workerCheck(taskQueue)).toMatchObject({
    outcome: 'ok',
    detail: expect.stringMatching(/a worker answers$/),
  });
  await worker.kill();
  expect(await workerCheck(taskQueue)).toMatchObject({
    outcome: 'wrong',
    detail: expect.stringContaining(`But no worker answered a query of thread ${id} within 12s`),
    todo: expect.stringContaining('start another one'),
  });
  const { out } = await holdpoint(['show', id]);
  expect(out).toContain(`NO ANSWER from the workers of task queue ${taskQueue}: they are gone or busy.`);
  // The answer is not lost, and the command says that no worker takes it. doctor sees that without a query.
  const { out: queued } = await holdpoint(['resume', id, 'baz']);
  expect(queued).toMatch(/No worker has taken the workflow task of thread .* for \ds/);
  await until(async () => (await workerCheck(taskQueue))?.detail.includes('and no worker takes it') === true);
  // Twice it waits for an answer that does not come.
}, 180_000);

test('doctor: the server counts a restarted worker twice, and doctor names both (O3)', async () => {
  const taskQueue = `again-${randomUUID()}`;
  const id = `again-${randomUUID()}`;
  await document('start', 'graph', '--thread', id, '--input', 'foo', '--task-queue', taskQueue);
  const first = startWorkerProcess(taskQueue, {});
  await using _first = first;
  await scenario.client.thread(id, 'graph').follow().next();
  await first.kill();
  await using _second = startWorkerProcess(taskQueue, {});
  // It takes the thread over.
  await until(async () => (await document('show', id))['answers'] !== undefined);
  expect(await workerCheck(taskQueue)).toMatchObject({
    outcome: 'ok',
    detail: expect.stringMatching(/entrypoints polled by \S+ .* ago, \S+ .* ago \(a worker that is gone stays listed/),
  });
  await scenario.client.thread(id).handle.terminate();
}, 120_000);

test('doctor and show: a task that fails again and again, with its attempt and its last failure', async () => {
  const id = `failing-${randomUUID()}`;
  await scenario.client.thread(id, 'failing').start();
  await until(async () => (await checks()).some(({ detail }) => detail.startsWith(`${id}: task boom:1`)));
  const [check] = (await checks()).filter(({ detail }) => detail.startsWith(id));
  expect(check).toMatchObject({
    outcome: 'wrong',
    detail: expect.stringMatching(/: task boom:1 fails \(attempt \d+ of 100,000\): bad$/),
    todo: expect.stringContaining(`See \`holdpoint show ${id}\`.`),
  });
  expect((await holdpoint(['show', id])).out).toMatch(/boom:1 +\w+ .* bad/);
  await scenario.client.thread(id).handle.terminate('enough');
  expect(await document('show', id)).toMatchObject({
    status: 'terminated',
    failure: expect.stringMatching(/^Terminated by .*: enough$/),
  });
});

test('doctor: a question that was due and is still open', async () => {
  const id = `overdue-${randomUUID()}`;
  const askedAt = new Date(Date.now() - 7_200_000).toISOString();
  const question = { value: 'q', run: id, askedAt, expiresAt: new Date(Date.now() - 3_600_000).toISOString() };
  // No worker has this task queue, so nobody closes it.
  await scenario.client.client.workflow.start('graph', {
    workflowId: id,
    taskQueue: `nobody-${id}`,
    memo: { 'holdpoint/graph:1': question },
  });
  const found = (await checks()).filter(({ detail }) => detail.startsWith(id));
  expect(found).toMatchObject([
    { outcome: 'wrong', detail: `${id}: question graph:1 was due 1h ago and is still open` },
  ]);
  await scenario.client.thread(id).handle.terminate();
});

test('doctor: a thread that cannot be looked at is named, and the others are checked (O3)', async () => {
  const id = `unreadable-${randomUUID()}`;
  const { workflow } = scenario.client.client;
  const settings = { taskQueue: `nobody-${id}` };
  await workflow.start('graph', { ...settings, workflowId: id, memo: { note: 'secret' } });
  await workflow.start('graph', { ...settings, workflowId: `plain-${id}` });
  const module = fileURLToPath(new URL('fixtures/lost-key.ts', import.meta.url));
  const read = (): Promise<readonly Check[]> => checks('--data-converter', module);
  // The list of running threads may lag.
  await until(async () => (await read()).some(({ detail }) => detail.startsWith(id)));
  expect((await read()).filter(({ detail }) => detail.startsWith(id))).toEqual([
    {
      name: 'threads',
      outcome: 'advice',
      detail: `${id} could not be looked at: The key is lost.`,
      todo: expect.stringContaining('`--data-converter`'),
    },
  ]);
  // The queue of the other one is known.
  expect((await read()).some(({ detail }) => detail.includes(settings.taskQueue))).toBe(true);
  for (const one of [id, `plain-${id}`]) await workflow.getHandle(one).terminate();
});

test('show: what a thread was started with, and type and stack of its failure', async () => {
  const id = `failed-${randomUUID()}`;
  await scenario.client
    .thread(id, 'throwsInBody')
    .invoke(undefined as never)
    .catch(() => undefined);
  expect(await document('show', id)).toMatchObject({
    status: 'failed',
    failure: 'too far',
    error: { type: 'RangeError', message: 'too far', stack: expect.stringContaining('at ') },
  });
  expect((await holdpoint(['show', id])).out).toMatch(/ {2}error {4}RangeError: too far\n {11}at /);
  // With memory it is the last turn.
  const chat = `chat-${randomUUID()}`;
  const thread = scenario.client.thread(chat, 'appends');
  await thread.invoke('good');
  expect(await document('show', chat)).toMatchObject({ status: 'idle', input: 'good' });
  await thread.invoke('bad').catch(() => undefined);
  expect(await document('show', chat)).toMatchObject({
    input: 'bad',
    failure: 'no',
    error: { type: 'RangeError', message: 'no', stack: expect.stringContaining('at ') },
  });
  await thread.handle.terminate();
});

test('show: a value that would fill the page is cut, with the command that shows it all', async () => {
  const id = `long-${randomUUID()}`;
  await scenario.client.thread(id, 'graph').invoke('x'.repeat(10_000));
  const { out } = await holdpoint(['show', id]);
  expect(out.length).toBeLessThan(9_000);
  expect(out).toContain(`… To see all of it: holdpoint show ${id} --json`);
  expect(await document('show', id)).toMatchObject({ input: 'x'.repeat(10_000) });
  await scenario.client.thread(id).handle.terminate();
});
