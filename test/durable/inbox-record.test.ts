/** What the inbox tells of the past: the story of a thread, its audit, to whom a question was shown, and decision times. */
import { randomUUID } from 'node:crypto';
import { Client } from '@temporalio/client';
import { expect, test, vi } from 'vitest';
import type { AuditEntry } from 'holdpoint/client';
import { agentInbox, middleware, type Authorize } from 'holdpoint/inbox';
import { newestThreads } from '../../src/client/listing/threads.ts';
import type { Decisions, Item, Story } from '../../src/inbox/api.ts';
import { dataConverter } from './fixtures/hidden.ts';
import {
  asked,
  askedAll,
  at,
  byHeader,
  call,
  listed,
  serve,
  server,
  started,
  useInbox,
} from './fixtures/inbox-scenario.ts';
import { countingClient } from './fixtures/requests.ts';
import { resetBefore, resetToLast } from './fixtures/resets.ts';
import { until } from './fixtures/scenario.ts';

const authorize: Authorize = ({ actor }, { assignees = [actor] }, action) =>
  action !== 'audit' ? assignees.includes(actor) : actor === 'auditor';

useInbox({ authorize });

const ann = { as: 'ann' };
const auditor = { as: 'auditor' };

async function auditOf(thread: string): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  for await (const entry of started.client.thread(thread).audit()) entries.push(entry);
  return entries;
}

async function show(question: Parameters<typeof at>[0], digest?: string, as = ann) {
  const { body } = await call<Item>(`item?${at(question)}`, as);
  return call(`shown?${at(question)}`, { ...as, body: { digest: digest ?? body.digest } });
}

test('a showing is recorded once for each person, and only of what is asked (A13)', async () => {
  const question = await asked({ value: 'Look' });
  expect((await show(question)).body).toEqual({ isRecorded: true });
  expect((await show(question)).body).toEqual({ isRecorded: true });
  expect((await show(question, undefined, { as: 'bob' })).body).toEqual({ isRecorded: true });
  expect((await show(question, 'f'.repeat(64))).body).toEqual({ isRecorded: false });
  const shown = (await auditOf(question.thread)).filter((entry) => entry.kind === 'shown');
  expect(shown).toMatchObject([{ actor: 'ann' }, { actor: 'bob' }]);
  const [opened] = (await auditOf(question.thread)).filter((entry) => entry.kind === 'asked');
  expect(shown[0]).toMatchObject({ digest: opened!.digest });
  await call(`answer?${at(question)}`, { ...ann, body: { value: 1, key: 'k' } });
  expect((await call(`shown?${at(question)}`, { as: 'carl', body: { digest: 'x' } })).body).toEqual({
    isRecorded: false,
  });
});

test('a showing of what is for others is not recorded, and neither is any where the inbox does not record (A13)', async () => {
  const question = await asked({ value: 1, options: { assignees: ['bob'] } });
  const bobs = (await call<Item>(`item?${at(question)}`, { as: 'bob' })).body;
  const never = { ...question, id: 'ask:99' };
  for (const one of [question, never]) {
    const said = await call(`shown?${at(one)}`, { ...ann, body: { digest: bobs.digest } });
    expect(said).toMatchObject({ status: 200, body: { isRecorded: false } });
  }
  await using silent = await serve({ authenticate: byHeader, recordShown: false });
  const sending = { as: 'bob', to: silent, body: { digest: bobs.digest } };
  expect((await call(`shown?${at(question)}`, sending)).body).toEqual({ isRecorded: false });
  expect((await auditOf(question.thread)).map(({ kind }) => kind)).not.toContain('shown');
});

