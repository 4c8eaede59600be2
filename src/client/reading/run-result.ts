/**
 * The value of a plain thread's run, across resets (S1) and outages (S6).
 *
 * Temporal's own `result` ends where a reset terminates the run, so after a termination this looks for the run in which the
 * thread goes on.
 */
import { TerminatedFailure } from '@temporalio/common';
import type { ThreadDescription } from '../server/description.ts';
import type { Patience } from '../server/outage.ts';
import type { ThreadHandle } from '../server/thread-handle.ts';

/** A run's value, and the thread as it was when the wait for it began. */
export interface RunResult {
  /** Rejects with what the entrypoint threw. */
  readonly value: Promise<unknown>;
  readonly described: Promise<ThreadDescription>;
}

/** Begins to wait for the value, and looks the thread up meanwhile. No rejection of the two is reported as unhandled. */
export function readRunResult(thread: ThreadHandle, patience: Patience): RunResult {
  const read = (): Promise<unknown> => patience.outlast(() => thread.workflow.result());
  const describe = (): Promise<ThreadDescription> => patience.outlast(() => thread.describe());
  const first = read();
  const described = describe();
  const value = afterResets({ first, read, described, describe });
  for (const one of [described, value]) one.catch(() => undefined);
  return { value, described };
}

interface Reads {
  readonly first: Promise<unknown>;
  readonly read: () => Promise<unknown>;
  readonly described: Promise<ThreadDescription>;
  readonly describe: () => Promise<ThreadDescription>;
}

async function afterResets({ first, read, described, describe }: Reads): Promise<unknown> {
  let result = first;
  for (let runId: string | undefined; ; result = read()) {
    try {
      return await result;
    } catch (error) {
      if (!(error instanceof TerminatedFailure)) throw error;
      const before = await described;
      const now = await describe();
      // Somebody terminated the run, and may have started the thread again.
      if (now.runId === (runId ?? before.runId) || now.run !== before.run) throw error;
      ({ runId } = now);
    }
  }
}
