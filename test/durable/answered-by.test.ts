/** The option `by`: whose answers to a question count, and how many of them (A11). */
import { inspect } from 'node:util';
import type { Thread } from 'holdpoint/client';
import { expect, test, vi } from 'vitest';
import { events } from './fixtures/activities.ts';
import { temporal } from './fixtures/processes.ts';
import { resetBefore } from './fixtures/resets.ts';
import { expectCode, rejection, until, useScenario } from './fixtures/scenario.ts';

const scenario = useScenario();
const { drive } = scenario;

test.each(['asksBy', 'asksByInTask'] as const)(
  'A11: only the assignees and members of their groups answer: %s',
  async (entrypoint) => {
    const { thread } = drive(entrypoint);
    await thread.invoke({ assignees: ['ann', 'group:finance'], by: 'assignees' });
    const only = 'Only `ann` or a member of `finance` may answer';
    expect((await expectCode(thread.resume(true), 'NotAllowed')).message).toMatch(/must say with `actor` who gives it/);
    for (const sender of [{ actor: 'bob' }, { actor: 'bob', groups: ['sales'] }, { actor: 'group:finance' }])
      expect((await expectCode(thread.resume(true, sender), 'NotAllowed')).message).toContain(only);
    const { status, refused } = await thread.state();
    expect(status).toBe('waiting');
    expect(refused.map(({ code }) => code)).toEqual(['NotAllowed', 'NotAllowed', 'NotAllowed', 'NotAllowed']);
    expect(await thread.resume(true, { actor: 'bob', groups: ['sales', 'finance'] })).toMatchObject({
      outcome: 'accepted',
    });
    await thread.result();
    expect(await thread.answers()).toMatchObject([{ actor: 'bob', value: true }]);
  },
);

test('A11: whoever asks does not decide, and a sender who may not answer learns nothing of the schema', async () => {
  const { thread } = drive('asksBy');
  await thread.invoke({ schema: { type: 'boolean' }, by: { not: 'ann' } });
  const error = await expectCode(thread.resume('yes', { actor: 'ann' }), 'NotAllowed');
  expect(error.message).toMatch(/`ann` may not answer .* whoever asks for something does not decide/);
  await expectCode(thread.resume('yes', { actor: 'bob' }), 'InvalidAnswer');
  await thread.resume(true, { actor: 'bob' });
  expect(await thread.result()).toMatchObject({ value: true, actor: 'bob' });
});

test('A11: a question without `by` takes the answer of anybody', async () => {
  const { thread } = drive('asksBy');
  await thread.invoke({ assignees: ['ann'] });
  await thread.resume(true);
  expect(await thread.result()).toMatchObject({ value: true });
});

test('R10: groups that are no list of texts are refused at the call, and by the workflow if they are signalled', async () => {
  const { thread } = drive('asksBy');
  await thread.invoke({ assignees: ['group:finance'], by: 'assignees' });
  // A caller without types may pass anything.
  const groups = 'finance' as unknown as string[];
  await expect(thread.resume(true, { groups })).rejects.toThrow(/Expected `groups` to be a list of strings/);
  await thread.handle.signal('resume', true, { actor: 'ann', groups: 'finance' });
  await thread.handle.signal('resume', true, { actor: 'ann', groups: ['finance', 7] });
  await until(async () => (await thread.state()).refused.length === 2);
  expect((await thread.state()).refused).toMatchObject([
    { code: 'InvalidAnswer', actor: 'ann' },
    { code: 'InvalidAnswer', actor: 'ann' },
  ]);
  await thread.resume(true, { actor: 'ann', groups: ['finance'] });
  await thread.result();
});

test('A1: the signal `answer` has the answer and its address in one argument', async () => {
  const { thread } = drive('asksTwoBy');
  await thread.invoke({ assignees: ['group:finance'], by: 'assignees' });
  const signal = ['workflow', 'signal', '--workflow-id', thread.id, '--name', 'answer', '--input'];
  await temporal(...signal, '{"value":"because","id":"asksTwoBy:2"}');
  await temporal(...signal, '{"value":false,"actor":"ann","groups":["finance"],"key":"k"}');
  expect(await thread.result()).toMatchObject([{ value: false, actor: 'ann' }, 'because']);
  // Another answer with this key is the same one (A8).
  expect(await thread.resume(true, { key: 'k' })).toEqual({ outcome: 'accepted', id: 'asksTwoBy:1', key: 'k' });
});

