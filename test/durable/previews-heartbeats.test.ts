/** What previews cost, and what becomes of the task's own heartbeats (P3). */
import { NativeConnection } from '@temporalio/worker';
import { expect, test } from 'vitest';
import { countingProxy } from './fixtures/counting-proxy.ts';
import { openGate } from './fixtures/gates.ts';
import type { Step } from './fixtures/preview-activities.ts';
import { newId, reading, startPreviews, usePreviews } from './fixtures/preview-scenario.ts';
import { until } from './fixtures/scenario.ts';

const own = usePreviews();

test('P3: a task or a plain activity that shows nothing sends as many heartbeats with previews on as with previews off', async () => {
  await using made = new AsyncDisposableStack();
  const workers = [{}, { previews: false } as const].map(async (options) => {
    const proxy = made.use(await countingProxy());
    const connection = await NativeConnection.connect({ address: proxy.address });
    const worker = made.use(await startPreviews({ ...options, worker: { connection } }));
    const task = worker.client.thread(newId(), 'plays');
    const plain = worker.client.thread(newId(), 'beatsPlainly');
    const open = (): void => [task, plain].forEach((thread) => openGate(thread, 'beats'));
    // Also when the test has failed: a worker ends with its last task.
    made.defer(open);
    await task.start([[{ beatsUntil: 'beats' }]]);
    await plain.start(null);
    return {
      counts: () => [task, plain].map(({ id }) => proxy.count('RecordActivityTaskHeartbeat', id)),
      end: async () => {
        open();
        return Promise.all([task.result(), plain.result()]);
      },
    };
  });
  const [on, off] = await Promise.all(workers);
  // The first is sent at once, and the next one seconds later, however often the task records something.
  await until(() => [...off!.counts(), ...on!.counts()].every((count) => count >= 2));
  expect(off!.counts()).toEqual([2, 2]);
  expect(on!.counts()).toEqual([2, 2]);
  for (const { end } of [on!, off!]) expect(await end()).toEqual(['done', 'beaten']);
});

test('P3: what a task has recorded last reaches the next attempt, beside a preview and without one', async () => {
  for (const show of [[], [{ show: 'Hello' }, { gate: 'shown' }]] satisfies Step[][]) {
    const thread = own.test.client.thread(newId(), 'plays');
    const recorded: Step[] = [{ beat: { page: 1 } }, ...show, { beat: { page: 2 } }, { fail: 'once more' }];
    const stream = reading(thread.stream([recorded, [{ returnsDetails: true }]], { mode: ['custom', 'updates'] }));
    if (show.length > 0) await stream.has(({ length }) => length === 1);
    openGate(thread, 'shown');
    expect((await stream.ended).at(-1)).toEqual(['updates', { plays: { page: 2 } }]);
  }
});

test('P3: what a task has recorded stays its own on a worker whose previews are off', async () => {
  const { taskQueue } = own.test;
  await using off = await startPreviews({ previews: false, worker: { taskQueue } });
  const thread = own.test.client.thread(newId(), 'playsPatiently');
  const attempts: Step[][] = [
    [{ beat: 'mine' }, { show: 'Hello' }, { gate: 'fail' }, { fail: 'once more' }],
    [{ returnsDetails: true }],
  ];
  await off.worker.stop();
  const stream = reading(thread.stream(attempts, { mode: ['custom', 'updates'] }));
  await stream.has(({ length }) => length === 1);
  await off.worker.restart();
  const stopped = own.test.worker.stop();
  openGate(thread, 'fail');
  await stopped;
  try {
    expect((await stream.ended).at(-1)).toEqual(['updates', { playsPatiently: 'mine' }]);
  } finally {
    await own.test.worker.restart();
  }
});

test('P3: a task that is cut off keeps what it has recorded beside a preview', async () => {
  await using worker = await startPreviews({
    worker: {
      shutdownGraceTime: 1,
      interceptors: {
        activity: [
          (context) => {
            Object.assign(context, { [Symbol.for('holdpoint/cutOffAt')]: Date.now() + 3_600_000 });
            return {};
          },
        ],
      },
    },
  });
  const thread = worker.client.thread(newId(), 'plays');
  const steps: Step[] = [{ returnsDetails: true }, { beat: 'mine' }, { show: 'Hello' }, { gate: 'never' }];
  const stream = reading(thread.stream([steps], { mode: ['custom', 'updates'] }));
  await stream.has(({ length }) => length === 1);
  await worker.worker.restart();
  try {
    expect((await stream.ended).at(-1)).toEqual(['updates', { plays: 'mine' }]);
  } finally {
    openGate(thread, 'never');
  }
});

test('P1: previews add no event to the history', async () => {
  await using off = await startPreviews({ previews: false });
  const types = async (client: typeof off.client): Promise<unknown[]> => {
    const thread = client.thread(newId(), 'plays');
    await thread.start([[{ show: 'Hello' }, { gate: 'end' }]]);
    if (client !== off.client) await reading(thread.follow({ mode: 'custom' })).has(({ length }) => length === 1);
    openGate(thread, 'end');
    await thread.result();
    const { events } = await thread.handle.fetchHistory();
    return (events ?? []).map(({ eventType }) => eventType);
  };
  expect(await types(own.test.client)).toEqual(await types(off.client));
});
