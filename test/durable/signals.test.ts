/** The signal of a reader: it stops the reader at once, whatever the server does with the reader's requests (S6). */
import { Command, type Thread } from 'holdpoint/client';
import { expect, test } from 'vitest';
import { countingClient, holdRequests } from './fixtures/requests.ts';
import { expectCode, useScenario } from './fixtures/scenario.ts';

const scenario = useScenario();

type Call = (thread: Thread<number>, signal: AbortSignal) => Promise<unknown>;

/** A call, and the request that the server does not answer. `cut`: one that completes a question that was cut for the memo. */
const CALLS: readonly (readonly [what: string, request: string, nth: number, call: Call])[] = [
  ['follow, cut', 'DescribeTaskQueue', 1, (thread, signal) => thread.follow({ signal }).next()],
  ['follow, where it begins', 'DescribeWorkflowExecution', 1, (thread, signal) => thread.follow({ signal }).next()],
  ['invoke, cut, while it reads', 'DescribeTaskQueue', 1, (thread, signal) => answer(thread, signal)],
  ['invoke, cut, at the end', 'DescribeTaskQueue', 2, (thread, signal) => answer(thread, signal)],
  ['invoke, the thread', 'DescribeWorkflowExecution', 1, (thread, signal) => answer(thread, signal)],
  ['invoke, the answer', 'SignalWorkflowExecution', 1, (thread, signal) => answer(thread, signal)],
  ['interrupts', 'DescribeWorkflowExecution', 1, (thread, signal) => thread.interrupts({ signal })],
  ['interrupts, cut', 'DescribeTaskQueue', 1, (thread, signal) => thread.interrupts({ signal })],
  ['state', 'DescribeWorkflowExecution', 1, (thread, signal) => thread.state({ signal })],
  ['answers', 'QueryWorkflow', 1, (thread, signal) => thread.answers({ signal })],
  ['result', 'DescribeWorkflowExecution', 1, (thread, signal) => thread.result({ signal })],
];

function answer(thread: Thread<number>, signal: AbortSignal): Promise<unknown> {
  return thread.invoke(new Command({ resume: 'next' }), { signal });
}

test.each(CALLS)('S6: its signal stops %s, while %s is not answered', async (_what, request, nth, call) => {
  const { thread } = scenario.drive('asksLong');
  await thread.invoke();
  const held = holdRequests(request, nth);
  await using own = await countingClient(scenario.test.taskQueue, [held.interceptor]);
  const left = new AbortController();
  const stopped = expect(call(own.client.thread(thread.id), left.signal)).rejects.toThrow('left');
  await held.reached;
  left.abort(new Error('left'));
  await stopped;
  // The request has the signal too.
  expect(held.isCancelled()).toBe(true);
  await thread.handle.terminate();
});

test('S6: the lookup that all calls of a client share does not have the signal of the first', async () => {
  const held = holdRequests('ListSearchAttributes');
  await using own = await countingClient(scenario.test.taskQueue, [held.interceptor]);
  const left = new AbortController();
  const id = `lookup-${scenario.test.taskQueue}`;
  const stopped = expect(own.client.thread(id, 'asksLong').invoke(undefined, { signal: left.signal })).rejects.toThrow(
    'left',
  );
  await held.reached;
  left.abort(new Error('left'));
  await stopped;
  expect(held.isCancelled()).toBe(false);
  await expectCode(own.client.thread(id).interrupts(), 'ThreadNotFound');
});
