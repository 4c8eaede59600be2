/** The audit of a thread: what its history says that happened (A13). */
import { createHash, randomUUID } from 'node:crypto';
import type { AuditEntry, Interrupt, Thread } from 'holdpoint/client';
import { expect, test } from 'vitest';
import { digestOf } from '../../src/client/tools.ts';
import { holdpoint, onTerminal } from './fixtures/command-line.ts';
import * as deployActivities from './fixtures/deploy-activities.ts';
import { startDeploy } from './fixtures/deploy.ts';
import { countingClient, heldBack } from './fixtures/requests.ts';
import { resetBefore } from './fixtures/resets.ts';
import { expectCode, rejection, startScenario, until, useScenario } from './fixtures/scenario.ts';

const scenario = useScenario();
const { drive } = scenario;

type Audited = Pick<Thread, 'audit'>;

async function audit(thread: Audited, options: Parameters<Thread['audit']>[0] = {}): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  for await (const entry of thread.audit(options)) entries.push(entry);
  return entries;
}

/** In short: `asked graph:1`, `answered graph:1 by ann`, `task step1:1 finished`. */
function inShort(entry: AuditEntry): string {
  switch (entry.kind) {
    case 'started':
      return `started ${entry.entrypoint}${entry.continues === undefined ? '' : ' again'}`;
    case 'input':
      return `input ${entry.key}${entry.isRepeated ? ' (repeated)' : ''}`;
    case 'turn':
      return `turn ${entry.n} ${entry.status}`;
    case 'asked':
      return `asked ${entry.id}`;
    case 'shown':
      return `shown ${entry.id} to ${entry.actor}${entry.isRepeated ? ' (repeated)' : ''}`;
    case 'reassigned':
      return `reassigned ${entry.id} to ${entry.assignees.join()}`;
    case 'answered':
    case 'voted':
    case 'refused':
    case 'sent':
      return `${entry.kind} ${entry.id} by ${entry.actor}${entry.isRepeated ? ' (repeated)' : ''}`;
    case 'closed':
      return `closed ${entry.id} ${entry.how}`;
    case 'task':
      return `task ${entry.id} ${entry.state}`;
    case 'notified':
      return `notified ${entry.id} ${entry.about} ${entry.state}`;
    case 'command':
      return `${entry.name} by ${entry.actor}`;
    case 'reset':
    case 'ended':
    case 'missing':
      return entry.kind === 'ended' ? `ended ${entry.how}` : entry.kind;
    default:
      return entry satisfies never;
  }
}

async function short(thread: Audited, options: Parameters<Thread['audit']>[0] = {}): Promise<string[]> {
  return (await audit(thread, options)).map(inShort);
}

async function asks(thread: Pick<Thread, 'interrupts'>, ...ids: string[]): Promise<readonly Interrupt[]> {
  let open: readonly Interrupt[] = [];
  await until(async () => {
    open = await thread.interrupts();
    return open.map(({ id }) => id).join() === ids.join();
  });
  return open;
}

