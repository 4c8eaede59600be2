/**
 * The outcome of a run or a turn, asked of the server itself with one long poll.
 *
 * Only a value is taken from there. How a run or a turn failed, was reset or goes on in another run, its history says.
 */
import { History } from '../server/history.ts';
import { withSignal } from '../server/abort.ts';
import type { Patience } from '../server/outage.ts';
import type { ThreadHandle } from '../server/thread-handle.ts';
import { readRunEnd } from './ends.ts';

/** What has the outcome: a run, or a turn after the first, which is a workflow update with the turn's key as its id. */
export type OutcomePlace =
  | { readonly kind: 'run'; readonly run: string }
  | { readonly kind: 'turn'; readonly run: string; readonly key: string };

/** How to wait. */
export interface OutcomeSettings {
  readonly patience: Patience;
  /** Stops waiting when it aborts. */
  readonly signal: AbortSignal | undefined;
}

/** The value of a run or a turn that was good. */
export interface Value {
  readonly kind: 'completed';
  readonly value: unknown;
}

/** Waits for the outcome. `undefined`: the history has to be read for it. */
export async function readOutcome(
  thread: ThreadHandle,
  place: OutcomePlace,
  settings: OutcomeSettings,
): Promise<Value | undefined> {
  try {
    return place.kind === 'run'
      ? await readRunValue(thread, place.run, settings)
      : await readTurnValue(thread, place, settings);
  } catch {
    return undefined;
  }
}

async function readTurnValue(
  { client, id }: ThreadHandle,
  { run, key }: { readonly run: string; readonly key: string },
  { patience, signal }: OutcomeSettings,
): Promise<Value> {
  const update = client.workflow.getHandle(id, run).getUpdateHandle(key);
  const value = await patience.outlast(() => withSignal(client, signal, () => update.result()));
  return { kind: 'completed', value };
}

async function readRunValue(
  thread: ThreadHandle,
  run: string,
  { patience, signal }: OutcomeSettings,
): Promise<Value | undefined> {
  const history = new History(thread.client, thread.id, run);
  for (;;) {
    const event = await patience.outlast(() => history.readEnd(signal));
    const end = event && (await readRunEnd(event, history.decode));
    if (!end) continue;
    if (end.kind !== 'completed') return undefined;
    // The value of a thread with memory is not one of its turns.
    const isPlain = thread.isPlain || !(await patience.outlast(() => thread.describeRun(run))).turn;
    return isPlain ? end : undefined;
  }
}
