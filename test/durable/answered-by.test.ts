/** The option `by`: whose answers to a question count, and how many of them (A11). */
import { expect, test } from 'vitest';
import { temporal } from './fixtures/processes.ts';
import { expectCode, until, useScenario } from './fixtures/scenario.ts';

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
  await until(async () => (await thread.state()).refused.length === 6);
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