test('A13: what was asked, to whom it was shown, who answered, and what ran then, each under its version', async () => {
  await using deploy = await startDeploy();
  const before = await deploy.startVersion(deployActivities, '11');
  await deploy.makeCurrent('11');
  const thread = deploy.client.thread(`mails-${randomUUID()}`, 'mails');
  await thread.invoke();
  const [question] = await thread.interrupts();
  const { id, run } = question!;
  const digest = digestOf(question!);
  await thread.shown(id, { run, actor: 'ann', digest });
  await deploy.startVersion(deployActivities, '12');
  await deploy.makeCurrent('12');
  await before.stop();
  await thread.resume(true, { id, run, actor: 'ann', key: 'k' });
  await thread.result();
  const entries = await audit(thread);
  expect(entries.map(inShort)).toEqual([
    'started mails',
    'task kept:1 finished',
    'asked mails:1',
    'notified mails:1 opened finished',
    'shown mails:1 to ann',
    'answered mails:1 by ann',
    'closed mails:1 answered',
    'notified mails:1 closed finished',
    'task kept:2 finished',
    'ended completed',
  ]);
  const version = (buildId: string) => ({ deploymentName: deploy.taskQueue, buildId, identity: expect.any(String) });
  expect(entries.find(({ kind }) => kind === 'asked')).toEqual({
    at: expect.stringMatching(/Z$/),
    kind: 'asked',
    id,
    question,
    digest,
    run,
    runId: run,
    event: expect.any(Number),
    worker: version('11'),
  });
  expect(entries.find(({ kind }) => kind === 'shown')).toMatchObject({ digest, shownAt: expect.any(String) });
  expect(entries.find(({ kind }) => kind === 'answered')).toMatchObject({ value: true, key: 'k' });
  expect(entries.find(({ kind }) => kind === 'closed')).toMatchObject({
    actor: 'ann',
    key: 'k',
    worker: version('12'),
  });
  // The server names a deployment only for the worker that runs the entrypoint.
  expect(entries.filter(({ kind }) => kind === 'task')).toMatchObject([
    { name: 'kept', worker: { buildId: '11' }, scheduledBy: version('11') },
    { name: 'kept', worker: { buildId: '12' }, scheduledBy: version('12'), attempt: 1 },
  ]);
  expect(entries.at(-1)).toMatchObject({ how: 'completed', worker: version('12') });
});

test('A13: without `payloads` an input is its digest, and what tasks took and returned is left out', async () => {
  const { thread } = drive('graph');
  await thread.invoke('foo');
  await thread.resume('bar', { actor: 'ann' });
  await thread.result();
  const [started, ...rest] = await audit(thread);
  expect(started).toMatchObject({ digest: createHash('sha256').update('"foo"').digest('hex') });
  expect(started).not.toHaveProperty('input');
  for (const entry of rest) for (const field of ['input', 'result']) expect(entry).not.toHaveProperty(field);
  const whole = await audit(thread, { payloads: true });
  expect(whole[0]).toMatchObject({ input: 'foo' });
  expect(whole.filter(({ kind }) => kind === 'task')).toMatchObject([
    { id: 'step1:1', input: ['foo'], result: 'foo bar' },
    { id: 'humanFeedback:1', state: 'asked' },
    { id: 'humanFeedback:1', state: 'finished' },
    { id: 'step3:1', result: 'foo bar bar qux' },
  ]);
  expect(whole.at(-1)).toMatchObject({ kind: 'ended', value: 'foo bar bar qux' });
});

test('A13: what became of each answer, as far as the history says', async () => {
  await using own = await startScenario();
  const thread = own.client.thread(`answers-${own.taskQueue}`, 'asksNumber');
  await thread.invoke();
  await own.worker.stop();
  const id = 'asksNumber:1';
  const send = (...args: unknown[]): Promise<void> => thread.handle.signal('resume', ...args);
  await send('heavy', { id, actor: 'ann', key: 'k1' });
  await send('heavy', { id, actor: 'bob' });
  await send(70, { id: 'asksNumber:9', actor: 'cem' });
  await send(80, { actor: 'dana' });
  await send(90, { id, actor: 'eve', key: 'k2' });
  await send(80, { actor: 'finn', key: 'k1' });
  expect((await short(thread)).slice(2)).toEqual([
    `sent ${id} by ann`,
    `sent ${id} by bob`,
    'sent asksNumber:9 by cem',
    'sent undefined by dana',
    `sent ${id} by eve`,
    'sent undefined by finn',
  ]);
  await own.worker.restart();
  await thread.result();
  expect((await short(thread)).slice(2)).toEqual([
    `refused ${id} by ann`,
    `refused ${id} by bob`,
    'refused asksNumber:9 by cem',
    `answered ${id} by dana`,
    `refused ${id} by eve`,
    // Its key was used before.
    'sent undefined by finn',
    `closed ${id} answered`,
    'ended completed',
  ]);
});

