/** The list, and the news of it: one follower for everybody (W1). */
import { randomUUID } from 'node:crypto';
import type { Interceptor, InterceptingCall } from '@grpc/grpc-js';
import { Client, Connection } from '@temporalio/client';
import { Holdpoint } from 'holdpoint/client';
import { expect, test } from 'vitest';
import type { Items } from '../../src/inbox/api.ts';
import {
  asked,
  askedAll,
  at,
  byHeader,
  call,
  follow,
  listed,
  notices,
  serve,
  server,
  started,
  useInbox,
  type Following,
  type InboxUnderTest,
  type Sending,
} from './fixtures/inbox-scenario.ts';
import { countingClient, heldBack, ScriptedList } from './fixtures/requests.ts';
import { dataConverter } from './fixtures/hidden.ts';
import type { Duration } from 'holdpoint/workflow';
import type * as workflows from './fixtures/inbox-workflows.ts';
import { until } from './fixtures/scenario.ts';

useInbox();

const ann = { as: 'ann legal' };
const bob = { as: 'bob' };

test('the list has what matches, in its order (W1)', async () => {
  const thread = `list-${randomUUID()}`;
  await askedAll(
    [
      { value: { text: 'Alpha' }, options: { tags: ['money', 'eu'], priority: 'urgent', due: '3 hours' } },
      {
        value: 'Beta',
        options: { title: 'The Second', assignees: ['group:legal'], due: '1 hour' },
        schema: { type: 'boolean' },
      },
      { value: 'Gamma', options: { group: 'g', timeout: '2 hours' } },
      { value: 'Delta', options: { assignees: ['ann'] }, schema: { enum: ['a', 'b'] } },
    ],
    thread,
  );
  await listed(thread, 4, ann);
  const titles = async (query = ''): Promise<readonly string[]> => {
    const { body } = await call<Items>(`items?q=${thread}${query}`, ann);
    return body.items.map(({ title }) => title);
  };
  const [alpha, beta, gamma, delta] = ['{"text":"Alpha"}', 'The Second', 'Gamma', 'Delta'];
  expect(await titles()).toEqual([beta, gamma, alpha, delta]);
  expect(await titles('&assignee=me')).toEqual([beta, delta]);
  expect(await titles('&assignee=group:legal')).toEqual([beta]);
  expect(await titles('&tag=eu')).toEqual([alpha]);
  expect(await titles('&priority=urgent')).toEqual([alpha]);
  expect(await titles('&priority=normal')).toEqual([beta, gamma, delta]);
  expect(await titles('&kind=choice')).toEqual([delta]);
  expect(await titles('&kind=yes%20or%20no')).toEqual([beta]);
  expect(await titles('&group=g')).toEqual([gamma]);
  expect(await titles('&entrypoint=ask')).toEqual([]);
  const search = async (q: string): Promise<number> => (await call<Items>(`items?q=${q}&sort=age`, ann)).body.total;
  expect(await search(encodeURIComponent(`${thread}\naskall\nmoney`))).toBe(1);
});

test('the list is sorted by due time or by age, also page by page (W1)', async () => {
  const group = `sorted-${randomUUID()}`;
  // Neither the ids of the threads nor the due times are in the order of the questions.
  const ask = (value: string, due: Duration | undefined, thread: string) =>
    asked({ value, options: { group, ...(due === undefined ? {} : { due }) } }, `${group}-${thread}`);
  await ask('First', '2 hours', 'c');
  await ask('Second', undefined, 'd');
  await ask('Third', '3 hours', 'b');
  await ask('Fourth', '1 hour', 'a');
  await until(async () => (await call<Items>(`items?group=${group}`, ann)).body.total === 4);
  for (const [sort, expected] of [
    ['age', ['First', 'Second', 'Third', 'Fourth']],
    ['due', ['Fourth', 'First', 'Third', 'Second']],
  ] as const) {
    const { items } = (await call<Items>(`items?group=${group}&sort=${sort}`, ann)).body;
    expect(items.map(({ title }) => title)).toEqual(expected);
    const pages: string[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const query: string = `group=${group}&sort=${sort}&limit=1&cursor=${cursor}`;
      const { body }: { body: Items } = await call<Items>(`items?${query}`, ann);
      expect([body.total, body.items.length]).toEqual([4, 1]);
      pages.push(...body.items.map(({ title }) => title));
      cursor = body.next;
    }
    expect(pages).toEqual(expected);
  }
});

