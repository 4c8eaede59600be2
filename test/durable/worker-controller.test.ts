/** A function that Temporal's worker controller invokes: nothing but the server decides when (I4 T9 R5). */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Holdpoint } from '../../src/client/holdpoint.ts';
import { Tools } from '../../src/client/tools.ts';
import { holdpoint } from './fixtures/command-line.ts';
import { findControllerServer } from './fixtures/controller-server.ts';
import { startController, type Controller } from './fixtures/controller.ts';
import type * as workflows from './fixtures/controller-workflows.ts';
import { until } from './fixtures/scenario.ts';

/** Longer than the invocation that starts the timer lives. */
const PAUSE_MS = 30_000;
/** More events than a run may have before the thread continues as new. */
const LONG = 1000;

// The dev server has no worker controller, and a server that has one takes minutes to build: AGENTS.md says how.
describe.skipIf(findControllerServer() === undefined)('on a Temporal server 1.32', () => {
  let controller: Controller;
  beforeAll(async () => {
    controller = await startController();
    await controller.deploy('1');
  });
  afterAll(() => controller[Symbol.asyncDispose]());

  async function started<Name extends keyof typeof workflows>(entrypoint: Name, input: unknown) {
    // Each entrypoint's own input.
    const thread = controller.client.thread(`${entrypoint}-${randomUUID()}`, entrypoint as 'graph');
    await thread.start(input as string);
    return thread;
  }

  /** What was invoked since there were so many invocations. */
  const since = (count: number): readonly string[] => controller.invoked.slice(count);

  test('a start and an answer invoke the function (I4)', async () => {
    const before = controller.invoked.length;
    const thread = await started('graph', 'foo');
    await until(async () => (await thread.interrupts()).length > 0);
    await controller.quiet();
    expect(since(before)).not.toEqual([]);
    const asked = controller.invoked.length;
    expect(await thread.resume('baz', { wait: 0 })).toMatchObject({ outcome: 'queued' });
    expect(await thread.result()).toBe('foo bar baz qux');
    expect(since(asked)).not.toEqual([]);
    await controller.quiet();
  });

  test('while a question is open, nothing is invoked until a timer fires, and `doctor` expects no worker (I4 O3)', async () => {
    const asking = await started('graph', 'foo');
    const pausing = await started('pausing', PAUSE_MS);
    await until(async () => (await asking.interrupts()).length > 0);
    await controller.quiet();
    const waiting = controller.invoked.length;
    const { queues, threads } = await new Tools(new Holdpoint({ client: controller.client.client })).health({
      limit: 10,
    });
    expect(queues).toEqual([expect.objectContaining({ isOnDemand: true })]);
    expect(queues[0]).not.toHaveProperty('probe');
    expect(threads.troubles).toEqual([]);
    const { code, out } = await holdpoint(['doctor', '--address', controller.address]);
    expect({ code, out }).toMatchObject({
      code: 0,
      out: expect.stringContaining('starts a worker when there is work'),
    });
    expect(controller.invoked).toHaveLength(waiting);
    expect(await pausing.result()).toBe('woke up');
    const { events } = await pausing.handle.fetchHistory();
    const fired = events?.find((event) => event.timerFiredEventAttributes)?.eventTime;
    expect(controller.invocations[waiting]?.startedAt).toBeGreaterThanOrEqual(Number(fired?.seconds) * 1000);
    await asking.resume('baz', { wait: 0 });
    await asking.result();
    await controller.quiet();
  });

  test('a task that is cut off is invoked again, and uses up no attempt (T9)', async () => {
    const thread = await started('cutOff', 2);
    const result = { entered: 2, attempt: 1 };
    expect(await thread.result()).toEqual([result, result]);
    await controller.quiet();
  });

  test('a question of an older version invokes its function, and a thread with memory moves to the current one (R5)', async () => {
    const asking = await started('graph', 'old');
    await until(async () => (await asking.interrupts()).length > 0);
    const pinned = controller.client.thread(`pins-${randomUUID()}`, 'pins');
    expect(await pinned.invoke(0)).toEqual({ value: '1' });
    await controller.quiet();
    await controller.deploy('2');
    const deployed = controller.invoked.length;
    await asking.resume('x', { wait: 0 });
    expect(await asking.result()).toBe('old bar x qux');
    const { runId } = await pinned.handle.describe();
    expect(await pinned.invoke(LONG)).toEqual({ value: '1' });
    expect(new Set(since(deployed))).toEqual(new Set(['1']));
    await until(async () => (await pinned.handle.describe()).runId !== runId);
    expect(await pinned.invoke(0)).toEqual({ value: '2' });
    await controller.quiet();
    const moved = controller.invoked.length;
    expect(await pinned.invoke(0)).toEqual({ value: '2' });
    expect(new Set(since(moved))).toEqual(new Set(['2']));
    await pinned.close();
  });

  test('threads that start at once, and are answered at once, all end', async () => {
    const threads = await Promise.all(Array.from({ length: 3 }, (_, n) => started('graph', String(n))));
    await until(async () => {
      const asked = await Promise.all(threads.map((thread) => thread.interrupts()));
      return asked.every(({ length }) => length > 0);
    });
    await Promise.all(threads.map((thread) => thread.resume('x', { wait: 0 })));
    const results = await Promise.all(threads.map((thread) => thread.result()));
    expect(results).toEqual(threads.map((_, n) => `${n} bar x qux`));
  });
});