test('A13: an answer that was not allowed and is sent again with its key has closed the question', async () => {
  const { thread } = drive('asksBy');
  await thread.invoke({ assignees: ['ann'], by: 'assignees' });
  const bob = { id: 'asksBy:1', actor: 'bob', key: 'k' };
  await expectCode(thread.resume(true, bob), 'NotAllowed');
  await thread.reassign('asksBy:1', ['bob']);
  await thread.resume(true, bob);
  await thread.result();
  expect((await short(thread)).filter((entry) => entry.includes('by bob'))).toEqual([
    'refused asksBy:1 by bob',
    'answered asksBy:1 by bob',
  ]);
});

test('A13: if two answers without a key may have closed a question, neither is said to have', async () => {
  await using own = await startScenario();
  const thread = own.client.thread(`twins-${own.taskQueue}`, 'asksNumber');
  await thread.invoke();
  await own.worker.stop();
  for (const answer of ['heavy', 80]) await thread.handle.signal('resume', answer);
  await own.worker.restart();
  await thread.result();
  expect((await short(thread)).slice(2, 4)).toEqual(['sent undefined by undefined', 'sent undefined by undefined']);
});

test('A13: each way to close, and what runs until the end of a run that the server ends', async () => {
  const ways = drive('fourWays').thread;
  await ways.start();
  await asks(ways, 'fourWays:3', 'fourWays:4');
  await ways.resume('yes', { id: 'fourWays:4', actor: 'ann' });
  await ways.result();
  expect((await short(ways)).filter((entry) => entry.startsWith('closed'))).toEqual([
    'closed fourWays:1 expired',
    'closed fourWays:2 default',
    'closed fourWays:4 answered',
    'closed fourWays:3 withdrawn',
  ]);
  const held = drive('asksWhileTaskRuns').thread;
  await held.start();
  await asks(held, 'asksWhileTaskRuns:1');
  expect((await short(held)).slice(1)).toEqual(['asked asksWhileTaskRuns:1', 'task hold:1 running']);
  await held.handle.terminate('no longer needed');
  const entries = await audit(held);
  expect(entries.map(inShort).slice(1)).toEqual([
    'asked asksWhileTaskRuns:1',
    'closed asksWhileTaskRuns:1 withdrawn',
    'task hold:1 running',
    'ended terminated',
  ]);
  expect(entries.at(-1)).toMatchObject({ message: 'no longer needed', sender: expect.any(String) });
  expect(entries.at(-1)).not.toHaveProperty('worker');
});

test('A13: a failed task and a failed run have their messages; so has a cancellation', async () => {
  const { thread } = drive('taskThrows');
  await thread.start();
  await rejection(thread.result());
  const entries = await audit(thread);
  expect(entries.slice(-2)).toMatchObject([
    { kind: 'task', id: 'boom:1', state: 'failed', message: 'bad' },
    { kind: 'ended', how: 'failed', message: 'bad' },
  ]);
  const cancelled = drive('asksInBody').thread;
  await cancelled.invoke();
  await cancelled.cancel('a duplicate');
  await rejection(cancelled.result());
  expect((await audit(cancelled)).slice(2)).toMatchObject([
    { kind: 'command', name: 'cancel', reason: 'a duplicate' },
    { kind: 'closed', how: 'withdrawn' },
    { kind: 'ended', how: 'canceled' },
  ]);
});

test('A13: a local task is in the audit, and so is one that has failed', async () => {
  const { thread } = drive('localSteps');
  await thread.invoke('foo');
  const [, local] = await audit(thread, { payloads: true });
  expect(local).toMatchObject({ kind: 'task', name: 'step1', id: 'step1:1', state: 'finished', result: 'foo bar' });
  await thread.handle.terminate();
  const failing = drive('failsLocally').thread;
  await failing.start();
  await rejection(failing.result());
  expect((await audit(failing))[1]).toMatchObject({ kind: 'task', id: 'boom:1', state: 'failed', message: 'bad' });
});

