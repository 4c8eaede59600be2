/**
 * Sends an input or an answer, and then reads what it causes: a call of `invoke` or `stream`.
 *
 * What was sent decides where reading begins.
 */
import { defined } from '../protocol/defined.ts';
import { isCommand } from './command.ts';
import type { FollowedEvent } from './reading/follow.ts';
import type { OutcomePlace } from './reading/outcome.ts';
import type { ReadEnd, ReadingSettings, StartingPoint, ThreadReader } from './reading/thread-reader.ts';
import { sendAnswer, type AnswerReply } from './sending/answer.ts';
import { assertAccepted, sendInput, type AcceptedInput } from './sending/input.ts';
import { withSignal } from './server/abort.ts';
import type { ThreadDescription } from './server/description.ts';
import type { ThreadHandle } from './server/thread-handle.ts';
import type { InvokeOptions } from './thread-options.ts';

/**
 * Yields what happens, until the turn or the run ends or only answers are left to wait for.
 *
 * @param reader Of the thread that gets the input or the answer.
 * @param input An input, or a `Command` with an answer.
 * @throws What the entrypoint threw, and what `start` or `resume` throws.
 */
export async function* sendAndRead(
  reader: ThreadReader,
  input: unknown,
  { previews, ...options }: InvokeOptions & Pick<ReadingSettings, 'previews'>,
): AsyncGenerator<FollowedEvent, ReadEnd> {
  const { signal } = options;
  return yield* reader.read(await send(reader.thread, input, options), { live: false, signal, previews });
}

/** The same without the updates on the way. */
export async function sendAndWait(reader: ThreadReader, input: unknown, options: InvokeOptions): Promise<ReadEnd> {
  const before = Date.now();
  const start = await send(reader.thread, input, options);
  return reader.wait({ ...start, sendMs: Date.now() - before }, { live: false, signal: options.signal });
}

async function send(thread: ThreadHandle, input: unknown, options: InvokeOptions): Promise<StartingPoint> {
  const { key, signal } = options;
  signal?.throwIfAborted();
  return withSignal(thread.client, signal, async () => {
    if (!isCommand(input)) {
      const accepted = assertAccepted(await sendInput(thread, input, options));
      return { ...fromInput(accepted), isNew: key === undefined };
    }
    const settings = { ...input.address, ...defined({ key }), signal, checksEntrypoint: true };
    return afterAnswer(await sendAnswer(thread, input.resume, settings));
  });
}

/** From the input with the key on, in the run that has it in its history. An input that starts the run comes first in it. */
function fromInput({ runId: run, key, turn }: AcceptedInput): StartingPoint {
  const position = { run, event: 0 };
  if (turn === 1) return { position, turn: { key }, outcome: { kind: 'run', run } };
  return { position, turn: { key }, begin: key, outcome: { kind: 'turn', run, key } };
}

/** From the end of the history, as it was when the answer was sent. */
function afterAnswer({ result, description }: AnswerReply): StartingPoint {
  const { runId: run, historyLength, turn } = description;
  return {
    position: { run, event: historyLength },
    turn: turn && { n: turn.n },
    description,
    outcome: outcomeAfter(description),
    ...defined({ unconfirmed: result.outcome === 'queued' ? result.key : undefined }),
  };
}

/** Nothing but the history shows the outcome of a first turn, and of a turn that is not at work. */
function outcomeAfter({ runId: run, turn }: ThreadDescription): OutcomePlace | undefined {
  if (!turn) return { kind: 'run', run };
  const { n, key, status } = turn;
  return n > 1 && key !== undefined && status === 'running' ? { kind: 'turn', run, key } : undefined;
}
