/** Scenarios C56–C63: threads with memory, their turns, and what ends them. */
import { Command, connect, type Thread } from 'holdpoint/client';
import { expect, test } from 'vitest';
import { events } from './fixtures/activities.ts';
import { ran } from './fixtures/entries.ts';
import { openGate, reached } from './fixtures/gates.ts';
import { temporal } from './fixtures/processes.ts';
import {
  drain,
  expectCode,
  expectUnordered,
  Q,
  rejection,
  until,
  useScenario,
  type Workflows,
} from './fixtures/scenario.ts';

const scenario = useScenario();
const { drive } = scenario;

async function isRunning(thread: Thread): Promise<boolean> {
  return (await thread.handle.describe()).status.name === 'RUNNING';
}

/** `value` of a turn that only a person keeps waiting. */
async function waits(thread: { readonly state: Thread['state'] }, id: string): Promise<void> {
  await until(async () => (await thread.state()).interrupts.some((interrupt) => interrupt.id === id));
}

test('C56: previous, by plain return (R2)', async () => {
  const { S } = drive('c56');
  expect(await S(1)).toEqual([{ c56: { previous: null, current: 1 } }]);
  expect(await S(2)).toEqual([{ c56: { previous: { previous: null, current: 1 }, current: 2 } }]);
  expect(await drive('c56').S(3)).toEqual([{ c56: { previous: null, current: 3 } }]);
});

test('C57: entrypoint.final (R2 S2)', async () => {
  const { S, thread } = drive('c57');
  expect(await S(1)).toEqual([{ c57: 1 }]);
  expect(await S(2)).toEqual([{ c57: 3 }]);
  expect(await S(3)).toEqual([{ c57: 5 }]);
  expect(await thread.state()).toMatchObject({ status: 'idle', turn: 3, value: 5, saved: 3, interrupts: [] });
});

test('C58: a failed turn leaves previous (R3 R7)', async () => {
  const { S, thread } = drive('c58');
  expect(await S('a')).toEqual([{ c58: ['a'] }]);
  expect(await rejection(S('bad'))).toMatchObject({ type: 'RangeError', message: 'no' });
  expect(await isRunning(thread)).toBe(true);
  expect(await rejection(thread.invoke('task'))).toMatchObject({ type: 'TypeError', message: 'worse' });
  expect(await S('b')).toEqual([{ c58: ['a', 'b'] }]);
  expect(await isRunning(thread)).toBe(true);
});

test('C58: the first turn fails: its error reaches every reader, and the thread takes the next (R3 S2)', async () => {
  const { S, thread } = drive('c58');
  expect(await rejection(S('bad'))).toMatchObject({ type: 'RangeError', message: 'no' });
  expect(await rejection(thread.result())).toMatchObject({ type: 'RangeError', message: 'no' });
  expect(await rejection(drain(thread.follow()))).toMatchObject({ type: 'RangeError' });
  expect(await S('b')).toEqual([{ c58: ['b'] }]);
});

test('C59: questions over turns (I3 R2)', async () => {
  const { S, R, thread } = drive('c59');
  expect(await S('one')).toEqual([Q('ask:1', 'one?')]);
  expect(await R(1)).toEqual([{ ask: 1 }, { c59: 1 }]);
  expect(await S('two')).toEqual([Q('ask:2', 'two?')]);
  expect(await R(2)).toEqual([{ ask: 2 }, { c59: 3 }]);
  await expectCode(thread.resume(9, { id: 'ask:1' }), 'AlreadyAnswered');
  await expectCode(thread.resume(9), 'NotPending');
  expect(await thread.answers()).toMatchObject([
    { id: 'ask:1', value: 1 },
    { id: 'ask:2', value: 2 },
  ]);
});

test('C60: onBusy reject (R4)', async () => {
  const { S, R, thread } = drive('c59');
  await S('one');
  const refused = await expectCode(S('two'), 'ThreadBusy');
  expect(refused.message).toContain('`ask:1`');
  await expectCode(thread.start('two'), 'ThreadBusy');
  await expectCode(thread.updateState(7), 'ThreadBusy');
  expect(await R(1)).toEqual([{ ask: 1 }, { c59: 1 }]);
});

