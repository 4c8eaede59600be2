/** Answers are checked, arrive in time and have a sender, and `notify` tasks hear of their questions (A5–A7, R9). */
import { expect, test } from 'vitest';
import { events } from './fixtures/activities.ts';
import { ran } from './fixtures/entries.ts';
import { openGate, reached } from './fixtures/gates.ts';
import { temporal } from './fixtures/processes.ts';
import { expectCode, asking, rejection, startScenario, until, useScenario } from './fixtures/scenario.ts';

const scenario = useScenario();
const { drive } = scenario;

test('an answer is checked against a JSON Schema (A4 A5)', async () => {
  const { send, reply, thread } = drive('asksAge');
  const [asked] = await send();
  expect(asked).toEqual({ __interrupt__: [{ id: 'ask:1', value: 'age?', schema: { type: 'integer', minimum: 0 } }] });
  for (const [answer, message] of [
    ['41', /"string".*"integer"/],
    [-1, /-1 is less than 0/],
    [1.5, /"number".*"integer"/],
  ] as const) {
    const error = await expectCode(thread.resume(answer), 'InvalidAnswer');
    expect(error.message).toMatch(message);
    expect(error).toMatchObject({ problems: [{ path: '', message: expect.stringMatching(message) }] });
  }
  expect((await thread.state()).interrupts).toMatchObject([{ id: 'ask:1' }]);
  expect(ran(thread, 'ask')).toBe(1);
  expect(await reply(41)).toEqual([{ ask: 41 }, { asksAge: 41 }]);
  expect(ran(thread, 'ask')).toBe(2);
});

test.each(['asksWeightInTask', 'asksWeightInBody'] as const)(
  'a zod schema travels as JSON Schema, and parses the answer: %s (A5)',
  async (entrypoint) => {
    const { send, thread } = drive(entrypoint);
    const [asked] = (await send()) as [{ __interrupt__: [{ schema: Record<string, unknown> }] }];
    expect(asked.__interrupt__[0].schema).toMatchObject({ type: 'object', required: ['n'] });
    const error = await expectCode(thread.resume({ unit: 'g' }), 'InvalidAnswer');
    expect(error).toMatchObject({ problems: [{ message: expect.stringContaining('"n"') }] });
    await thread.resume({ n: 2 });
    expect(await thread.result()).toEqual({ n: 2, unit: 'kg' });
    // The record keeps what was sent.
    expect(await thread.answers()).toMatchObject([{ value: { n: 2 } }]);
  },
);

test('the answer of a bare signal is checked too (A4 A5)', async () => {
  const { send, thread } = drive('asksAge');
  await send();
  const signal = ['workflow', 'signal', '--workflow-id', thread.id, '--name', 'resume', '--input'];
  await temporal(...signal, '"abc"');
  await until(async () => (await thread.state()).refused.length === 1);
  expect(await thread.state()).toMatchObject({ status: 'waiting', refused: [{ code: 'InvalidAnswer', id: 'ask:1' }] });
  await temporal(...signal, '41');
  expect(await thread.result()).toBe(41);
});

test('a timeout with a default returns the default, which yields no update (A6 A7 A2 S2 S3)', async () => {
  const { send, readOn, thread } = drive('asksWithDefault');
  expect(await send()).toEqual([asking('asksWithDefault:1', 'go?')]);
  expect((await thread.state()).interrupts).toMatchObject([{ expiresAt: expect.stringMatching(/Z$/) }]);
  // From there it ends at once: nothing but an answer, or the timer, is left to wait for.
  expect(await readOn()).toEqual([]);
  await until(async () => (await thread.state()).interrupts.length === 0);
  await expectCode(thread.resume('yes', { id: 'asksWithDefault:1' }), 'InterruptExpired');
  await expectCode(thread.resume('yes'), 'NotPending');
  expect(await thread.answers()).toMatchObject([{ id: 'asksWithDefault:1', value: 'no', how: 'default' }]);
  await reached(thread, 'g');
  openGate(thread, 'g');
  expect(await readOn()).toEqual([{ hold: null }, { asksWithDefault: 'no' }]);
  expect(await thread.result()).toBe('no');
});

