/** The optional search attributes: set if the namespace has them, and never added to a run that was started without. */
import { randomUUID } from 'node:crypto';
import { Command, type InterruptFilter } from 'holdpoint/client';
import { beforeAll, describe, expect, test } from 'vitest';
import { idle } from './fixtures/costs.ts';
import { useOwnServer } from './fixtures/own-server.ts';
import { temporal } from './fixtures/processes.ts';
import { openList } from './fixtures/question-lists.ts';
import { countingClient } from './fixtures/requests.ts';
import { until, useScenario } from './fixtures/scenario.ts';

useOwnServer([
  'limit.historyCount.suggestContinueAsNew=30',
  // The server starts the next run of a chain a second after the last one at the earliest. Runs are short here.
  'history.workflowIdReuseMinimalInterval="1ms"',
]);
const scenario = useScenario();
const { drive } = scenario;

/** As the server lists it; it lags. */
async function attributes(id: string): Promise<Readonly<Record<string, unknown>>> {
  const { searchAttributes } = await scenario.client.client.workflow.getHandle(id).describe();
  return searchAttributes;
}

async function listed(filter: Parameters<typeof scenario.client.interrupts>[0]): Promise<string[]> {
  const found: string[] = [];
  for await (const { thread, id } of scenario.client.interrupts(filter)) found.push(`${thread} ${id}`);
  return found;
}

test('a namespace without them: threads run as ever, and the lookup is made once for a client', async () => {
  await using counting = await countingClient(scenario.test.taskQueue);
  for (const id of [randomUUID(), randomUUID()]) await counting.client.thread(id, 'asksInBody').invoke(undefined);
  expect(counting.take()).toMatchObject({ ListSearchAttributes: 1, StartWorkflowExecution: 2 });
  const { thread, send } = drive('asksInBody');
  await send(undefined);
  expect(await attributes(thread.id)).not.toHaveProperty('HoldpointStatus');
});

