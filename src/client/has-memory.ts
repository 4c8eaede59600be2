/**
 * Whether a thread has memory. Its workflow's first task shows that in the memo, so before it nobody can tell.
 */
import { RunView } from './follow.ts';
import type { Described, Target } from './target.ts';

/** Of a run whose first workflow task is complete. */
const FIRST_TASK_EVENTS = 4;

/** `undefined`: not known yet. */
export function knownMemory({ turn, status, historyLength }: Described): boolean | undefined {
  if (turn) return true;
  return status !== 'RUNNING' || historyLength >= FIRST_TASK_EVENTS ? false : undefined;
}

/** Waits for the first workflow task, if that is not complete yet. */
export async function hasMemory(target: Target, thread: Described, signal?: AbortSignal): Promise<boolean> {
  const known = knownMemory(thread);
  if (known !== undefined) return known;
  const view = new RunView(target.client, target.id, thread.runId);
  while (view.history.last < FIRST_TASK_EVENTS && !view.timeline.ending) {
    for (const event of await view.history.read(signal)) await view.timeline.apply(event);
  }
  return view.timeline.hasTurns;
}
