/** The exact number of history events of a thread, against the same program written by hand on Temporal. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { replay, until, useScenario } from './fixtures/scenario.ts';

const scenario = useScenario();

/** How many events each kind has, of a run that has ended. */
async function events(id: string): Promise<Record<string, number>> {
  const history = await scenario.client.client.workflow.getHandle(id).fetchHistory();
  const counts: Record<string, number> = {};
  for (const { attributes } of (history.events ?? []) as { attributes?: string }[]) {
    const kind = String(attributes).replace('EventAttributes', '');
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

async function byHand(workflow: string, answer?: string): Promise<Record<string, number>> {
  const { client } = scenario.client;
  const workflowId = `${workflow}-${randomUUID()}`;
  const handle = await client.workflow.start(workflow, { workflowId, taskQueue: scenario.test.taskQueue });
  if (answer !== undefined) {
    // Until the workflow task after the first activity is complete: start, task, activity and task are ten events.
    await until(async () => (await handle.describe()).historyLength === 10);
    await handle.signal('answer', answer);
  }
  await handle.result();
  return events(workflowId);
}

test('20 tasks in sequence: the same events', async () => {
  const { thread } = scenario.drive('sequence');
  await thread.invoke(20);
  expect(await events(thread.id)).toEqual(await byHand('sequenceByHand'));
});

test('one interrupt in a task: two events more, the memo when it opens and when it closes', async () => {
  const { thread } = scenario.drive('asksInTask');
  await thread.invoke();
  await thread.resume('v');
  await thread.result();
  const bare = await byHand('askByHand', 'v');
  expect(await events(thread.id)).toEqual({ ...bare, workflowPropertiesModified: 2 });
});

test('one interrupt in the body: two events more, too', async () => {
  const { thread } = scenario.drive('asksInBody');
  await thread.invoke();
  await thread.resume('v');
  await thread.result();
  expect(await events(thread.id)).toEqual({
    workflowExecutionStarted: 1,
    workflowTaskScheduled: 2,
    workflowTaskStarted: 2,
    workflowTaskCompleted: 2,
    workflowPropertiesModified: 2,
    workflowExecutionSignaled: 1,
    workflowExecutionCompleted: 1,
  });
});

test('readers, queries and listings add none (S1)', async () => {
  const { thread } = scenario.drive('asksThree');
  await thread.invoke();
  const before = (await thread.handle.describe()).historyLength;
  await thread.state();
  await thread.answers();
  for await (const _ of thread.follow({ mode: 'tasks' }));
  for await (const _ of scenario.client.interrupts());
  expect((await thread.handle.describe()).historyLength).toBe(before);
});

test('T4: heartbeats are sent for a task and repeat its own last details; they reach its next attempt', async () => {
  const { thread } = scenario.drive('beating');
  expect(await thread.invoke()).toEqual({ value: ['mine', 2] });
  // The first attempt was silent for twice its heartbeat timeout, and ended by itself.
  const { events: history } = await thread.handle.fetchHistory();
  const started = history?.find(
    (event) => event.activityTaskStartedEventAttributes,
  )?.activityTaskStartedEventAttributes;
  expect(started?.lastFailure?.message).toBe('once more');
});

test(`the suite runs ${replay ? 'replaying every step' : 'with the workflow cache'}`, async () => {
  const { thread } = scenario.drive('replays');
  await thread.invoke();
  await thread.resume('v');
  expect(await thread.result()).toBe(replay);
});
