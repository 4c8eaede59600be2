/** A deploy that adds tasks and an entrypoint: its threads during the deploy and after it (T8). */
import { randomUUID } from 'node:crypto';
import { Runtime } from '@temporalio/worker';
import { Command } from 'holdpoint/client';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { holdpoint } from './fixtures/command-line.ts';
import * as activities from './fixtures/deploy-activities.ts';
import { startDeploy, type Deploy, type RunningWorker } from './fixtures/deploy.ts';
import { ran } from './fixtures/entries.ts';
import { drain, asking, rejection, until } from './fixtures/scenario.ts';
import type * as workflows from './fixtures/deploy-workflows.ts';

const { kept } = activities;
const old = { kept };

/** A fresh thread, started. */
async function started<Name extends keyof typeof workflows>({ client }: Deploy, entrypoint: Name, input?: unknown) {
  // Each entrypoint's own input.
  const thread = client.thread(`${entrypoint}-${randomUUID()}`, entrypoint as 'calls');
  await thread.start(input as number);
  return thread;
}

type Started = Awaited<ReturnType<typeof started>>;

async function events(thread: Started) {
  return (await thread.handle.fetchHistory()).events ?? [];
}

/** Whether a call has met a worker that lacks its task; a timer then runs until the next try. */
async function isPausing(thread: Started): Promise<boolean> {
  return (await events(thread)).some((event) => event.timerStartedEventAttributes);
}

async function hasFailedTask(thread: Started): Promise<boolean> {
  return (await events(thread)).some((event) => event.workflowTaskFailedEventAttributes);
}

/** Of the newest thousand threads that run: other files leave some behind on the server. */
async function doctor({ taskQueue }: Deploy): Promise<string> {
  return (await holdpoint(['doctor', '--limit', '1000', '--task-queue', taskQueue])).out;
}

describe('a deploy that adds a task', () => {
  const log = vi.spyOn(Runtime.instance().logger, 'log');
  let deploy: Deploy;
  let before: RunningWorker;
  let threads: Readonly<Record<'calls' | 'asks' | 'leaves' | 'memory', Started>>;
  beforeAll(async () => {
    deploy = await startDeploy();
    before = await deploy.start(old, 'old-deploy-workflows.ts');
    threads = {
      calls: await started(deploy, 'calls', 1),
      asks: await started(deploy, 'asks'),
      leaves: await started(deploy, 'leaves'),
      memory: await started(deploy, 'remembers', 1),
    };
  });
  afterAll(() => deploy[Symbol.asyncDispose]());

  describe('before it', () => {
    test('the worker logs each missing task once (T8)', async () => {
      await until(() => isPausing(threads.calls));
      await until(() => isPausing(threads.leaves));
      const warnings = log.mock.calls.map(([, message]) => message).filter((text) => text.includes(deploy.taskQueue));
      expect(warnings).toEqual([
        `Task \`added\` is not registered on this worker. Its calls wait until a worker with the task takes them from task queue \`${deploy.taskQueue}\`.`,
      ]);
    });

    test('a client that waits for long gets a notice of it, and `show` and `doctor` report it (T8)', async () => {
      const controller = new AbortController();
      const reading = drain(threads.calls.follow({ from: 'start', signal: controller.signal })).catch(() => undefined);
      await until(() => deploy.notices.length > 0);
      controller.abort();
      await reading;
      const { id } = threads.calls;
      expect(deploy.notices).toEqual([
        `Call \`added:1\` of thread \`${id}\` waits for a worker that has task \`added\`: the workers that took it do not have it. Start one; the thread goes on by itself.`,
      ]);
      // In the moment of a try the call is on its way to a worker, and does not wait.
      await until(async () => (await holdpoint(['show', id])).out.includes('NOT REGISTERED: call added:1 waits for'));
      let shown: unknown;
      await until(async () => {
        shown = JSON.parse((await holdpoint(['show', id, '--json'])).out);
        return (shown as { unregistered?: unknown }).unregistered !== undefined;
      });
      expect(shown).toMatchObject({
        unregistered: [{ id: 'added:1', task: 'added', nextTryAt: expect.any(String) }],
        tasks: [
          { id: 'kept:1', status: 'finished' },
          { id: 'added:1', status: 'unregistered' },
        ],
      });
      await until(async () =>
        (await doctor(deploy)).includes(`${id}: call added:1 waits for a worker that has task added; next try in`),
      );
    });

    test('a call that waits obeys cancellation: of its thread, its scope and its turn (T6 T8)', async () => {
      const whole = await started(deploy, 'calls', 1);
      await until(() => isPausing(whole));
      await whole.cancel();
      expect((await rejection(whole.result())).name).toBe('CancelledFailure');

      const scoped = await started(deploy, 'scoped');
      await until(() => isPausing(scoped));
      await scoped.resume(true);
      expect(await scoped.result()).toBe('cancelled');

      const { memory } = threads;
      await until(() => isPausing(memory));
      await memory.cancel();
      expect(await rejection(memory.result())).toMatchObject({ type: 'TurnCancelled' });
      expect(await memory.invoke(0)).toEqual({ value: 'kept 0' });
      for (const thread of [whole, scoped, memory]) expect(await hasFailedTask(thread)).toBe(false);
    });

    test('a turn is cancelled while an abandoned call waits (T6 T8)', async () => {
      const turns = await started(deploy, 'leavesBehind');
      await until(() => isPausing(turns));
      await turns.cancel();
      expect(await turns.result()).toBe('returned');
      await turns.close();
    });

    test('a body that throws cancels its calls, and a body that returns leaves its run waiting for them (T6 T8)', async () => {
      const throws = await started(deploy, 'throws');
      expect(await rejection(throws.result())).toMatchObject({ type: 'RangeError', message: 'thrown' });
      await until(() => isPausing(threads.leaves));
      expect((await threads.leaves.handle.describe()).status.name).toBe('RUNNING');
    });

    test('an activity that is not a task fails as it does without the plugin', async () => {
      for (const entrypoint of ['callsPlainly', 'callsPlainlyLocally'] as const) {
        const thread = await started(deploy, entrypoint);
        const error = await rejection(thread.result());
        expect(error.cause ?? error).toMatchObject({ type: 'NotFoundError' });
      }
    });

    test('a missing entrypoint fails the workflow task, and doctor reports it', async () => {
      const fresh = await started(deploy, 'fresh', 1);
      await until(() => hasFailedTask(fresh));
      await until(async () => /its workflow task fails \(attempt \d+\): .*'fresh'/.test(await doctor(deploy)));
      await fresh.handle.terminate();
    });
  });

  describe('after it', () => {
    let tells: Started;
    beforeAll(async () => {
      tells = await started(deploy, 'tells');
      await until(async () => {
        const { raw } = await tells.handle.describe();
        return raw.pendingActivities?.some(({ lastFailure }) => lastFailure) === true;
      });
      await before.stop();
      await deploy.start(activities);
    });

    test('the calls that waited are made once, and no attempt is used up (T2 T8)', async () => {
      const { calls } = threads;
      expect(await calls.result()).toBe('kept 1added 1');
      expect(ran(calls, 'added')).toBe(1);
      const attempts = (await events(calls)).flatMap(
        (event) => event.activityTaskStartedEventAttributes?.attempt ?? [],
      );
      expect(new Set(attempts)).toEqual(new Set([1]));
      // A task that a worker lacked yields no update.
      expect(await drain(calls.follow({ from: 'start' }))).toEqual([
        { kept: 'kept 1' },
        { added: 'added 1' },
        { calls: 'kept 1added 1' },
      ]);
    });

    test('a stream waits for such a call, also beside an open question (S3 T8)', async () => {
      const { asks } = threads;
      expect(await drain(asks.follow({ from: 'start' }))).toEqual([asking('asks:1', 'q'), { added: 'added 1' }]);
      expect(await asks.invoke(new Command({ resume: 'v' }))).toEqual({ value: ['added 1', 'v'] });
    });

    test('abandoned calls are finished (T6 T8)', async () => {
      expect(await threads.leaves.result()).toBe('returned');
      expect(ran(threads.leaves, 'added')).toBe(1);
    });

    test('a notification is not lost (R9 T8)', async () => {
      await until(() => activities.told.includes(`opened ${tells.id}`));
    });
  });
});

