/** `startTest`, `runWorker` and `connect`: their errors when something is missing, and what they close. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Connection } from '@temporalio/client';
import { Runtime } from '@temporalio/worker';
import { connect } from 'holdpoint/client';
import { startTest, type Test } from 'holdpoint/testing';
import { runWorker } from 'holdpoint/worker';
import { expect, test, vi } from 'vitest';
import { holdpoint } from './fixtures/command-line.ts';
import * as activities from './fixtures/deploy-activities.ts';
import { freePort } from './fixtures/processes.ts';
import { expectCode, rejection, until } from './fixtures/scenario.ts';

const workflowsPath = fileURLToPath(new URL('./fixtures/fatal-workflows.ts', import.meta.url));
const log = vi.spyOn(Runtime.instance().logger, 'log');

/** Runs something with another `TEMPORAL_ADDRESS`, or without one. */
async function withAddress<Value>(address: string | undefined, run: () => Promise<Value>): Promise<Value> {
  const shared = process.env['TEMPORAL_ADDRESS'];
  if (address === undefined) delete process.env['TEMPORAL_ADDRESS'];
  else process.env['TEMPORAL_ADDRESS'] = address;
  try {
    return await run();
  } finally {
    process.env['TEMPORAL_ADDRESS'] = shared;
  }
}

/** Ends the worker of a test: what this workflow hands back cannot be sent. */
async function endWorker({ client: { client }, taskQueue }: Test<unknown>, workflowId: string): Promise<void> {
  log.mockClear();
  await client.workflow.start('fatal', { taskQueue, workflowId });
  await until(() => log.mock.calls.some(([, message]) => message.includes('Initiating Worker shutdown')));
}

test("startTest: a worker that ended by itself does not hide the test's own error, and everything is closed", async () => {
  const notices: string[] = [];
  let address = '';
  const error = await withAddress(undefined, () =>
    rejection(
      (async () => {
        await using started = await startTest({ workflowsPath, activities, onNotice: (text) => notices.push(text) });
        const { connection } = started.client.client;
        if (connection instanceof Connection) address = connection.options.address;
        await endWorker(started, 'fatal');
        throw new RangeError("the test's own");
      })(),
    ),
  );
  expect(error).toMatchObject({ name: 'RangeError', message: "the test's own" });
  expect(notices).toEqual([expect.stringMatching(/^The test was not closed cleanly\. The worker has ended by itself/)]);
  expect((await expectCode(connect({ address }), 'NoServer')).message).toContain('refused');
});

test('startTest: a worker that has ended by itself says so when it is stopped, and is replaced', async () => {
  await using started = await startTest({ workflowsPath, activities, onNotice: () => undefined });
  await endWorker(started, `fatal-${started.taskQueue}`);
  expect(await rejection(started.worker.stop())).toMatchObject({ message: expect.stringMatching(/ended by itself/) });
  await started.client.client.workflow.getHandle(`fatal-${started.taskQueue}`).terminate();
  await started.worker.restart();
  await started.worker.stop();
});

test('runWorker rejects when its worker has ended by itself', async () => {
  const taskQueue = `fatal-${randomUUID()}`;
  await using client = await connect({ taskQueue });
  const running = rejection(runWorker({ taskQueue, workflowsPath, activities }));
  const handle = await client.client.workflow.start('fatal', { taskQueue, workflowId: taskQueue });
  expect((await running).message).toMatch(/ended by itself/);
  await handle.terminate();
});

test('a missing server at the address is reported at once and in a sentence, by every call that connects', async () => {
  const address = `127.0.0.1:${await freePort()}`;
  const began = performance.now();
  const errors = await withAddress(address, () =>
    Promise.all([
      expectCode(connect(), 'NoServer'),
      expectCode(runWorker({ taskQueue: 'none', activities }), 'NoServer'),
      expectCode(startTest({ workflowsPath, activities }), 'NoServer'),
    ]),
  );
  // The client's own deadline is 10 seconds.
  expect(performance.now() - began).toBeLessThan(8_000);
  const sentence = `No Temporal server answers at ${address}: the connection was refused: nothing listens there. Start one with \`temporal server start-dev\`, or set \`TEMPORAL_ADDRESS\` to a running one.`;
  expect(errors.map(({ message }) => message)).toEqual([sentence, sentence, sentence]);
  expect(await holdpoint(['list', '--address', address])).toMatchObject({ code: 5, err: `holdpoint: ${sentence}\n` });
});

test('an address that is wrong in another way is reported in a sentence', async () => {
  const missing = 'no-such-host.invalid:7233';
  const noHost = (await expectCode(connect({ address: missing }), 'NoServer')).message;
  expect(noHost).toContain(`No Temporal server answers at ${missing}: there is no host with that name.`);
  const worker = (): Promise<void> => runWorker({ taskQueue: 'none', activities });
  expect((await withAddress(missing, () => expectCode(worker(), 'NoServer'))).message).toBe(noHost);

  const address = process.env['TEMPORAL_ADDRESS']!;
  const noTls = (await expectCode(connect({ address, tls: true, connectTimeout: 5_000 }), 'NoServer')).message;
  expect(noTls).toContain(`${address}: it does not speak TLS, and the connection does`);
  vi.stubEnv('TEMPORAL_TLS', 'true');
  try {
    expect((await expectCode(worker(), 'NoServer')).message).toBe(noTls);
  } finally {
    vi.unstubAllEnvs();
  }

  const wrong = (await expectCode(connect({ address: 'http://localhost:7233' }), 'NoServer')).message;
  expect(wrong).toContain("expected URI of the form 'hostname' or 'hostname:port'");
});

test('a server that listens and does not answer gets the whole connection timeout', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  try {
    const address = `127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const errors = await Promise.all([
      expectCode(connect({ address, connectTimeout: 1_000 }), 'NoServer'),
      // A worker's timeout is ten seconds.
      withAddress(address, () => expectCode(runWorker({ taskQueue: 'none', activities }), 'NoServer')),
    ]);
    for (const { message } of errors) expect(message).toContain(`${address}: it did not answer in time`);
  } finally {
    silent.close();
  }
});

test('startServer: a task queue has one partition, so a worker that starts finds the tasks that wait for it at once', async () => {
  await using client = await connect();
  const { workflowService, options } = client.client;
  const taskQueue = { name: `partitions-${randomUUID()}` };
  const partitions = await workflowService.listTaskQueuePartitions({ namespace: options.namespace, taskQueue });
  expect(partitions.workflowTaskQueuePartitions).toHaveLength(1);
  expect(partitions.activityTaskQueuePartitions).toHaveLength(1);
});
