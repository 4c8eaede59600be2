/** Threads whose runs are longer than a cold worker should have to replay: they go on in a new run (R5). */
import type { Thread } from 'holdpoint/client';
import { expect, test } from 'vitest';
import { MIN_RUN_MS } from '../../src/protocol/limits.ts';
import { resetBefore } from './fixtures/resets.ts';
import { drain, until, useScenario } from './fixtures/scenario.ts';

const scenario = useScenario();
const { drive } = scenario;

interface ChainRun {
  readonly runId: string;
  readonly firstRunId: string;
}

async function current({ handle }: Thread): Promise<ChainRun> {
  const { runId, raw } = await handle.describe();
  return { runId, firstRunId: raw.workflowExecutionInfo?.firstRunId ?? '' };
}

/** Waits until the thread has continued as new, and returns its run. */
async function continued(thread: Thread, after?: string): Promise<ChainRun> {
  let run = await current(thread);
  await until(async () => {
    run = await current(thread);
    return run.runId !== (after ?? run.firstRunId);
  });
  return run;
}

async function events({ handle, id }: Thread, runId: string) {
  return (await handle.client.getHandle(id, runId).fetchHistory()).events ?? [];
}

test('R5: after a thousand events a thread goes on in a new run, and stays in that one', async () => {
  const { thread } = drive('fills');
  await thread.start('long', { key: 'k1' });
  const { runId, firstRunId } = await continued(thread);
  expect((await events(thread, firstRunId)).length).toBeGreaterThan(1000);
  expect((await events(thread, runId)).length).toBeLessThan(10);
  expect(await thread.invoke('b')).toEqual({ value: ['long', 'b'] });
  expect(await thread.invoke('c')).toEqual({ value: ['long', 'b', 'c'] });
  expect(await thread.result({ key: 'k1' })).toEqual(['long']);
  expect((await current(thread)).runId).toBe(runId);
  expect(await drain(thread.follow({ from: 'start' }))).toEqual([
    { fills: ['long'] },
    { fills: ['long', 'b'] },
    { fills: ['long', 'b', 'c'] },
  ]);
  await thread.close();
});

test('R5 R4: inputs that wait do not have to wait for the new run, and none is refused', async () => {
  const { thread } = drive('fills');
  await thread.start('long');
  await thread.start('long', { key: 'second' });
  await until(async () => (await thread.state()).turn === 2);
  // The first turn has filled the run.
  await thread.start('last', { key: 'last' });
  expect(await thread.result({ key: 'last' })).toEqual(['long', 'long', 'last']);
  const { runId, firstRunId } = await continued(thread);
  const taken = (await events(thread, firstRunId)).flatMap(
    (event) => event.workflowExecutionUpdateAcceptedEventAttributes?.protocolInstanceId ?? [],
  );
  expect(taken).toEqual(['second', 'last']);
  expect((await events(thread, runId)).length).toBeLessThan(10);
  await thread.close();
});

test('R5: no run begins late, as one does that follows a run of less than a second', async () => {
  const { thread } = drive('fills');
  await thread.invoke('quick');
  // A run follows at the end of the first turn that ends when the run is old enough.
  while ((await current(thread)).runId === (await current(thread)).firstRunId) await thread.invoke('quick');
  for (let turn = 0; turn < 3; turn++) await thread.invoke('quick');
  let run = (await current(thread)).firstRunId;
  let before = 0;
  for (;;) {
    const history = await events(thread, run);
    const backoff = history[0]?.workflowExecutionStartedEventAttributes?.firstWorkflowTaskBackoff;
    // After so many events, Temporal itself suggests a new run, however young the run is.
    if (before < 4_000) expect([Number(backoff?.seconds ?? 0), backoff?.nanos ?? 0]).toEqual([0, 0]);
    before = history.length;
    const next = history.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
    if (!next) break;
    run = next;
  }
  await thread.close();
});

test('R5: a run without a turn of its own does not continue because of its length', async () => {
  const { thread } = drive('fills');
  await thread.start('long');
  const { runId } = await continued(thread);
  await Promise.all(Array.from({ length: 1000 }, async () => thread.handle.signal('resume', 0, { id: 'nothing:1' })));
  expect(await thread.state()).toMatchObject({ status: 'idle', turn: 1 });
  expect((await events(thread, runId)).length).toBeGreaterThan(1000);
  expect((await current(thread)).runId).toBe(runId);
  const { startTime } = await thread.handle.describe();
  // On a fast machine the run is too young to end.
  await until(() => Date.now() - startTime.getTime() >= MIN_RUN_MS);
  // Its first turn makes way for the next run.
  expect(await thread.invoke('b')).toEqual({ value: ['long', 'b'] });
  await continued(thread, runId);
  await thread.close();
  // A thousand signals, which a worker without a cache replays again and again.
}, 120_000);

test('R11: a reset of the long run brings all turns again, and it goes on in a new run once more', async () => {
  const { thread } = drive('fills');
  await thread.start('long');
  const { firstRunId } = await continued(thread);
  await thread.invoke('b');
  await thread.invoke('c');
  const reset = await resetBefore(thread, 'start', { run: firstRunId });
  const { runId } = await continued(thread, reset);
  expect((await events(thread, reset)).length).toBeGreaterThan(1000);
  expect(runId).not.toBe(reset);
  expect(await thread.state()).toMatchObject({ turn: 3, saved: ['long', 'b', 'c'] });
  await thread.close();
});

test('R5: a thread that continued because of its length ends when it has been idle', async () => {
  const { thread } = drive('fillsAndIdles');
  await thread.start('long');
  const { runId } = await continued(thread);
  await until(async () => (await thread.handle.describe()).status.name === 'COMPLETED');
  expect((await current(thread)).runId).toBe(runId);
});
