/** A worker's process that is told to end, as a platform of containers does it. */
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { connect, type Thread } from 'holdpoint/client';
import { expect, onTestFinished, test } from 'vitest';
import { startTest } from './fixtures/start-test.ts';
import type * as workflows from './fixtures/ending-workflows.ts';
import type * as spinning from './fixtures/spinning-workflows.ts';
import { replay, until } from './fixtures/scenario.ts';

type Spinning = Thread<undefined>;

test('SIGTERM: a task that does not listen runs to its end, a second signal changes nothing, and the code is 0', async () => {
  const taskQueue = `ending-${randomUUID()}`;
  await using client = await connect<typeof workflows>({ taskQueue });
  const thread = client.thread(taskQueue, 'holding');
  await thread.start();
  const worker = fork(fileURLToPath(new URL('fixtures/ending-worker.ts', import.meta.url)), [taskQueue], {
    silent: true,
  });
  onTestFinished(() => void worker.kill('SIGKILL'));
  const ended = once(worker, 'exit');
  let log = '';
  worker.stderr?.on('data', (data: Buffer) => (log += data.toString()));
  await once(worker, 'message');
  worker.kill('SIGTERM');
  // The worker has no grace time, so it has cancelled its task by now.
  await until(() => log.includes("state: 'DRAINING'"));
  worker.kill('SIGTERM');
  worker.send('end');
  expect(await ended).toEqual([0, null]);
  const { events } = await thread.handle.fetchHistory();
  expect(events?.filter((event) => event.activityTaskCompletedEventAttributes)).toHaveLength(1);
  await thread.handle.terminate();
});

test('A step that takes too long is cut off with what it was about to draw, and its worker goes on', async () => {
  const workflowsPath = fileURLToPath(new URL('fixtures/spinning-workflows.ts', import.meta.url));
  await using own = await startTest<typeof spinning>({ workflowsPath, activities: {}, replay });
  const [stuck, other] = [randomUUID(), randomUUID()].map((id) => own.client.thread(id, 'spins')) as [
    Spinning,
    Spinning,
  ];
  await stuck.invoke(undefined);
  await own.worker.stop();
  // Its refusal is drawn at the end of the step, which does not come.
  await stuck.handle.signal('resume', 1, { id: 'another' });
  await stuck.handle.signal('spin');
  await own.worker.restart();
  await until(async () => {
    const { events } = await stuck.handle.fetchHistory();
    return events?.some((event) => event.workflowTaskFailedEventAttributes) ?? false;
  });
  await stuck.handle.terminate();
  await other.invoke(undefined);
  expect(await other.resume(2)).toMatchObject({ outcome: 'accepted' });
  expect(await other.result()).toBe(2);
});