test('A13: turns, inputs and commands of a thread with memory', async () => {
  const { thread } = drive('remembers');
  await thread.invoke('a', { key: 'first' });
  await thread.invoke('ask', { key: 'second' });
  await thread.cancel('changed my mind');
  await rejection(thread.result({ key: 'second' }));
  await thread.close('done');
  await until(async () => (await thread.handle.describe()).status.name === 'COMPLETED');
  const entries = await audit(thread);
  expect(entries.map(inShort)).toEqual([
    'started remembers',
    'turn 1 running',
    'turn 1 completed',
    'input second',
    'turn 2 running',
    'asked remembers:1',
    'cancelTurn by undefined',
    'closed remembers:1 withdrawn',
    'turn 2 canceled',
    'close by undefined',
    'ended completed',
  ]);
  expect(entries.find(({ kind }) => kind === 'command')).toMatchObject({ reason: 'changed my mind' });
});

test('A13: who reassigned a question, and the digest of what people are shown from then on', async () => {
  const { thread } = drive('asksInBody');
  const { run } = await thread.start();
  const [question] = await asks(thread, 'asksInBody:1');
  const { id } = question!;
  await thread.reassign(id, ['bob'], { run, actor: 'ann', key: 'r' });
  await thread.handle.signal('reassign', { id: 'asksInBody:9', assignees: ['eve'], actor: 'eve' });
  const [reassigned] = await thread.interrupts();
  await thread.resume('yes', { id, run, actor: 'bob' });
  await thread.result();
  const entries = await audit(thread);
  expect(entries.map(inShort).slice(1)).toEqual([
    `asked ${id}`,
    'reassign by ann',
    `reassigned ${id} to bob`,
    'reassign by eve',
    `answered ${id} by bob`,
    `closed ${id} answered`,
    'ended completed',
  ]);
  expect(entries.find(({ kind }) => kind === 'reassigned')).toMatchObject({
    actor: 'ann',
    key: 'r',
    digest: digestOf(reassigned!),
    worker: { identity: expect.any(String) },
  });
  expect(digestOf(reassigned!)).not.toBe(digestOf(question!));
});

test('A13: votes, with the groups of who voted, and answers of the signal with one argument', async () => {
  const { thread } = drive('asksBy');
  const { run } = await thread.start({ assignees: ['group:finance'], by: { only: 'assignees', quorum: 2 } });
  await asks(thread, 'asksBy:1');
  await thread.resume(true, { id: 'asksBy:1', run, actor: 'ann', groups: ['finance'] });
  await thread.handle.signal('answer', { value: true, actor: 'bob' });
  await thread.handle.signal('answer', { value: false, actor: 'cem', groups: ['finance'] });
  await thread.result();
  const answers = (await audit(thread)).filter((entry) => entry.kind !== 'notified').slice(2, -2);
  expect(answers.map(inShort)).toEqual([
    'voted asksBy:1 by ann',
    'refused undefined by bob',
    'answered asksBy:1 by cem',
  ]);
  expect(answers).toMatchObject([
    { value: true, groups: ['finance'] },
    { value: true },
    { value: false, groups: ['finance'] },
  ]);
});

test('A13: all runs of a chain are audited in their order, also after the end', async () => {
  const { thread } = drive('chain');
  const { run } = await thread.start(0);
  await asks(thread, 'chain:1');
  await thread.resume('done', { actor: 'ann' });
  await thread.result();
  const entries = await audit(thread);
  expect(entries.map(inShort)).toEqual([
    'started chain',
    'task echo:1 finished',
    'ended continued',
    'started chain again',
    'task echo:1 finished',
    'ended continued',
    'started chain again',
    'task echo:1 finished',
    'asked chain:1',
    'answered chain:1 by ann',
    'closed chain:1 answered',
    'ended completed',
  ]);
  expect(new Set(entries.map((entry) => entry.run))).toEqual(new Set([run]));
  const runs = [...new Set(entries.map(({ runId }) => runId))];
  expect(entries.filter(({ kind }) => kind === 'ended')).toMatchObject([{ to: runs[1] }, { to: runs[2] }, {}]);
  // The thread is started again: the new chain is audited, and the old one by its run.
  await thread.start(2);
  await asks(thread, 'chain:1');
  expect(await short(thread)).toEqual(['started chain', 'task echo:1 finished', 'asked chain:1']);
  expect(await audit(thread, { run })).toEqual(entries);
  await thread.handle.terminate();
});

