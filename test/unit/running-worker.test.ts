/** A worker that ends as it was told to, and one that ends by itself. */
import type { Worker } from '@temporalio/worker';
import { expect, test } from 'vitest';
import { RunningWorker } from '../../src/worker/running-worker.ts';

/** A worker whose state and end the test decides. */
function fakeWorker(): { readonly worker: Worker; state: string; readonly end: PromiseWithResolvers<void> } {
  const fake = {
    state: 'RUNNING',
    end: Promise.withResolvers<void>(),
    worker: {
      run: () => fake.end.promise,
      getState: () => fake.state,
      shutdown: () => {
        fake.state = 'STOPPING';
      },
      // As far as `RunningWorker` uses it.
    } as unknown as Worker,
  };
  return fake;
}

test('stop resolves when the worker has drained, however long that takes', async () => {
  const fake = fakeWorker();
  const running = new RunningWorker(fake.worker);
  const stopped = running.stop();
  expect(fake.state).toBe('STOPPING');
  setTimeout(() => fake.end.resolve(), 3_000);
  await expect(stopped).resolves.toBeUndefined();
  await expect(running.ended).resolves.toBeUndefined();
});

test('a worker that ends by itself is not awaited for ever, and stop says so', async () => {
  const fake = fakeWorker();
  const running = new RunningWorker(fake.worker);
  fake.state = 'DRAINING';
  await expect(running.stop()).rejects.toThrow('The worker has ended by itself. Its log says why.');
});

test('an error of the worker itself is passed on', async () => {
  const fake = fakeWorker();
  const running = new RunningWorker(fake.worker);
  fake.end.reject(new Error('no such namespace'));
  await expect(running.ended).rejects.toThrow('no such namespace');
});
