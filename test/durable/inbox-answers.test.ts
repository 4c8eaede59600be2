/** What becomes of an answer that is sent from the inbox (W2), and that the list knows it at once (W1). */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  asked,
  askedAll,
  at,
  byHeader,
  call,
  follow,
  listed,
  serve,
  server,
  started,
  useInbox,
} from './fixtures/inbox-scenario.ts';

import { resetBefore } from './fixtures/resets.ts';
import { until } from './fixtures/scenario.ts';
import type { Item } from '../../src/inbox/api.ts';
import { UNDO_MS } from '../../src/protocol/limits.ts';

useInbox();

const ann = { as: 'ann' };
const bob = { as: 'bob' };

function answer(value: unknown, key = randomUUID()): { readonly value: unknown; readonly key: string } {
  return { value, key };
}

test('a question is listed, opened and answered, and the answer is the person’s whom the server knows', async () => {
  const question = await asked({ value: 'Ship it?', options: { title: 'Ship order 7?' } });
  const { items } = await listed(question.thread, 1, ann);
  expect(items).toMatchObject([{ thread: question.thread, id: question.id, title: 'Ship order 7?', mayAnswer: true }]);
  const item = await call(`item?${at(question)}`, ann);
  expect(item).toMatchObject({ status: 200, body: { question: { value: 'Ship it?' }, kind: 'any' } });
  const body = { ...answer('yes'), actor: 'mallory' };
  expect(await call(`answer?${at(question)}`, { ...ann, body })).toMatchObject({
    status: 200,
    body: { outcome: 'accepted' },
  });
  const thread = started.client.thread(question.thread);
  expect(await thread.result()).toBe('yes');
  expect(await thread.answers()).toMatchObject([{ actor: 'ann', value: 'yes' }]);
});

test('an answered question leaves the list of everybody at once, and a second answer is told who was first (W1, W2)', async () => {
  const question = await asked({ value: 'Once?' });
  await listed(question.thread, 1, ann);
  await using bobs = await follow(bob);
  expect(await call(`answer?${at(question)}`, { ...ann, body: answer({ a: 1 }) })).toMatchObject({ status: 200 });
  expect((await call(`items?q=${question.thread}`, bob)).body).toMatchObject({ total: 0 });
  const ending = { how: 'answered', actor: 'ann', answer: { a: 1 } };
  expect(await bobs.until((event) => event.kind === 'closed' && event.thread === question.thread)).toMatchObject(
    ending,
  );
  expect(await call(`answer?${at(question)}`, { ...bob, body: answer('no') })).toMatchObject({
    status: 409,
    body: { error: 'AlreadyAnswered', ending },
  });
});

test('an answer that is wrong is refused with what is wrong and where, and the question stays open (W2)', async () => {
  const schema = { type: 'object', properties: { amount: { type: 'integer' } }, required: ['amount'] };
  const question = await asked({ value: 'How much?', schema });
  const path = `answer?${at(question)}`;
  expect(await call(path, { ...ann, body: answer({ amount: 'x' }) })).toMatchObject({
    status: 422,
    body: { error: 'InvalidAnswer', problems: [{ path: '/amount' }] },
  });
  expect((await call(path, { ...ann, body: answer({ amount: 1 }) })).status).toBe(200);
  expect(await started.client.thread(question.thread).result()).toEqual({ amount: 1 });
});

