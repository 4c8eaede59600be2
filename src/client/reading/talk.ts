/**
 * A thread as a chat handler reads it: what each event of the history means for a conversation.
 *
 * Beside the items of a stream it has what only the history knows: the inputs, the answers that were sent, and how turns
 * ended.
 */
import { defined } from '../../protocol/defined.ts';
import { INVOKE_UPDATE } from '../../protocol/names.ts';
import { messageOf } from '../../protocol/thrown.ts';
import type { HistoryEvent } from '../server/events.ts';
import { readKey } from '../server/memo.ts';
import type { ThreadHandle } from '../server/thread-handle.ts';
import { readRunEnd, runError, turnError, type TurnEnd, type TurnRef } from './ends.ts';
import type { FollowedEvent } from './follow.ts';
import { readWholeAnswer } from './sent-answer.ts';
import { itemsIn, type ItemOf } from './stream-modes.ts';

/** An input, as it was sent. */
export interface SentInput {
  /** The key of the input. */
  readonly key: string | undefined;
  /** The input. */
  readonly value: unknown;
}

/** An answer, as it was sent. Whether it counted, the closing of its question says. */
export interface TalkAnswer {
  /** The answer. */
  readonly value: unknown;
  /** The question that it is addressed to. */
  readonly id?: string;
  /** The key of the answer. */
  readonly key?: string;
}

/** A call of a task that has failed for good. */
export interface TalkFailure {
  /** The id of the call: `callTool:1`. */
  readonly id: string;
  /** The error's message. */
  readonly message: string;
}

/** How a turn ended: with a value, or with the message of an error. */
export type TalkEnd = { readonly value: unknown } | { readonly error: string };

/** What one event of a thread means for a conversation. */
export interface TalkEvent {
  /** The run that has the event. */
  readonly run: string;
  /** Its number in the history of the run. What a running task shows has the number of the event before it. */
  readonly event: number;
  /** Whether it is something that a running task shows. */
  readonly isPreview: boolean;
  /** The turn at work, or the last one. A plain thread has none. */
  readonly turn?: TurnRef;
  /** The thread takes an input, which is a turn now or later. */
  readonly input?: SentInput;
  /** Somebody has answered a question. */
  readonly answer?: TalkAnswer;
  /** A task has failed, and is not tried again. */
  readonly failure?: TalkFailure;
  /** What a stream of these modes yields for the event. */
  readonly items: readonly ItemOf<typeof MODES>[];
  /** The turn ends with the event. */
  readonly end?: TalkEnd;
}

const MODES = ['messages', 'custom', 'interrupts'] as const;

const pick = itemsIn(MODES);

/** What the event means. */
export async function readTalk(thread: ThreadHandle, followed: FollowedEvent): Promise<TalkEvent> {
  const { position, history, turn, turnEnd, previews } = followed;
  return {
    run: position.run,
    event: position.event,
    isPreview: previews !== undefined,
    items: pick(followed),
    ...defined({
      turn,
      input: history && (await readInput(thread, history)),
      answer: history && (await readWholeAnswer(history, thread.decode)),
      failure: history && (await readFailure(thread, followed)),
      end: turnEnd
        ? await readTurnsEnd(thread, position.run, turnEnd)
        : history && (await readRunsEnd(thread, followed)),
    }),
  };
}

async function readInput(thread: ThreadHandle, event: HistoryEvent): Promise<SentInput | undefined> {
  const started = event.workflowExecutionStartedEventAttributes;
  // A run that another one continued as has no input of a user's: its two arguments are our own.
  if (started && !started.continuedExecutionRunId) {
    const [value] = await thread.decode.list(started.input?.payloads?.slice(0, 1));
    return { key: readKey(await thread.decode.map(started.memo?.fields)), value };
  }
  const { meta, input } = event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest ?? {};
  if (!meta?.updateId || input?.name !== INVOKE_UPDATE) return undefined;
  const [value] = await thread.decode.list(input.args?.payloads?.slice(0, 1));
  return { key: meta.updateId, value };
}

async function readFailure(thread: ThreadHandle, { history, task }: FollowedEvent): Promise<TalkFailure | undefined> {
  if (task?.kind === 'timedOut') return { id: task.id, message: 'The task took too long.' };
  if (task?.kind !== 'failed') return undefined;
  const failure = history?.activityTaskFailedEventAttributes?.failure;
  const error = failure ? await thread.decode.failure(failure) : undefined;
  return { id: task.id, message: error ? messageOf(error) : 'The task failed.' };
}

/** A plain thread ends with its run. So does a turn at work when the run fails. */
async function readRunsEnd(
  thread: ThreadHandle,
  { history, turn, position: { run } }: FollowedEvent,
): Promise<TalkEnd | undefined> {
  const end = history && (await readRunEnd(history, thread.decode));
  if (end?.kind === 'completed') return turn ? undefined : { value: end.value };
  // A reset terminates a run, too, and the thread goes on.
  if (end?.kind !== 'failed' || end.isTerminated) return undefined;
  return { error: messageOf(await runError(thread, run)) };
}

async function readTurnsEnd(thread: ThreadHandle, run: string, end: TurnEnd): Promise<TalkEnd> {
  return end.kind === 'completed' ? { value: end.value } : { error: messageOf(await turnError(thread, run, end)) };
}
