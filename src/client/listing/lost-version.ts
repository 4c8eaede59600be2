/**
 * A lost version: the worker deployment version that runs a thread next, and that has no worker (O3).
 *
 * Workers of other versions may poll the task queue. They do not take the work of the thread.
 */
import type { ThreadDescription } from '../server/description.ts';
import type { ExpectedVersion, WorkerVersions } from '../server/versions.ts';
import { untakenWork } from './untaken-work.ts';

/** The version that runs a thread next, and that has no worker. */
export interface LostVersion extends ExpectedVersion {
  /**
   * `removed`: the server does not have the version. `drained`: for the server it has no open threads, so it may be removed.
   * `no worker`: no worker of it polls the thread's task queue.
   */
  readonly lack: 'removed' | 'drained' | 'no worker';
}

/**
 * The version that a thread waits for or will wait for.
 *
 * @returns `undefined` where the version has a worker, or where the server starts one when there is work.
 */
export async function findLostVersion(
  description: ThreadDescription,
  versions: WorkerVersions,
): Promise<LostVersion | undefined> {
  const version = await versions.expected(description);
  if (!version) return undefined;
  const queue = await versions.queue(description.taskQueue);
  if (queue.isPolledBy(version)) return undefined;
  const state = await versions.state(version);
  switch (state) {
    case 'removed':
    case 'drained':
      return { ...version, lack: state };
    case 'on demand':
      return isWaiting(description) ? { ...version, lack: 'no worker' } : undefined;
    case 'known':
      // Where no worker polls at all, the task queue is what has none. Any worker of the current version helps.
      return queue.isPolled || version.isPinned ? { ...version, lack: 'no worker' } : undefined;
    default:
      return state satisfies never;
  }
}

/** Work of the thread has waited for a worker of its version for longer than a live one needs. */
export function isWaiting(description: ThreadDescription): boolean {
  return untakenWork(description).some(({ taskQueue }) => taskQueue === description.taskQueue);
}
