/**
 * Notices: what keeps a thread from going on, told while the client keeps waiting. They are not errors.
 */
import type { Client } from '@temporalio/client';

/** Takes one sentence that says what is wrong and what to do. */
export type NoticeSink = (message: string) => void;

/** The default: a process warning, which Node prints to stderr. */
export function warn(message: string): void {
  process.emitWarning(message, 'HoldpointNotice');
}

/** A worker polls at least once a minute; the server forgets a poller after five. */
const POLL_MS = 70_000;

/** The sentence about a task queue that no worker polls; `undefined` when one does. */
export async function noWorkerNotice(client: Client, thread: string): Promise<string | undefined> {
  const { taskQueue } = await client.workflow.getHandle(thread).describe();
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: 1,
  });
  const alive = (pollers ?? []).some(
    ({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000 > Date.now() - POLL_MS,
  );
  return alive
    ? undefined
    : `No worker polls task queue \`${taskQueue}\`, which thread \`${thread}\` needs. Start one; the thread goes on by itself.`;
}