test('the audit comes as JSON Lines, to whom it is for alone (A13, W3)', async () => {
  const question = await asked({ value: 'Audited' }, `audit "1"/${randomUUID()}`);
  await call(`answer?${at(question)}`, { ...ann, body: { value: 'ok', key: 'k' } });
  const path = `audit?thread=${encodeURIComponent(question.thread)}`;
  const refused = (what: string) => ({
    status: 403,
    body: { message: `This ${what} is for others, or does not exist.` },
  });
  expect(await call(path, ann)).toMatchObject(refused('audit'));
  for (const what of ['audit', 'thread']) {
    for (const sending of [ann, auditor])
      expect(await call(`${what}?thread=nothing`, sending)).toMatchObject(refused(what));
  }
  const response = await fetch(`${server.url}/api/${path}&payloads=true`, { headers: { 'x-name': 'auditor' } });
  expect(response.headers.get('content-type')).toBe('application/x-ndjson');
  expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="audit-audit__1__[\w-]+\.jsonl"$/);
  const entries = (await response.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as AuditEntry);
  expect(entries.map(({ kind }) => kind)).toEqual(['started', 'asked', 'answered', 'closed', 'ended']);
  expect(entries[2]).toMatchObject({ actor: 'ann', value: 'ok' });
  expect(entries[4]).toMatchObject({ value: 'ok' });
});

test('the story tells what was asked and answered, and of others’ questions nothing (W3)', async () => {
  const thread = `story-${randomUUID()}`;
  const client = started.client.thread(thread, 'askAll');
  await client.start([{ value: 'For Ann' }, { value: 'For Bob', options: { assignees: ['bob'] } }]);
  await until(async () => (await client.interrupts()).length === 2);
  const [anns, bobs] = (await client.interrupts()).map((one) => ({ ...one, thread }));
  const kinds = async (as: string): Promise<readonly string[]> => {
    const { body } = await call<Story>(`thread?thread=${thread}`, { as });
    return body.events.map((event) => `${event.kind} ${'id' in event ? event.id : ''}`);
  };
  expect(await kinds('ann')).toEqual([`asked ${anns!.id}`]);
  expect(await kinds('bob')).toEqual([`asked ${anns!.id}`, `asked ${bobs!.id}`]);
  await call(`answer?${at(bobs!)}`, { as: 'bob', body: { value: 'secret', key: 'k' } });
  await call(`answer?${at(anns!)}`, { ...ann, body: { value: 'open', key: 'k' } });
  await client.result();
  const { body } = await call<Story>(`thread?thread=${thread}`, ann);
  expect(body).toMatchObject({
    entrypoint: 'askAll',
    status: 'completed',
    isCut: false,
    events: [
      { kind: 'asked', id: anns!.id, isOpen: false },
      { kind: 'answered', id: anns!.id, actor: 'ann', value: 'open' },
    ],
  });
  // Whom nothing of it was ever for.
  const other = await asked({ value: 1, options: { assignees: ['bob'] } });
  expect((await call(`thread?thread=${other.thread}`, ann)).status).toBe(403);
  expect(await call(`thread?thread=${other.thread}`, auditor)).toMatchObject({ status: 200, body: { mayAudit: true } });
  expect(body).not.toHaveProperty('mayAudit');
});

test('the story and the ending of a question that was passed on are for those who have it now (A12, W3)', async () => {
  const question = await asked({ value: 1, options: { assignees: ['ann'] } });
  expect((await call(`reassign?${at(question)}`, { ...ann, body: { assignees: ['bob'] } })).status).toBe(200);
  const story = (as: string) => call<Story>(`thread?thread=${question.thread}`, { as });
  const events = [
    { kind: 'asked', id: question.id, isOpen: true },
    { kind: 'reassigned', assignees: ['bob'], actor: 'ann' },
  ];
  expect(await story('bob')).toMatchObject({ status: 200, body: { events } });
  expect((await story('ann')).status).toBe(403);
  await started.client.thread(question.thread).resume('secret', { actor: 'bob' });
  await started.client.thread(question.thread).result();
  await using later = await serve({ authenticate: byHeader });
  const ended = async (as: string) => (await call(`item?${at(question)}`, { as, to: later })).body;
  expect(await ended('bob')).toMatchObject({ ending: { actor: 'bob', answer: 'secret' } });
  expect(JSON.stringify(await ended('ann'))).not.toMatch(/secret|bob/);
});

