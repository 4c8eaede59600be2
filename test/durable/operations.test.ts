/** Threads seen from outside: killed workers, a restarted server, the `temporal` command, lists, the Web UI. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { WorkflowHandle } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { Command, connect, type ListedInterrupt } from 'holdpoint/client';
import { startServer } from 'holdpoint/testing';
import { HoldpointPlugin, runWorker } from 'holdpoint/worker';
import { afterAll, expect, test } from 'vitest';
import { findTemporal } from '../../src/testing/binary.ts';
import * as activities from './fixtures/activities.ts';
import { ran } from './fixtures/entries.ts';
import { freePort, startWorkerProcess, temporal } from './fixtures/processes.ts';
import { expectCode, replay, until, useScenario, workflowsPath, type Workflows } from './fixtures/scenario.ts';

const scenario = useScenario();
const { drive } = scenario;
const folder = mkdtempSync(join(tmpdir(), 'holdpoint-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function currentDetails(handle: WorkflowHandle): Promise<string> {
  return (await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata')).currentDetails;
}

test.each([
  ['a bare answer', []],
  ['an addressed answer', ['--input', '{"id":"humanFeedback:1","actor":"ann"}']],
])('the temporal command alone starts and answers a thread: %s (R1 A3 A8)', async (_, address) => {
  const { thread } = drive('graph');
  const id = ['--workflow-id', thread.id];
  await temporal(
    'workflow',
    'start',
    '--type',
    'graph',
    '--task-queue',
    scenario.test.taskQueue,
    ...id,
    '--input',
    '"foo"',
  );
  await until(async () =>
    (await temporal('workflow', 'query', '--type', 'interrupts', ...id)).includes('humanFeedback:1'),
  );
  await temporal('workflow', 'signal', ...id, '--name', 'resume', '--input', '"baz"', ...address);
  expect(await temporal('workflow', 'result', ...id)).toContain('foo bar baz qux');
  expect(await thread.answers()).toMatchObject([
    { id: 'humanFeedback:1', value: 'baz', ...(address.length > 0 ? { actor: 'ann' } : {}) },
  ]);
});

test('a worker is killed while the thread waits (T2 I2)', async () => {
  const taskQueue = `kill-${scenario.test.taskQueue}`;
  const entries = join(folder, 'entries');
  writeFileSync(entries, '');
  const client = await ownClient(taskQueue);
  const thread = client.thread(`killed-${taskQueue}`, 'graph');
  await using first = startWorkerProcess(taskQueue, { HOLDPOINT_ENTRIES: entries });
  expect(await thread.invoke('foo')).toMatchObject({ interrupts: [{ id: 'humanFeedback:1' }] });
  await first.kill();
  await using _second = startWorkerProcess(taskQueue, { HOLDPOINT_ENTRIES: entries });
  expect(await thread.invoke(new Command({ resume: 'baz' }))).toEqual({ value: 'foo bar baz qux' });
  expect(readFileSync(entries, 'utf8')).toBe('step1\nhumanFeedback\nhumanFeedback\nstep3\n');
  await client.close();
});

test('a worker is killed inside a task (T2 T4)', async () => {
  const taskQueue = `kill-in-${scenario.test.taskQueue}`;
  const entries = join(folder, 'holdsAfterTask');
  writeFileSync(entries, '');
  const client = await ownClient(taskQueue);
  const thread = client.thread(`holdsAfterTask-${taskQueue}`, 'holdsAfterTask');
  await using first = startWorkerProcess(taskQueue, { HOLDPOINT_ENTRIES: entries });
  await thread.start();
  await until(() => readFileSync(entries, 'utf8').includes('hold'));
  await first.kill();
  await using _second = startWorkerProcess(taskQueue, { HOLDPOINT_ENTRIES: entries, HOLDPOINT_OPEN: '1' });
  expect(await thread.result()).toEqual(['a', 'b']);
  expect(readFileSync(entries, 'utf8')).toBe('echo\nhold\nhold\n');
  await client.close();
});

function ownClient(taskQueue: string): ReturnType<typeof connect<Workflows>> {
  return connect<Workflows>({ taskQueue });
}

test('the server is stopped and started again (A6)', async () => {
  const dbFilename = join(folder, `temporal-${replay}.db`);
  const port = await freePort();
  const shared = process.env['TEMPORAL_ADDRESS'];
  delete process.env['TEMPORAL_ADDRESS'];
  try {
    await using made = new AsyncDisposableStack();
    const first = await startServer({ dbFilename, port });
    const taskQueue = 'restarted';
    const connection = await NativeConnection.connect({ address: first.address });
    made.defer(() => connection.close());
    const worker = await Worker.create({
      connection,
      taskQueue,
      workflowsPath,
      activities,
      plugins: [new HoldpointPlugin()],
    });
    const running = worker.run();
    made.defer(async () => {
      worker.shutdown();
      await running;
    });
    const client = made.use(await connect<Workflows>({ address: first.address, taskQueue }));
    const thread = client.thread('restarted', 'graph');
    expect(await thread.invoke('foo')).toMatchObject({ interrupts: [{ id: 'humanFeedback:1' }] });
    await first.stop();
    made.use(await startServer({ dbFilename, port }));
    await until(async () => (await listed(client, 'restarted')).length === 1);
    expect(await thread.invoke(new Command({ resume: 'baz' }))).toEqual({ value: 'foo bar baz qux' });
    expect(ran(thread, 'step1')).toBe(1);
  } finally {
    process.env['TEMPORAL_ADDRESS'] = shared;
  }
});

async function listed(
  client: { interrupts(): AsyncIterable<ListedInterrupt> },
  ...threads: string[]
): Promise<ListedInterrupt[]> {
  const found: ListedInterrupt[] = [];
  for await (const interrupt of client.interrupts()) if (threads.includes(interrupt.thread)) found.push(interrupt);
  return found;
}

test('a list shows the threads that wait, and no others (I4)', async () => {
  const [a, b, ended] = [drive('graph'), drive('asksThree'), drive('graph')];
  await a.send('foo');
  await b.send();
  await ended.send('foo');
  await ended.reply('baz');
  const threads = [a, b, ended].map(({ thread }) => thread.id);
  await until(async () => (await listed(scenario.client, ...threads)).length === 4);
  const found = await listed(scenario.client, ...threads);
  // Newest thread first; a thread's own questions oldest first.
  expect(found.map(({ thread, entrypoint, id, task }) => [thread, entrypoint, id, task])).toEqual([
    [b.thread.id, 'asksThree', 'ask:1', 'ask'],
    [b.thread.id, 'asksThree', 'ask:2', 'ask'],
    [b.thread.id, 'asksThree', 'ask:3', 'ask'],
    [a.thread.id, 'graph', 'humanFeedback:1', 'humanFeedback'],
  ]);
  expect(found[3]).toMatchObject({
    value: 'Please provide feedback: foo bar',
    run: expect.any(String),
    askedAt: expect.any(String),
  });
  await a.reply('baz');
  await until(async () => (await listed(scenario.client, a.thread.id)).length === 0);
  const { memo } = await a.thread.handle.describe();
  // The question is gone, and the memo says how it closed (A9).
  expect(Object.keys(memo ?? {}).toSorted()).toEqual(['holdpoint:closed', 'turn']);
});

test('a listing filters by entrypoint, task, assignee, age and visibility query', async () => {
  const { thread } = drive('ask2');
  await thread.invoke(['ann', 'group:finance']);
  const ids = async (filter: Parameters<typeof scenario.client.interrupts>[0]): Promise<string[]> => {
    const found: string[] = [];
    for await (const { thread: id, ...interrupt } of scenario.client.interrupts(filter))
      if (id === thread.id) found.push(interrupt.id);
    return found;
  };
  await until(async () => (await ids({})).length === 2);
  expect(await ids({ entrypoint: 'ask2' })).toHaveLength(2);
  expect(await ids({ entrypoint: 'graph' })).toEqual([]);
  expect(await ids({ task: 'ask' })).toEqual(['ask:1']);
  expect(await ids({ assignee: 'group:finance' })).toHaveLength(2);
  expect(await ids({ assignee: 'bob' })).toEqual([]);
  expect(await ids({ olderThan: '1 hour' })).toEqual([]);
  expect(await ids({ olderThan: 0 })).toHaveLength(2);
  expect(await ids({ query: `WorkflowId = '${thread.id}'` })).toHaveLength(2);
  expect(await ids({ query: `WorkflowId = 'another'` })).toEqual([]);
});

test('a listing filters by tag, by priority, and by when a question is due, or else closes', async () => {
  const { thread } = drive('labelled');
  await thread.invoke(undefined);
  const ids = async (filter: Parameters<typeof scenario.client.interrupts>[0]): Promise<string> => {
    const found: string[] = [];
    for await (const one of scenario.client.interrupts(filter)) if (one.thread === thread.id) found.push(one.id);
    return found.toSorted().join(' ');
  };
  await until(async () => (await ids({})).split(' ').length === 4);
  expect(await ids({ tag: 'eu' })).toBe('ask:1 labelled:1');
  expect(await ids({ tag: 'e' })).toBe('');
  expect(await ids({ priority: 'urgent' })).toBe('labelled:1');
  // A question without a priority is a normal one.
  expect(await ids({ priority: 'normal' })).toBe('labelled:2 labelled:3');
  expect(await ids({ dueWithin: 0 })).toBe('ask:1');
  expect(await ids({ dueWithin: '90 minutes' })).toBe('ask:1 labelled:1');
  expect(await ids({ dueWithin: '1 day' })).toBe('ask:1 labelled:1 labelled:2');
  expect(await ids({ dueWithin: '1 day', tag: 'refund' })).toBe('labelled:1');
  const refused = { tag: '', priority: 'soon', dueWithin: 'soon' };
  for (const [name, value] of Object.entries(refused))
    await expect(ids({ [name]: value })).rejects.toThrow(new RegExp(`^Expected \`${name}\` to be `));
  await thread.handle.terminate();
});

test('the Web UI shows what is open and how to answer it: current details, summaries, descriptions', async () => {
  const { thread } = drive('graph');
  await thread.invoke('foo');
  const metadata = await thread.handle.query<{
    currentDetails: string;
    definition: { signalDefinitions: { name: string; description: string }[] };
  }>('__temporal_workflow_metadata');
  expect(metadata.currentDetails).toContain('Please provide feedback: foo bar');
  expect(metadata.currentDetails).toContain(`temporal workflow signal -w '${thread.id}' --name resume`);
  expect(metadata.definition.signalDefinitions).toContainEqual({
    name: 'resume',
    description: expect.stringMatching(/Answers an open question/),
  });
  const { events } = await thread.handle.fetchHistory();
  const scheduled = events?.filter((event) => event.activityTaskScheduledEventAttributes) ?? [];
  expect(scheduled.map((event) => String(Buffer.from(event.userMetadata?.summary?.data ?? [])))).toEqual([
    '"step1:1"',
    '"humanFeedback:1"',
  ]);
  const started = events?.[0]?.userMetadata?.summary?.data ?? [];
  expect(String(Buffer.from(started))).toBe(JSON.stringify('"foo"'));
});

test('A5: the command in the current details is an answer that counts, and a line says what an answer must be', async () => {
  const { thread } = drive('form');
  await thread.invoke('Refund?');
  const shown = await currentDetails(thread.handle);
  const words = 'approved: true \\| false, level: "low" \\| "high", amount: a whole number, at least 1, note?: a text';
  expect(shown).toContain(`**The answer:** \\{ ${words} \\}`);
  const answer = { approved: true, level: 'low', amount: 1 };
  // One question is open alone: the Web UI's one payload answers it too.
  expect(shown).toContain(`_Send a Signal_, \`resume\`, with data like \`${JSON.stringify(answer)}\``);
  const command = /^temporal [^`]*/m.exec(shown)?.[0] ?? '';
  await promisify(execFile)('sh', ['-c', command], {
    env: { ...process.env, PATH: `${dirname(findTemporal()!)}:${process.env['PATH']}` },
  });
  expect(await thread.result()).toEqual(answer);
});