test('a question comes, and a page that comes back is told what it has missed, each once (W1)', async () => {
  const [first, second] = [`live-${randomUUID()}`, `live-${randomUUID()}`];
  const { body } = await call<Items>(`items?q=${first}`, ann);
  const one = await asked({ value: 1 }, first);
  let last: string;
  {
    await using page = await follow({ ...ann, after: body.at });
    const opened = await page.until((event) => event.kind === 'opened' && event.item.thread === first);
    expect(opened).toMatchObject({ item: { title: '1', mayAnswer: true } });
    last = opened.eventId;
  }
  await asked({ value: 2 }, second);
  await listed(second, 1, ann);
  await call(`answer?${at(one)}`, { ...bob, body: { value: 1, key: 'k' } });
  await using again = await follow({ ...ann, headers: { 'last-event-id': last } });
  await again.until((event) => event.kind === 'closed' && event.thread === first);
  const kinds = again.seen.flatMap((event) =>
    (event.kind === 'opened' ? event.item.thread : event.kind === 'closed' ? event.thread : '') === first ||
    (event.kind === 'opened' && event.item.thread === second)
      ? [event.kind]
      : [],
  );
  expect(kinds).toEqual(['opened', 'closed']);
});

test.each(['', 'x', 'x.1', 'AAAAAAAA.999999999', 'x\ndata: {"kind":"opened"}'])(
  'a page that comes from elsewhere loads its list again, and nothing that it says is sent back: %j',
  async (after) => {
    await using page = await follow({ ...ann, after });
    await page.until((event) => event.kind === 'reload');
    expect(page.seen.slice(0, 2).map(({ kind }) => kind)).toEqual(['server', 'reload']);
    for (const { eventId } of page.seen) expect(eventId).toMatch(/^[\w-]{8}\.\d+$/);
  },
);

test('any number of pages cost one follower (W1)', async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { client, take } = await countingClient(started.taskQueue, [heldBack('ListWorkflowExecutions', released)]);
  await using counted = await serve({ client, authenticate: byHeader });
  await using pages = new AsyncDisposableStack();
  const following: Following[] = [];
  for (let i = 0; i < 15; i++) following.push(pages.use(await follow({ as: `reader${i}`, to: counted })));
  await Promise.all(following.map((page) => page.until((event) => event.kind === 'server')));
  // No reading ends, so each follower would have one under way. What is asked for after them has an answer already.
  expect((await call('item?thread=none&run=none&id=none', { ...ann, to: counted })).status).toBe(403);
  const { ListWorkflowExecutions, ...others } = take();
  expect(ListWorkflowExecutions).toBe(1);
  expect(others).toHaveProperty('DescribeWorkflowExecution');
  release();
  const { thread } = await asked({ value: 1 });
  await Promise.all(
    following.map((page) => page.until((event) => event.kind === 'opened' && event.item.thread === thread)),
  );
  await client.close();
});

test('a page that leaves is read for no longer, also in the middle of a wait', async () => {
  const before = server.open();
  {
    await using page = await follow(ann);
    await page.until((event) => event.kind === 'server');
    expect(server.open()).toBeGreaterThan(before);
  }
  await until(() => server.open() === before);
});

test('an answer from elsewhere closes the question on every page, with who gave it (A9, W1)', async () => {
  const question = await asked({ value: 1 });
  await listed(question.thread, 1, ann);
  await using page = await follow(ann);
  await started.client.thread(question.thread).resume('done', { actor: 'carl' });
  expect(await page.until((event) => event.kind === 'closed' && event.thread === question.thread)).toMatchObject({
    how: 'answered',
    actor: 'carl',
  });
});

test('a reassignment from elsewhere changes the question on every page (A12)', async () => {
  const question = await asked({ value: 1 });
  await listed(question.thread, 1, ann);
  await using page = await follow(ann);
  await started.client.thread(question.thread).reassign(question.id, ['group:legal', 'zoe']);
  expect(await page.until((event) => event.kind === 'changed' && event.item.thread === question.thread)).toMatchObject({
    item: { assignees: ['group:legal', 'zoe'] },
  });
});

