/**
 * The open questions of one thread, from the server: at once, and without a worker (I4).
 *
 * Those that were cut to fit the memo are completed where that takes moments: by the workflow, if a worker is up, else
 * from the history, which has the questions of tasks whole. What nobody can complete in time stays `truncated`.
 */
import type { Interrupt } from '../../protocol/shapes.ts';
import { RunView } from '../reading/follow.ts';
import type { Described, Target } from '../server/thread-handle.ts';

/** A history of some thousand events is read in less. */
const READ_MS = 2_000;

/** Oldest first; a thread that has ended asks nothing. */
export async function openInterrupts(target: Target, signal?: AbortSignal): Promise<readonly Interrupt[]> {
  signal?.throwIfAborted();
  const thread = await target.describe();
  return thread.status === 'RUNNING' ? wholeInterrupts(target, thread, { of: thread.interrupts, signal }) : [];
}

interface Cut {
  readonly of: readonly Interrupt[];
  readonly signal?: AbortSignal | undefined;
}

/** Some of its open questions, as whole as can be. */
export async function wholeInterrupts(
  target: Target,
  thread: Described,
  { of: interrupts, signal }: Cut,
): Promise<readonly Interrupt[]> {
  const completed = await target.complete(interrupts, signal);
  if (!completed.some(({ truncated }) => truncated)) return completed;
  const known = new Map((await readOpen(target, thread, signal)).map((interrupt) => [interrupt.id, interrupt]));
  return completed.map((interrupt) => (interrupt.truncated && known.get(interrupt.id)) || interrupt);
}

async function readOpen(
  target: Target,
  { runId, historyLength }: Described,
  signal: AbortSignal | undefined,
): Promise<readonly Interrupt[]> {
  const view = new RunView(target.client, target.id, runId);
  const timeUp = AbortSignal.timeout(READ_MS);
  const either = signal ? AbortSignal.any([signal, timeUp]) : timeUp;
  try {
    while (view.history.last < historyLength && !view.timeline.ending) {
      for (const event of await view.history.read(either)) await view.timeline.apply(event);
    }
  } catch {
    // Too long a history, or one that cannot be read: the memo has enough of each question to answer it.
    signal?.throwIfAborted();
  }
  return view.timeline.open();
}