test('A13: what was done before a reset stays in the audit, and what the reset delivers again is marked', async () => {
  const { thread } = drive('asksBetweenTasks');
  const { run } = await thread.start('foo');
  const [question] = await asks(thread, 'asksBetweenTasks:1');
  await thread.shown(question!.id, { run, actor: 'ann' });
  await thread.resume('bar', { ...question, actor: 'ann', key: 'k' });
  await thread.result();
  const reset = await resetBefore(thread, 'asksBetweenTasks:1');
  expect(await thread.result()).toBe('foo bar bar qux');
  const entries = await audit(thread);
  expect(entries.map(inShort)).toEqual([
    'started asksBetweenTasks',
    'task step1:1 finished',
    'asked asksBetweenTasks:1',
    'shown asksBetweenTasks:1 to ann',
    'answered asksBetweenTasks:1 by ann',
    'closed asksBetweenTasks:1 answered',
    'task step3:1 finished',
    'ended completed',
    'reset',
    'shown asksBetweenTasks:1 to ann (repeated)',
    'answered asksBetweenTasks:1 by ann (repeated)',
    'asked asksBetweenTasks:1',
    'closed asksBetweenTasks:1 answered',
    'task step3:1 finished',
    'ended completed',
  ]);
  expect(entries.find(({ kind }) => kind === 'reset')).toMatchObject({
    from: run,
    runId: reset,
    reason: 'test',
    open: [],
  });
  expect(entries.findLast(({ kind }) => kind === 'closed')).toMatchObject({ actor: 'ann', key: 'k', runId: reset });
});

test('A13: what is sent after a reset is not marked as delivered again', async () => {
  const { thread } = drive('asksTwice');
  const { run } = await thread.start();
  const [first] = await asks(thread, 'asksTwice:1');
  await thread.resume('a', { ...first, actor: 'ann' });
  await asks(thread, 'asksTwice:2');
  await resetBefore(thread, 'start');
  await asks(thread, 'asksTwice:2');
  await thread.shown('asksTwice:2', { run, actor: 'bob' });
  await thread.resume('b', { id: 'asksTwice:2', run, actor: 'bob' });
  await thread.result();
  const entries = await short(thread);
  expect(entries.slice(entries.indexOf('reset') + 1)).toEqual([
    'answered asksTwice:1 by ann (repeated)',
    'asked asksTwice:1',
    'closed asksTwice:1 answered',
    'asked asksTwice:2',
    'shown asksTwice:2 to bob',
    'answered asksTwice:2 by bob',
    'closed asksTwice:2 answered',
    'ended completed',
  ]);
});

test('A13: an audit waits for nothing that comes after it has begun', async () => {
  const { thread } = drive('handsOver');
  const { run } = await thread.start(0);
  await asks(thread, 'handsOver:1', 'handsOver:2');
  const continued = Promise.withResolvers<void>();
  const held = heldBack('GetWorkflowExecutionHistory', continued.promise);
  await using own = await countingClient(scenario.test.taskQueue, [held]);
  const entries = audit(own.client.thread(thread.id));
  await until(() => own.take()['DescribeWorkflowExecution'] !== undefined);
  await thread.resume('yes', { id: 'handsOver:2', run });
  await until(async () => (await thread.handle.describe()).runId !== run);
  continued.resolve();
  expect(new Set((await entries).map(({ runId }) => runId))).toEqual(new Set([run]));
  await thread.handle.terminate();
});

test('A13: what a reset delivers again waits for the question of a task, and has done the same then', async () => {
  const { thread } = drive('asksByInTask');
  await thread.invoke({ by: { quorum: 2 } });
  const [question] = await thread.interrupts();
  for (const actor of ['ann', 'bob']) await thread.resume('yes', { ...question, actor });
  await thread.result();
  await resetBefore(thread, 'start');
  await thread.result();
  const entries = await audit(thread);
  const again = entries.slice(entries.findIndex(({ kind }) => kind === 'reset') + 1);
  expect(again.filter((entry) => 'isRepeated' in entry)).toMatchObject([
    { kind: 'voted', actor: 'ann', isRepeated: true },
    { kind: 'answered', actor: 'bob', isRepeated: true },
  ]);
});