test('an approval is shown as an action, and answered with a decision (W2)', async () => {
  const args = { to: 'bob@example.com' };
  const schema = { type: 'object', properties: { to: { type: 'string' } }, required: ['to'] };
  const question = await asked({ value: { tool: 'send_email', args }, schema, isApproval: true });
  const path = `answer?${at(question)}`;
  expect((await call(`item?${at(question)}`, ann)).body).toMatchObject({
    kind: 'approval',
    title: 'send_email: {"to":"bob@example.com"}',
    approval: { adapter: 'holdpoint', actions: [{ name: 'send_email', args }] },
  });
  const decide = (decisions: unknown) => call(path, { ...ann, body: { decisions, key: randomUUID() } });
  for (const wrong of [[], 'approve', [{ type: 'destroy' }], [{ type: 'approve' }, { type: 'approve' }]])
    expect(await decide(wrong)).toMatchObject({ status: 422, body: { error: 'InvalidAnswer' } });
  const wrongArgs = await decide([{ type: 'edit', args: { to: 7 } }]);
  expect(wrongArgs).toMatchObject({ status: 422, body: { problems: [{ path: '/0/args/to' }] } });
  const both = { decisions: [{ type: 'approve' }], value: 1, key: 'k' };
  expect((await call(path, { ...ann, body: both })).status).toBe(400);
  expect((await decide([{ type: 'reject', reason: 'Not him' }])).body).toEqual({ outcome: 'accepted' });
  expect(await started.client.thread(question.thread).result()).toEqual({ type: 'reject', reason: 'Not him' });
});

test('an answer is sent again with its key: it counts once, and gets the same status (W2)', async () => {
  const question = await asked({ value: 1 });
  const body = answer('once');
  const path = `answer?${at(question)}`;
  const both = await Promise.all([call(path, { ...ann, body }), call(path, { ...ann, body })]);
  expect(both.map(({ status }) => status)).toEqual([200, 200]);
  expect((await call(path, { ...ann, body })).status).toBe(200);
  expect(await started.client.thread(question.thread).answers()).toHaveLength(1);
  // The key of one person's answer is of no use to another one.
  expect((await call(path, { ...bob, body })).status).toBe(409);
});

test('a vote that is sent again counts, also when the question has closed since, or is for others (A11, W2)', async () => {
  const ask = () =>
    asked({ value: 'Pay?', options: { assignees: ['ann', 'bob'], by: { only: 'assignees', quorum: 2 } } });
  const [closed, passedOn] = await Promise.all([ask(), ask()]);
  const body = answer(true);
  const again = { status: 200, body: { outcome: 'voted', votes: { count: 1, quorum: 2 } } };
  for (const question of [closed, passedOn])
    expect(await call(`answer?${at(question)}`, { ...ann, body })).toMatchObject(again);
  expect((await call(`answer?${at(closed)}`, { ...bob, body })).body).toEqual({ outcome: 'accepted' });
  expect(await call(`answer?${at(closed)}`, { ...ann, body })).toMatchObject(again);
  expect((await call(`answer?${at(closed)}`, { ...ann, body: answer(true) })).status).toBe(409);
  await started.client.thread(passedOn.thread).reassign(passedOn.id, ['bob', 'carl']);
  expect(await call(`answer?${at(passedOn)}`, { ...ann, body })).toMatchObject(again);
  expect((await call(`answer?${at(passedOn)}`, { ...ann, body: answer(true) })).status).toBe(403);
  expect(await started.client.thread(passedOn.thread).interrupts()).toMatchObject([{ votes: [{ actor: 'ann' }] }]);
});

test('the key of one answer does not swallow the answer to another question', async () => {
  const [one, other] = await askedAll([{ value: 1 }, { value: 2 }]);
  const body = answer('same');
  expect((await call(`answer?${at(one!)}`, { ...ann, body })).status).toBe(200);
  expect((await call(`answer?${at(other!)}`, { ...ann, body })).status).toBe(200);
  expect(await started.client.thread(one!.thread).result()).toEqual(['same', 'same']);
});

test('several answers at once have a result each: one that is refused stops no other (W2)', async () => {
  const schema = { type: 'boolean' };
  const [one, two] = await askedAll([
    { value: 1, schema },
    { value: 2, schema },
  ]);
  const third = await asked({ value: 3, schema });
  const items = (await listed(one!.thread, 2, ann)).items.map(({ bulk }) => bulk);
  expect(items[0]).toBeDefined();
  expect(items[1]).toBe(items[0]);
  const addressed = (question: typeof third, value: unknown) => {
    const { thread, run, id } = question;
    return { thread, run, id, ...answer(value) };
  };
  const answers = [addressed(one!, true), addressed(two!, 'wrong'), addressed(third, false)];
  const { status, body } = await call('answers', { ...ann, body: { answers } });
  expect([status, body]).toMatchObject([
    200,
    {
      results: [
        { id: one!.id, status: 200, answered: { outcome: 'accepted' } },
        { id: two!.id, status: 422, refused: { error: 'InvalidAnswer' } },
        { thread: third.thread, status: 200 },
      ],
    },
  ]);
});

