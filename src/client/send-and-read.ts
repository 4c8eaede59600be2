/**
 * Sends an input or an answer, and then reads what it causes: a call of `invoke` or `stream`.
 *
 * What was sent decides where reading begins.
 */
import { defined } from '../protocol/defined.ts';
import { isCommand, type Command } from './command.ts';
import type { FollowedEvent } from './reading/follow.ts';
import type { ReadEnd, StartingPoint, ThreadReader } from './reading/thread-reader.ts';
import { sendAnswer } from './sending/answer.ts';
import { assertAccepted, sendInput } from './sending/input.ts';
import { withSignal } from './server/abort.ts';
import type { ThreadHandle } from './server/thread-handle.ts';
import type { InvokeOptions } from './thread-options.ts';

/**
 * @param reader Of the thread that gets the input or the answer.
 * @param input An input, or a `Command` with an answer.
 * @throws What the entrypoint threw, and what `start` or `resume` throws.
 */
export async function* sendAndRead(
  reader: ThreadReader,
  input: unknown,
  { key, signal }: InvokeOptions,
): AsyncGenerator<FollowedEvent, ReadEnd> {
  signal?.throwIfAborted();
  const send = (): Promise<StartingPoint> =>
    isCommand(input)
      ? sendCommand(reader.thread, input, { key, signal })
      : sendTurn(reader.thread, input, { key, signal });
  const start = await withSignal(reader.thread.client, signal, send);
  return yield* reader.read(start, { live: false, signal });
}

/** Reading begins at the start of the run that has the input in its history, with the turn of its key. */
async function sendTurn(thread: ThreadHandle, input: unknown, options: InvokeOptions): Promise<StartingPoint> {
  const { runId, key } = assertAccepted(await sendInput(thread, input, options));
  return { position: { run: runId, event: 0 }, turn: { key } };
}

/** Reading begins at the end of the history, as it was when the answer was sent. */
async function sendCommand(
  thread: ThreadHandle,
  { resume, address }: Command,
  { key, signal }: InvokeOptions,
): Promise<StartingPoint> {
  const settings = { ...address, ...defined({ key }), signal, checksEntrypoint: true };
  const { result, description } = await sendAnswer(thread, resume, settings);
  const { runId, historyLength, turn } = description;
  return {
    position: { run: runId, event: historyLength },
    turn: turn && { n: turn.n },
    ...defined({ unconfirmed: result.outcome === 'queued' ? result.key : undefined }),
  };
}