test('a rolling deploy: no thread fails, and calls leave the worker that runs the body and lacks the task (T8)', async () => {
  await using deploy = await startDeploy();
  const before = await deploy.start(old);
  const threads = await Promise.all(Array.from({ length: 10 }, (_, n) => started(deploy, 'rolls', n)));
  await until(async () => (await Promise.all(threads.map(isPausing))).every(Boolean));
  await deploy.start(activities);
  // The old worker, which has the bodies in its cache, is there still.
  await until(() => threads.some((thread) => ran(thread, 'added') > 0));
  await before.stop();
  const results = await Promise.all(threads.map((thread) => thread.result()));
  expect(results).toEqual(threads.map((_, n) => `kept ${n}added ${n}`));
  expect(threads.map((thread) => ran(thread, 'added'))).toEqual(threads.map(() => 1));
});

test('a call that waited for its worker may fail before anybody awaits it (R7 T1 T8)', async () => {
  await using deploy = await startDeploy();
  const before = await deploy.start(old);
  const thread = await started(deploy, 'awaitsLater');
  await until(() => isPausing(thread));
  await before.stop();
  await deploy.start(activities);
  await until(async () => (await events(thread)).some((event) => event.activityTaskFailedEventAttributes));
  await thread.resume('yes');
  expect(await thread.result()).toBe('negative');
  expect(await hasFailedTask(thread)).toBe(false);
});

// A worker of their own: one without a cache, as in forced replay, loses local activities beside other workflows.
test('a local task that a worker lacks fails the workflow task, doctor says why, and it runs where it is (T5 T8)', async () => {
  await using deploy = await startDeploy();
  const before = await deploy.start(old);
  const thread = await started(deploy, 'callsLocally', 1);
  await until(() => hasFailedTask(thread));
  await until(async () =>
    (await doctor(deploy)).includes('Local task `added` (call `added:1`) is not registered on this worker'),
  );
  await before.stop();
  await deploy.start(activities);
  expect(await thread.result()).toBe('added 1');
});

test("workers without a single task, and with a `default` activity of the user's own (T8)", async () => {
  await using deploy = await startDeploy();
  const before = await deploy.start({});
  const thread = await started(deploy, 'callsLocally', 1);
  await until(() => hasFailedTask(thread));
  await before.stop();
  await deploy.start({ ...old, default: async (n: number) => `default ${n}` });
  expect(await thread.result()).toBe('default 1');
  expect(await (await started(deploy, 'calls', 1)).result()).toBe('kept 1default 1');
});