test('the story of a thread that was reset goes on, without the end that the reset has discarded (W3)', async () => {
  const story = async (thread: string) => (await call<Story>(`thread?thread=${thread}`, ann)).body;
  // The run is open when it is reset.
  const first = await asked({ value: 'One' });
  const { thread, id } = first;
  const client = started.client.thread(thread);
  await resetBefore(client, 'start');
  await until(async () => (await client.interrupts()).some(({ askedAt }) => askedAt !== first.askedAt));
  const open = await story(thread);
  expect(open).toMatchObject({
    status: 'waiting',
    events: [
      { kind: 'asked', id, isOpen: false },
      { kind: 'answered', id, how: 'withdrawn' },
      { kind: 'reset', reason: 'test' },
      { kind: 'asked', id, isOpen: true },
    ],
  });
  for (const field of ['closedAt', 'failure', 'value']) expect(open).not.toHaveProperty(field);
  await client.resume('yes', { actor: 'ann' });
  await client.result();
  const ended = await story(thread);
  expect(ended).toMatchObject({ status: 'completed', value: 'yes' });
  expect(ended).not.toHaveProperty('failure');
  // The run has ended, and the reset delivers its answer again.
  await resetBefore(client, 'start');
  await client.result();
  expect((await story(thread)).events.slice(4)).toMatchObject([
    { kind: 'answered', actor: 'ann', value: 'yes' },
    { kind: 'reset' },
    { kind: 'asked', id, isOpen: false },
    { kind: 'answered', actor: 'ann', value: 'yes' },
  ]);
});

test('after a reset to where questions were open, they are in the story, with their answers (W3)', async () => {
  const [one, other] = await askedAll([{ value: 'One' }, { value: 'Other' }]);
  const { thread } = one!;
  const client = started.client.thread(thread);
  await client.resume('first', { ...other!, actor: 'bob' });
  await resetToLast(client, 2);
  // Bob's answer comes before the reset, and closes its question after it. Both answers in one workflow task are told in another order.
  await until(async () => (await client.interrupts()).length === 1);
  await client.resume('second', { ...one!, actor: 'ann' });
  await client.result();
  const { body } = await call<Story>(`thread?thread=${thread}`, ann);
  expect(body.events).toMatchObject([
    { kind: 'asked', id: one!.id, isOpen: false },
    { kind: 'asked', id: other!.id, isOpen: false },
    { kind: 'answered', id: other!.id, value: 'first' },
    { kind: 'answered', id: one!.id, how: 'withdrawn' },
    { kind: 'reset' },
    { kind: 'answered', id: other!.id, actor: 'bob', value: 'first' },
    { kind: 'answered', id: one!.id, actor: 'ann', value: 'second' },
  ]);
});

test('after a reset, nobody is told what somebody else was asked before, or is asked now (W3)', async () => {
  const thread = `reset-${randomUUID()}`;
  const client = started.client.thread(thread, 'asksOthersAfterReset');
  await client.start();
  await until(async () => (await client.interrupts()).length === 1);
  await client.resume('secret', { actor: 'ann' });
  await client.result();
  await resetBefore(client, 'start');
  await until(async () => (await client.interrupts()).some(({ value }) => value === 'For Bob'));
  const story = async (as: string) => (await call<Story>(`thread?thread=${thread}`, { as })).body;
  const bobs = await story('bob');
  expect(bobs.events).toMatchObject([{ kind: 'reset' }, { kind: 'asked', value: 'For Bob', isOpen: true }]);
  expect(JSON.stringify(bobs)).not.toMatch(/secret|Ann/i);
  expect((await story('ann')).events).toMatchObject([
    { kind: 'asked', value: 'For Ann', isOpen: false },
    { kind: 'answered', actor: 'ann', value: 'secret' },
    { kind: 'reset' },
  ]);
});