test('A1: while several questions are open, each answer in the current details has its id', async () => {
  const { thread } = drive('ask2');
  await thread.start(['ann']);
  await until(async () => (await thread.state()).interrupts.length === 2);
  const shown = await currentDetails(thread.handle);
  for (const { id } of (await thread.state()).interrupts) {
    expect(shown).toContain(`-i '${JSON.stringify({ id })}'`);
    const data = JSON.stringify({ value: 'your answer', id });
    expect(shown).toContain(`_Send a Signal_, \`answer\`, with data like \`${data}\``);
  }
});

test('A11: the current details say who may answer, and have a place for who it is', async () => {
  const { thread } = drive('asksBy');
  await thread.invoke({ assignees: ['ann', 'group:finance'], by: { only: 'assignees', not: 'eve' } });
  const shown = await currentDetails(thread.handle);
  expect(shown).toContain('for ann, group:finance, only assignees may answer, not eve');
  const address = { id: 'asksBy:1', actor: 'your name', groups: ['finance'] };
  expect(shown).toContain(`\`answer\`, with data like \`${JSON.stringify({ value: 'your answer', ...address })}\``);
  await thread.handle.signal('answer', { value: 'yes', ...address });
  expect(await thread.result()).toMatchObject({ value: 'yes', actor: 'your name' });
});

