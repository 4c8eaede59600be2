/** examples/approvals: its patterns without mail and Slack, as a user would run them (A5–A7, A11, T3, I1). */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Command, type Interrupt, type Thread } from 'holdpoint/client';
import type { Test } from 'holdpoint/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as activities from '../../examples/approvals/activities.ts';
import type * as workflows from '../../examples/approvals/workflows.ts';
import { startTest } from './fixtures/start-test.ts';
import { expectCode, until } from './fixtures/scenario.ts';

const workflowsPath = fileURLToPath(new URL('../../examples/approvals/workflows.ts', import.meta.url));
const replay = process.env['HOLDPOINT_REPLAY'] === '1';

let approvals: Test<typeof workflows>;
beforeAll(async () => {
  approvals = await startTest<typeof workflows>({ workflowsPath, activities, replay });
});
afterAll(() => approvals[Symbol.asyncDispose]());

/** Answers the open question, and what is asked next, if anything is. */
async function answer(thread: Thread, value: unknown, actor?: string): Promise<Interrupt | undefined> {
  const { interrupts } = await thread.invoke(new Command({ resume: value, actor }));
  return interrupts?.[0];
}

function threadId(): string {
  return `approval-${randomUUID()}`;
}

test('escalation: the question of a person who does not answer in time expires, and the next person is asked (A6)', async () => {
  const thread = approvals.client.thread(threadId(), 'escalation');
  await thread.start({ question: 'Pay 120?', people: ['ann', 'bob', 'cleo'], within: '200ms' });
  await until(async () => (await thread.state()).interrupts[0]?.assignees?.[0] === 'cleo');
  expect(await thread.state()).toMatchObject({ interrupts: [{ id: 'escalation:3', value: 'Pay 120?' }] });
  await expectCode(thread.resume(true, { id: 'escalation:1', actor: 'ann' }), 'InterruptExpired');
  await thread.resume(true, { actor: 'cleo' });
  expect(await thread.result()).toMatchObject({ value: true, actor: 'cleo', how: 'answered' });
  expect(await thread.answers()).toMatchObject([{ id: 'escalation:3' }]);
});

test('escalation: an answer in time asks nobody else', async () => {
  const thread = approvals.client.thread(threadId(), 'escalation');
  await thread.invoke({ question: 'Pay 120?', people: ['ann', 'bob'] });
  expect(await answer(thread, false, 'ann')).toBeUndefined();
  expect(await thread.result()).toMatchObject({ value: false, actor: 'ann' });
});

test('two of a group: two different people other than the requester, and a refused answer says why (A7 A11)', async () => {
  const thread = approvals.client.thread(threadId(), 'twoOfGroup');
  const request = { what: 'Pay 120', requester: 'ann', group: 'finance' };
  expect((await thread.invoke(request)).interrupts).toMatchObject([
    { title: 'Pay 120: two of finance must agree', expiresAt: expect.any(String) },
  ]);
  const refusal = async (actor?: string) => (await expectCode(answer(thread, true, actor), 'NotAllowed')).message;
  expect(await refusal()).toMatch(/must say with `actor` who gives it/);
  expect(await refusal('ann')).toMatch(/whoever asks for something does not decide/);
  expect(await refusal('dora')).toMatch(/Only .*`bob`.* may answer/);
  expect(await answer(thread, true, 'bob')).toMatchObject({ votes: [{ actor: 'bob', value: true }] });
  expect(await answer(thread, true, 'bob')).toMatchObject({ votes: [{ actor: 'bob', value: true }] });
  expect(await answer(thread, true, 'cleo')).toBeUndefined();
  expect(await thread.result()).toEqual({ approved: true, agreed: ['bob', 'cleo'] });
});

test('two of a group: one refusal ends it, and so does the time (A6)', async () => {
  const request = { what: 'Pay 120', requester: 'ann', group: 'finance' };
  const refused = approvals.client.thread(threadId(), 'twoOfGroup');
  await refused.invoke(request);
  await answer(refused, true, 'bob');
  await answer(refused, false, 'cleo');
  expect(await refused.result()).toEqual({ approved: false, agreed: ['bob'], why: 'refused by cleo' });
  const silent = approvals.client.thread(threadId(), 'twoOfGroup');
  await silent.start({ ...request, withinMs: 200 });
  expect(await silent.result()).toEqual({ approved: false, agreed: [], why: 'out of time' });
});

test('ask until a rule holds: each question says what was wrong with the last answer', async () => {
  const thread = approvals.client.thread(threadId(), 'askUntil');
  await thread.invoke('Miller');
  await expectCode(thread.resume({ invoice: 'R-17' }), 'InvalidAnswer');
  expect(await answer(thread, { invoice: 'R-1', amount: 120 })).toMatchObject({
    id: 'askUntil:2',
    description: 'There is no invoice R-1.',
  });
  expect(await answer(thread, { invoice: 'R-17', amount: 210 })).toMatchObject({
    id: 'askUntil:3',
    description: 'Invoice R-17 is over 120, not 210.',
  });
  await answer(thread, { invoice: 'R-17', amount: 120 });
  expect(await thread.result()).toEqual({ id: 'R-17', amount: 120 });
});

test('a task that fails because of its answer is called again, and asks again (T3)', async () => {
  const thread = approvals.client.thread(threadId(), 'failsOnAnswer');
  expect((await thread.invoke(120)).interrupts).toMatchObject([{ id: 'pay:1', value: 'Which account pays 120?' }]);
  expect(await answer(thread, 'savings')).toMatchObject({ id: 'pay:2', description: 'Account savings is frozen.' });
  await answer(thread, 'current');
  expect(await thread.result()).toBe('120 paid from current');
});