test('of a question of a run that there is not, nobody knows how it ended (W2)', async () => {
  const { thread } = await asked({ value: 1 });
  const over = { status: 410, body: { error: 'NotPending', ending: { how: 'unknown' } } };
  for (const run of ['x', randomUUID()])
    expect(await call(`item?${at({ thread, run, id: 'ask:1' })}`, auditor)).toMatchObject(over);
});

test('how a question ended that had closed before the server looked, the history says (W2)', async () => {
  const question = await asked({ value: 1, options: { assignees: ['bob'] } });
  await started.client.thread(question.thread).resume('secret', { actor: 'bob' });
  const ending = { how: 'answered', actor: 'bob', answer: 'secret' };
  expect(await call(`item?${at(question)}`, { as: 'bob' })).toMatchObject({ status: 409, body: { ending } });
  expect(JSON.stringify((await call(`item?${at(question)}`, ann)).body)).not.toMatch(/secret|bob/);
});

test('decision times count who answered how fast, for whom it concerns', async () => {
  const as = `hasty-${randomUUID()}`;
  for (const value of [true, true, false]) {
    const question = await asked({ value: 1, schema: { type: 'boolean' } });
    await show(question, undefined, { as });
    expect((await call(`answer?${at(question)}`, { as, body: { value, key: 'k' } })).status).toBe(200);
    await started.client.thread(question.thread).result();
  }
  // A thread with a codec that is not ours does not keep the others from being read.
  const { client, taskQueue } = started;
  const hidden = new Client({ connection: client.client.connection, dataConverter });
  const elsewhere = { workflowId: `hidden-${randomUUID()}`, taskQueue, memo: { note: 'a secret' } };
  await (await hidden.workflow.start('elsewhere', elsewhere)).terminate();
  // Visibility has the ends of the threads a moment later.
  let report: Decisions | undefined;
  await until(async () => {
    await using fresh = await serve({ authenticate: byHeader });
    const { status, body } = await call<Decisions>('decisions?days=1', { as, to: fresh });
    expect({ status, body }).toMatchObject({ status: 200 });
    report = body;
    return report.people[0]?.count === 3;
  });
  expect(report!.people).toMatchObject([{ actor: as, count: 3, approved: 2, rejected: 1, hasty: 2 }]);
  expect(report!.count).toBeGreaterThanOrEqual(3);
  expect(report!.wait.max).toBeGreaterThanOrEqual(report!.wait.p50);
  expect(report!.byEntrypoint.map(({ entrypoint }) => entrypoint)).toContain('ask');
  await using later = await serve({ authenticate: byHeader, authorize });
  const { body } = await call<Decisions>('decisions?days=1', { ...auditor, to: later });
  expect(body.people.map(({ actor }) => actor)).toContain(as);
  expect((await call<Decisions>('decisions?days=1', { as: 'zoe', to: later })).body.people).toEqual([]);
  for (const days of ['0', '91', 'x', '1.5']) expect((await call(`decisions?days=${days}`, ann)).status).toBe(400);
  await listed('no-such-thread', 0, ann);
});

/** Waits until visibility has the answers in so many threads, and the end of so many. */
async function visible(query: string, { answered, ended }: { readonly answered: number; readonly ended: number }) {
  await until(async () => {
    const threads = await newestThreads(started.client.client, query, 50);
    const isEnded = ({ closedAt }: (typeof threads)[number]): boolean => closedAt !== undefined;
    return (
      threads.filter(({ hasAnswers }) => hasAnswers).length === answered && threads.filter(isEnded).length === ended
    );
  });
}

