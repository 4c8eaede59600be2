/**
 * Where in a thread's history the turn with a key is.
 */
import { MAX_KNOWN_TURNS } from '../../protocol/limits.ts';
import { HoldpointError } from '../server/errors.ts';
import { RunView, type Position } from './follow.ts';
import type { Described, Target } from '../server/thread-handle.ts';

export interface Wanted {
  readonly key: string;
  /** Also an input that waits for its turn, or that never got one. */
  readonly orInput: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Looks through the current run, then the ones before it, as far back as keys are known (R1). */
export async function findTurn(target: Target, thread: Described, wanted: Wanted): Promise<Position> {
  const { key, orInput, signal } = wanted;
  let seen = 0;
  for (let run: string | undefined = thread.runId; run !== undefined && seen <= MAX_KNOWN_TURNS;) {
    const view: RunView = new RunView(target.client, target.id, run);
    const length = run === thread.runId ? thread.historyLength : Infinity;
    while (view.history.last < length && !view.timeline.ending) {
      for (const event of await view.history.read(signal)) await view.timeline.apply(event);
    }
    const { keys, turnKeys } = view.timeline;
    if (turnKeys.has(key) || (orInput && keys.has(key))) return { run, event: 0 };
    seen += turnKeys.size;
    run = view.timeline.continuedFrom;
  }
  throw new HoldpointError(
    'ThreadNotFound',
    `Thread \`${target.id}\` has no run or turn with key \`${key}\`; the last ${MAX_KNOWN_TURNS} turns are looked through.`,
  );
}
