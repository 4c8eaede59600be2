/** The seam for tools, by itself: what the command, an inbox and chat handlers do with threads. */
import { randomUUID } from 'node:crypto';
import { InterceptingCall, type Interceptor } from '@grpc/grpc-js';
import type { Client } from '@temporalio/client';
import { Command, hasCode } from 'holdpoint/client';
import { expect, test } from 'vitest';
import { nothingAsked, Tools, type QuestionEvent, type ThreadEvent, type Updates } from '../../src/client/tools.ts';
import { Holdpoint } from '../../src/client/holdpoint.ts';
import { openList } from './fixtures/question-lists.ts';
import { expectCode, startScenario, until, useScenario } from './fixtures/scenario.ts';

const scenario = useScenario();

/** The tools on the connection of the test's client. */
function makeTools({ client }: { readonly client: Client }, taskQueue: string): Tools {
  return new Tools(new Holdpoint({ client, taskQueue, onNotice: () => undefined }));
}

function useTools(): Tools {
  const { client, taskQueue } = scenario.test;
  return makeTools(client, taskQueue);
}

async function all(events: Updates<ThreadEvent>): Promise<ThreadEvent[]> {
  const read: ThreadEvent[] = [];
  for await (const event of events) read.push(event);
  return read;
}

/** In short: `update step1`, `opened humanFeedback:1`, `closed humanFeedback:1`. */
function inShort(events: readonly ThreadEvent[]): string[] {
  return events.flatMap(({ update, interrupts }) => [
    ...Object.keys(update ?? {})
      .filter((name) => name !== '__interrupt__')
      .map((name) => `update ${name}`),
    ...interrupts.map((one) =>
      one.kind === 'open' ? 'open' : `${one.kind} ${one.kind === 'closed' ? one.id : one.interrupt.id}`,
    ),
  ]);
}

test('start, and watch what the input causes; with the same key it is started once', async () => {
  const tools = useTools();
  const id = `tools-${randomUUID()}`;
  const first = await tools.start(id, 'graph', 'foo', { key: 'k' });
  expect(first).toMatchObject({ key: 'k', turn: 1 });
  expect(inShort(await all(first.watch()))).toEqual(['update step1', 'opened humanFeedback:1']);
  const again = await tools.start(id, 'graph', 'foo', { key: 'k' });
  expect(again.run).toBe(first.run);
  await expectCode(tools.start(id, 'graph', 'foo'), 'ThreadBusy');
  await expect(tools.start(id, 'graph', 'foo', { key: '' })).rejects.toThrow('Expected `key` to be a non-empty string');
});

test('lists and descriptions: a question is listed with its thread, until it is answered', async () => {
  const tools = useTools();
  const id = `tools-${randomUUID()}`;
  const started = await tools.start(id, 'graph', 'foo');
  await all(started.watch());
  const query = `WorkflowId = '${id}'`;
  const listed = async (): Promise<string[]> => {
    const ids: string[] = [];
    for await (const question of tools.questions({ query })) ids.push(`${question.thread} ${question.id}`);
    return ids;
  };
  await until(async () => (await listed()).join() === `${id} humanFeedback:1`);
  for await (const thread of tools.threads({ query, status: 'waiting' }))
    expect(thread).toMatchObject({ thread: id, entrypoint: 'graph', waitsFor: ['humanFeedback:1'] });
  const description = await tools.describe(id);
  expect(description).toMatchObject({ isRunning: true, run: started.run, hasWorkflowTask: false });
  const [question] = description.interrupts;
  expect(await tools.wholeQuestion(id, description, question!)).toEqual(question);
  expect(await tools.thread(id).resume('bar', question)).toMatchObject({ outcome: 'accepted', id: 'humanFeedback:1' });
  await until(async () => (await listed()).length === 0);
  await expectCode(tools.describe(`nobody-${id}`), 'ThreadNotFound');
  await expect(async () => tools.describe('')).rejects.toThrow('Expected the thread id to be a non-empty string');
});

