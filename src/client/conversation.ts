/**
 * A thread as a conversation: what people and the thread have said to each other, from its history.
 */
import { hasCode } from '../protocol/errors.ts';
import { messageOf } from '../protocol/thrown.ts';
import type { Position } from './reading/cursor.ts';
import { findTurn } from './reading/find-turn.ts';
import { latestRunOf } from './reading/next-run.ts';
import { readTalk, type TalkEvent } from './reading/talk.ts';
import { ThreadReader, type ReadingSettings, type StartingPoint } from './reading/thread-reader.ts';
import type { AcceptedInput } from './sending/input.ts';
import type { ThreadDescription } from './server/description.ts';
import type { ThreadHandle } from './server/thread-handle.ts';

/** Options of {@link readConversation}. */
export interface ConversationOptions {
  /** The thread as it was looked at, to read what it was about then: a turn that has begun since is not read. */
  readonly description?: ThreadDescription | undefined;
  /** Stops reading when it aborts. */
  readonly signal: AbortSignal;
}

/** Options of {@link readLastTalk}. */
export interface TalkOptions extends ConversationOptions {
  /** Stays for the turns to come. @default false */
  readonly live?: boolean | undefined;
}

/** What happens in the turn at work, or the last one, from its beginning. */
export async function* readLastTalk(
  thread: ThreadHandle,
  { description, live = false, signal }: TalkOptions,
): AsyncGenerator<TalkEvent, void> {
  const reader = new ThreadReader(thread);
  const { position, turn, begin } = await reader.lastTurn(description ?? (await thread.describe()));
  const which = live ? { since: turn?.n } : { turn };
  yield* readTalks(thread, { position, begin, ...which }, { live, signal, previews: true });
}

/** All events of the thread's chain of runs, up to where it is. */
export async function* readConversation(
  thread: ThreadHandle,
  { description, signal }: ConversationOptions,
): AsyncGenerator<TalkEvent, void> {
  const { run, runId, historyLength, status } = description ?? (await thread.describe());
  const first = await latestRunOf(thread, run).catch((error: unknown) => {
    if (hasCode(error, 'ThreadNotFound')) return runId;
    throw error;
  });
  const start = { position: { run: first, event: 0 }, isOld: true };
  let isThere = false;
  for await (const event of readTalks(thread, start, { signal })) {
    if (isThere && event.run !== runId) return;
    yield event;
    isThere = event.run === runId;
    // A terminated run has one more item behind its last event: the end of the turn.
    const isLast = status !== 'TERMINATED' || event.end !== undefined;
    if (isThere && event.event >= historyLength && isLast) return;
  }
}

/** The turn of an input that has just been sent, or sent again. */
export async function* talkAbout(
  thread: ThreadHandle,
  { key, runId }: Pick<AcceptedInput, 'key' | 'runId'>,
  signal: AbortSignal,
): AsyncGenerator<TalkEvent, void> {
  const description = await thread.describe();
  // Another turn is the last one: this one has not begun, or it was long ago.
  const { position, turn, begin } =
    description.key === key
      ? await new ThreadReader(thread).lastTurn(description)
      : { position: await placeOf(thread, description, { key, runId, signal }), turn: { key } };
  yield* readTalks(thread, { position, turn, begin }, { signal, previews: true });
}

async function* readTalks(
  thread: ThreadHandle,
  start: StartingPoint,
  { live = false, ...settings }: Partial<ReadingSettings>,
): AsyncGenerator<TalkEvent, void> {
  const events = new ThreadReader(thread).read(start, { live, ...settings });
  let terminated: TalkEvent | undefined;
  try {
    for await (const event of events) {
      const read = await readTalk(thread, event);
      terminated = event.history?.workflowExecutionTerminatedEventAttributes ? read : undefined;
      yield read;
    }
  } catch (error) {
    // The reader has found no reset that terminated the run, so it was the end.
    if (terminated && !settings.signal?.aborted) yield { ...terminated, items: [], end: { error: messageOf(error) } };
    throw error;
  }
}

/** The place of a turn by its key; or of an input that waits for its turn, in the run that took it. */
async function placeOf(
  thread: ThreadHandle,
  description: ThreadDescription,
  { key, runId, signal }: Pick<AcceptedInput, 'key' | 'runId'> & { readonly signal: AbortSignal },
): Promise<Position> {
  try {
    return await findTurn(thread, description, { key, signal, asTurn: true });
  } catch (error) {
    if (!hasCode(error, 'ThreadNotFound')) throw error;
    return { run: runId, event: 0 };
  }
}