test('other workflows on the same worker keep working', async () => {
  const { thread } = drive('graph');
  const { client } = scenario.client;
  const { taskQueue } = scenario.test;
  expect(await client.workflow.execute('plain', { workflowId: `plain-${thread.id}`, taskQueue })).toBe('plain bar');
});

test('R1: a schedule starts threads', async () => {
  const { thread } = drive('graph');
  const { client } = scenario.client;
  const handle = await client.schedule.create({
    scheduleId: `schedule-${thread.id}`,
    spec: {},
    action: {
      type: 'startWorkflow',
      workflowType: 'graph',
      args: ['foo'],
      taskQueue: scenario.test.taskQueue,
      workflowId: thread.id,
    },
  });
  await handle.trigger();
  await until(async () => (await handle.describe()).info.recentActions.length === 1);
  const { action } = (await handle.describe()).info.recentActions[0]!;
  const scheduled = scenario.client.thread(action.workflow.workflowId, 'graph');
  expect((await scheduled.follow().next()).value).toEqual({ step1: 'foo bar' });
  await until(async () => (await scheduled.state()).status === 'waiting');
  expect(await scheduled.invoke(new Command({ resume: 'baz' }))).toEqual({ value: 'foo bar baz qux' });
  await handle.delete();
});

test('a missing server at the address is reported in a sentence', async () => {
  const address = `127.0.0.1:${await freePort()}`;
  const error = await expectCode(connect({ address }), 'NoServer');
  expect(error.message).toMatch(`No Temporal server answers at ${address}`);
});

