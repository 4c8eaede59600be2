/**
 * Questions that were cut to fit the memo, completed.
 *
 * The workflow has every question complete, and a history has the questions of tasks complete. A question that neither can
 * give within moments stays `truncated`: what the memo shows is enough to answer it.
 */
import { STATE_QUERY } from '../../protocol/names.ts';
import type { Interrupt, State } from '../../protocol/shapes.ts';
import { eitherSignal, withSignal } from '../server/abort.ts';
import type { ThreadDescription } from '../server/description.ts';
import type { ThreadHandle } from '../server/thread-handle.ts';
import { readWorkflowPollers } from '../server/workers.ts';
import { RunReader } from './run-reader.ts';

/** How long the workflow may take. */
const QUERY_MS = 2_000;
/** How long reading the history may take. One of some thousand events takes less. */
const READ_MS = 2_000;

/** Completes questions with the help of the workflow, if a worker is up. */
export async function completeByWorkflow(
  thread: ThreadHandle,
  interrupts: readonly Interrupt[],
  signal?: AbortSignal,
): Promise<readonly Interrupt[]> {
  if (!isAnyCut(interrupts)) return interrupts;
  const whole = await withSignal(thread.client, signal, () => askWorkflow(thread)).catch(() => []);
  signal?.throwIfAborted();
  return completed(interrupts, whole);
}

interface CutQuestions {
  /** Some of the thread's open questions. */
  readonly of: readonly Interrupt[];
  readonly signal?: AbortSignal | undefined;
}

/** Completes open questions of a thread, by its workflow or else from its history. */
export async function wholeInterrupts(
  thread: ThreadHandle,
  description: ThreadDescription,
  { of: interrupts, signal }: CutQuestions,
): Promise<readonly Interrupt[]> {
  const asked = await completeByWorkflow(thread, interrupts, signal);
  return isAnyCut(asked) ? completed(asked, await readOpen(thread, description, signal)) : asked;
}

function isAnyCut(interrupts: readonly Interrupt[]): boolean {
  return interrupts.some(({ truncated }) => truncated);
}

function completed(interrupts: readonly Interrupt[], whole: readonly Interrupt[]): readonly Interrupt[] {
  const byId = new Map(whole.map((interrupt) => [interrupt.id, interrupt]));
  return interrupts.map((interrupt) => (interrupt.truncated && byId.get(interrupt.id)) || interrupt);
}

async function askWorkflow(thread: ThreadHandle): Promise<readonly Interrupt[]> {
  const { taskQueue } = await thread.describe();
  // The server is asked first, so that nobody waits for a worker that is not there.
  const { alive } = await readWorkflowPollers(thread.client, taskQueue);
  return alive > 0 ? (await thread.query<State>(STATE_QUERY, QUERY_MS)).interrupts : [];
}

async function readOpen(
  thread: ThreadHandle,
  { runId, historyLength }: ThreadDescription,
  signal: AbortSignal | undefined,
): Promise<readonly Interrupt[]> {
  const reader = new RunReader(thread, runId);
  try {
    await reader.readTo(historyLength, { signal: eitherSignal(signal, AbortSignal.timeout(READ_MS)) });
  } catch {
    // The history is too long, or cannot be read.
    signal?.throwIfAborted();
  }
  return reader.timeline.open();
}
