/**
 * Whether a thread has memory. Its workflow's first task shows that in the memo, so before it nobody can tell.
 */
import { RunView } from './follow.ts';
import type { HistoryEvent } from '../server/history.ts';
import type { Described, Target } from '../server/thread-handle.ts';

/** Up to the end of the first workflow task; signals that came before it make more of them. */
const FIRST_TASK_EVENTS = 4;

/** `undefined`: not known yet. */
export async function knownMemory(target: Target, thread: Described): Promise<boolean | undefined> {
  const { turn, status, runId, historyLength } = thread;
  if (turn) return true;
  if (status !== 'RUNNING' || target.isPlain) return false;
  if (historyLength < FIRST_TASK_EVENTS) return undefined;
  const known = (await target.firstEvents(runId)).filter(({ eventId }) => Number(eventId) <= historyLength);
  return known.some(isTaskCompleted) ? false : undefined;
}

/** Waits for the first workflow task, if that is not complete yet. */
export async function hasMemory(target: Target, thread: Described, signal?: AbortSignal): Promise<boolean> {
  const known = await knownMemory(target, thread);
  if (known !== undefined) return known;
  const view = new RunView(target.client, target.id, thread.runId);
  for (let isComplete = false; !isComplete && !view.timeline.ending;) {
    for (const event of await view.history.read(signal)) {
      isComplete ||= isTaskCompleted(event);
      await view.timeline.apply(event);
    }
  }
  return view.timeline.hasTurns;
}

function isTaskCompleted(event: HistoryEvent): boolean {
  return event.attributes === 'workflowTaskCompletedEventAttributes';
}