test('a report has what the server knows and, with a worker, what the workflow knows', async () => {
  const tools = useTools();
  const id = `tools-${randomUUID()}`;
  await all((await tools.start(id, 'graph', 'foo')).watch());
  expect(await tools.report(id)).toMatchObject({
    thread: id,
    entrypoint: 'graph',
    status: 'waiting',
    turn: 1,
    input: 'foo',
    interrupts: [{ id: 'humanFeedback:1' }],
    tasks: [
      { id: 'step1:1', status: 'finished', attempt: 1 },
      { id: 'humanFeedback:1', status: 'asked', attempt: 1 },
    ],
    sent: [],
    unknown: [],
    answers: [],
  });
  await tools.thread(id).resume('bar', { actor: 'ann', key: 'a' });
  await tools.thread(id).result();
  const report = await tools.report(id);
  expect(report).toMatchObject({
    status: 'completed',
    interrupts: [],
    sent: [{ actor: 'ann', key: 'a', id: 'humanFeedback:1' }],
    answers: [{ id: 'humanFeedback:1', actor: 'ann', value: 'bar' }],
    closedAt: expect.any(String),
  });
  expect(report.value).toBeTypeOf('string');
});

test('watch reads a thread from its beginning, from a cursor, and while it goes on', async () => {
  const tools = useTools();
  const id = `tools-${randomUUID()}`;
  await all((await tools.start(id, 'graph', 'foo')).watch());
  const live = tools.watch(id, { live: true });
  const untilOpened: ThreadEvent[] = [];
  while (!inShort(untilOpened).includes('opened humanFeedback:1'))
    untilOpened.push((await live.next()).value as ThreadEvent);
  await tools.thread(id).resume('bar');
  expect(inShort(await all(live))).toEqual([
    'closed humanFeedback:1',
    'update humanFeedback',
    'update step3',
    'update graph',
  ]);
  const whole = await all(tools.watch(id, { from: 'start' }));
  expect(inShort(whole)).toHaveLength(6);
  const last = whole.findLast(({ update }) => update !== undefined)!;
  const rest = tools.watch(id, { from: `${last.run}:${last.event - 1}` });
  expect(inShort(await all(rest))).toEqual(['update graph']);
  expect(() => tools.watch(id, { from: 'nonsense' })).toThrow('Expected `from` to be a cursor');
});

test('questions of all threads, as they open and close', async () => {
  const tools = useTools();
  const ids = [`tools-${randomUUID()}`, `tools-${randomUUID()}`] as const;
  await all((await tools.start(ids[0], 'graph', 'foo')).watch());
  const query = `WorkflowId IN ('${ids[0]}', '${ids[1]}')`;
  await until(async () => !(await tools.questions({ query }).next()).done);
  const stop = new AbortController();
  const feed = tools.followQuestions({ query }, { pauseMs: 50, signal: stop.signal });
  const next = async (): Promise<QuestionEvent> => (await feed.next()).value;
  expect(await next()).toMatchObject({ kind: 'open', question: { thread: ids[0], id: 'humanFeedback:1' } });
  await all((await tools.start(ids[1], 'graph', 'foo')).watch());
  expect(await next()).toMatchObject({ kind: 'opened', question: { thread: ids[1], id: 'humanFeedback:1' } });
  await tools.thread(ids[0]).resume('bar', { actor: 'ann', key: 'a' });
  expect(await next()).toMatchObject({
    kind: 'closed',
    question: { thread: ids[0] },
    closed: { how: 'answered', actor: 'ann', key: 'a' },
  });
  const waiting = next();
  stop.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  expect(() => tools.followQuestions({ task: 1 as never }, { pauseMs: 50 })).toThrow(TypeError);
});

test('A12: a question that is reassigned changes, also where it does not match the filter any more', async () => {
  const tools = useTools();
  const id = `tools-${randomUUID()}`;
  await all((await tools.start(id, 'told', 'answer')).watch());
  const query = `WorkflowId = '${id}'`;
  await until(async () => !(await tools.questions({ query }).next()).done);
  const stop = new AbortController();
  const options = { pauseMs: 20, signal: stop.signal };
  const [everybody, ann] = [
    tools.followQuestions({ query }, options),
    tools.followQuestions({ query, assignee: 'ann' }, options),
  ];
  for (const feed of [everybody, ann])
    expect((await feed.next()).value).toMatchObject({ kind: 'open', question: { id: 'told:1' } });
  await tools.thread(id).reassign('told:1', ['ben'], { actor: 'eve', wait: '30s' });
  const question = { thread: id, id: 'told:1', assignees: ['ben'] };
  expect((await everybody.next()).value).toMatchObject({ kind: 'changed', question });
  expect((await ann.next()).value).toMatchObject({ kind: 'left', question });
  await tools.thread(id).reassign('told:1', ['ann'], { wait: '30s' });
  expect((await everybody.next()).value).toMatchObject({ kind: 'changed', question: { assignees: ['ann'] } });
  // For a feed that had lost it, it opens.
  expect((await ann.next()).value).toMatchObject({ kind: 'opened', question: { assignees: ['ann'] } });
  await tools.thread(id).resume('yes', { actor: 'ann', wait: '30s' });
  for (const feed of [everybody, ann])
    expect((await feed.next()).value).toMatchObject({ kind: 'closed', closed: { actor: 'ann' } });
  stop.abort();
});

