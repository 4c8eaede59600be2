/** What becomes of an answer that is sent from the inbox (W2), and that the list knows it at once (W1). */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { asked, at, call, follow, listed, started, useInbox } from './fixtures/inbox-scenario.ts';

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