test('decision times are read once for all numbers of days, and only where somebody has answered', async () => {
  const prefix = `read-once-${randomUUID()}`;
  const query = `WorkflowId STARTS_WITH '${prefix}'`;
  for (const name of ['a', 'b']) {
    const { thread } = await asked({ value: 1 }, `${prefix}-${name}`);
    await started.client.thread(thread).resume('yes', { actor: 'ann' });
    await started.client.thread(thread).result();
  }
  const [first] = await askedAll([{ value: 1 }, { value: 2 }], `${prefix}-c`);
  await started.client.thread(first!.thread).resume('yes', { ...first!, actor: 'ann' });
  for (const name of ['d', 'e']) await asked({ value: 1 }, `${prefix}-${name}`);
  await visible(query, { answered: 3, ended: 2 });
  await using own = await countingClient(started.taskQueue);
  await using fresh = await serve({ client: own.client, authenticate: byHeader, query });
  const read = async (days: number): Promise<number> => {
    const { body } = await call<Decisions>(`decisions?days=${days}`, { ...ann, to: fresh });
    expect(body).not.toHaveProperty('isCut');
    return body.count;
  };
  const histories = () => own.take()['GetWorkflowExecutionHistory'];
  own.take();
  expect(await Promise.all([1, 7, 30, 90].map(read))).toEqual([3, 3, 3, 3]);
  expect(own.take()).toMatchObject({ DescribeWorkflowExecution: 3, GetWorkflowExecutionHistory: 3 });
  // Some minutes later, what has ended is known, and what runs is read again.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 6 * 60_000 });
  try {
    expect(await read(1)).toBe(3);
    expect(histories()).toBe(1);
  } finally {
    vi.useRealTimers();
  }
});

test('decision times know the answers that adapters make, and those of forms', async () => {
  const prefix = `verdicts-${randomUUID()}`;
  const query = `WorkflowId STARTS_WITH '${prefix}'`;
  await using own = await serve({ authenticate: byHeader, adapters: [agentInbox, middleware], query });
  const config = { allow_accept: true, allow_ignore: true };
  const human = { action_request: { action: 'pay', args: {} }, config };
  const reviewed = {
    actionRequests: [{ name: 'pay', args: {} }],
    reviewConfigs: [{ actionName: 'pay', allowedDecisions: ['approve', 'reject'] }],
  };
  const approve = { decisions: [{ type: 'approve' }] };
  const reject = { decisions: [{ type: 'reject' }] };
  const answers: readonly (readonly [value: unknown, answer: object])[] = [
    [human, approve],
    [human, reject],
    [reviewed, approve],
    [reviewed, reject],
    ['Pay?', { value: { approved: true, note: '' } }],
    ['Pay?', { value: { approved: false, note: '' } }],
    ['Pay?', { value: 'perhaps' }],
  ];
  const sending = { ...ann, to: own };
  for (const [i, [value, answer]] of answers.entries()) {
    const question = await asked({ value }, `${prefix}-${i}`);
    const { body } = await call<Item>(`item?${at(question)}`, sending);
    await call(`shown?${at(question)}`, { ...sending, body: { digest: body.digest } });
    expect((await call(`answer?${at(question)}`, { ...sending, body: { ...answer, key: 'k' } })).status).toBe(200);
    await started.client.thread(question.thread).result();
  }
  await visible(query, { answered: 7, ended: 7 });
  const { body } = await call<Decisions>('decisions', sending);
  expect(body.people).toMatchObject([{ actor: 'ann', count: 7, approved: 3, rejected: 3, hasty: 3 }]);
});

test('what is shown of a question that is asked again after a reset is recorded again (A13)', async () => {
  const question = await asked({ value: 'Look' });
  const client = started.client.thread(question.thread);
  await show(question);
  await resetBefore(client, 'start');
  await until(async () => (await client.interrupts()).some(({ askedAt }) => askedAt !== question.askedAt));
  await show(question);
  const shown = (await auditOf(question.thread)).filter((entry) => entry.kind === 'shown');
  expect(shown).toMatchObject([{ actor: 'ann' }, { actor: 'ann', isRepeated: true }, { actor: 'ann' }]);
  expect(shown[2]).not.toHaveProperty('isRepeated');
});