test('C61: onBusy enqueue (R4 A1)', async () => {
  const { S, thread } = drive('c61');
  expect(await S('one')).toEqual([Q('ask:1', 'one?')]);
  const handle = thread.handle;
  const plain = handle.executeUpdate<number, [string]>('invoke', { args: ['two'] });
  await until(async () => (await accepted(thread)) === 1);
  const third = await thread.start('three', { key: 'third' });
  expect(third).toMatchObject({ key: 'third', turn: undefined });
  const streamed = S('four');
  await until(async () => (await accepted(thread)) === 3);
  expect((await thread.state()).interrupts.map(({ id }) => id)).toEqual(['ask:1']);
  const first = thread.result();
  await thread.resume(1);
  expect(await first).toBe(1);
  await waits(thread, 'ask:2');
  await thread.resume(2, { id: 'ask:2' });
  expect(await plain).toBe(3);
  await waits(thread, 'ask:3');
  const result = thread.result({ key: 'third' });
  await thread.resume(3, { id: 'ask:3' });
  expect(await result).toBe(6);
  expect(await thread.result({ key: 'third' })).toBe(6);
  expect(await streamed).toEqual([Q('ask:4', 'four?')]);
});

test('R4: eight inputs wait, and the ninth is refused', async () => {
  const { thread } = drive('remembers');
  await thread.start('hold');
  await reached(thread, 'g');
  const keys = Array.from({ length: 8 }, (_, n) => `k${n}`);
  for (const key of keys) await thread.start(key, { key });
  expect((await expectCode(thread.start('nine'), 'ThreadBusy')).message).toContain('8 more inputs wait');
  // A repeated one is none more.
  expect(await thread.start('k7', { key: 'k7' })).toMatchObject({ key: 'k7' });
  openGate(thread, 'g');
  expect(await thread.result({ key: 'k7' })).toEqual(['hold', ...keys]);
  expect(await thread.result({ key: 'k0' })).toEqual(['hold', 'k0']);
});

test('C62: onBusy replace (R3 R4)', async () => {
  const { S, R, thread } = drive('c62');
  expect(await S('one')).toEqual([Q('ask:1', 'one?')]);
  expect(await R(1)).toEqual([{ ask: 1 }, { c62: 1 }]);
  expect(await S('two')).toEqual([Q('ask:2', 'two?')]);
  const result = expectCode(thread.result(), 'TurnReplaced');
  expect(await S('three')).toEqual([Q('ask:3', 'three?')]);
  await result;
  await expectCode(thread.resume(5, { id: 'ask:2' }), 'InterruptWithdrawn');
  expect(await R(5)).toEqual([{ ask: 5 }, { c62: 6 }]);
});

test('C62: the caller of the replaced turn gets the error, also as a plain update (R4)', async () => {
  const { S, thread } = drive('c62');
  await S('one');
  const plain = rejection(thread.handle.executeUpdate('invoke', { args: ['two'] }));
  await waits(thread, 'ask:2');
  expect(await S('three')).toEqual([Q('ask:3', 'three?')]);
  expect((await plain).cause).toMatchObject({ type: 'TurnReplaced' });
});

test('R1 R2: a key that is sent again is no second turn, of the first turn or a later one', async () => {
  const { thread } = drive('c57');
  const started = await thread.start(1, { key: 'a' });
  expect(started).toMatchObject({ key: 'a', turn: 1 });
  expect(await thread.invoke(1, { key: 'a' })).toEqual({ value: 1 });
  expect(await thread.invoke(2, { key: 'b' })).toEqual({ value: 3 });
  expect(await thread.start(2, { key: 'b' })).toEqual({ run: started.run, key: 'b', turn: 2 });
  expect(await thread.invoke(3, { key: 'c' })).toEqual({ value: 5 });
  expect(await thread.invoke(1, { key: 'a' })).toEqual({ value: 1 });
  expect(await thread.invoke(2, { key: 'b' })).toEqual({ value: 3 });
  expect(await drain(thread.stream(2, { key: 'b' }))).toEqual([{ c57: 3 }]);
  expect(await thread.result({ key: 'a' })).toBe(1);
  expect(await thread.result()).toBe(5);
  await expectCode(thread.result({ key: 'nobody' }), 'ThreadNotFound');
  expect((await thread.state()).turn).toBe(3);
});

test('R2: two inputs at the same moment on a new thread: one starts it, the other is its next turn', async () => {
  const { thread } = drive('remembers');
  const values = await Promise.all([thread.invoke('a'), thread.invoke('b')]);
  expect(values.map(({ value }) => value?.length ?? 0).toSorted((a, b) => a - b)).toEqual([1, 2]);
  expect((await thread.state()).turn).toBe(2);
});