test('a timeout without a default throws (A6)', async () => {
  const caught = drive('expiresInTask');
  const thrown = drive('expiresInTask');
  await Promise.all([caught.thread.start(true), thrown.thread.start(false)]);
  expect(await caught.thread.result()).toBe('too late');
  expect(ran(caught.thread, 'brief')).toBe(2);
  await expectCode(thrown.thread.result(), 'InterruptExpired');
  const body = drive('expiresInBody').thread;
  await body.start();
  expect(await body.result()).toBe('too late');
});

test('an answer in time wins over the default (A6)', async () => {
  const { send, thread } = drive('asksWithDefault');
  await send();
  await thread.resume('yes', { id: 'asksWithDefault:1' });
  await reached(thread, 'g');
  // The deadline is cancelled, so nothing of it is left in the history.
  const { events: history } = await thread.handle.fetchHistory();
  expect((history ?? []).filter((event) => event.timerCanceledEventAttributes)).toHaveLength(1);
  openGate(thread, 'g');
  expect(await thread.result()).toBe('yes');
});

test('A6: without a worker at the deadline, an answer sent before the worker is back wins, and no answer gives the default', async () => {
  await using own = await startScenario();
  const [answered, silent] = ['a', 'b'].map((name) => own.client.thread(`${name}-${own.taskQueue}`, 'a6date'));
  await answered!.invoke(1500);
  await silent!.invoke(1500);
  await own.worker.stop();
  await answered!.resume('in time', { wait: 0 });
  await until(async () => timers(await answered!.handle.fetchHistory()) && timers(await silent!.handle.fetchHistory()));
  await own.worker.restart();
  expect(await answered!.result()).toBe('in time');
  expect(await silent!.result()).toBe('by default');
});

function timers({ events: history }: { events?: { timerFiredEventAttributes?: unknown }[] | null }): boolean {
  return (history ?? []).some((event) => event.timerFiredEventAttributes);
}

test('A6: a deadline in the past ends the question at once', async () => {
  const { thread } = drive('a6date');
  await thread.start(-1000);
  expect(await thread.result()).toBe('by default');
});

test('A5: in a body, a check that JSON Schema cannot express refuses the answer at once', async () => {
  const { send, thread } = drive('a5body');
  await send();
  const error = await expectCode(thread.resume(3), 'InvalidAnswer');
  expect(error.message).toMatch(/Expected an even number. The question stays open/);
  await thread.resume(4);
  expect(await thread.result()).toBe(4);
});

test('A5: in a task, such a check refuses when the task runs again, and the question opens once more with the problems', async () => {
  const { send, reply, thread } = drive('a5refined');
  expect(await send()).toEqual([asking('refined:1', 'even?')]);
  const again = await reply(3);
  expect(again).toEqual([asking('refined:1#2', 'even?')]);
  expect(again).toMatchObject([{ __interrupt__: [{ problems: [{ path: '', message: 'Expected an even number' }] }] }]);
  expect(await reply(5)).toEqual([asking('refined:1#3', 'even?')]);
  expect(await reply(4)).toEqual([{ refined: 4 }, { a5refined: 4 }]);
  expect(ran(thread, 'refined')).toBe(4);
});

test('A5: of two equal questions, the repeated one keeps its place', async () => {
  const { send, thread } = drive('a5twins');
  expect(await send()).toEqual([asking('twins:1', 'how many?'), asking('twins:1#2', 'how many?')]);
  await thread.resume(3, { id: 'twins:1' });
  await thread.resume(10, { id: 'twins:1#2' });
  expect(await thread.follow().next()).toMatchObject({
    value: { __interrupt__: [{ id: 'twins:1' }, { id: 'twins:1#2' }] },
  });
  await until(async () => (await thread.state()).interrupts.length === 1);
  await thread.resume(20, { id: 'twins:1#3' });
  expect(await thread.result()).toEqual([20, 10]);
});

