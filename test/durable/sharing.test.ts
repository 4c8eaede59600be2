/** What the history holds already is not stored again, and each task sees what it was passed (V1 V2 V3). */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import * as fc from 'fast-check';
import { Command, Holdpoint, type Thread } from 'holdpoint/client';
import type { Test } from 'holdpoint/testing';
import { HoldpointPlugin } from 'holdpoint/worker';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { knownRuns } from '../../dist/activities/sharing/arguments.js';
import { startTest } from './fixtures/start-test.ts';
import { codec } from './fixtures/codec.ts';
import { startWorkerProcess } from './fixtures/processes.ts';
import { resetBefore } from './fixtures/resets.ts';
import { expectCode, replay, until } from './fixtures/scenario.ts';
import * as activities from './fixtures/sharing-activities.ts';
import { contentOf } from './fixtures/sharing-activities.ts';
import type { Step } from './fixtures/sharing-plan.ts';
import { Storage } from './fixtures/storage.ts';
import type * as workflows from './fixtures/sharing-workflows.ts';

const path = (file: string): string => fileURLToPath(new URL(`fixtures/${file}`, import.meta.url));
const workflowsPath = path('sharing-workflows.ts');

let started: Test<typeof workflows>;
beforeAll(async () => {
  started = await startTest<typeof workflows>({ workflowsPath, activities, replay });
});
afterAll(() => started[Symbol.asyncDispose]());

const newId = (): string => `sharing-${randomUUID()}`;

/** The arguments of each scheduled activity, as the history has them. */
async function inHistory({ handle }: Pick<Thread, 'handle'>): Promise<[call: string, args: unknown[]][]> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled }) =>
    scheduled
      ? [
          [
            scheduled.activityId ?? '',
            (scheduled.input?.payloads ?? []).map(({ data }) => JSON.parse(String(data)) as unknown),
          ],
        ]
      : [],
  );
}

/** Makes the workers of this process read the history of the thread's run. */
async function forget({ handle }: Pick<Thread, 'handle'>): Promise<void> {
  knownRuns.drop((await handle.describe()).runId);
}

/** Replays a thread with code in which `share` was turned off. */
async function replayOff({ handle, id }: Pick<Thread, 'handle' | 'id'>): Promise<void> {
  const options = { workflowsPath: path('sharing-off-workflows.ts'), plugins: [new HoldpointPlugin()] };
  await Worker.runReplayHistory(options, await handle.fetchHistory(), id);
}

/** What a thread returns whose questions are all answered alike. */
async function drive<Input, Value>(thread: Thread<Input, Value>, input: Input): Promise<Value> {
  let result = await thread.invoke(input);
  while (result.interrupts) {
    const [question] = result.interrupts;
    result = await thread.invoke(new Command({ resume: 'yes', id: question!.id }));
  }
  return result.value;
}

test('V1: an agent leaves each message in its history once', async () => {
  const thread = started.client.thread(newId(), 'rounds');
  const shared = await drive(thread, { rounds: 20, share: true });
  const { events } = await thread.handle.fetchHistory();
  const texts = (events ?? []).flatMap((event) => {
    const { activityTaskScheduledEventAttributes: scheduled, activityTaskCompletedEventAttributes: completed } = event;
    return [...(scheduled?.input?.payloads ?? []), ...(completed?.result?.payloads ?? [])].map(({ data }) =>
      String(data),
    );
  });
  for (const n of [5, 6, 7]) expect(texts.filter((text) => text.includes(contentOf(n)))).toHaveLength(1);
  const calls = await inHistory(thread);
  expect(Math.max(...calls.map(([, args]) => JSON.stringify(args).length))).toBeLessThan(2_000);
  expect(shared).toEqual(await drive(started.client.thread(newId(), 'rounds'), { rounds: 20, share: false }));
});

test('V1: a call that runs again, after an error or an answer, gets what it was passed', async () => {
  const thread = started.client.thread(newId(), 'changing');
  await thread.start();
  await until(async () => (await thread.interrupts()).length === 2);
  await thread.resume('yes', { id: 'changing:1' });
  await thread.resume('yes', { id: 'seeAndAsk:1' });
  const [first, flaky, seen, local] = await thread.result();
  expect([flaky, local]).toEqual([seen, seen]);
  // A task that runs again is passed the list as it is then, with shared arguments as without.
  expect(first).toBe(`yes ${seen}`);
});

test('V1: calls that share nothing are sent in full: local ones, and those with `share: false`', async () => {
  const thread = started.client.thread(newId(), 'plainCalls');
  const [local, full, shared] = await drive(thread, undefined);
  expect([local, full]).toEqual([shared, shared]);
  const [, , [, inFull], [, asReferences]] = (await inHistory(thread)) as [
    never,
    never,
    [string, unknown[]],
    [string, unknown[]],
  ];
  expect(JSON.stringify(inFull).length).toBeGreaterThan(400_000);
  expect(asReferences).toMatchObject([{ 'holdpoint/shared': { list: [{ call: 'bulky:1' }, { call: 'bulky:2' }] } }]);
});