test('R2: the client goes away while a turn waits, and comes back', async () => {
  const { thread } = drive('c59');
  const { taskQueue } = scenario.test;
  {
    await using first = await connect<Workflows>({ address: process.env['TEMPORAL_ADDRESS'], taskQueue });
    expect(await first.thread(thread.id, 'c59').invoke('one')).toMatchObject({ interrupts: [{ id: 'ask:1' }] });
  }
  await using second = await connect<Workflows>({ address: process.env['TEMPORAL_ADDRESS'], taskQueue });
  const again = second.thread(thread.id, 'c59');
  expect(await drain(again.follow())).toEqual([Q('ask:1', 'one?')]);
  expect(await again.invoke(new Command({ resume: 4 }))).toEqual({ value: 4 });
});

test('R2: only the temporal command', async () => {
  const { thread } = drive('c59');
  const id = ['--workflow-id', thread.id];
  const { taskQueue } = scenario.test;
  await temporal('workflow', 'start', '--type', 'c59', '--task-queue', taskQueue, ...id, '--input', '"one"');
  await waits(thread, 'ask:1');
  await temporal('workflow', 'signal', ...id, '--name', 'resume', '--input', '4');
  expect(await thread.result()).toBe(4);
  const update = temporal('workflow', 'update', 'execute', ...id, '--name', 'invoke', '--input', '"two"');
  await waits(thread, 'ask:2');
  await temporal('workflow', 'signal', ...id, '--name', 'resume', '--input', '5');
  expect(await update).toContain('9');
  await temporal('workflow', 'signal', ...id, '--name', 'close');
  await temporal('workflow', 'result', ...id);
  expect((await thread.state()).status).toBe('completed');
});

test('R2: inline it is a plain entrypoint, and saves nothing', async () => {
  expect(await drive('inlineMemory').S()).toEqual([{ inlineMemory: [1, 2] }]);
});

test('R2: what is saved has to be JSON that fits, else the turn fails and the thread goes on', async () => {
  const { thread } = drive('remembers');
  expect(await thread.invoke('a')).toEqual({ value: ['a'] });
  await expectCode(thread.invoke('huge'), 'TooLarge');
  await expectCode(thread.invoke('function'), 'NotSerializable');
  expect(await thread.invoke('b')).toEqual({ value: ['a', 'b'] });
});

test('R2 S1: the value of a first turn that does not fit the memo is read from the history', async () => {
  const { thread } = drive('remembers');
  const large = ['x'.repeat(20_000)];
  expect(await thread.invoke('large')).toEqual({ value: large });
  expect(await thread.result()).toEqual(large);
  expect((await thread.invoke('b')).value).toEqual([...large, 'b']);
  expect(await drain(thread.follow({ from: 'start' }))).toHaveLength(2);
  expect((await thread.handle.describe()).memo?.['turn']).not.toHaveProperty('value');
});

test('T6: a turn waits for the tasks it left behind, and cancels the rest; the next turn has none of it', async () => {
  const { thread, S } = drive('leaves');
  const first = S('a');
  await reached(thread, 'left-a');
  openGate(thread, 'left-a');
  const updates = await first;
  const own = updates.filter((update) => !('__interrupt__' in update));
  expectUnordered(own.slice(0, -1), [{ echo: 'a' }, { hold: 'a' }]);
  expect(own.at(-1)).toEqual({ leaves: ['a'] });
  expect((await thread.state()).interrupts).toEqual([]);
  // It fails without waiting for the gate.
  expect(await rejection(thread.invoke('throws'))).toMatchObject({ type: 'RangeError' });
  openGate(thread, 'left-b');
  expect(await thread.invoke('b')).toEqual({ value: ['a', 'b'] });
  expect(ran(thread, 'echo')).toBe(3);
});

test('R4: cancel ends the running turn, and the thread takes the next', async () => {
  const { thread, S } = drive('remembers');
  expect(await S('a')).toEqual([{ remembers: ['a'] }]);
  expect(await S('ask')).toEqual([Q('remembers:1', 'body?')]);
  const result = expectCode(thread.result(), 'TurnCancelled');
  await thread.cancel('changed my mind');
  expect((await result).message).toContain('changed my mind');
  await expectCode(thread.resume('late', { id: 'remembers:1' }), 'InterruptWithdrawn');
  expect(await S('b')).toEqual([{ remembers: ['a', 'b'] }]);
  // Nothing to cancel is nothing wrong.
  await thread.cancel();
  expect(await S('c')).toEqual([{ remembers: ['a', 'b', 'c'] }]);
});

test("R4: Temporal's own cancel ends the thread, and everybody who waits is told", async () => {
  const { thread, S } = drive('remembers');
  await S('ask');
  await thread.start('b', { key: 'queued' });
  const results = Promise.all([
    expectCode(thread.result(), 'TurnCancelled'),
    expectCode(thread.result({ key: 'queued' }), 'TurnCancelled'),
  ]);
  await thread.handle.cancel();
  await results;
  await until(async () => !(await isRunning(thread)));
  expect((await thread.handle.describe()).status.name).toBe('CANCELLED');
  await expectCode(thread.resume('late'), 'ThreadClosed');
});