// In a block of their own, which starts when the tests above are done.
describe('with them', () => {
  beforeAll(async () => {
    await temporal('operator', 'search-attribute', 'create', '--name', 'HoldpointStatus', '--type', 'Keyword');
    await temporal('operator', 'search-attribute', 'create', '--name', 'HoldpointWaitingFor', '--type', 'KeywordList');
  });

  /** A new thread, of a client that has not looked before. */
  async function start(
    entrypoint: 'labelled' | 'asksThree' | 'asksInTask' | 'asksInBody' | 'countsTurns' | 'told',
    input?: unknown,
  ): Promise<string> {
    await using own = await countingClient(scenario.test.taskQueue);
    const { id, invoke } = bound(own.client.thread(`sa-${randomUUID()}`, entrypoint));
    await invoke(input);
    return id;
  }

  function bound(thread: { readonly id: string; invoke(input: never): Promise<unknown> }): {
    readonly id: string;
    invoke(input: unknown): Promise<unknown>;
  } {
    // Each test gives what its entrypoint takes.
    return { id: thread.id, invoke: (input) => thread.invoke(input as never) };
  }

  async function answer(id: string, resume: unknown): Promise<void> {
    await scenario.client.thread(id).invoke(new Command({ resume }));
  }

  test('a thread shows what it does and for whom it waits, and the server finds it by that', async () => {
    const told = await start('told', 'answer');
    const task = await start('asksInTask');
    await until(async () => (await attributes(told))['HoldpointStatus']?.toString() === 'waiting');
    expect(await attributes(told)).toMatchObject({
      HoldpointStatus: ['waiting'],
      HoldpointWaitingFor: ['labelled', 'assignee:ann'],
    });
    expect(await attributes(task)).toMatchObject({ HoldpointWaitingFor: ['labelled', 'task:ask'] });
    await using counting = await countingClient(scenario.test.taskQueue);
    const query = `HoldpointWaitingFor = 'assignee:ann'`;
    await until(async () => (await listed({ query })).length === 1);
    const found: string[] = [];
    for await (const { thread } of counting.client.interrupts({ assignee: 'ann' })) found.push(thread);
    expect(found).toEqual([told]);
    expect(counting.take()).toMatchObject({ ListWorkflowExecutions: 1 });
    await answer(told, 'yes');
    await answer(task, 'yes');
    expect(await attributes(told)).toMatchObject({ HoldpointStatus: ['running'], HoldpointWaitingFor: ['nothing'] });
  });

  test('an open question that does not match the query any more leaves a list, once visibility had its time (W1)', async () => {
    const thread = scenario.client.thread(await start('told', 'answer'));
    const query = `WorkflowId = '${thread.id}' AND HoldpointWaitingFor = 'assignee:ann'`;
    const isFound = async (): Promise<boolean> => (await listed({ query })).length === 1;
    await until(isFound);
    await using patient = await openList(query, { lagMs: 60_000 });
    await using strict = await openList(query, { lagMs: 0 });
    for (const { read } of [patient, strict]) expect(await read()).toEqual(['open for ann']);
    await thread.reassign('told:1', ['ben'], { wait: '30s' });
    await until(async () => !(await isFound()));
    // Visibility may have lost it for a moment, but its thread says how it is.
    expect(await patient.read()).toEqual(['changed for ben']);
    expect(await patient.read()).toEqual([]);
    expect(await strict.read()).toEqual(['left for ben']);
    expect([...strict.list.questions()]).toEqual([]);
    // It is not looked up again.
    const before = strict.heard();
    expect(await strict.read()).toEqual([]);
    expect(strict.heard()).toBe(before);
    await thread.reassign('told:1', ['ann'], { wait: '30s' });
    await until(isFound);
    expect(await strict.read()).toEqual(['opened for ann']);
    expect(await patient.read()).toEqual(['changed for ann']);
    await answer(thread.id, 'yes');
  });

  test('a question costs two more actions and events, and so does a turn', async () => {
    const upserts = async (id: string, run = ''): Promise<number> => {
      const { events } = await scenario.client.client.workflow.getHandle(id, run).fetchHistory();
      return (events ?? []).filter((event) => event.upsertWorkflowSearchAttributesEventAttributes).length;
    };
    const asking = await start('asksInBody');
    await answer(asking, 'yes');
    expect(await upserts(asking)).toBe(2);
    const turns = scenario.client.thread(await start('countsTurns', null), 'countsTurns');
    await idle(turns);
    const before = await upserts(turns.id);
    await turns.invoke(null);
    await idle(turns);
    expect((await upserts(turns.id)) - before).toBe(2);
  });

  test('several open questions: the terms of all that are still open', async () => {
    const id = await start('asksThree');
    const thread = scenario.client.thread(id);
    expect(await attributes(id)).toMatchObject({
      HoldpointStatus: ['waiting'],
      HoldpointWaitingFor: ['labelled', 'task:ask'],
    });
    for (const one of ['ask:1', 'ask:2', 'ask:3']) {
      expect(await attributes(id)).toMatchObject({ HoldpointStatus: ['waiting'] });
      await thread.resume('a', { id: one });
    }
    expect(await thread.result()).toHaveLength(3);
    expect(await attributes(id)).toMatchObject({ HoldpointStatus: ['running'], HoldpointWaitingFor: ['nothing'] });
  });

  test('a thread with memory is idle between turns, over continue-as-new too (R2 R5)', async () => {
    const id = await start('countsTurns', null);
    const thread = scenario.client.thread(id, 'countsTurns');
    const first = (await thread.handle.describe()).runId;
    for (let turn = 2; turn <= 8; turn++) expect(await thread.invoke(null)).toEqual({ value: turn });
    const described = await thread.handle.describe();
    expect(described.runId).not.toBe(first);
    await until(async () => (await attributes(id))['HoldpointStatus']?.toString() === 'idle');
    expect(await attributes(id)).toMatchObject({ HoldpointStatus: ['idle'], HoldpointWaitingFor: ['nothing'] });
  });

  test('the server finds threads by the tags and priorities of their questions, and those of an earlier version too', async () => {
    const id = await start('labelled');
    const others = await Promise.all([start('asksInTask'), start('told', 'answer')]);
    const terms = async (): Promise<readonly string[]> => Object((await attributes(id))['HoldpointWaitingFor']);
    await until(async () => (await terms()).includes('priority:normal'));
    expect((await terms()).toSorted()).toEqual(
      [
        'labelled',
        'task:ask',
        'tag:eu',
        'tag:refund',
        'priority:urgent',
        'priority:high',
        'priority:normal',
      ].toSorted(),
    );
    // A worker of an earlier version shows a task's question with its tags, and indexes it without them.
    const early = `early-${randomUUID()}`;
    const question = { value: 'q', task: 'ask', tags: ['eu'], priority: 'high', askedAt: new Date().toISOString() };
    const started = ['workflow', 'start', '--type', 'early', '--task-queue', early, '-w', early];
    const indexed = ['HoldpointStatus="waiting"', 'HoldpointWaitingFor=["task:ask"]'];
    await temporal(
      ...started,
      ...indexed.flatMap((attribute) => ['--search-attribute', attribute]),
      '--memo',
      `holdpoint/ask:1=${JSON.stringify(question)}`,
    );
    await using counting = await countingClient(scenario.test.taskQueue);
    const found = async (filter: InterruptFilter): Promise<string[]> => {
      const ids: string[] = [];
      for await (const one of counting.client.interrupts(filter)) ids.push(`${one.thread} ${one.id}`);
      return ids.toSorted();
    };
    await until(async () => (await found({ tag: 'eu' })).length === 3);
    expect(await found({ tag: 'eu' })).toEqual([`${early} ask:1`, `${id} ask:1`, `${id} labelled:1`].toSorted());
    expect(await found({ priority: 'high' })).toEqual([`${early} ask:1`, `${id} ask:1`].toSorted());
    expect(await found({ priority: 'urgent', tag: 'refund' })).toEqual([`${id} labelled:1`]);
    const normal = await found({ priority: 'normal' });
    expect(normal).toEqual(expect.arrayContaining([`${id} labelled:2`, `${id} labelled:3`]));
    expect(others.every((other) => normal.some((one) => one.startsWith(other)))).toBe(true);
    // What the client asks the server: threads whose lists have tags, and not this one, are not even read.
    const unlabelled = `HoldpointWaitingFor IS NULL OR HoldpointWaitingFor != 'labelled'`;
    const query = `HoldpointStatus = 'waiting' AND (HoldpointWaitingFor IN ('tag:eu', 'more') OR ${unlabelled})`;
    const threads = new Set<string>();
    for await (const { workflowId } of scenario.client.client.workflow.list({ query })) threads.add(workflowId);
    expect([id, early, ...others].filter((one) => threads.has(one))).toEqual([id, early]);
    for (const one of [id, early, ...others]) await scenario.client.thread(one).handle.terminate();
  });

  test("the user's own attributes stay beside them", async () => {
    await temporal('operator', 'search-attribute', 'create', '--name', 'Customer', '--type', 'Keyword');
    await using counting = await countingClient(scenario.test.taskQueue);
    const thread = counting.client.thread(`sa-${randomUUID()}`, 'asksInBody');
    await thread.start(undefined, {
      typedSearchAttributes: [{ key: { name: 'Customer', type: 'KEYWORD' }, value: 'acme' }],
    });
    await until(async () => (await attributes(thread.id))['HoldpointStatus']?.toString() === 'waiting');
    expect(await attributes(thread.id)).toMatchObject({ Customer: ['acme'], HoldpointWaitingFor: ['nothing'] });
  });

  test('a run that was started without them never sets one, and is found all the same', async () => {
    const id = `plain-${randomUUID()}`;
    const { taskQueue } = scenario.test;
    await temporal('workflow', 'start', '--type', 'told', '--task-queue', taskQueue, '-w', id, '--input', '"answer"');
    await until(async () => (await scenario.client.thread(id).state()).status === 'waiting');
    expect(await attributes(id)).not.toHaveProperty('HoldpointStatus');
    await using counting = await countingClient(taskQueue);
    await until(async () => {
      const found: string[] = [];
      for await (const { thread } of counting.client.interrupts({ assignee: 'ann' })) found.push(thread);
      return found.includes(id);
    });
  });

  test('a start by others that gives one of them keeps that one, and never sets the other', async () => {
    const id = `half-${randomUUID()}`;
    const { taskQueue } = scenario.test;
    const start = ['workflow', 'start', '--type', 'asksInBody', '--task-queue', taskQueue, '-w', id];
    await temporal(...start, '--search-attribute', 'HoldpointStatus="running"');
    await until(async () => (await attributes(id))['HoldpointStatus']?.toString() === 'waiting');
    expect(await attributes(id)).not.toHaveProperty('HoldpointWaitingFor');
  });

  test('a list makes one request for each page, and none for a thread', async () => {
    const entrypoint = 'asksInBody';
    const ids = await Promise.all(Array.from({ length: 5 }, () => start(entrypoint)));
    const query = `WorkflowId IN (${ids.map((id) => `'${id}'`).join(', ')})`;
    await until(async () => (await listed({ query })).length === 5);
    await using counting = await countingClient(scenario.test.taskQueue);
    const found: string[] = [];
    for await (const { thread } of counting.client.interrupts({ query, pageSize: 2 })) found.push(thread);
    expect(found).toHaveLength(5);
    const { GetSystemInfo: _, ListSearchAttributes: __, ...asked } = counting.take();
    expect(asked).toEqual({ ListWorkflowExecutions: 3 });
  });
});
