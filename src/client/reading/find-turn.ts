/**
 * The place of a turn in a thread's history, found by its key.
 */
import { MAX_KNOWN_TURNS } from '../../protocol/limits.ts';
import { TURN_MEMO } from '../../protocol/names.ts';
import type { ThreadDescription } from '../server/description.ts';
import { HoldpointError } from '../server/errors.ts';
import { eventsBackwards, type HistoryEvent } from '../server/events.ts';
import { readTurn } from '../server/memo.ts';
import type { ThreadHandle } from '../server/thread-handle.ts';
import type { Position } from './cursor.ts';

const FIRST_PAGE = 50;

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
 * Looks through the current run, then the runs before it, each from its end, as far back as the workflow knows keys (R1).
 *
 * @throws `ThreadNotFound` when no turn has the key.
 */
export async function findTurn(
  thread: ThreadHandle,
  { runId }: ThreadDescription,
  { key, asTurn, signal }: TurnSearch,
): Promise<Position> {
  const seen = new Set<number>();
  for (let run: string | undefined = runId; run !== undefined;) {
    let before: string | undefined;
    for await (const event of eventsBackwards(thread, run, FIRST_PAGE)) {
      signal?.throwIfAborted();
      if (!asTurn && isInput(event, key)) return { run, event: 0 };
      const entry = event.workflowPropertiesModifiedEventAttributes?.upsertedMemo?.fields?.[TURN_MEMO];
      const turn = entry && readTurn(await thread.decode.map({ [TURN_MEMO]: entry }));
      if (turn?.key === key) return { run, event: 0 };
      if (turn) seen.add(turn.n);
      before = event.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || undefined;
      if (seen.size > MAX_KNOWN_TURNS) break;
    }
    run = before;
  }
  throw new HoldpointError(
    'ThreadNotFound',
    `Thread \`${thread.id}\` has no run or turn with key \`${key}\` among its last ${MAX_KNOWN_TURNS} turns.`,
  );
}

/** Whether the run takes the input with this key with this event. */
export function isInput(event: HistoryEvent, key: string): boolean {
  const taken =
    event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest ??
    event.workflowExecutionUpdateAdmittedEventAttributes?.request;
  return taken?.meta?.updateId === key;
}
