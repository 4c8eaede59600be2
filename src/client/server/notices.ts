/**
 * Notices: sentences about what keeps a thread from going on, given while the client keeps waiting. They are not errors.
 */
import type { Client } from '@temporalio/client';
import { inertText } from '../../protocol/inert-text.ts';
import { readWorkflowPollers } from './workers.ts';

/** Takes one sentence that says what is wrong and what to do. */
export type NoticeSink = (message: string) => void;

/** Gives each notice as one line, in which text of others is inert: it looks like no other line of a log. */
export function inertSink(sink: NoticeSink): NoticeSink {
  return (message) => sink(inertText(message).replaceAll(/\s*\n\s*/g, ' ↵ '));
}

/** The default sink: a process warning, which Node prints to stderr. */
export function warn(message: string): void {
  process.emitWarning(message, 'HoldpointNotice');
}

/** A live worker takes a workflow task within this time. */
const NO_WORKER_AFTER_MS = 10_000;

/** Gives a notice if the wait lasts long and no worker polls for the thread. Returns the function that ends the watch. */
export function watchForWorkers(client: Client, thread: string, notify: NoticeSink): () => void {
  const check = async (): Promise<void> => {
    // The watch only informs, so a server that cannot answer must not end the caller's wait.
    const message = await noWorkerNotice(client, thread).catch(() => undefined);
    if (message !== undefined) notify(message);
  };
  const timer = setTimeout(() => void check(), NO_WORKER_AFTER_MS);
  return () => clearTimeout(timer);
}

/** The sentence about a task queue that no worker polls; `undefined` when one does. */
async function noWorkerNotice(client: Client, thread: string): Promise<string | undefined> {
  const { taskQueue } = await client.workflow.getHandle(thread).describe();
  const { alive } = await readWorkflowPollers(client, taskQueue);
  return alive > 0
    ? undefined
    : `No worker polls task queue \`${taskQueue}\`, which thread \`${thread}\` needs. Start one; the thread goes on by itself.`;
}