test('a question whose time has run out, or that nobody waits for, is gone: 410 says how it ended (W2)', async () => {
  const [taken, withdrawn] = await Promise.all([
    asked({ value: 1, options: { timeout: '1s', default: 'as always' } }),
    asked({ value: 2 }),
  ]);
  await Promise.all([listed(taken.thread, 1, ann), listed(withdrawn.thread, 1, ann)]);
  await using events = await follow(ann);
  await started.client.thread(withdrawn.thread).cancel();
  await started.client.thread(taken.thread).result();
  await events.until((event) => event.kind === 'closed' && event.thread === taken.thread && event.how === 'default');
  await events.until((event) => event.kind === 'closed' && event.thread === withdrawn.thread);
  expect(await call(`answer?${at(taken)}`, { ...ann, body: answer(1) })).toMatchObject({
    status: 410,
    body: { error: 'InterruptExpired', ending: { how: 'default', answer: 'as always' } },
  });
  expect(await call(`item?${at(withdrawn)}`, ann)).toMatchObject({
    status: 410,
    body: { error: 'InterruptWithdrawn', ending: { how: 'withdrawn' } },
  });
});

test('a person learns nothing of how a question ended that was never theirs to see (W3)', async () => {
  const question = await asked({ value: 1, options: { assignees: ['bob'] } });
  await listed(question.thread, 1, bob);
  expect((await call(`answer?${at(question)}`, { ...bob, body: answer('secret') })).status).toBe(200);
  // Whose it was that had ended before the server looked, the history says.
  await using later = await serve({ authenticate: byHeader });
  const open = await asked({ value: 1, options: { assignees: ['bob'] } });
  const elsewhere = { thread: 'no-such-thread', run: 'r', id: 'i' };
  const { status, body } = await call(`item?${at(open)}`, ann);
  expect(status).toBe(403);
  for (const to of [server, later]) {
    for (const one of [question, open, elsewhere, { ...question, id: 'never' }, { ...open, run: 'never' }]) {
      const sending = { ...ann, to };
      expect(await call(`item?${at(one)}`, sending)).toMatchObject({ status, body });
      expect(await call(`answer?${at(one)}`, { ...sending, body: answer(1) })).toMatchObject({ status, body });
      const passing = { ...sending, body: { assignees: ['ann'] } };
      expect(await call(`reassign?${at(one)}`, passing)).toMatchObject({ status, body });
    }
  }
});

test('after a reset, the answer to what a page had shown before is not taken for what is asked now (A1, W2)', async () => {
  const question = await asked({ value: 'First?' });
  const { askedAt } = (await call<Item>(`item?${at(question)}`, ann)).body;
  const thread = started.client.thread(question.thread);
  await resetBefore(thread, 'start');
  let now = askedAt;
  await until(async () => (now = (await thread.interrupts())[0]?.askedAt ?? askedAt) !== askedAt);
  const send = (seen: string) => call(`answer?${at(question)}`, { ...ann, body: { ...answer('yes'), askedAt: seen } });
  expect(await send(askedAt)).toMatchObject({ status: 409, body: { error: 'InterruptChanged' } });
  expect(await thread.interrupts()).toHaveLength(1);
  expect((await send(now)).status).toBe(200);
  expect(await thread.result()).toBe('yes');
});

test('an answer is not taken for what a reset asks in the moment in which it is sent (A1, W2)', async () => {
  const question = await asked({ value: 'First?' });
  const thread = started.client.thread(question.thread);
  let asks = 0;
  await using unlucky = await serve({
    authenticate: byHeader,
    authorize: async (_actor, _item, action) => {
      if (action !== 'answer' || asks++ > 0) return true;
      await resetBefore(thread, 'start');
      await until(async () => ((await thread.interrupts())[0]?.askedAt ?? question.askedAt) !== question.askedAt);
      return true;
    },
  });
  const send = () => call(`answer?${at(question)}`, { ...ann, to: unlucky, body: answer('yes') });
  expect(await send()).toMatchObject({ status: 409, body: { error: 'InterruptChanged' } });
  expect(await thread.interrupts()).toHaveLength(1);
  expect((await send()).status).toBe(200);
});

