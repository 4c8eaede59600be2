/**
 * Notices: what keeps a thread from going on, told while the client keeps waiting. They are not errors.
 */
import type { Client } from '@temporalio/client';
import { readPollers, WORKFLOW } from './workers.ts';

/** Takes one sentence that says what is wrong and what to do. */
export type NoticeSink = (message: string) => void;

/** The default: a process warning, which Node prints to stderr. */
export function warn(message: string): void {
  process.emitWarning(message, 'HoldpointNotice');
}

/** A workflow task waits no longer for a worker that is up. */
const NO_WORKER_AFTER_MS = 10_000;

/** Tells, if it takes long, that no worker polls for the thread; what is returned ends the watch. */
export function watchForWorkers(client: Client, thread: string, notify: NoticeSink): () => void {
  const tell = async (): Promise<void> => {
    // It only informs: a server that cannot say keeps nobody from waiting.
    const message = await noWorkerNotice(client, thread).catch(() => undefined);
    if (message !== undefined) notify(message);
  };
  const timer = setTimeout(() => void tell(), NO_WORKER_AFTER_MS);
  return () => clearTimeout(timer);
}

/** The sentence about a task queue that no worker polls; `undefined` when one does. */
async function noWorkerNotice(client: Client, thread: string): Promise<string | undefined> {
  const { taskQueue } = await client.workflow.getHandle(thread).describe();
  const { alive } = await readPollers(client, taskQueue, WORKFLOW);
  return alive > 0
    ? undefined
    : `No worker polls task queue \`${taskQueue}\`, which thread \`${thread}\` needs. Start one; the thread goes on by itself.`;
}