test('R4: close ends the thread after the running turn; its next input starts it with nothing', async () => {
  const { thread, S, R } = drive('remembers');
  expect(await S('a')).toEqual([{ remembers: ['a'] }]);
  await S('ask');
  await thread.start('b', { key: 'queued' });
  await thread.close('enough');
  await expectCode(thread.result({ key: 'queued' }), 'ThreadClosed');
  await expectCode(thread.start('c'), 'ThreadClosed');
  expect(await R('answer')).toEqual([{ remembers: ['a', 'answer'] }]);
  await until(async () => !(await isRunning(thread)));
  expect((await thread.handle.describe()).status.name).toBe('COMPLETED');
  await expectCode(thread.close(), 'ThreadClosed');
  expect(await thread.result()).toEqual(['a', 'answer']);
  expect(await S('d')).toEqual([{ remembers: ['d'] }]);
});

test('R4: only a thread with memory is closed or has a state to set', async () => {
  const { thread, S } = drive('graph');
  await S('foo');
  await expectCode(thread.close(), 'WrongEntrypoint');
  await expectCode(thread.updateState('x'), 'WrongEntrypoint');
  await expectCode(drive('graph').thread.close(), 'ThreadNotFound');
});

test('R2: an idle thread ends after its timeout, and one that waits for a person does not', async () => {
  const { thread, S, R } = drive('idles');
  expect(await S('q')).toEqual([Q('idles:1', 'q')]);
  const { firstExecutionRunId } = await started(thread);
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(await R('a')).toEqual([{ idles: ['a'] }]);
  await until(async () => !(await isRunning(thread)));
  expect(await S('q')).toEqual([Q('idles:1', 'q')]);
  expect((await started(thread)).firstExecutionRunId).not.toBe(firstExecutionRunId);
  expect(await R('b')).toEqual([{ idles: ['b'] }]);
});

test('R2: updateState sets what the next turn gets as previous', async () => {
  const { thread, S } = drive('remembers');
  expect(await S('a')).toEqual([{ remembers: ['a'] }]);
  await thread.updateState(['x', 'y']);
  expect(await thread.state()).toMatchObject({ status: 'idle', turn: 1, saved: ['x', 'y'] });
  expect(await S('b')).toEqual([{ remembers: ['x', 'y', 'b'] }]);
  await expectCode(thread.updateState(['x'.repeat(1_900_000)]), 'TooLarge');
});

test('S3: follow of an idle thread ends at once; live it stays for the turns to come', async () => {
  const { thread, S } = drive('c57');
  await S(1);
  await S(2);
  expect(await drain(thread.follow())).toEqual([{ c57: 3 }]);
  expect(await drain(thread.follow({ from: 'start' }))).toEqual([{ c57: 1 }, { c57: 3 }]);
  const live = thread.follow({ live: true });
  expect((await live.next()).value).toEqual({ c57: 3 });
  await S(3);
  expect((await live.next()).value).toEqual({ c57: 5 });
  await live.return();
  expect(await drain(thread.follow({ from: live.cursor }))).toEqual([]);
});

test('WrongEntrypoint: an input for another entrypoint is no turn', async () => {
  const { thread, S } = drive('c57');
  await S(1);
  await expectCode(scenario.client.thread(thread.id, 'c58').invoke('x'), 'WrongEntrypoint');
  await expectCode(scenario.client.thread(thread.id, 'graph').start('x'), 'WrongEntrypoint');
  expect(await S(2)).toEqual([{ c57: 3 }]);
});

test('R9: each turn tells of its questions', async () => {
  const { thread, S, R } = drive('toldTurns');
  await S('one');
  await R(1);
  await S('two');
  await R(2);
  await until(() => events.get(thread.id)?.length === 4);
  expect(events.get(thread.id)?.map(({ id, kind }) => `${id} ${kind}`)).toEqual([
    'ask:1 opened',
    'ask:1 closed',
    'ask:2 opened',
    'ask:2 closed',
  ]);
});

async function started(thread: Thread): Promise<{ firstExecutionRunId: string | null | undefined }> {
  const { raw } = await thread.handle.describe();
  return { firstExecutionRunId: raw.workflowExecutionInfo?.firstRunId };
}

/** How many updates the workflow has accepted. */
async function accepted(thread: Thread): Promise<number> {
  const { events: all = [] } = await thread.handle.fetchHistory();
  return (all ?? []).filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes).length;
}
