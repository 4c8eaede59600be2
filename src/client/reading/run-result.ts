/**
 * The value of a plain thread's run, over resets and outages.
 *
 * Temporal's own `result` ends where a reset terminates the run; so this looks whether it goes on.
 */
import { TerminatedFailure } from '@temporalio/common';
import type { Patience } from '../server/outage.ts';
import type { Target } from '../server/thread-handle.ts';

export async function readRunResult(target: Target, patience: Patience, signal?: AbortSignal): Promise<unknown> {
  const { client, handle } = target;
  const read = (): Promise<unknown> => {
    const result = (): Promise<unknown> => handle.result();
    return signal ? client.connection.withAbortSignal(signal, result) : result();
  };
  // Nobody waits for it, but for a run that is terminated.
  const first = patience.outlast(() => target.describe());
  first.catch(() => undefined);
  for (let runId: string | undefined; ;) {
    try {
      return await patience.outlast(read);
    } catch (error) {
      if (!(error instanceof TerminatedFailure)) throw error;
      const before = await first;
      const now = await patience.outlast(() => target.describe());
      // Terminated by somebody, and perhaps started anew.
      if (now.runId === (runId ?? before.runId) || now.run !== before.run) throw error;
      ({ runId } = now);
    }
  }
}
