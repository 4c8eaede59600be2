/** Scenarios C46–C51 and C70, and what goes with them: answers are checked, come in time, and have a name (A5–A7, R9). */
import { expect, test } from 'vitest';
import { events } from './fixtures/activities.ts';
import { ran } from './fixtures/entries.ts';
import { openGate, reached } from './fixtures/gates.ts';
import { temporal } from './fixtures/processes.ts';
import { expectCode, Q, rejection, startScenario, until, useScenario } from './fixtures/scenario.ts';

const scenario = useScenario();
const { drive } = scenario;

test('C46: JSON Schema (A4 A5)', async () => {
  const { S, R, thread } = drive('c46');
  const [asked] = await S();
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
  expect(await R(41)).toEqual([{ ask: 41 }, { c46: 41 }]);
  expect(ran(thread, 'ask')).toBe(2);
});

test.each(['c47task', 'c47body'] as const)('C47: zod, parsed: %s (A5)', async (entrypoint) => {
  const { S, thread } = drive(entrypoint);
  const [asked] = (await S()) as [{ __interrupt__: [{ schema: Record<string, unknown> }] }];
  expect(asked.__interrupt__[0].schema).toMatchObject({ type: 'object', required: ['n'] });
  const error = await expectCode(thread.resume({ unit: 'g' }), 'InvalidAnswer');
  expect(error).toMatchObject({ problems: [{ message: expect.stringContaining('"n"') }] });
  await thread.resume({ n: 2 });
  expect(await thread.result()).toEqual({ n: 2, unit: 'kg' });
  // The record keeps what was sent.
  expect(await thread.answers()).toMatchObject([{ value: { n: 2 } }]);
});

test('C48: a bare signal is checked too (A4 A5)', async () => {
  const { S, thread } = drive('c46');
  await S();
  const signal = ['workflow', 'signal', '--workflow-id', thread.id, '--name', 'resume', '--input'];
  await temporal(...signal, '"abc"');
  await until(async () => (await thread.state()).refused.length === 1);
  expect(await thread.state()).toMatchObject({ status: 'waiting', refused: [{ code: 'InvalidAnswer', id: 'ask:1' }] });
  await temporal(...signal, '41');
  expect(await thread.result()).toBe(41);
});

test('C49: timeout with default; C70: the default is no update of its own (A6 A7 A2 S2 S3)', async () => {
  const { S, F, thread } = drive('c49');
  expect(await S()).toEqual([Q('c49:1', 'go?')]);
  expect((await thread.state()).interrupts).toMatchObject([{ expiresAt: expect.stringMatching(/Z$/) }]);
  // From there it ends at once: nothing but an answer, or the timer, is left to wait for.
  expect(await F()).toEqual([]);
  await until(async () => (await thread.state()).interrupts.length === 0);
  await expectCode(thread.resume('yes', { id: 'c49:1' }), 'InterruptExpired');
  await expectCode(thread.resume('yes'), 'NotPending');
  expect(await thread.answers()).toMatchObject([{ id: 'c49:1', value: 'no', how: 'default' }]);
  await reached(thread, 'g');
  openGate(thread, 'g');
  expect(await F()).toEqual([{ hold: null }, { c49: 'no' }]);
  expect(await thread.result()).toBe('no');
});

test('C50: timeout without default (A6)', async () => {
  const caught = drive('c50');
  const thrown = drive('c50');
  await Promise.all([caught.thread.start(true), thrown.thread.start(false)]);
  expect(await caught.thread.result()).toBe('too late');
  expect(ran(caught.thread, 'brief')).toBe(2);
  await expectCode(thrown.thread.result(), 'InterruptExpired');
  const body = drive('c50body').thread;
  await body.start();
  expect(await body.result()).toBe('too late');
});

test('C51: answered in time (A6)', async () => {
  const { S, thread } = drive('c49');
  await S();
  await thread.resume('yes', { id: 'c49:1' });
  await reached(thread, 'g');
  // The deadline is cancelled, so nothing of it is left in the history.
  const { events: history } = await thread.handle.fetchHistory();
  expect((history ?? []).filter((event) => event.timerCanceledEventAttributes)).toHaveLength(1);
  openGate(thread, 'g');
  expect(await thread.result()).toBe('yes');
});

