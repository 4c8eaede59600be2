/**
 * Sends an input or an answer, and then reads what it causes: a call of `invoke` or `stream`.
 *
 * What was sent decides where reading begins.
 */
import { defined } from '../protocol/defined.ts';
import { isCommand } from './command.ts';
import type { FollowedEvent } from './reading/follow.ts';
import type { ReadEnd, StartingPoint, ThreadReader } from './reading/thread-reader.ts';
import { sendAnswer, type AnswerReply } from './sending/answer.ts';
import { assertAccepted, sendInput, type AcceptedInput } from './sending/input.ts';
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
  let start: StartingPoint;
  if (isCommand(input)) {
    const settings = { ...input.address, ...defined({ key }), signal, checksEntrypoint: true };
    start = afterAnswer(await sendAnswer(reader.thread, input.resume, settings));
  } else {
    start = fromInput(assertAccepted(await sendInput(reader.thread, input, { key, signal })));
  }
  return yield* reader.read(start, { live: false, signal });
}

/** From the start of the run that has the input in its history, the turn with its key. */
function fromInput({ runId, key }: AcceptedInput): StartingPoint {
  return { position: { run: runId, event: 0 }, turn: { key } };
}

/** From the end of the history, as it was when the answer was sent. */
function afterAnswer({ result, description }: AnswerReply): StartingPoint {
  const { runId, historyLength, turn } = description;
  return {
    position: { run: runId, event: historyLength },
    turn: turn && { n: turn.n },
    ...defined({ unconfirmed: result.outcome === 'queued' ? result.key : undefined }),
  };
}