test('A1: anything but one object with a value is refused with a sentence, which does not repeat the answer', async () => {
  const { thread } = drive('asksBy');
  await thread.invoke({});
  await thread.handle.signal('answer');
  await thread.handle.signal('answer', 'secret');
  await thread.handle.signal('answer', ['secret']);
  await thread.handle.signal('answer', { actor: 'ann' });
  await thread.handle.signal('answer', { value: 'secret', id: 7, key: 'k' });
  await thread.handle.signal('answer', { value: 'secret' }, { id: 'asksBy:1' });
  await thread.handle.signal('answer', new Uint8Array(1_900_000));
  await until(async () => (await thread.state()).refused.length === 7);
  const { refused } = await thread.state();
  for (const { code, message } of refused) {
    expect(code).toBe('InvalidAnswer');
    expect(message).toMatch(/^Expected the one argument of the signal to be \{ value, id\?/);
    expect(message).not.toContain('secret');
  }
  expect(refused.map(({ message }) => message.split('got ')[1])).toEqual([
    '0 arguments.',
    'a string.',
    'a list.',
    '{"actor":"ann"}, without a `value`.',
    '{"id":7,"key":"k"}.',
    '2 arguments.',
    'bytes.',
  ]);
  await thread.handle.signal('answer', { value: null });
  expect(await thread.result()).toMatchObject({ value: null });
});

test('A8: our client recognises an answer that was sent with the signal `answer` and the same key', async () => {
  const { thread } = drive('asksBy');
  await thread.invoke({});
  await thread.handle.signal('answer', { value: 1, key: 'k', actor: 'ann' });
  expect(await thread.resume(2, { key: 'k' })).toMatchObject({ outcome: 'accepted', id: 'asksBy:1' });
  expect(await thread.result()).toMatchObject({ value: 1, actor: 'ann' });
});

/** A slow machine may need longer than a person would wait. */
const wait = '20 seconds';
const two = { schema: { type: 'boolean' }, by: { quorum: 2 } } as const;

/** The votes of the one open question, from the server. */
async function votes(thread: Pick<Thread, 'interrupts'>): Promise<unknown[]> {
  const [question] = await thread.interrupts();
  return (question?.votes ?? []).map(({ actor, value }) => [actor, value]);
}

test.each(['asksBy', 'asksByInTask'] as const)(
  'A11: a question closes when two different people have given the same answer: %s',
  async (entrypoint) => {
    const { thread } = drive(entrypoint);
    await thread.invoke(two);
    await expectCode(thread.resume(true), 'NotAllowed');
    expect(await thread.resume(true, { actor: 'ann', key: 'k1' })).toEqual({
      outcome: 'voted',
      id: expect.any(String),
      key: 'k1',
      count: 1,
      quorum: 2,
    });
    // The same person, and the same key, once more.
    expect(await thread.resume(true, { actor: 'ann' })).toMatchObject({ outcome: 'voted', count: 1 });
    expect(await thread.resume(true, { actor: 'bob', key: 'k1' })).toMatchObject({ outcome: 'voted', count: 1 });
    expect(await votes(thread)).toEqual([['ann', true]]);
    expect(await thread.answers()).toEqual([]);
    expect(await thread.resume(true, { actor: 'bob' })).toMatchObject({ outcome: 'accepted' });
    await thread.result();
    const at = expect.any(String);
    const agreed = [
      { actor: 'ann', at },
      { actor: 'bob', at },
    ];
    expect(await thread.answers()).toMatchObject([{ value: true, actor: 'bob', how: 'answered', votes: agreed }]);
    await expectCode(thread.resume(true, { id: `${entrypoint}:1`, actor: 'cleo' }), 'ThreadClosed');
  },
);

test('A11: a refusal closes the question at once, and its record says who had agreed', async () => {
  const { thread } = drive('asksBy');
  await thread.invoke({ ...two, by: { quorum: 3 } });
  await thread.resume(true, { actor: 'ann' });
  await thread.resume(true, { actor: 'bob' });
  // Bob has changed his mind.
  expect(await thread.resume(false, { actor: 'bob' })).toMatchObject({ outcome: 'accepted' });
  expect(await thread.result()).toMatchObject({
    value: false,
    actor: 'bob',
    votes: [{ actor: 'ann', at: expect.any(String) }],
  });
});

test('A11: decisions are compared as a whole, a vote of the same person replaces the one before, and a rejection closes', async () => {
  const { thread } = drive('asksDecisionBy');
  await thread.invoke();
  const edit = (amount: number) => ({ type: 'edit', args: { amount } });
  await thread.resume(edit(100), { actor: 'ann' });
  expect(await thread.resume(edit(90), { actor: 'bob' })).toMatchObject({ outcome: 'voted', count: 1 });
  expect(await thread.resume({ type: 'approve' }, { actor: 'ann' })).toMatchObject({ outcome: 'voted', count: 1 });
  expect(await votes(thread)).toEqual([
    ['bob', edit(90)],
    ['ann', { type: 'approve' }],
  ]);
  await thread.resume({ args: { amount: 90 }, type: 'edit' }, { actor: 'cleo' });
  expect(await thread.result()).toMatchObject({ value: edit(90), votes: [{ actor: 'bob' }, { actor: 'cleo' }] });

  const rejected = drive('asksDecisionBy').thread;
  await rejected.invoke();
  await rejected.resume({ type: 'approve' }, { actor: 'ann' });
  await rejected.resume({ type: 'reject', reason: 'No.' }, { actor: 'bob' });
  expect(await rejected.result()).toMatchObject({ value: { type: 'reject' }, actor: 'bob', votes: [{ actor: 'ann' }] });
});

test('A5: each vote is checked, votes are compared as they were sent, and the last one is parsed', async () => {
  const { thread } = drive('asksAmountBy');
  await thread.invoke();
  await expectCode(thread.resume({ amount: 'much' }, { actor: 'ann' }), 'InvalidAnswer');
  await thread.resume({ amount: '120' }, { actor: 'ann' });
  // The same number, but another answer.
  expect(await thread.resume({ amount: '120.0' }, { actor: 'bob' })).toMatchObject({ outcome: 'voted', count: 1 });
  await thread.resume({ amount: '120' }, { actor: 'bob' });
  expect(await thread.result()).toMatchObject({ value: { amount: 120 } });
  expect(await thread.answers()).toMatchObject([{ value: { amount: '120' } }]);
});

test('A11: votes that are too long together are refused, and the run goes on; a refusal closes it whoever gives it', async () => {
  const { thread } = drive('asksBy');
  await thread.invoke({ by: { quorum: 20 } });
  for (let n = 0; n < 5; n++) await thread.resume({ n, text: 'x'.repeat(100_000) }, { actor: `voter ${n}` });
  for (const [value, actor] of [
    ['x'.repeat(100_000), 'zoe'],
    ['yes', 'z'.repeat(1_900_000)],
  ] as const)
    expect((await expectCode(thread.resume(value, { actor, wait }), 'InvalidAnswer')).message).toBe(
      'The votes of `asksBy:1` would be longer than 512 KB together. A refusal still closes it.',
    );
  await thread.handle.signal('resume', 'yes', { id: 'i'.repeat(1_900_000) });
  await until(async () => (await thread.state()).refused.length === 3);
  expect((await thread.state()).interrupts[0]?.votes).toHaveLength(5);
  await thread.resume(false, { actor: 'z'.repeat(1_900_000) });
  expect(await thread.result()).toMatchObject({ value: false });
  const [closed] = events.get(thread.id)?.slice(-1) ?? [];
  expect(closed).toMatchObject({ kind: 'closed', actor: expect.stringMatching(/^z{199}…$/), truncated: true });
});

test('A11: assignees who are too few to answer are refused where it is asked; groups may have enough', async () => {
  const quorum = { only: 'assignees', quorum: 2 } as const;
  const few = drive('asksBy').thread;
  const error = await rejection(few.invoke({ assignees: ['ann', 'ann', 'eve'], by: { ...quorum, not: 'eve' } }));
  expect(inspect(error)).toMatch(/`assignees` to have at least 2 whose answers count, .*got 1/);
  const { thread } = drive('asksBy');
  await thread.invoke({ assignees: ['group:finance'], by: quorum });
  await thread.reassign('asksBy:1', ['ann', 'bob']);
  for (const actor of ['ann', 'bob']) await thread.resume(1, { actor });
  expect(await thread.result()).toMatchObject({ value: 1 });
});

test('A6: when time runs out, the votes count for nothing', async () => {
  const { thread } = drive('asksBy');
  await thread.invoke({ ...two, timeout: '2 seconds', default: false });
  await thread.resume(true, { actor: 'ann' });
  const result = await thread.result();
  expect(result).toEqual({ value: false, at: expect.any(String), how: 'default' });
  const [answer] = await thread.answers();
  expect(answer).not.toHaveProperty('votes');
});

test('A11: the votes are seen by readers, in the Web UI and by `notify`, and the history says which answer was a vote', async () => {
  const { thread } = drive('asksBy');
  await thread.invoke(two);
  const [question] = await thread.interrupts();
  const asksWorker = vi.spyOn(thread.handle.client.workflowService, 'queryWorkflow');
  await thread.resume(true, { ...question, actor: 'ann', key: 'k1', wait });
  // What became of the vote is in the history.
  expect(asksWorker).not.toHaveBeenCalled();
  asksWorker.mockRestore();
  const items: unknown[] = [];
  for await (const item of thread.follow({ from: 'start', mode: 'interrupts' })) items.push(item);
  const voted = [{ actor: 'ann', at: expect.any(String), value: true }];
  expect(items).toMatchObject([
    { kind: 'opened', interrupt: { by: { quorum: 2 } } },
    { kind: 'changed', how: 'voted', actor: 'ann', key: 'k1', count: 1, quorum: 2, interrupt: { votes: voted } },
  ]);
  expect((await thread.state()).interrupts).toMatchObject([{ votes: voted }]);
  const details = await thread.handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
  expect(details.currentDetails).toContain('Votes so far: ann: true');
  await thread.resume(true, { actor: 'bob' });
  await thread.result();
  expect(events.get(thread.id)).toMatchObject([
    { kind: 'opened', by: { quorum: 2 } },
    { kind: 'voted', actor: 'ann', answer: true, votes: voted },
    { kind: 'closed', actor: 'bob', answer: true, votes: voted },
  ]);
});

test('A10: after a reset, votes count again for the question with the same value', async () => {
  const { thread } = drive('asksBy');
  await thread.invoke(two);
  await thread.resume(true, { actor: 'ann' });
  await resetBefore(thread, 'start');
  await until(async () => (await votes(thread)).length === 1);
  expect(await votes(thread)).toEqual([['ann', true]]);
  expect(await thread.resume(true, { actor: 'ann' })).toMatchObject({ outcome: 'voted', count: 1 });
  await thread.resume(true, { actor: 'bob' });
  expect(await thread.result()).toMatchObject({ votes: [{ actor: 'ann' }, { actor: 'bob' }] });
});

test('A10: an answer that a reset delivers again closes its question, with the votes that came before', async () => {
  const { thread } = drive('asksBy');
  await thread.invoke(two);
  await thread.resume(true, { actor: 'ann' });
  await thread.resume(true, { actor: 'bob' });
  await thread.result();
  await resetBefore(thread, 'start');
  expect(await thread.result()).toMatchObject({ actor: 'bob', votes: [{ actor: 'ann' }, { actor: 'bob' }] });
});

test('A12: after a reassignment, only the new assignees vote, and votes stay', async () => {
  const { thread } = drive('asksBy');
  await thread.invoke({ ...two, assignees: ['ann', 'bob'], by: { only: 'assignees', quorum: 2 } });
  await thread.resume(true, { actor: 'ann' });
  await expectCode(thread.resume(true, { actor: 'cleo', key: 'c' }), 'NotAllowed');
  await thread.reassign('asksBy:1', ['cleo']);
  await expectCode(thread.resume(true, { actor: 'bob' }), 'NotAllowed');
  expect(await votes(thread)).toEqual([['ann', true]]);
  // What was not allowed may be sent again with its key.
  expect(await thread.resume(true, { actor: 'cleo', key: 'c' })).toMatchObject({ outcome: 'accepted' });
  expect(await thread.result()).toMatchObject({ votes: [{ actor: 'ann' }, { actor: 'cleo' }] });
});

test('A4: several answers at once may be votes, and a vote is not an answer that failed', async () => {
  const { thread } = drive('asksTwoBy');
  await thread.invoke({ by: { quorum: 2 } });
  const [first, second] = await thread.interrupts();
  expect(
    await thread.resumeAll([
      { ...first!, value: true, actor: 'ann' },
      { ...second!, value: 'because', actor: 'ann' },
    ]),
  ).toMatchObject([{ outcome: 'voted', count: 1, quorum: 2 }, { outcome: 'accepted' }]);
  await thread.resume(true, { actor: 'bob' });
  await thread.result();
});
