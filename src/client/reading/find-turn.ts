/**
 * The place of a turn in a thread's history, found by its key.
 */
import { MAX_KNOWN_TURNS } from '../../protocol/limits.ts';
import type { ThreadDescription } from '../server/description.ts';
import { HoldpointError } from '../server/errors.ts';
import type { ThreadHandle } from '../server/thread-handle.ts';
import type { Position } from './cursor.ts';
import { RunReader } from './run-reader.ts';

/** The turn to look for. */
export interface TurnSearch {
  /** The key of its input. */
  readonly key: string;
  /** Only an input that became a turn is found, not one that waits for its turn or never got one. */
  readonly asTurn: boolean;
  /** Stops looking when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Looks through the current run, then the runs before it, as far back as the workflow knows keys (R1).
 *
 * @throws `ThreadNotFound` when no turn has the key.
 */
export async function findTurn(
  thread: ThreadHandle,
  { runId, historyLength }: ThreadDescription,
  { key, asTurn, signal }: TurnSearch,
): Promise<Position> {
  let seen = 0;
  for (let run: string | undefined = runId; run !== undefined && seen <= MAX_KNOWN_TURNS;) {
    const reader: RunReader = new RunReader(thread, run);
    await reader.readTo(run === runId ? historyLength : Infinity, { signal });
    const { turns, continuedFrom } = reader.timeline;
    if (turns.has(key, { asTurn })) return { run, event: 0 };
    seen += turns.count;
    run = continuedFrom;
  }
  throw new HoldpointError(
    'ThreadNotFound',
    `Thread \`${thread.id}\` has no run or turn with key \`${key}\` among its last ${MAX_KNOWN_TURNS} turns.`,
  );
}
