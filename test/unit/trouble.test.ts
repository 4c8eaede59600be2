/** What a listing of troubles makes of the server's description, and a report of the steps of a call. */
import { expect, test } from 'vitest';
import { nextReport, withPending, type TaskReport } from '../../src/client/listing/task-report.ts';
import { untakenWork } from '../../src/client/listing/untaken-work.ts';

/** `PendingActivityState` and `PendingWorkflowTaskState` of the server. */
const SCHEDULED = 1;
const STARTED = 2;

function ago(seconds: number): { seconds: number } {
  return { seconds: Math.floor(Date.now() / 1000) - seconds };
}

function untaken(raw: object): readonly object[] {
  // It looks at nothing else of a thread.
  const description = { taskQueue: 'q', execution: { raw } } as unknown as Parameters<typeof untakenWork>[0];
  return untakenWork(description).map(({ what, taskQueue }) => ({ what, taskQueue }));
}

test('work that no worker takes for long is untaken; what runs, is paused or fails is not (O3)', () => {
  expect(untaken({ pendingWorkflowTask: { state: SCHEDULED, scheduledTime: ago(60) } })).toEqual([
    { what: 'entrypoints', taskQueue: 'q' },
  ]);
  expect(untaken({ pendingWorkflowTask: { state: SCHEDULED, scheduledTime: ago(60), attempt: 3 } })).toEqual([]);
  expect(untaken({ pendingWorkflowTask: { state: STARTED, scheduledTime: ago(60) } })).toEqual([]);
  expect(untaken({ pendingWorkflowTask: { state: SCHEDULED, scheduledTime: ago(1) } })).toEqual([]);
  const pendingActivities = [
    { state: SCHEDULED, scheduledTime: ago(60), activityOptions: { taskQueue: { name: 'other' } } },
    { state: SCHEDULED, scheduledTime: ago(60), paused: true },
    { state: SCHEDULED, scheduledTime: ago(60), nextAttemptScheduleTime: ago(-60) },
    { state: STARTED, scheduledTime: ago(60) },
  ];
  expect(untaken({ pendingActivities })).toEqual([{ what: 'tasks', taskQueue: 'other' }]);
});

test('the report of a call keeps when it was first scheduled, and has its last attempt', () => {
  const call = { id: 'a:1', task: 'a' };
  const scheduled = nextReport(undefined, { ...call, kind: 'scheduled', at: 't1' });
  expect(scheduled).toEqual({ ...call, status: 'scheduled', scheduledAt: 't1' });
  const finished = nextReport(scheduled, { ...call, kind: 'finished', at: 't2', attempt: 2, durationMs: 5 });
  expect(finished).toEqual({
    ...call,
    status: 'finished',
    scheduledAt: 't1',
    endedAt: 't2',
    attempt: 2,
    durationMs: 5,
  });
});

test('an attempt that is under way is in no history: the server adds it', () => {
  const task: TaskReport = { id: 'a:1', task: 'a', status: 'scheduled', scheduledAt: 't' };
  const over: TaskReport = { ...task, id: 'b:1', status: 'finished', endedAt: 't' };
  const lastFailure = { message: 'no' };
  const report = (activity: object): TaskReport => {
    const pending = [{ activityId: 'a:1', ...activity }, { activityId: 'b:1' }];
    const [first, second] = withPending([task, over], pending);
    expect(second).toBe(over);
    return first!;
  };
  expect(report({ state: STARTED, attempt: 2, lastFailure, lastStartedTime: ago(3) })).toMatchObject({
    status: 'running',
    attempt: 2,
    lastFailure: 'no',
    durationMs: expect.any(Number),
  });
  expect(report({ state: SCHEDULED, lastFailure })).toMatchObject({ status: 'retrying', attempt: 1 });
  expect(report({ state: SCHEDULED })).toMatchObject({ status: 'scheduled', attempt: 1 });
});