/** An inbox whose list of threads is what the test says. */
interface Scripted extends InboxUnderTest {
  readonly list: ScriptedList;
}

async function scripted(interceptors: readonly Interceptor[] = [], query?: string): Promise<Scripted> {
  const list = new ScriptedList();
  const address = process.env['TEMPORAL_ADDRESS']!;
  const connection = await Connection.connect({ address, interceptors: [list.interceptor, ...interceptors] });
  const client = new Holdpoint({ client: new Client({ connection }), onNotice: (one) => notices.push(one) });
  const served = await serve({ client, authenticate: byHeader, ...(query === undefined ? {} : { query }) });
  return {
    ...served,
    list,
    [Symbol.asyncDispose]: async () => {
      await served[Symbol.asyncDispose]();
      await connection.close();
    },
  };
}

/** What the list of a person has of a thread. */
async function totalOf(thread: string, sending: Sending): Promise<number> {
  return (await call<Items>(`items?q=${thread}`, sending)).body.total;
}

test('while visibility lags, an answered question stays away from the list (W1)', async () => {
  const question = await asked({ value: 1 });
  await using lagging = await scripted();
  const to = { ...ann, to: lagging };
  await listed(question.thread, 1, to);
  await using page = await follow(to);
  lagging.list.answer = 'before';
  expect((await call(`answer?${at(question)}`, { ...to, body: { value: 1, key: 'k' } })).status).toBe(200);
  expect(await totalOf(question.thread, to)).toBe(0);
  await lagging.list.more();
  expect(await totalOf(question.thread, to)).toBe(0);
  expect(page.seen.filter((event) => event.kind === 'opened' && event.item.thread === question.thread)).toEqual([]);
});

test('while visibility lags, a reassigned question goes back to nobody who had it (A12, W1)', async () => {
  const question = await asked({ value: 1, options: { assignees: ['ann'] } });
  await using lagging = await scripted();
  const to = { as: 'ann', to: lagging };
  const [toBob, toCarl] = [
    { ...to, as: 'bob' },
    { ...to, as: 'carl' },
  ];
  await listed(question.thread, 1, to);
  const reassign = async (as: Sending, assignees: readonly string[]): Promise<number> =>
    (await call(`reassign?${at(question)}`, { ...as, body: { assignees } })).status;
  const totals = async (): Promise<readonly number[]> =>
    Promise.all([to, toBob, toCarl].map((person) => totalOf(question.thread, person)));
  lagging.list.answer = 'before';
  expect(await reassign(to, ['bob'])).toBe(200);
  await lagging.list.more();
  expect(await totals()).toEqual([0, 1, 0]);
  // Visibility still has the state before the first of two changes.
  expect(await reassign(toBob, ['carl'])).toBe(200);
  await lagging.list.more();
  expect(await totals()).toEqual([0, 0, 1]);
  expect(await reassign(toCarl, ['ann', 'bob'])).toBe(200);
  lagging.list.answer = 'now';
  await lagging.list.more();
  expect(await totals()).toEqual([1, 1, 0]);
});

test('a question that visibility loses for a moment stays in the list (W1)', async () => {
  const question = await asked({ value: 1 });
  await using losing = await scripted();
  const to = { ...ann, to: losing };
  await listed(question.thread, 1, to);
  await using page = await follow(to);
  losing.list.answer = 'nothing';
  await losing.list.more();
  expect(await totalOf(question.thread, to)).toBe(1);
  expect(page.seen.filter((event) => event.kind === 'closed' && event.thread === question.thread)).toEqual([]);
});

test('a thread that was deleted leaves the list, and the questions of others still come (W1)', async () => {
  await using page = await follow(ann);
  const gone = await asked({ value: 'Deleted?' });
  await page.until((event) => event.kind === 'opened' && event.item.thread === gone.thread);
  const { client } = started.client;
  const { namespace } = client.options;
  await client.workflowService.deleteWorkflowExecution({ namespace, workflowExecution: { workflowId: gone.thread } });
  await page.until((event) => event.kind === 'closed' && event.thread === gone.thread);
  const other = await asked({ value: 'And this one?' });
  await page.until((event) => event.kind === 'opened' && event.item.thread === other.thread);
  expect(page.seen.filter((event) => event.kind === 'server' && event.isAway)).toEqual([]);
});