test('A6: no worker up at the deadline: an answer that came meanwhile wins; one that came never gets the default', async () => {
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

test('A5: what does not travel of the schema refuses in the body at the door', async () => {
  const { S, thread } = drive('a5body');
  await S();
  const error = await expectCode(thread.resume(3), 'InvalidAnswer');
  expect(error.message).toMatch(/Expected an even number. The question stays open/);
  await thread.resume(4);
  expect(await thread.result()).toBe(4);
});

test('A5: in a task it refuses when the task runs again, and the question opens once more, with the problems', async () => {
  const { S, R, thread } = drive('a5refined');
  expect(await S()).toEqual([Q('refined:1', 'even?')]);
  const again = await R(3);
  expect(again).toEqual([Q('refined:1#2', 'even?')]);
  expect(again).toMatchObject([{ __interrupt__: [{ problems: [{ path: '', message: 'Expected an even number' }] }] }]);
  expect(await R(5)).toEqual([Q('refined:1#3', 'even?')]);
  expect(await R(4)).toEqual([{ refined: 4 }, { a5refined: 4 }]);
  expect(ran(thread, 'refined')).toBe(4);
});

test('A5: of equal questions, the one that is asked again keeps its place', async () => {
  const { S, thread } = drive('a5twins');
  expect(await S()).toEqual([Q('twins:1', 'how many?'), Q('twins:1#2', 'how many?')]);
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
  const { S, thread } = drive('a5transform');
  await S();
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
  const { S, thread } = drive('a5declared');
  await S(what);
  expect((await expectCode(thread.resume('x'), 'InvalidAnswer')).message).toMatch(message);
  expect(await thread.state()).toMatchObject({ status: 'waiting' });
});

test('A5: an answer is bounded before a pattern runs on it', async () => {
  const { S, thread } = drive('a5pattern');
  await S();
  expect((await expectCode(thread.resume('a'.repeat(1_000_000)), 'InvalidAnswer')).message).toMatch(
    /at most 10000 characters/,
  );
  await expectCode(thread.resume('abc'), 'InvalidAnswer');
  await thread.resume('abab');
  expect(await thread.result()).toBe('abab');
});

test('A6: one question of a task times out while the other waits', async () => {
  const { S, thread } = drive('a6parallel');
  await S();
  await until(async () => (await thread.state()).interrupts.length === 1);
  await thread.resume('by hand');
  expect(await thread.result()).toEqual(['by hand', 'by default']);
  expect(ran(thread, 'slowAndTimed')).toBe(2);
});

test('A7: `interrupt.record` says who answered, when and how, in a body and in a task', async () => {
  const { S, R, thread } = drive('a7record');
  await S();
  await thread.resume('yes', { actor: 'ann' });
  await until(async () => (await thread.state()).interrupts.length === 1);
  const at = expect.stringMatching(/^\d{4}-/);
  expect((await R('done')).at(-1)).toEqual({
    a7record: [
      { value: 'yes', actor: 'ann', at, how: 'answered' },
      { value: 'done', at, how: 'answered' },
    ],
  });
});

test('R9: `notify` is told when a question opens and closes; it is no update, and holds up nothing', async () => {
  const { S, thread } = drive('told');
  expect(await S('answer')).toEqual([Q('told:1', 'q')]);
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

test('R9: a reminder comes after what opened, and carries what that returned', async () => {
  const { thread } = drive('told');
  await thread.start('expire');
  await expectCode(thread.result(), 'InterruptExpired');
  expect(events.get(thread.id)).toMatchObject([
    { kind: 'opened', expiresAt: expect.any(String) },
    { kind: 'reminder', notified: { message: 7 } },
    { kind: 'closed', how: 'expired', notified: { message: 7 } },
  ]);
});

test('R9: it is told what is withdrawn when the run fails', async () => {
  const { thread } = drive('told');
  await thread.start('throw');
  expect((await rejection(thread.result())).type).toBe('RangeError');
  expect(events.get(thread.id)).toMatchObject([{ kind: 'opened' }, { kind: 'closed', how: 'withdrawn' }]);
});

test('R9: a notify task that fails fails nothing', async () => {
  const { S, thread } = drive('toldInVain');
  expect(await S()).toEqual([Q('toldInVain:1', 'q')]);
  await thread.resume('v');
  expect(await thread.result()).toBe('v');
});
