/**
 * Whether a thread has memory.
 *
 * The workflow's first task writes the first turn of a thread with memory into the memo. Before it has completed, nobody
 * can know, unless a reset has delivered the thread's further inputs again.
 */
import { INVOKE_UPDATE } from '../../protocol/names.ts';
import type { ThreadDescription } from '../server/description.ts';
import { translate } from '../server/errors.ts';
import { firstEvents, type HistoryEvent } from '../server/events.ts';
import type { ThreadHandle } from '../server/thread-handle.ts';
import { RunReader } from './run-reader.ts';

/** The first workflow task has completed at the earliest with this event. Signals before it move it back. */
const FIRST_TASK_EVENTS = 4;
/** How many events are searched for the end of the first workflow task. More signals than that rarely come before it. */
const SEARCHED_EVENTS = 50;
/** A live worker completes the first workflow task within this time. */
const FIRST_TASK_MS = 10_000;

/** `undefined`: the first workflow task has not completed, as far as can be told at once. */
export async function knownMemory(thread: ThreadHandle, description: ThreadDescription): Promise<boolean | undefined> {
  const { turn, isRunning, runId, historyLength } = description;
  if (turn) return true;
  if (!isRunning || thread.isPlain) return false;
  if (historyLength < FIRST_TASK_EVENTS) return undefined;
  const events = await firstEvents(thread, runId, SEARCHED_EVENTS);
  // The description is older than the events: it may lack a turn that later ones have brought.
  const known = events.filter(({ eventId }) => Number(eventId) <= historyLength);
  if (known.some(isTaskCompleted)) return false;
  return known.some(isRepeatedInput) ? true : undefined;
}

/** The same, after waiting for the end of the first workflow task for ten seconds at most. */
export async function learnMemory(thread: ThreadHandle, description: ThreadDescription): Promise<boolean | undefined> {
  const timeUp = AbortSignal.timeout(FIRST_TASK_MS);
  try {
    return await hasMemory(thread, description, timeUp);
  } catch (error) {
    if (timeUp.aborted) return undefined;
    throw translate(error, thread.id);
  }
}

/** Waits for the end of the first workflow task, if that has not come yet. */
export async function hasMemory(
  thread: ThreadHandle,
  description: ThreadDescription,
  signal?: AbortSignal,
): Promise<boolean> {
  const known = await knownMemory(thread, description);
  if (known !== undefined) return known;
  const reader = new RunReader(thread, description.runId);
  let isComplete = false;
  await reader.readUntil(() => isComplete, {
    signal,
    visit: (event) => {
      isComplete ||= isTaskCompleted(event);
    },
  });
  return reader.timeline.hasMemory;
}

function isTaskCompleted(event: HistoryEvent): boolean {
  return event.attributes === 'workflowTaskCompletedEventAttributes';
}

/** Only a reset writes an input before the workflow has accepted it: it was accepted in the run that was reset (R11). */
function isRepeatedInput({ workflowExecutionUpdateAdmittedEventAttributes: admitted }: HistoryEvent): boolean {
  return admitted?.request?.input?.name === INVOKE_UPDATE;
}