test('runWorker stops when its signal aborts', async () => {
  const controller = new AbortController();
  const taskQueue = `run-${scenario.test.taskQueue}`;
  const running = runWorker({ taskQueue, workflowsPath, activities, signal: controller.signal });
  await using client = await ownClient(taskQueue);
  const thread = client.thread(`run-${taskQueue}`, 'mapsTasks');
  expect(await thread.invoke([1])).toEqual({ value: ['11'] });
  controller.abort();
  await running;
});

test('a worker without the plugin: `interrupt` says what to add', async () => {
  const taskQueue = `bare-${scenario.test.taskQueue}`;
  const connection = await NativeConnection.connect({ address: process.env['TEMPORAL_ADDRESS']! });
  const worker = await Worker.create({ connection, taskQueue, workflowsPath, activities });
  await using client = await ownClient(taskQueue);
  const thread = client.thread(`bare-${taskQueue}`, 'graph');
  await worker.runUntil(async () => {
    const error = await expectCode(thread.invoke('foo'), 'OutsideRun');
    expect(error.message).toMatch(/plugins: \[new HoldpointPlugin\(\)\]/);
  });
  await connection.close();
});

test('start options of the user pass through: memo, search attributes and timeouts', async () => {
  const { thread } = drive('graph');
  await thread.start('foo', { memo: { ticket: 42 }, staticSummary: 'mine', workflowExecutionTimeout: '1 hour' });
  await until(async () => (await thread.state()).status === 'waiting');
  const { memo, raw } = await thread.handle.describe();
  expect(memo).toMatchObject({
    ticket: 42,
    'holdpoint/humanFeedback:1': { value: 'Please provide feedback: foo bar' },
  });
  expect(Number(raw.executionConfig?.workflowExecutionTimeout?.seconds)).toBe(3600);
  expect(await thread.follow().next()).toMatchObject({ value: { step1: 'foo bar' } });
});