test('A5 A6: transforms reach the code, of an answer and of a default', async () => {
  const { send, thread } = drive('a5transform');
  await send();
  await thread.resume('hello');
  // The second question is a task's, and times out.
  expect(await thread.result()).toEqual([5, 4]);
});

test.each([
  ['large', 'TypeError', /at most 32 KB/],
  ['default', 'InvalidAnswer', /Expected the default of `a5declared:1` to fit its schema/],
  ['task', 'TypeError', /Expected `default` to fit `schema`/],
] as const)(
  'A5: a schema or default that makes no sense is refused where it is declared: %s',
  async (what, type, message) => {
    const { thread } = drive('a5declared');
    const error = await rejection(thread.invoke(what));
    expect(error.type).toBe(type);
    expect(error.message).toMatch(message);
    expect(ran(thread, 'badDefault')).toBe(what === 'task' ? 1 : 0);
  },
);

test.each([
  ['async', /check synchronously/],
  ['throws', /not to throw/],
] as const)('A5: a schema that cannot check refuses the answer, and the run is not lost: %s', async (what, message) => {
  const { send, thread } = drive('a5declared');
  await send(what);
  expect((await expectCode(thread.resume('x'), 'InvalidAnswer')).message).toMatch(message);
  expect(await thread.state()).toMatchObject({ status: 'waiting' });
});

test('A5: an answer is bounded before a pattern runs on it', async () => {
  const { send, thread } = drive('a5pattern');
  await send();
  expect((await expectCode(thread.resume('a'.repeat(1_000_000)), 'InvalidAnswer')).message).toMatch(
    /at most 10000 characters/,
  );
  await expectCode(thread.resume('abc'), 'InvalidAnswer');
  await thread.resume('abab');
  expect(await thread.result()).toBe('abab');
});

test('A6: one question of a task times out while the other waits', async () => {
  const { send, thread } = drive('a6parallel');
  await send();
  await until(async () => (await thread.state()).interrupts.length === 1);
  await thread.resume('by hand');
  expect(await thread.result()).toEqual(['by hand', 'by default']);
  expect(ran(thread, 'slowAndTimed')).toBe(2);
});

test('A7: `interrupt.record` says who answered, when and how, in a body and in a task', async () => {
  const { send, reply, thread } = drive('a7record');
  await send();
  await thread.resume('yes', { actor: 'ann' });
  await until(async () => (await thread.state()).interrupts.length === 1);
  const at = expect.stringMatching(/^\d{4}-/);
  expect((await reply('done')).at(-1)).toEqual({
    a7record: [
      { value: 'yes', actor: 'ann', at, how: 'answered' },
      { value: 'done', at, how: 'answered' },
    ],
  });
});

test('R9: `notify` runs when a question opens and closes, yields no update, and delays nothing', async () => {
  const { send, thread } = drive('told');
  expect(await send('answer')).toEqual([asking('told:1', 'q')]);
  await thread.resume('v', { actor: 'ann' });
  expect(await thread.result()).toBe('v');
  const about = {
    thread: thread.id,
    entrypoint: 'told',
    id: 'told:1',
    value: 'q',
    title: 'T',
    assignees: ['ann'],
    run: expect.any(String),
  };
  expect(events.get(thread.id)).toMatchObject([
    { ...about, kind: 'opened' },
    { ...about, kind: 'closed', how: 'answered', answer: 'v', actor: 'ann', notified: { message: 7 } },
  ]);
});