test('A13: a run of a chain that was reset after it had continued is followed by all that came after it', async () => {
  const { thread } = drive('chain');
  const { run } = await thread.start(1);
  await asks(thread, 'chain:1');
  await resetBefore(thread, 'start', { run });
  await until(async () => (await short(thread)).filter((entry) => entry === 'asked chain:1').length === 2);
  expect(await short(thread)).toEqual([
    'started chain',
    'task echo:1 finished',
    'ended continued',
    'started chain again',
    'task echo:1 finished',
    'asked chain:1',
    'closed chain:1 withdrawn',
    'ended terminated',
    'reset',
    'task echo:1 finished',
    'ended continued',
    'started chain again',
    'task echo:1 finished',
    'asked chain:1',
  ]);
  await thread.handle.terminate();
});

test('A13: if one run is reset several times, each run that the resets have made is in the audit, in its place', async () => {
  const { thread } = drive('chain');
  const { run } = await thread.start(1);
  await asks(thread, 'chain:1');
  const made: string[] = [];
  for (let i = 0; i < 3; i++) {
    const before = (await thread.handle.describe()).runId;
    made.push(await resetBefore(thread, 'start', { run }));
    await until(async () => ![before, made.at(-1)].includes((await thread.handle.describe()).runId));
    await asks(thread, 'chain:1');
  }
  const again = ['ended continued', 'started chain again', 'task echo:1 finished', 'asked chain:1'];
  const discarded = [...again, 'closed chain:1 withdrawn', 'ended terminated', 'reset', 'task echo:1 finished'];
  const whole = ['started chain', 'task echo:1 finished', ...discarded, ...discarded, ...discarded, ...again];
  // Visibility has the runs a moment later.
  let entries: readonly AuditEntry[] = [];
  await until(async () => (entries = await audit(thread)).length >= whole.length);
  expect(entries.map(inShort)).toEqual(whole);
  expect(entries.filter(({ kind }) => kind === 'reset').map(({ runId }) => runId)).toEqual(made);
  await thread.handle.terminate();
});

test('A13: an input that a reset delivers again is marked', async () => {
  const { thread } = drive('remembers');
  await thread.invoke('a', { key: 'first' });
  await thread.invoke('b', { key: 'second' });
  await resetBefore(thread, 'start');
  await until(async () => (await thread.state()).turn === 2 && (await thread.state()).status === 'idle');
  const entries = await audit(thread, { payloads: true });
  expect(entries.filter(({ kind }) => kind === 'input').map(inShort)).toEqual([
    'input second',
    'input second (repeated)',
  ]);
  expect(entries.findLast(({ kind }) => kind === 'input')).toMatchObject({ input: 'b', isRepeated: true });
  await thread.close('done');
});

test('A13: a run that the server has deleted is a gap, and the audit goes on behind it', async () => {
  const { thread } = drive('chain');
  const { run } = await thread.start(1);
  await asks(thread, 'chain:1');
  const { client } = scenario.client;
  await client.workflowService.deleteWorkflowExecution({
    namespace: client.options.namespace,
    workflowExecution: { workflowId: thread.id, runId: run },
  });
  const deleted = client.workflow.getHandle(thread.id, run);
  await until(async () =>
    deleted.describe().then(
      () => false,
      () => true,
    ),
  );
  expect(await short(thread)).toEqual(['missing', 'started chain again', 'task echo:1 finished', 'asked chain:1']);
  expect((await audit(thread))[0]).toMatchObject({ run, runId: run, event: 0 });
  await thread.handle.terminate();
});

