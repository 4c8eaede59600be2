/** A worker's process that is told to end, as a platform of containers does it. */
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { connect } from 'holdpoint/client';
import { expect, onTestFinished, test } from 'vitest';
import type * as workflows from './fixtures/ending-workflows.ts';
import { until } from './fixtures/scenario.ts';

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