test('A9: questions that have closed since the last reading are told in the order in which they closed', async () => {
  const tools = useTools();
  const id = `tools-${randomUUID()}`;
  await all((await tools.start(id, 'asksThree', undefined)).watch());
  const query = `WorkflowId = '${id}'`;
  const listed = async (): Promise<number> => {
    let count = 0;
    for await (const _ of tools.questions({ query })) count++;
    return count;
  };
  await until(async () => (await listed()) === 3);
  const list = tools.questionList({ query });
  const told: string[] = [];
  const read = (): Promise<void> => list.read(({ kind, question }) => told.push(`${kind} ${question.id}`));
  await read();
  for (const ask of ['ask:2', 'ask:1']) await tools.thread(id).resume(ask, { id: ask, wait: '30s' });
  await until(async () => (await listed()) === 1);
  await read();
  await tools.thread(id).resume('last', { wait: '30s' });
  expect(told).toEqual(['open ask:3', 'open ask:2', 'open ask:1', 'closed ask:2', 'closed ask:1']);
});

/** A question for ann, once it is listed. */
async function askAnn(): Promise<{ readonly id: string; readonly query: string }> {
  const tools = useTools();
  const id = `tools-${randomUUID()}`;
  await all((await tools.start(id, 'told', 'answer')).watch());
  const query = `WorkflowId = '${id}'`;
  await until(async () => !(await tools.questions({ query }).next()).done);
  return { id, query };
}

test('W1: what the owner says is closed stays away while visibility lists it, and comes back if its thread has it open', async () => {
  const { id, query } = await askAnn();
  await using patient = await openList(query, { lagMs: 60_000 });
  await using strict = await openList(query, { lagMs: 0 });
  for (const { read, list } of [patient, strict]) {
    expect(await read()).toEqual(['open for ann']);
    const [question] = [...list.questions()];
    expect([list.close(question!), list.close(question!)]).toEqual([true, false]);
  }
  expect(await patient.read()).toEqual([]);
  expect(await strict.read()).toEqual(['opened for ann']);
  for (const { visibility } of [patient, strict]) visibility.answer = 'before';
  await useTools().thread(id).resume('yes', { wait: '30s' });
  const [question] = [...strict.list.questions()];
  strict.list.close(question!);
  // Its thread says that it has closed, so visibility only lags.
  for (const { read } of [strict, strict, patient]) expect(await read()).toEqual([]);
  // Of many, those are forgotten that closed first.
  for (let n = 0; n < 1_000; n++) strict.list.close({ ...question!, id: `told:${n + 2}` });
  expect(await strict.read()).toEqual(['opened for ann']);
});

test('W1: a thread that cannot be looked up keeps its question, and is told of once; others are read', async () => {
  const { id } = await askAnn();
  const other = await askAnn();
  let isBroken = false;
  const broken: Interceptor = (options, next) =>
    new InterceptingCall(next(options), {
      start: (metadata, _listener, begin) =>
        begin(metadata, {
          onReceiveStatus: (status, receive) => {
            const isLookup = options.method_definition.path.endsWith('/DescribeWorkflowExecution');
            receive(isBroken && isLookup ? { ...status, code: 7, details: 'Request unauthorized' } : status);
          },
        }),
    });
  const query = `WorkflowId IN ('${id}', '${other.id}')`;
  await using lost = await openList(query, { lagMs: 60_000, interceptors: [broken] });
  expect(await lost.read()).toHaveLength(2);
  isBroken = true;
  await useTools().thread(id).resume('yes', { wait: '30s' });
  await useTools().thread(other.id).reassign('told:1', ['ben'], { wait: '30s' });
  await until(async () => (await lost.read()).includes('changed for ben'));
  for (let n = 0; n < 3; n++) expect(await lost.read()).toEqual([]);
  expect([...lost.list.questions()]).toHaveLength(2);
  expect(lost.notices).toEqual([expect.stringContaining(`told:1 of thread ${id} cannot be looked up`)]);
  isBroken = false;
  expect(await lost.read()).toEqual(['closed for ann']);
  await useTools().thread(other.id).resume('yes', { wait: '30s' });
});