test('what a page has held back longer than it may is earlier by five seconds at most, and never later (A7)', async () => {
  const question = await asked({ value: 1, options: { by: { quorum: 4 } } });
  await until(() => Promise.resolve(Date.now() - Date.parse(question.askedAt) > UNDO_MS));
  for (const [as, heldMs, offMs] of [
    ['late', 10 * UNDO_MS, UNDO_MS],
    ['ahead', -UNDO_MS, 0],
  ] as const) {
    const beforeMs = Date.now();
    expect((await call(`answer?${at(question)}`, { as, body: { ...answer(1), heldMs } })).status).toBe(200);
    const [{ votes = [] } = {}] = await started.client.thread(question.thread).interrupts();
    const sentMs = Date.parse(votes.find(({ actor }) => actor === as)!.at) + offMs;
    expect(sentMs).toBeGreaterThanOrEqual(beforeMs);
    expect(sentMs).toBeLessThanOrEqual(Date.now());
  }
  expect((await call(`answer?${at(question)}`, { ...ann, body: { ...answer(1), heldMs: '5' } })).status).toBe(400);
});

test('while no worker is up an answer is queued, and it counts when one is (W2)', async () => {
  const question = await asked({ value: 1 });
  await started.worker.stop();
  try {
    const body = answer('later');
    const path = `answer?${at(question)}`;
    for (let i = 0; i < 2; i++)
      expect(await call(path, { ...ann, body })).toMatchObject({
        status: 202,
        body: { outcome: 'queued', why: expect.stringContaining('counts as soon as it runs again') },
      });
    // Whoever comes second is not told that the answer will count.
    const second = 'ann has answered this';
    expect((await call<Item>(`item?${at(question)}`, bob)).body.obstacle).toContain(second);
    expect(await call(path, { ...bob, body: answer('no') })).toMatchObject({
      status: 202,
      body: { outcome: 'queued', why: expect.stringContaining(second) },
    });
    await started.worker.restart();
    expect((await call(path, { ...ann, body })).status).toBe(200);
    const thread = started.client.thread(question.thread);
    expect(await thread.result()).toBe('later');
    expect(await thread.answers()).toHaveLength(1);
  } finally {
    await started.worker.restart();
  }
});

test('a question is given to others: they see it, it is on record, and whoever has lost it is told (A12)', async () => {
  const question = await asked({ value: 1, options: { assignees: ['ann'] } });
  await listed(question.thread, 1, ann);
  await using anns = await follow(ann);
  await using bobs = await follow(bob);
  const path = `reassign?${at(question)}`;
  const body = { assignees: ['bob', 'group:legal'] };
  expect((await call(path, { ...bob, body })).status).toBe(403);
  for (const wrong of [
    {},
    { assignees: [] },
    { assignees: 'bob' },
    { assignees: [7] },
    { assignees: ['x'.repeat(5_000)] },
  ])
    expect((await call(path, { ...ann, body: wrong })).status).toBe(400);
  // The worker may not have taken the first one in time, on a busy machine.
  let passedOn = await call(path, { ...ann, body });
  await until(async () => passedOn.status !== 202 || (passedOn = await call(path, { ...ann, body })).status !== 202);
  expect(passedOn).toMatchObject({
    status: 200,
    body: { outcome: 'reassigned', item: { assignees: body.assignees, mayAnswer: false, mayReassign: false } },
  });
  const isIt = (event: { kind: string; thread?: string }): boolean => event.thread === question.thread;
  expect(await anns.until((event) => event.kind === 'closed' && isIt(event))).toMatchObject({ how: 'passed on' });
  expect(await bobs.until((event) => event.kind === 'opened' && isIt(event.item))).toMatchObject({
    item: { assignees: body.assignees, mayAnswer: true },
  });
  expect((await call(`items?q=${question.thread}`, ann)).body).toMatchObject({ total: 0 });
  expect((await call(`answer?${at(question)}`, { ...ann, body: answer(1) })).status).toBe(403);
  expect((await call(`answer?${at(question)}`, { ...bob, body: answer(1) })).status).toBe(200);
  expect(await call(path, { ...bob, body })).toMatchObject({ status: 409, body: { error: 'AlreadyAnswered' } });
});