test('V3: what is sent counts to the limit of the server, and not what it refers to', async () => {
  const thread = started.client.thread(newId(), 'large');
  await thread.invoke({ share: true });
  await forget(thread);
  await thread.resume('yes');
  expect(await thread.result()).toBe(6_000_000);
  const full = started.client.thread(newId(), 'large');
  await expectCode(drive(full, { share: false }), 'TooLarge');
  // Code that shares nothing, or something else, does not change what a run has sent or refused.
  await replayOff(thread);
  await replayOff(full);
});

/** A worker and a client that the test makes itself. */
async function startOwn(options: Partial<WorkerOptions>, dataConverter?: DataConverter): Promise<Own> {
  await using made = new AsyncDisposableStack();
  const address = process.env['TEMPORAL_ADDRESS']!;
  const taskQueue = `sharing-${randomUUID()}`;
  const native = await NativeConnection.connect({ address });
  made.defer(() => native.close());
  const connection = await Connection.connect({ address });
  made.defer(() => connection.close());
  const about = dataConverter ? { dataConverter } : {};
  const worker = await Worker.create({
    connection: native,
    taskQueue,
    activities,
    ...about,
    plugins: [new HoldpointPlugin()],
    ...(replay ? { maxCachedWorkflows: 0 } : {}),
    ...options,
  });
  const running = worker.run();
  made.defer(async () => {
    worker.shutdown();
    await running;
  });
  const client = new Holdpoint<typeof workflows>({ client: new Client({ connection, ...about }), taskQueue });
  const owned = made.move();
  return { client, taskQueue, native, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

interface Own extends AsyncDisposable {
  readonly client: Holdpoint<typeof workflows>;
  readonly taskQueue: string;
  readonly native: NativeConnection;
}

test('V1: a payload codec hides shared arguments, and the worker reads them', async () => {
  await using own = await startOwn({ workflowsPath }, { payloadCodecs: [codec] });
  const shared = await drive(own.client.thread(newId(), 'rounds'), { rounds: 10, share: true });
  expect(shared).toEqual(await drive(started.client.thread(newId(), 'rounds'), { rounds: 10, share: false }));
});

test('V1: values in an external storage are shared, and the worker reads them', async () => {
  await using own = await startOwn({ workflowsPath }, { externalStorage: new Storage().above(1_000) });
  const thread = own.client.thread(newId(), 'rounds');
  await thread.invoke({ rounds: 10, share: true });
  await forget(thread);
  await thread.resume('yes');
  const other = started.client.thread(newId(), 'rounds');
  expect(await thread.result()).toEqual(await drive(other, { rounds: 10, share: false }));
  // No call was sent again in full.
  expect(await inHistory(thread)).toHaveLength(10);
});

test('V1: workers in other processes, one of which is killed, put the arguments together', async () => {
  await using own = await startOwn({ workflowsPath });
  const thread = own.client.thread(newId(), 'rounds');
  {
    await using first = startWorkerProcess(own.taskQueue, {}, 'sharing-worker.ts');
    await thread.invoke({ rounds: 20, share: true });
    await first.kill();
  }
  await using _second = startWorkerProcess(own.taskQueue, {}, 'sharing-worker.ts');
  await thread.resume('yes');
  const other = started.client.thread(newId(), 'rounds');
  expect(await thread.result()).toEqual(await drive(other, { rounds: 20, share: false }));
});

// The workers of three tests are other processes, which keep their workflows cached in either project.
test.skipIf(replay)('V1: a worker that starts empty in the middle of a run reads its history', async () => {
  const taskQueue = `sharing-${randomUUID()}`;
  const client = new Holdpoint<typeof workflows>({ client: started.client.client, taskQueue });
  const thread = client.thread(newId(), 'rounds');
  {
    await using first = startWorkerProcess(taskQueue, {}, 'sharing-worker.ts');
    await thread.invoke({ rounds: 12, share: true });
    await first.stop();
  }
  await using _second = startWorkerProcess(taskQueue, {}, 'sharing-worker.ts');
  await thread.resume('yes');
  expect(await thread.result()).toEqual(
    await drive(started.client.thread(newId(), 'rounds'), { rounds: 12, share: false }),
  );
  for (const [, args] of await inHistory(thread)) expect(JSON.stringify(args).length).toBeLessThan(2_000);
});

test.skipIf(replay)(
  'V1: a worker that starts empty finds a call that asked and ran again after one that refers to it',
  async () => {
    const taskQueue = `sharing-${randomUUID()}`;
    const client = new Holdpoint<typeof workflows>({ client: started.client.client, taskQueue });
    const thread = client.thread(newId(), 'askedMeanwhile');
    {
      await using first = startWorkerProcess(taskQueue, {}, 'sharing-worker.ts');
      await thread.invoke();
      await thread.invoke(new Command({ resume: 'yes', id: 'seeAndAsk:1' }));
      await first.stop();
    }
    await using _second = startWorkerProcess(taskQueue, {}, 'sharing-worker.ts');
    await thread.resume('yes');
    const [shared, full] = await thread.result();
    expect(shared).toBe(full);
    expect((await inHistory(thread)).filter(([call]) => call === 'see:2')).toHaveLength(1);
  },
);

test('V1: calls that start at the same time on an empty worker read the history once', async () => {
  await using own = await startOwn({ workflowsPath });
  const thread = own.client.thread(newId(), 'fannedOut');
  await thread.invoke();
  await forget(thread);
  const reads = vi.spyOn(own.native.workflowService, 'getWorkflowExecutionHistoryReverse');
  await thread.resume('yes');
  expect(new Set(await thread.result()).size).toBe(1);
  expect(reads.mock.calls.length).toBeGreaterThan(0);
  expect(reads.mock.calls.length).toBeLessThan(10);
});

test('V1: a run that a reset made refers to its own history', async () => {
  const thread = started.client.thread(newId(), 'rounds');
  const result = await drive(thread, { rounds: 8, share: true });
  await resetBefore(thread, 'answer:6');
  expect(await thread.result()).toEqual(result);
});

test.skipIf(replay)(
  'V2: where the code has changed what an earlier call was passed, the call is sent again in full',
  async () => {
    const taskQueue = `sharing-${randomUUID()}`;
    const client = new Holdpoint<typeof workflows>({ client: started.client.client, taskQueue });
    const thread = client.thread(newId(), 'versioned');
    {
      await using before = startWorkerProcess(taskQueue, {}, 'sharing-worker.ts');
      await thread.invoke();
      await before.stop();
    }
    const after = spawn(process.execPath, [path('sharing-worker.ts'), taskQueue, 'sharing-next-workflows.ts'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    // Also after a failure.
    using _after = { [Symbol.dispose]: () => after.kill('SIGKILL') };
    const log = text(after.stderr);
    await thread.resume('yes');
    const list = ['as it is now', 'b'].map((text) => ({ content: text.padEnd(1500, '.') }));
    const seen = await Promise.all([activities.see([...list, 'c']), activities.see([...list, 'd'])]);
    expect(await thread.result()).toEqual([...seen, 3000]);
    after.kill('SIGTERM');
    expect((await log).match(/could not be put together/g)).toHaveLength(1);
    // Readers see each call finish once.
    const updates: unknown[] = [];
    for await (const { see } of thread.follow({ from: 'start' })) updates.push(...(see === undefined ? [] : [see]));
    expect(updates).toHaveLength(3);
    expect(updates).toEqual(expect.arrayContaining(seen));
    const calls = await inHistory(thread);
    const sent = (call: string): unknown[] => calls.filter(([id]) => id === call).map(([, args]) => args);
    expect(sent('see:2')).toEqual([[{ 'holdpoint/shared': expect.anything() }], [[...list, 'c']]]);
    expect(sent('see:3')).toHaveLength(2);
    // The next call refers to what was sent in full, to the later one of the two.
    expect(sent('total:1')).toMatchObject([
      [{ 'holdpoint/shared': { list: [{ call: expect.stringMatching(/^see:[23]$/), from: 0, to: 2 }] } }],
    ]);
    // The warning says that `share` may be turned off. A thread that has sent a call again replays all the same.
    await replayOff(thread);
  },
);

const of = fc.nat({ max: 20 });
const some = fc.array(of, { minLength: 1, maxLength: 4 });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { arbitrary: fc.record({ do: fc.constantFrom('produce' as const), of }, { noNullPrototype: true }), weight: 2 },
    fc.record(
      { do: fc.constantFrom('copy' as const, 'change' as const, 'reverse' as const), of },
      { noNullPrototype: true },
    ),
    fc.record({ do: fc.constantFrom('gather' as const, 'append' as const), of: some }, { noNullPrototype: true }),
    {
      arbitrary: fc.record(
        { do: fc.constantFrom('pass' as const, 'passUnawaited' as const, 'passAndAsk' as const), of: some },
        { noNullPrototype: true },
      ),
      weight: 3,
    },
    fc.record({ do: fc.constant('cut' as const), of, from: fc.nat({ max: 4 }) }, { noNullPrototype: true }),
  ),
  { minLength: 5, maxLength: 25 },
);

test('V1: whatever is passed, copied, cut and changed: each task sees what it sees in a run that shares nothing', async () => {
  const property = fc.asyncProperty(steps, async (plan) => {
    const [shared, full] = await Promise.all(
      [true, false].map((share) => drive(started.client.thread(newId(), 'program'), { steps: plan, share })),
    );
    expect(shared).toEqual(full);
  });
  await fc.assert(property, { seed: 20_260_101, numRuns: replay ? 8 : 15 });
}, 300_000);
