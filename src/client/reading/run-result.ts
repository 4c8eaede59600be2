/**
 * The value of a plain thread's run, across resets (S1) and outages (S6).
 *
 * Temporal's own `result` ends where a reset terminates the run, so after a termination this looks for the run in which the thread goes on.
 */
import { TerminatedFailure } from '@temporalio/common';
import type { Patience } from '../server/outage.ts';
import type { ThreadHandle } from '../server/thread-handle.ts';

/** Waits for the value. @throws What the entrypoint threw. */
export async function readRunResult(thread: ThreadHandle, patience: Patience): Promise<unknown> {
  const read = (): Promise<unknown> => thread.workflow.result();
  // Needed only after a termination. Until then its failure is not an error.
  const first = patience.outlast(() => thread.describe());
  first.catch(() => undefined);
  for (let runId: string | undefined; ;) {
    try {
      return await patience.outlast(read);
    } catch (error) {
      if (!(error instanceof TerminatedFailure)) throw error;
      const before = await first;
      const now = await patience.outlast(() => thread.describe());
      // Somebody terminated the run, and may have started the thread again.
      if (now.runId === (runId ?? before.runId) || now.run !== before.run) throw error;
      ({ runId } = now);
    }
  }
}