test('while no worker is up a question is not passed on yet, and whoever did it is told (A12, W2)', async () => {
  const question = await asked({ value: 1, options: { assignees: ['ann'] } });
  await started.worker.stop();
  try {
    const why = expect.stringContaining('The question is passed on as soon as it runs again.');
    expect(await call(`reassign?${at(question)}`, { ...ann, body: { assignees: ['bob'] } })).toEqual(
      expect.objectContaining({ status: 202, body: { outcome: 'queued', why } }),
    );
    expect((await call<Item>(`item?${at(question)}`, ann)).body.assignees).toEqual(['ann']);
  } finally {
    await started.worker.restart();
  }
  await until(async () => (await call(`item?${at(question)}`, bob)).status === 200);
});

test('an answer of several that must be the same is a vote: everybody sees it, and it does not close the question (A11)', async () => {
  const question = await asked({
    value: 'Pay?',
    options: { by: { quorum: 2, not: 'mallory' } },
    schema: { type: 'boolean' },
  });
  expect((await listed(question.thread, 1, ann)).items).toMatchObject([{ votes: { count: 0, quorum: 2 } }]);
  await using bobs = await follow(bob);
  const path = `answer?${at(question)}`;
  const body = answer(true);
  const voted = { status: 200, body: { outcome: 'voted', votes: { count: 1, quorum: 2 } } };
  expect(await call(path, { ...ann, body })).toMatchObject(voted);
  expect(await call(path, { ...ann, body })).toMatchObject(voted);
  const changed = await bobs.until((event) => event.kind === 'changed' && event.item.thread === question.thread);
  expect(changed).toMatchObject({ item: { votes: { count: 1, quorum: 2 } } });
  expect((await call(`item?${at(question)}`, bob)).body).toMatchObject({
    question: { votes: [{ actor: 'ann', value: true }] },
  });
  expect((await call(`item?${at(question)}`, { as: 'mallory' })).body).toMatchObject({ mayAnswer: false });
  expect((await call(path, { as: 'mallory', body: answer(true) })).status).toBe(403);
  expect((await call(path, { ...bob, body: answer(true) })).body).toEqual({ outcome: 'accepted' });
  expect(await started.client.thread(question.thread).result()).toBe(true);
});

test('the groups of the person are the server’s, and count where a question asks for them (A11, W3)', async () => {
  const question = await asked({ value: 1, options: { assignees: ['group:legal'], by: 'assignees' } });
  const path = `answer?${at(question)}`;
  const body = { ...answer(1), groups: ['legal'] };
  expect((await call(path, { ...ann, body })).status).toBe(403);
  // Also where `authorize` would let everybody answer.
  await using open = await serve({ authenticate: byHeader, authorize: () => true });
  expect((await call(path, { ...ann, to: open, body })).status).toBe(403);
  expect((await call(path, { as: 'ann legal', body })).body).toEqual({ outcome: 'accepted' });
});

test('answers that differ do not add up in the list (A11, W1)', async () => {
  const question = await asked({ value: 1, options: { by: { quorum: 2 } }, schema: { enum: ['a', 'b'] } });
  await listed(question.thread, 1, ann);
  for (const [as, value] of [['ann', 'a'] as const, ['bob', 'b'] as const])
    expect((await call(`answer?${at(question)}`, { as, body: { value, key: 'k' } })).body).toMatchObject({
      votes: { count: 1, quorum: 2 },
    });
  expect((await listed(question.thread, 1, ann)).items).toMatchObject([{ votes: { count: 1, quorum: 2 } }]);
});
