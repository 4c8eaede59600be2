/**
 * Whether a thread remembers a decision or may still do so, as its workflow says (R12).
 */
import { hasCode } from '../../protocol/errors.ts';
import { ANSWERS_QUERY, STATE_QUERY } from '../../protocol/names.ts';
import type { Answer, State } from '../../protocol/shapes.ts';
import { HoldpointError } from '../server/errors.ts';
import type { ThreadHandle } from '../server/thread-handle.ts';

/** A live worker answers a query within this time. */
const QUERY_MS = 5_000;

/** Without a worker, nobody can know. @throws `NotRemembered`. */
export async function assertRemembered(thread: ThreadHandle, id: string): Promise<void> {
  try {
    const { remembered, status } = await thread.query<Partial<State>>(STATE_QUERY, QUERY_MS);
    if (remembered?.some((one) => one.id === id)) return;
    // It is remembered when the call ends that was decided, which may still run.
    const answers = status === 'idle' ? [] : await thread.query<readonly Answer[]>(ANSWERS_QUERY, QUERY_MS);
    if (answers.some((answer) => answer.id === id)) return;
  } catch (error) {
    if (hasCode(error, 'NoWorker')) return;
    throw error;
  }
  throw new HoldpointError(
    'NotRemembered',
    `Thread \`${thread.id}\` remembers no decision \`${id}\`. Look at \`state().remembered\`: another person may have taken it back.`,
  );
}