test('A9: how a question closed is known where its chain has ended and the thread was started again', async () => {
  const tools = useTools();
  // One asks in the last run of its chain, the other one in each run.
  const chain = scenario.drive('chain').thread;
  const hands = scenario.drive('handsOver').thread;
  const query = `WorkflowId IN ('${chain.id}', '${hands.id}')`;
  await Promise.all([chain.invoke(0), hands.invoke(0)]);
  const listed = async (): Promise<number> => {
    let count = 0;
    for await (const _ of tools.questions({ query })) count++;
    return count;
  };
  await until(async () => (await listed()) === 3);
  const stop = new AbortController();
  const feed = tools.followQuestions({ query }, { pauseMs: 1, signal: stop.signal });
  for (let n = 0; n < 3; n++) expect((await feed.next()).value).toMatchObject({ kind: 'open' });

  // The feed looks again only when it is asked for the next question.
  await chain.resume('x', { actor: 'ann' });
  await chain.result();
  await hands.invoke(new Command({ resume: 'on', id: 'handsOver:2', actor: 'bob' }));
  await hands.resume('x', { actor: 'cy' });
  await hands.result();
  await Promise.all([chain.invoke(2), hands.invoke(1)]);
  await until(async () => (await listed()) === 2);
  const closed: string[] = [];
  while (closed.length < 3) {
    const { value } = await feed.next();
    if (value.kind === 'closed') closed.push(`${value.closed.id} ${value.closed.how} by ${value.closed.actor}`);
  }
  expect(closed.toSorted()).toEqual([
    'chain:1 answered by ann',
    'handsOver:1 answered by cy',
    'handsOver:2 answered by bob',
  ]);
  stop.abort();
  for (const { handle } of [chain, hands]) await handle.terminate();
});

test('an obstacle is found where no worker takes what was sent, and none where one does', async () => {
  await using own = await startScenario();
  const tools = makeTools(own.client, own.taskQueue);
  const id = `tools-${randomUUID()}`;
  await all((await tools.start(id, 'graph', 'foo')).watch());
  expect(await tools.obstacle(id)).toBeUndefined();
  await own.worker.stop();
  expect(await tools.thread(id).resume('bar', { wait: 0 })).toMatchObject({ outcome: 'queued' });
  expect((await tools.obstacle(id))?.kind).toMatch(/^(?:no worker|not taken)$/);
  await own.worker.restart();
  await tools.thread(id).result();
});

test('health: workers that answer, work that waits, and search attributes', async () => {
  const tools = useTools();
  const { taskQueue } = scenario.test;
  const id = `tools-${randomUUID()}`;
  await all((await tools.start(id, 'graph', 'foo')).watch());
  const health = await tools.health({ limit: 100, taskQueue });
  expect(health.namespace.name).toBe(tools.namespace);
  const [queue] = health.queues;
  expect(queue).toMatchObject({ taskQueue, workflows: { alive: 1 }, activities: { alive: 1 } });
  expect(queue?.untaken).toBeUndefined();
  expect(health.attributes?.map(({ type }) => type)).toEqual(['Keyword', 'KeywordList']);
  expect(health.threads.troubles.filter(({ thread }) => thread === id)).toEqual([]);
});

test('the error of a wish to answer where nothing is asked says why', async () => {
  const tools = useTools();
  const id = `tools-${randomUUID()}`;
  await all((await tools.start(id, 'graph', 'foo')).watch());
  const error = nothingAsked(id, await tools.describe(id), { id: 'other:1' });
  expect(hasCode(error, 'NotPending') && error.message).toBe(`Thread \`${id}\` has no open question \`other:1\`.`);
  const ofRun = nothingAsked(id, await tools.describe(id), { run: 'r' });
  expect(ofRun.message).toBe(`Thread \`${id}\` has no open question of run \`r\`.`);
  await tools.thread(id).cancel();
  await until(async () => !(await tools.describe(id)).isRunning);
  expect(nothingAsked(id, await tools.describe(id)).code).toBe('ThreadClosed');
});
