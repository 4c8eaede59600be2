/**
 * The open questions of one thread, from the server: at once, and without a worker (I4).
 */
import type { Interrupt } from '../../protocol/shapes.ts';
import { wholeInterrupts } from '../reading/whole-questions.ts';
import { withSignal } from '../server/abort.ts';
import type { ThreadHandle } from '../server/thread-handle.ts';

/** Oldest first. A thread that has ended asks nothing. */
export async function openInterrupts(thread: ThreadHandle, signal?: AbortSignal): Promise<readonly Interrupt[]> {
  const description = await withSignal(thread.client, signal, () => thread.describe());
  if (!description.isRunning) return [];
  return wholeInterrupts(thread, description, { of: description.interrupts, signal });
}