test('A13: the digest is of what is shown, whatever the order of its fields; a question cut in the memo has its own if the history is complete', async () => {
  const question = { id: 'a:1', run: 'r', askedAt: 'now', value: { b: 1, a: ['x'] }, assignees: ['ann'] };
  const text = '{"assignees":["ann"],"value":{"a":["x"],"b":1}}';
  expect(digestOf(question)).toBe(createHash('sha256').update(text).digest('hex'));
  expect(digestOf({ ...question, assignees: ['bob'] })).not.toBe(digestOf(question));
  const { thread } = drive('longQuestions');
  await thread.start(8);
  await until(async () => (await thread.interrupts()).length === 9);
  const whole = new Map((await thread.interrupts()).map((one) => [one.id, one]));
  const asked = (await audit(thread)).filter((entry) => entry.kind === 'asked');
  const ofTasks = asked.filter(({ id }) => id.startsWith('ask:'));
  expect(ofTasks).toHaveLength(8);
  for (const { id, digest, question: one } of ofTasks) {
    expect(one).not.toHaveProperty('truncated');
    expect(digest).toBe(digestOf(whole.get(id)!));
  }
  // The history has no more of a body's question than the memo.
  const [ofBody] = asked.filter(({ id }) => !id.startsWith('ask:'));
  expect(ofBody).toMatchObject({ question: { truncated: true } });
  expect(ofBody).not.toHaveProperty('digest');
  await thread.handle.terminate();
});

test('A13: a showing costs one workflow task without a command, waits for no worker, and is refused only where no run takes it', async () => {
  await using own = await startScenario();
  const thread = own.client.thread(`shown-${own.taskQueue}`, 'asksInBody');
  const { run } = await thread.start();
  await asks(thread, 'asksInBody:1');
  await own.worker.stop();
  await thread.shown('asksInBody:1', { run, actor: 'ann' });
  expect(await short(thread)).toEqual(['started asksInBody', 'asked asksInBody:1', 'shown asksInBody:1 to ann']);
  await own.worker.restart();
  await until(async () => (await thread.state()).status === 'waiting');
  // A showing that is not one is in no audit.
  await thread.handle.signal('shown', 'nonsense');
  await thread.resume('yes');
  await thread.result();
  const { events } = await thread.handle.fetchHistory();
  const at = (events ?? []).findIndex(
    (event) => event.workflowExecutionSignaledEventAttributes?.signalName === 'shown',
  );
  expect((events ?? []).slice(at, at + 4).map(({ attributes }) => attributes)).toEqual([
    'workflowExecutionSignaledEventAttributes',
    'workflowTaskScheduledEventAttributes',
    'workflowTaskStartedEventAttributes',
    'workflowTaskCompletedEventAttributes',
  ]);
  expect((await short(thread)).filter((entry) => entry.startsWith('shown'))).toHaveLength(1);
  await expectCode(thread.shown('asksInBody:1', { run, actor: 'ann' }), 'ThreadClosed');
  await expectCode(own.client.thread('nobody').shown('x:1', { run, actor: 'ann' }), 'ThreadNotFound');
});

test('A13: an audit stops with its signal, and knows no thread that is not there', async () => {
  const { thread } = drive('asksInBody');
  await thread.invoke();
  const left = new AbortController();
  const entries = thread.audit({ signal: left.signal });
  expect((await entries.next()).value).toMatchObject({ kind: 'started' });
  left.abort(new Error('left'));
  await expect(audit(thread, { signal: left.signal })).rejects.toThrow('left');
  await expectCode(audit(scenario.client.thread('nobody')), 'ThreadNotFound');
  await thread.handle.terminate();
});

test('A13: `holdpoint audit` prints JSON Lines in a pipe, and words on a terminal', async () => {
  const { thread } = drive('asksInBody');
  await thread.invoke();
  await thread.resume('\u001b[31mred', { actor: 'ann' });
  await thread.result();
  const { out, code } = await holdpoint(['audit', thread.id]);
  expect(code).toBe(0);
  expect(out).not.toContain('\u001b');
  const lines = out.trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(await audit(thread));
  const terminal = onTerminal(['audit', thread.id, '--payloads'], { columns: 200 });
  expect(await terminal.exited).toBe(0);
  for (const text of ['started ', 'asked ', 'asksInBody:1  by ann: \\x1b[31mred', 'answered by ann', 'completed'])
    expect(terminal.shown()).toContain(text);
  expect(await holdpoint(['audit', `nobody-${thread.id}`])).toMatchObject({ code: 4 });
});
