/**
 * The result of a thread: the value of its run, or of a turn.
 */
import { findTurn } from './reading/find-turn.ts';
import { hasMemory } from './reading/memory.ts';
import { readRunResult } from './reading/run-result.ts';
import type { StartingPoint, ThreadReader } from './reading/thread-reader.ts';
import { eitherSignal } from './server/abort.ts';
import type { ThreadDescription } from './server/description.ts';
import type { ThreadHandle } from './server/thread-handle.ts';
import type { ResultOptions } from './thread-options.ts';

/**
 * Waits for the end of the run or of the turn.
 *
 * @throws What the entrypoint threw. `ThreadNotFound` when nothing was started with that key.
 */
export async function readResult(
  thread: ThreadHandle,
  reader: ThreadReader,
  { key, signal }: ResultOptions,
): Promise<unknown> {
  const isRun = key === undefined && thread.isPlain;
  const stop = new AbortController();
  const either = eitherSignal(signal, stop.signal);
  const patience = reader.patience(either);
  const { value, described } = readRunResult(thread, patience);
  let turn: StartingPoint | undefined;
  try {
    const find = async (): Promise<StartingPoint | undefined> =>
      findWanted(thread, reader, { description: await described, key, signal: either });
    if (!isRun) turn = await (key === undefined ? unlessValue(value, patience.outlast(find)) : patience.outlast(find));
    if (!turn) return await value;
  } finally {
    stop.abort();
  }
  const end = await reader.wait(turn, { live: true, signal });
  return end.kind === 'completed' ? end.value : undefined;
}

interface WantedTurn {
  readonly description: ThreadDescription;
  readonly key: string | undefined;
  readonly signal: AbortSignal;
}

/** The turn whose result is wanted; `undefined` on a plain thread. */
async function findWanted(
  thread: ThreadHandle,
  reader: ThreadReader,
  { description, key, signal }: WantedTurn,
): Promise<StartingPoint | undefined> {
  if (key !== undefined && description.key !== key) {
    const position = await findTurn(thread, description, { key, asTurn: false, signal });
    return { position, turn: { key }, begin: key, outcome: { kind: 'turn', run: position.run, key } };
  }
  return (await hasMemory(thread, description, signal)) ? reader.lastTurn(description) : undefined;
}

/** The turn that is found; `undefined` once a run has a value, because a thread with memory returns nothing. */
function unlessValue<Found>(value: Promise<unknown>, found: Promise<Found | undefined>): Promise<Found | undefined> {
  found.catch(() => undefined);
  const hasValue = value.then(
    (one) => (one === undefined ? found : undefined),
    () => found,
  );
  return Promise.race([hasValue, found]);
}
