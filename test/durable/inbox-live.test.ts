/** The list, and the news of it: one follower for everybody (W1). */
import { randomUUID } from 'node:crypto';
import { Client } from '@temporalio/client';
import { Holdpoint, HoldpointError, type ListedInterrupt } from 'holdpoint/client';
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
} from './fixtures/inbox-scenario.ts';
import { atOnce, countingClient } from './fixtures/requests.ts';
import { dataConverter } from './fixtures/hidden.ts';
import type * as workflows from './fixtures/inbox-workflows.ts';
import { until } from './fixtures/scenario.ts';

useInbox();

const ann = { as: 'ann legal' };
const bob = { as: 'bob' };

test('the list has what matches, in its order, page by page (W1)', async () => {
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
  expect(await titles('&sort=age')).toHaveLength(4);
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
  const pages: string[] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined;) {
    const { body }: { body: Items } = await call<Items>(`items?q=${thread}&limit=1&cursor=${cursor}`, ann);
    expect(body.total).toBe(4);
    pages.push(...body.items.map(({ title }) => title));
    cursor = body.next;
  }
  expect(pages).toEqual([beta, gamma, alpha, delta]);
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

test.each(['', 'x', 'x.1', 'AAAAAAAA.999999999'])(
  'a page that comes from elsewhere loads its list again: %s',
  async (id) => {
    await using page = await follow({ ...ann, headers: { 'last-event-id': id } });
    await page.until((event) => event.kind === (id === '' ? 'server' : 'reload'));
  },
);

test('any number of pages cost one follower (W1)', async () => {
  const lists = atOnce('ListWorkflowExecutions');
  const { client, take } = await countingClient(started.taskQueue, [lists.count]);
  await using counted = await serve({ client, authenticate: byHeader });
  await using pages = new AsyncDisposableStack();
  for (let i = 0; i < 15; i++) pages.use(await follow({ as: `reader${i}`, to: counted }));
  const thread = `count-${randomUUID()}`;
  await asked({ value: 1 }, thread);
  await listed(thread, 1, { ...ann, to: counted });
  let readings = 0;
  await until(() => (readings += take()['ListWorkflowExecutions'] ?? 0) > 5);
  // Fifteen followers would read at the same time.
  expect(lists.most()).toBe(1);
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

/** A client whose list of questions is what the test says. */
class ScriptedList extends Holdpoint {
  list: () => AsyncIterable<ListedInterrupt> = () => super.interrupts();

  constructor() {
    const { client, taskQueue } = started;
    super({ client: client.client, taskQueue, onNotice: (one) => notices.push(one) });
  }

  override async *interrupts(): AsyncGenerator<ListedInterrupt, void> {
    yield* this.list();
  }
}

test('while visibility lags, an answered question stays away from the list (W1)', async () => {
  const read = Promise.withResolvers<void>();
  const question = await asked({ value: 1 });
  const client = new ScriptedList();
  await using lagging = await serve({ client, authenticate: byHeader });
  const to = { ...ann, to: lagging };
  await listed(question.thread, 1, to);
  await using page = await follow(to);
  let readings = 0;
  // What is read from now on is old: it was so before the answer.
  client.list = async function* () {
    yield { ...question, entrypoint: 'ask' };
    if (++readings === 3) read.resolve();
  };
  expect((await call(`answer?${at(question)}`, { ...to, body: { value: 1, key: 'k' } })).status).toBe(200);
  readings = 0;
  await read.promise;
  expect((await call(`items?q=${question.thread}`, to)).body).toMatchObject({ total: 0 });
  expect(page.seen.filter((event) => event.kind === 'opened' && event.item.thread === question.thread)).toEqual([]);
});

async function listedQuestion(thread: string): Promise<ListedInterrupt> {
  for await (const question of started.client.interrupts({ query: `WorkflowId = '${thread}'` })) return question;
  throw new Error(`Nothing of ${thread} is listed`);
}

test('while visibility lags, a reassigned question does not go back to whom it had (A12, W1)', async () => {
  const read = Promise.withResolvers<void>();
  const question = await asked({ value: 1, options: { assignees: ['ann'] } });
  const client = new ScriptedList();
  await using lagging = await serve({ client, authenticate: byHeader });
  const to = { ...ann, to: lagging };
  await listed(question.thread, 1, to);
  let readings = 0;
  const before = await listedQuestion(question.thread);
  client.list = async function* () {
    yield before;
    if (++readings === 3) read.resolve();
  };
  expect((await call(`reassign?${at(question)}`, { ...to, body: { assignees: ['bob'] } })).status).toBe(200);
  readings = 0;
  await read.promise;
  expect((await call(`items?q=${question.thread}`, to)).body).toMatchObject({ total: 0 });
  expect((await call(`items?q=${question.thread}`, { ...to, ...bob })).body).toMatchObject({ total: 1 });
});

test('a question that visibility loses for a moment stays in the list (W1)', async () => {
  const read = Promise.withResolvers<void>();
  const question = await asked({ value: 1 });
  const client = new ScriptedList();
  await using losing = await serve({ client, authenticate: byHeader });
  const to = { ...ann, to: losing };
  await listed(question.thread, 1, to);
  await using page = await follow(to);
  let readings = 0;
  // oxlint-disable-next-line require-yield -- it finds nothing
  client.list = async function* () {
    if (++readings === 3) read.resolve();
  };
  await read.promise;
  expect((await call(`items?q=${question.thread}`, to)).body).toMatchObject({ total: 1 });
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
  const client = new ScriptedList();
  const real = client.list;
  const back = Promise.withResolvers<void>();
  await using weak = await serve({ client, authenticate: byHeader });
  await using page = await follow({ ...ann, to: weak });
  await page.until((event) => event.kind === 'server' && !event.isAway);
  // As Temporal's client does, which tries for long before it gives up.
  client.list = async function* () {
    await back.promise;
    yield* real();
  };
  await page.until((event) => event.kind === 'server' && event.isAway);
  client.list = real;
  back.resolve();
  const { thread } = await asked({ value: 'after' });
  await page.until((event) => event.kind === 'opened' && event.item.thread === thread);
  expect(page.seen.flatMap((event) => (event.kind === 'server' ? [event.isAway] : []))).toEqual([false, true, false]);
});

test('the list says that there is no server, and comes when there is one', async () => {
  const client = new ScriptedList();
  const real = client.list;
  // oxlint-disable-next-line require-yield -- it fails before it yields
  client.list = async function* () {
    throw new HoldpointError('NoServer', 'No Temporal server answers.');
  };
  await using weak = await serve({ client, authenticate: byHeader });
  expect(await call('items', { ...ann, to: weak })).toMatchObject({ status: 503, body: { error: 'NoServer' } });
  client.list = real;
  expect((await call('items', { ...ann, to: weak })).status).toBe(200);
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