test.each([
  ['a body', 'grouped:1', { group: 'm1', confirm: 'refund A' }],
  ['a task', 'ask:1', { group: 'm2', confirm: 'mail all' }],
])(
  'a group and a confirm text are shown wherever the question of %s is, and an answer needs neither (I4 R9)',
  async (_where, id, shown) => {
    const { thread } = drive('grouped');
    await thread.start();
    await until(async () => (await thread.interrupts()).length === 3);
    expect((await thread.interrupts()).find((one) => one.id === id)).toMatchObject(shown);
    const { interrupts } = await thread.state();
    expect(interrupts.find((one) => one.id === id)).toMatchObject(shown);
    const { currentDetails } = await thread.handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
    expect(currentDetails).toContain(`in group \`${shown.group}\``);
    expect(currentDetails).toContain(`asks to type \`${shown.confirm}\``);
    const ofGroup: string[] = [];
    await until(async () => {
      ofGroup.length = 0;
      for await (const one of scenario.client.interrupts({ entrypoint: 'grouped', group: shown.group }))
        if (one.thread === thread.id) ofGroup.push(one.id);
      return ofGroup.length > 0;
    });
    expect(ofGroup).toEqual(shown.group === 'm1' ? ['grouped:1', 'grouped:2'] : ['ask:1']);
    for (const { id: open } of interrupts) await thread.resume({ type: 'approve' }, { id: open });
    await thread.result();
    const told = (events.get(thread.id) ?? []).filter((event) => event.id === id);
    expect(told).toMatchObject([
      { ...shown, kind: 'opened' },
      { ...shown, kind: 'closed' },
    ]);
  },
);

test('a due time, tags and a priority are shown wherever a question is, and hold up no answer (I4 R9)', async () => {
  const { thread } = drive('labelled');
  await thread.start();
  await until(async () => (await thread.interrupts()).length === 4);
  const asked = (await thread.interrupts()).find(({ id }) => id === 'labelled:1')!;
  const shown = { tags: ['eu', 'refund'], priority: 'urgent' };
  expect(asked).toMatchObject({ ...shown, default: { value: 'none' } });
  expect([asked.dueAt, asked.expiresAt].map((time) => Date.parse(time ?? '') - Date.parse(asked.askedAt))).toEqual([
    3_600_000, 7_200_000,
  ]);
  const { interrupts } = await thread.state();
  expect(interrupts).toContainEqual(asked);
  const { currentDetails } = await thread.handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
  expect(currentDetails).toContain(
    `due ${asked.dueAt}, until ${asked.expiresAt}, tagged \`eu\` \`refund\`, priority urgent`,
  );
  for (const { id } of interrupts) await thread.resume('yes', { id });
  expect(await thread.result()).toEqual(['yes', 'yes', 'yes', 'yes']);
  const told = (events.get(thread.id) ?? []).filter((event) => event.id === asked.id);
  expect(told).toMatchObject([
    { ...shown, dueAt: asked.dueAt, kind: 'opened' },
    { ...shown, dueAt: asked.dueAt, kind: 'closed' },
  ]);
});

test('R9: a reminder follows the opening, and carries what that notification returned', async () => {
  const { thread } = drive('told');
  await thread.start('expire');
  await expectCode(thread.result(), 'InterruptExpired');
  expect(events.get(thread.id)).toMatchObject([
    { kind: 'opened', expiresAt: expect.any(String) },
    { kind: 'reminder', notified: { message: 7 } },
    { kind: 'closed', how: 'expired', notified: { message: 7 } },
  ]);
});

test('R9: `notify` hears of questions that are withdrawn when the run fails', async () => {
  const { thread } = drive('told');
  await thread.start('throw');
  expect((await rejection(thread.result())).type).toBe('RangeError');
  expect(events.get(thread.id)).toMatchObject([{ kind: 'opened' }, { kind: 'closed', how: 'withdrawn' }]);
});

test('R9: a notify task that fails does not fail the run', async () => {
  const { send, thread } = drive('toldInVain');
  expect(await send()).toEqual([asking('toldInVain:1', 'q')]);
  await thread.resume('v');
  expect(await thread.result()).toBe('v');
});
