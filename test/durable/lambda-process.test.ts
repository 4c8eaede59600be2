/** The processes of a function: what goes from one to the next, and through the time in which a process is frozen (T9). */
import { expect, test } from 'vitest';
import { useFunction } from './fixtures/lambda.ts';

const platform = useFunction();

// A server may hand out a task to a worker that just stops. It then notices after the heartbeat timeout.
test('short tasks in a row go through the ends of invocations, whether they are handed out eagerly or not (T2 T9)', async () => {
  const { thread, isOver } = await platform.started('hurrying', 2);
  await platform.invokeUntil(isOver);
  expect(await thread.result()).toBe('done');
  const { events } = await thread.handle.fetchHistory();
  expect(events?.some((event) => event.activityTaskFailedEventAttributes)).toBe(false);
  expect(events?.some((event) => event.activityTaskTimedOutEventAttributes)).toBe(false);
});

test('a process that was frozen goes on with the next invocation, and nothing of the last one is in its way (V1 T9)', async () => {
  const { thread, isOver } = await platform.started('pausing');
  // A person answers while the process is frozen.
  await platform.invoke(async () => {
    if ((await thread.interrupts()).length > 0) await thread.resume('go on', { wait: 0 });
    return !(await isOver());
  });
  const { before, after, ...rest } = (await thread.result()) as unknown as Paused;
  expect(rest).toEqual({ rests: true, isLong: true });
  expect(after.process).toBe(before.process);
  for (const { left } of [before, after]) {
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(3_500);
  }
});

interface Paused {
  readonly before: Moment;
  readonly rests: boolean;
  readonly isLong: boolean;
  readonly after: Moment;
}

interface Moment {
  readonly process: number;
  readonly left: number;
}
