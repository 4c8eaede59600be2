/**
 * Whether a thread remembers a decision, as its workflow says (R12).
 */
import { hasCode } from '../../protocol/errors.ts';
import { STATE_QUERY } from '../../protocol/names.ts';
import type { State } from '../../protocol/shapes.ts';
import { HoldpointError } from '../server/errors.ts';
import type { ThreadHandle } from '../server/thread-handle.ts';

/** A live worker answers a query within this time. */
const QUERY_MS = 5_000;

/** Without a worker, nobody can know. @throws `NotRemembered`. */
export async function assertRemembered(thread: ThreadHandle, id: string): Promise<void> {
  let remembered: State['remembered'] | undefined;
  try {
    ({ remembered } = await thread.query<Partial<State>>(STATE_QUERY, QUERY_MS));
  } catch (error) {
    if (hasCode(error, 'NoWorker')) return;
    throw error;
  }
  if (remembered?.some((one) => one.id === id)) return;
  throw new HoldpointError(
    'NotRemembered',
    `Thread \`${thread.id}\` remembers no decision \`${id}\`. Look at \`state().remembered\`: another person may have taken it back.`,
  );
}
