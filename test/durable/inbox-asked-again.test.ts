/** What the inbox says of a question that is asked again, because its answer could not be used (A5). */
import { randomUUID } from 'node:crypto';
import { signedLinks } from 'holdpoint/inbox';
import { expect, test } from 'vitest';
import type { Item } from '../../src/inbox/api.ts';
import { countingClient } from './fixtures/requests.ts';
import { at, byHeader, call, openOf, serve, started, useInbox } from './fixtures/inbox-scenario.ts';
import type { Boxes } from './fixtures/inbox-activities.ts';
import { resetBefore } from './fixtures/resets.ts';
import { until } from './fixtures/scenario.ts';

const keys = [{ id: 'key', secret: 'k'.repeat(32) }];
useInbox({ linkKeys: keys });

const ann = { as: 'ann' };

type Question = Awaited<ReturnType<typeof openOf>>[number];

async function askedFor(boxes: Boxes): Promise<readonly Question[]> {
  const thread = `boxes-${randomUUID()}`;
  await started.client.thread(thread, 'careful').start(boxes);
  return openOf(thread, boxes.times ?? 1);
}

/** Answers as Ann on the page. */
async function answered(question: Question, value: string): Promise<void> {
  const body = { value, key: randomUUID() };
  expect((await call(`answer?${at(question)}`, { ...ann, body })).status).toBe(200);
}

/** The question that asks again. */
async function askedAgain(thread: string): Promise<Question> {
  let again: Question | undefined;
  await until(async () => {
    const open = await started.client.thread(thread).interrupts();
    again = open.map((one) => ({ ...one, thread })).find(({ problems }) => problems);
    return again !== undefined;
  });
  return again!;
}

test('it says what was answered before and by whom, by a link and without a worker, too (A5, W4)', async () => {
  const [question] = await askedFor({ assignees: ['ann'] });
  expect((await call<Item>(`item?${at(question!)}`, ann)).body).not.toHaveProperty('before');
  await answered(question!, 'many');
  const again = await askedAgain(question!.thread);
  const before = { actor: 'ann', value: 'many' };
  expect(await call(`item?${at(again)}`, ann)).toMatchObject({ status: 200, body: { before } });
  const href = signedLinks({ url: 'http://inbox', keys })(again, { actor: 'ann', expires: '1h' });
  const linked = { headers: { authorization: `Link ${new URL(href).hash.slice(1)}` } };
  await started.worker.stop();
  try {
    expect((await call<Item>(`item?${at(again)}`, linked)).body.before).toEqual(before);
  } finally {
    await started.worker.restart();
  }
  // The next answer is the one before then.
  await answered(again, 'some');
  await until(async () => (await askedAgain(again.thread)).id !== again.id);
  const third = await askedAgain(again.thread);
  expect((await call<Item>(`item?${at(third)}`, ann)).body.before).toEqual({ actor: 'ann', value: 'some' });
});

test('those who have the question now are told, and nobody else (A5, A12)', async () => {
  const [question] = await askedFor({ assignees: ['ann'] });
  await answered(question!, 'many');
  const again = await askedAgain(question!.thread);
  const bob = { as: 'bob' };
  expect((await call(`item?${at(again)}`, bob)).status).toBe(403);
  const body = { assignees: ['bob'] };
  expect((await call(`reassign?${at(again)}`, { ...ann, body })).status).toBe(200);
  const before = { actor: 'ann', value: 'many' };
  expect(await call(`item?${at(again)}`, bob)).toMatchObject({ status: 200, body: { before } });
  expect((await call(`item?${at(again)}`, ann)).status).toBe(403);
});

test('the history is read for a question that is asked again, and for no other', async () => {
  await using own = await countingClient(started.taskQueue);
  await using counted = await serve({ client: own.client, authenticate: byHeader });
  const reads = async (question: Question): Promise<number> => {
    own.take();
    expect((await call(`item?${at(question)}`, { ...ann, to: counted })).status).toBe(200);
    return own.take()['GetWorkflowExecutionHistory'] ?? 0;
  };
  const [question] = await askedFor({});
  expect(await reads(question!)).toBe(0);
  await answered(question!, 'many');
  expect(await reads(await askedAgain(question!.thread))).toBe(1);
});

test('after a reset, which repeats the answer or keeps it, it still says what was answered before (A5, A10)', async () => {
  const [question] = await askedFor({});
  const client = started.client.thread(question!.thread);
  await answered(question!, 'many');
  const again = await askedAgain(client.id);
  for (const reset of [() => resetBefore(client, 'start'), () => resetBefore(client, again.id)]) {
    const { askedAt } = await askedAgain(client.id);
    await reset();
    await until(async () => (await askedAgain(client.id)).askedAt !== askedAt);
    expect(await call(`item?${at(again)}`, ann)).toMatchObject({ body: { before: { actor: 'ann', value: 'many' } } });
  }
});

test('of equal questions, each has its own answer before (A5, I7)', async () => {
  const [first, second] = await askedFor({ times: 2 });
  await answered(first!, 'many');
  await answered(second!, '12');
  const again = await askedAgain(first!.thread);
  expect((await call<Item>(`item?${at(again)}`, ann)).body.before).toEqual({ actor: 'ann', value: 'many' });
});