test('while the Temporal server is away pages are told, and when it is back, too (S6)', async () => {
  let held: PromiseWithResolvers<void> | undefined;
  // As Temporal's client does, which tries for long before it gives up.
  await using weak = await scripted([
    (options, next) =>
      held ? heldBack('ListWorkflowExecutions', held.promise)(options, next) : (next(options) as InterceptingCall),
  ]);
  await using page = await follow({ ...ann, to: weak });
  await page.until((event) => event.kind === 'server' && !event.isAway);
  held = Promise.withResolvers();
  await page.until((event) => event.kind === 'server' && event.isAway);
  held.resolve();
  held = undefined;
  const { thread } = await asked({ value: 'after' });
  await page.until((event) => event.kind === 'opened' && event.item.thread === thread);
  expect(page.seen.flatMap((event) => (event.kind === 'server' ? [event.isAway] : []))).toEqual([false, true, false]);
});

test('the list says that there is no server, and comes when there is one', async () => {
  await using weak = await scripted();
  weak.list.answer = { code: 14, details: 'connect ECONNREFUSED' };
  expect(await call('items', { ...ann, to: weak })).toMatchObject({ status: 503, body: { error: 'NoServer' } });
  weak.list.answer = 'now';
  expect((await call('items', { ...ann, to: weak })).status).toBe(200);
});

test('a list that the server refuses is told to the owner once, and no page takes it for an outage (S6, W5)', async () => {
  const before = notices.length;
  await using wrong = await scripted([], 'NoSuchAttribute = 1');
  const to = { ...ann, to: wrong };
  await using page = await follow(to);
  expect(await call('items', to)).toMatchObject({
    status: 500,
    body: { error: 'Internal', message: 'The list of questions cannot be read.' },
  });
  await wrong.list.more(2);
  expect(notices.slice(before)).toEqual([expect.stringContaining('NoSuchAttribute')]);
  expect(page.seen).toMatchObject([{ kind: 'server', isAway: false }]);
});

test('a question that the client cannot decode is left out, and the notices say so once; others are listed (W1)', async () => {
  const { client, taskQueue } = started;
  const hidden = new Client({ connection: client.client.connection, dataConverter });
  const workflowId = `hidden-${randomUUID()}`;
  const question = { value: 'a secret', run: workflowId, askedAt: new Date().toISOString() };
  const memo = { 'holdpoint/ask:1': question, note: 'a secret' };
  const handle = await hidden.workflow.start('elsewhere', { workflowId, taskQueue: `${taskQueue}-nobody`, memo });
  try {
    await until(async () => {
      for await (const { thread } of client.interrupts({ query: `WorkflowId = '${workflowId}'` })) return thread !== '';
      return false;
    });
    const told: string[] = [];
    const onNotice = (one: string): number => told.push(one);
    const of = new Holdpoint<typeof workflows>({ client: client.client, taskQueue, onNotice });
    const query = `TaskQueue IN ('${taskQueue}', '${taskQueue}-nobody')`;
    await using own = await serve({ authenticate: byHeader, client: of, query });
    const { thread } = await asked({ value: 1 });
    const { items } = await listed(thread, 1, { ...ann, to: own });
    expect(items).toMatchObject([{ thread }]);
    expect((await call<Items>(`items?q=${workflowId}`, { ...ann, to: own })).body.total).toBe(0);
    await asked({ value: 2 }, `second-${thread}`);
    await listed(`second-${thread}`, 1, { ...ann, to: own });
    expect(told).toEqual([expect.stringContaining(`ask:1 of thread ${workflowId} (Unknown encoding: binary/hidden)`)]);
  } finally {
    await handle.terminate();
  }
});

test('with a query, only questions of matching threads are listed (W1)', async () => {
  const mine = await asked({ value: 1 });
  const other = await asked({ value: 2 });
  await using own = await serve({ authenticate: byHeader, query: `WorkflowId = '${mine.thread}'` });
  await listed(mine.thread, 1, { ...ann, to: own });
  await listed(other.thread, 1, ann);
  expect((await call<Items>('items', { ...ann, to: own })).body.items).toMatchObject([{ thread: mine.thread }]);
});
