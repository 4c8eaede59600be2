/** Threads with memory, their turns, and what ends them. */
import { Command, connect, type Thread } from 'holdpoint/client';
import { expect, test } from 'vitest';
import { events } from './fixtures/activities.ts';
import { ran } from './fixtures/entries.ts';
import { openGate, reached } from './fixtures/gates.ts';
import { temporal } from './fixtures/processes.ts';
import { countingClient } from './fixtures/requests.ts';
import {
  drain,
  drive as driveWith,
  expectCode,
  expectUnordered,
  asking,
  rejection,
  startScenario,
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

test('a turn gets as `previous` what the last turn returned (R2)', async () => {
  const { send } = drive('returnsPrevious');
  expect(await send(1)).toEqual([{ returnsPrevious: { previous: null, current: 1 } }]);
  expect(await send(2)).toEqual([{ returnsPrevious: { previous: { previous: null, current: 1 }, current: 2 } }]);
  expect(await drive('returnsPrevious').send(3)).toEqual([{ returnsPrevious: { previous: null, current: 3 } }]);
});

test('`entrypoint.final` returns one value and saves another (R2 S2)', async () => {
  const { send, thread } = drive('addsUp');
  expect(await send(1)).toEqual([{ addsUp: 1 }]);
  expect(await send(2)).toEqual([{ addsUp: 3 }]);
  expect(await send(3)).toEqual([{ addsUp: 5 }]);
  expect(await thread.state()).toMatchObject({ status: 'idle', turn: 3, value: 5, saved: 3, interrupts: [] });
});

test('a failed turn leaves the memory unchanged (R3 R7)', async () => {
  const { send, thread } = drive('appends');
  expect(await send('a')).toEqual([{ appends: ['a'] }]);
  expect(await rejection(send('bad'))).toMatchObject({ type: 'RangeError', message: 'no' });
  expect(await isRunning(thread)).toBe(true);
  expect(await rejection(thread.invoke('task'))).toMatchObject({ type: 'TypeError', message: 'worse' });
  expect(await send('b')).toEqual([{ appends: ['a', 'b'] }]);
  expect(await isRunning(thread)).toBe(true);
});

test('the error of a failed first turn reaches every reader, and the thread takes the next input (R3 S2)', async () => {
  const { send, thread } = drive('appends');
  expect(await rejection(send('bad'))).toMatchObject({ type: 'RangeError', message: 'no' });
  expect(await rejection(thread.result())).toMatchObject({ type: 'RangeError', message: 'no' });
  expect(await rejection(drain(thread.follow()))).toMatchObject({ type: 'RangeError' });
  expect(await send('b')).toEqual([{ appends: ['b'] }]);
});

test('the ids of questions count on over turns (I3 R2)', async () => {
  const { send, reply, thread } = drive('addsAnswers');
  expect(await send('one')).toEqual([asking('ask:1', 'one?')]);
  expect(await reply(1)).toEqual([{ ask: 1 }, { addsAnswers: 1 }]);
  expect(await send('two')).toEqual([asking('ask:2', 'two?')]);
  expect(await reply(2)).toEqual([{ ask: 2 }, { addsAnswers: 3 }]);
  await expectCode(thread.resume(9, { id: 'ask:1' }), 'AlreadyAnswered');
  await expectCode(thread.resume(9), 'NotPending');
  expect(await thread.answers()).toMatchObject([
    { id: 'ask:1', value: 1 },
    { id: 'ask:2', value: 2 },
  ]);
});

test('with `onBusy: reject`, a busy thread refuses an input (R4)', async () => {
  const { send, reply, thread } = drive('addsAnswers');
  await send('one');
  const refused = await expectCode(send('two'), 'ThreadBusy');
  expect(refused.message).toContain('`ask:1`');
  await expectCode(thread.start('two'), 'ThreadBusy');
  await expectCode(thread.updateState(7), 'ThreadBusy');
  expect(await reply(1)).toEqual([{ ask: 1 }, { addsAnswers: 1 }]);
});

test('with `onBusy: enqueue`, inputs wait and become turns in order (R4 A1)', async () => {
  const { send, thread } = drive('addsAnswersInQueue');
  expect(await send('one')).toEqual([asking('ask:1', 'one?')]);
  const handle = thread.handle;
  const plain = handle.executeUpdate<number, [string]>('invoke', { args: ['two'] });
  await until(async () => (await accepted(thread)) === 1);
  const third = await thread.start('three', { key: 'third' });
  expect(third).toMatchObject({ key: 'third', turn: undefined });
  const streamed = send('four');
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
  expect(await streamed).toEqual([asking('ask:4', 'four?')]);
});

test('R4: eight inputs wait, and the ninth is refused', async () => {
  const { thread } = drive('remembers');
  await thread.start('hold');
  await reached(thread, 'g');
  const keys = Array.from({ length: 8 }, (_, n) => `k${n}`);
  for (const key of keys) await thread.start(key, { key });
  expect((await expectCode(thread.start('nine'), 'ThreadBusy')).message).toContain('8 more inputs wait');
  // A repeated key is not one more input.
  expect(await thread.start('k7', { key: 'k7' })).toMatchObject({ key: 'k7' });
  openGate(thread, 'g');
  expect(await thread.result({ key: 'k7' })).toEqual(['hold', ...keys]);
  expect(await thread.result({ key: 'k0' })).toEqual(['hold', 'k0']);
});

test('with `onBusy: replace`, an input replaces the running turn (R3 R4)', async () => {
  const { send, reply, thread } = drive('addsAnswersReplacing');
  expect(await send('one')).toEqual([asking('ask:1', 'one?')]);
  expect(await reply(1)).toEqual([{ ask: 1 }, { addsAnswersReplacing: 1 }]);
  expect(await send('two')).toEqual([asking('ask:2', 'two?')]);
  const result = expectCode(thread.result(), 'TurnReplaced');
  expect(await send('three')).toEqual([asking('ask:3', 'three?')]);
  await result;
  await expectCode(thread.resume(5, { id: 'ask:2' }), 'InterruptWithdrawn');
  expect(await reply(5)).toEqual([{ ask: 5 }, { addsAnswersReplacing: 6 }]);
});

test('the caller of a replaced turn gets `TurnReplaced`, also from a plain update (R4)', async () => {
  const { send, thread } = drive('addsAnswersReplacing');
  await send('one');
  const plain = rejection(thread.handle.executeUpdate('invoke', { args: ['two'] }));
  await waits(thread, 'ask:2');
  expect(await send('three')).toEqual([asking('ask:3', 'three?')]);
  expect((await plain).cause).toMatchObject({ type: 'TurnReplaced' });
});

test('R1 R2: a key that is sent again starts no second turn, for the first turn and for later ones', async () => {
  const { thread } = drive('addsUp');
  const started = await thread.start(1, { key: 'a' });
  expect(started).toMatchObject({ key: 'a', turn: 1 });
  expect(await thread.invoke(1, { key: 'a' })).toEqual({ value: 1 });
  expect(await thread.invoke(2, { key: 'b' })).toEqual({ value: 3 });
  expect(await thread.start(2, { key: 'b' })).toEqual({ run: started.run, key: 'b', turn: 2 });
  expect(await thread.invoke(3, { key: 'c' })).toEqual({ value: 5 });
  expect(await thread.invoke(1, { key: 'a' })).toEqual({ value: 1 });
  expect(await thread.invoke(2, { key: 'b' })).toEqual({ value: 3 });
  expect(await drain(thread.stream(2, { key: 'b' }))).toEqual([{ addsUp: 3 }]);
  expect(await drain(thread.stream(1, { key: 'a' }))).toEqual([{ addsUp: 1 }]);
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
  const { thread } = drive('addsAnswers');
  const { taskQueue } = scenario.test;
  {
    await using first = await connect<Workflows>({ address: process.env['TEMPORAL_ADDRESS'], taskQueue });
    expect(await first.thread(thread.id, 'addsAnswers').invoke('one')).toMatchObject({ interrupts: [{ id: 'ask:1' }] });
  }
  await using second = await connect<Workflows>({ address: process.env['TEMPORAL_ADDRESS'], taskQueue });
  const again = second.thread(thread.id, 'addsAnswers');
  expect(await drain(again.follow())).toEqual([asking('ask:1', 'one?')]);
  expect(await again.invoke(new Command({ resume: 4 }))).toEqual({ value: 4 });
});

test('R2: the temporal command alone runs the turns of a thread', async () => {
  const { thread } = drive('addsAnswers');
  const id = ['--workflow-id', thread.id];
  const { taskQueue } = scenario.test;
  await temporal('workflow', 'start', '--type', 'addsAnswers', '--task-queue', taskQueue, ...id, '--input', '"one"');
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

test('R2: an entrypoint with memory that is called inline is a plain one, and saves nothing', async () => {
  expect(await drive('inlineMemory').send()).toEqual([{ inlineMemory: [1, 2] }]);
});

test('R2: a saved value that is not JSON, or too large, fails its turn, and the thread continues', async () => {
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

test('T6: a turn waits for its running tasks and cancels the rest; the next turn sees nothing of them', async () => {
  const { thread, send } = drive('leaves');
  const first = send('a');
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
  const { thread, send } = drive('remembers');
  expect(await send('a')).toEqual([{ remembers: ['a'] }]);
  expect(await send('ask')).toEqual([asking('remembers:1', 'body?')]);
  const result = expectCode(thread.result(), 'TurnCancelled');
  await thread.cancel('changed my mind');
  expect((await result).message).toContain('changed my mind');
  await expectCode(thread.resume('late', { id: 'remembers:1' }), 'InterruptWithdrawn');
  expect(await send('b')).toEqual([{ remembers: ['a', 'b'] }]);
  // Nothing to cancel is nothing wrong.
  await thread.cancel();
  expect(await send('c')).toEqual([{ remembers: ['a', 'b', 'c'] }]);
});

test('R4: a cancellation of a turn that has ended meanwhile does not reach the next turn', async () => {
  const { thread } = drive('remembers');
  await thread.invoke('one');
  await thread.start('hold');
  await reached(thread, 'g');
  await thread.handle.signal('cancelTurn', { turn: 1 });
  openGate(thread, 'g');
  expect(await thread.result()).toEqual(['one', 'hold']);
});

test("R4: Temporal's own cancel ends the thread, and every waiting caller gets the error", async () => {
  const { thread, send } = drive('remembers');
  await send('ask');
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

test('R4: close ends the thread after the running turn, and the next input starts it with an empty memory', async () => {
  const { thread, send, reply } = drive('remembers');
  expect(await send('a')).toEqual([{ remembers: ['a'] }]);
  await send('ask');
  await thread.start('b', { key: 'queued' });
  await thread.close('enough');
  await expectCode(thread.result({ key: 'queued' }), 'ThreadClosed');
  await expectCode(thread.start('c'), 'ThreadClosed');
  expect(await reply('answer')).toEqual([{ remembers: ['a', 'answer'] }]);
  await until(async () => !(await isRunning(thread)));
  expect((await thread.handle.describe()).status.name).toBe('COMPLETED');
  await expectCode(thread.close(), 'ThreadClosed');
  expect(await thread.result()).toEqual(['a', 'answer']);
  expect(await send('d')).toEqual([{ remembers: ['d'] }]);
});

test('R4: only a thread with memory is closed or has a state to set', async () => {
  const { thread, send } = drive('graph');
  await send('foo');
  await expectCode(thread.close(), 'WrongEntrypoint');
  await expectCode(thread.updateState('x'), 'WrongEntrypoint');
  await expectCode(drive('graph').thread.close(), 'ThreadNotFound');
});

test('R4: cancel and close before the first workflow task wait until it shows whether the thread has memory', async () => {
  await using own = await startScenario();
  await own.worker.stop();
  await using counting = await countingClient(own.taskQueue);
  const open = (entrypoint: 'remembers' | 'asksInBody') => driveWith(counting.client, entrypoint).thread;
  const [cancelled, closed] = [open('remembers'), open('remembers')];
  const [plain, unclosable] = [open('asksInBody'), open('asksInBody')];
  for (const thread of [cancelled, closed, plain, unclosable]) await thread.start('ask');
  counting.take();
  const ending = [
    cancelled.cancel('no'),
    closed.close(),
    plain.cancel(),
    expectCode(unclosable.close(), 'WrongEntrypoint'),
  ];
  // The first poll of each gets what is there, and the second one waits.
  let polls = 0;
  await until(() => (polls += counting.take()['GetWorkflowExecutionHistory'] ?? 0) === 2 * ending.length);
  await own.worker.restart();
  await Promise.all(ending);

  // The first turn was cancelled, and the thread is open.
  await expectCode(cancelled.result(), 'TurnCancelled');
  expect(await cancelled.invoke('b')).toEqual({ value: ['b'] });
  expect(await cancelled.state()).toMatchObject({ status: 'idle', turn: 2 });
  // The first turn is finished, and then the thread ends.
  await until(async () => (await closed.interrupts()).length === 1);
  await closed.resume('x');
  await until(async () => (await closed.handle.describe()).status.name === 'COMPLETED');
  await until(async () => (await plain.handle.describe()).status.name === 'CANCELLED');
  await unclosable.handle.terminate();
});

test('R4: where no worker comes within ten seconds, cancel cancels the run, and close is sent all the same', async () => {
  const [cancelled, closed] = [scenario.drive('asksInBody').thread, scenario.drive('remembers').thread];
  const nowhere = { taskQueue: `nobody-${cancelled.id}` };
  await Promise.all([cancelled.start(undefined, nowhere), closed.start('a', nowhere)]);
  await Promise.all([cancelled.cancel(), closed.close()]);
  const last = async ({ handle }: Pick<Thread, 'handle'>) => (await handle.fetchHistory()).events?.at(-1);
  expect((await last(cancelled))?.workflowExecutionCancelRequestedEventAttributes).toBeTruthy();
  expect((await last(closed))?.workflowExecutionSignaledEventAttributes).toMatchObject({ signalName: 'close' });
  for (const { handle } of [cancelled, closed]) await handle.terminate();
});

test('R2: an idle thread ends after its timeout, and one that waits for a person does not', async () => {
  const { thread, send, reply } = drive('idles');
  expect(await send('q')).toEqual([asking('idles:1', 'q')]);
  const { firstExecutionRunId } = await started(thread);
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(await reply('a')).toEqual([{ idles: ['a'] }]);
  await until(async () => !(await isRunning(thread)));
  expect(await send('q')).toEqual([asking('idles:1', 'q')]);
  expect((await started(thread)).firstExecutionRunId).not.toBe(firstExecutionRunId);
  expect(await reply('b')).toEqual([{ idles: ['b'] }]);
});

test('R2: updateState sets what the next turn gets as previous', async () => {
  const { thread, send } = drive('remembers');
  expect(await send('a')).toEqual([{ remembers: ['a'] }]);
  await thread.updateState(['x', 'y']);
  expect(await thread.state()).toMatchObject({ status: 'idle', turn: 1, saved: ['x', 'y'] });
  expect(await send('b')).toEqual([{ remembers: ['x', 'y', 'b'] }]);
  await expectCode(thread.updateState(['x'.repeat(1_900_000)]), 'TooLarge');
});

test('S3: `follow` of an idle thread ends at once; with `live` it stays for the next turns', async () => {
  const { thread, send } = drive('addsUp');
  await send(1);
  await send(2);
  expect(await drain(thread.follow())).toEqual([{ addsUp: 3 }]);
  expect(await drain(thread.follow({ from: 'start' }))).toEqual([{ addsUp: 1 }, { addsUp: 3 }]);
  const live = thread.follow({ live: true });
  expect((await live.next()).value).toEqual({ addsUp: 3 });
  await send(3);
  expect((await live.next()).value).toEqual({ addsUp: 5 });
  await live.return();
  expect(await drain(thread.follow({ from: live.cursor }))).toEqual([]);
});

test('WrongEntrypoint: an input for another entrypoint does not become a turn', async () => {
  const { thread, send } = drive('addsUp');
  await send(1);
  await expectCode(scenario.client.thread(thread.id, 'appends').invoke('x'), 'WrongEntrypoint');
  await expectCode(scenario.client.thread(thread.id, 'graph').start('x'), 'WrongEntrypoint');
  expect(await send(2)).toEqual([{ addsUp: 3 }]);
});

test('R9: each turn notifies of its questions', async () => {
  const { thread, send, reply } = drive('toldTurns');
  await send('one');
  await reply(1);
  await send('two');
  await reply(2);
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
