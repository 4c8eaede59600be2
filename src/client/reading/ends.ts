/**
 * How a run or a turn ended, from the events of its history, and the error with which it failed (S2).
 *
 * A run ends with one event. A turn ends with its workflow update; the first turn came with the start of the workflow and
 * has no update, so the memo shows its end.
 */
import { ApplicationFailure } from '@temporalio/common';
import { defined } from '../../protocol/defined.ts';
import { withCode } from '../../protocol/errors.ts';
import type { TurnMemo } from '../../protocol/shapes.ts';
import { HoldpointError, isServerAway, translate } from '../server/errors.ts';
import type { EventSource, HistoryEvent } from '../server/events.ts';
import type { Decode } from '../server/payloads.ts';

/** A turn of a thread with memory. Its number is not known before it starts. */
export interface TurnRef {
  /** Its number, from 1 over the chain. */
  readonly n?: number | undefined;
  /** The key of its input. */
  readonly key?: string | undefined;
}

/** Whether `turn` is the wanted one: by key or, where no key is wanted, by number. */
export function isTurn(wanted: TurnRef, turn: TurnRef): boolean {
  return wanted.key === undefined ? wanted.n === turn.n : wanted.key === turn.key;
}

/** How a turn ended, or an input that never became a turn: then it has no number. */
export type TurnEnd = TurnRef &
  (
    | { readonly kind: 'completed'; readonly value: unknown }
    /** `error`: of the first turn. The error of a later turn is the outcome of its update. */
    | { readonly kind: 'failed'; readonly error?: TurnMemo['error'] }
  );

/** How a run ended. */
export type RunEnd =
  | { readonly kind: 'completed'; readonly value: unknown }
  /** It goes on in another run of the chain: it continued as new, or is retried. */
  | { readonly kind: 'continued'; readonly run: string }
  /** It failed, was cancelled or ran out of time; `isTerminated` also after a reset, which terminates the open run. */
  | { readonly kind: 'failed'; readonly isTerminated?: true };

/** The end of the run that this event is; `undefined` for any other event. */
export async function readRunEnd(event: HistoryEvent, decode: Decode): Promise<RunEnd | undefined> {
  switch (event.attributes) {
    case 'workflowExecutionCompletedEventAttributes': {
      const [value] = await decode.list(event.workflowExecutionCompletedEventAttributes?.result?.payloads);
      return { kind: 'completed', value };
    }
    case 'workflowExecutionContinuedAsNewEventAttributes':
      return { kind: 'continued', run: event[event.attributes]?.newExecutionRunId ?? '' };
    case 'workflowExecutionFailedEventAttributes':
    case 'workflowExecutionTimedOutEventAttributes': {
      // A run with a retry policy goes on in another run.
      const run = event[event.attributes]?.newExecutionRunId;
      return run ? { kind: 'continued', run } : { kind: 'failed' };
    }
    case 'workflowExecutionCanceledEventAttributes':
      return { kind: 'failed' };
    case 'workflowExecutionTerminatedEventAttributes':
      return { kind: 'failed', isTerminated: true };
    default:
      return undefined;
  }
}

const RUN_ENDS: ReadonlySet<string | undefined> = new Set([
  'workflowExecutionCompletedEventAttributes',
  'workflowExecutionFailedEventAttributes',
  'workflowExecutionTimedOutEventAttributes',
  'workflowExecutionCanceledEventAttributes',
  'workflowExecutionTerminatedEventAttributes',
  'workflowExecutionContinuedAsNewEventAttributes',
]);

/** Whether a run ends with this event. */
export function isRunEnd({ attributes }: HistoryEvent): boolean {
  return RUN_ENDS.has(attributes);
}

/** The end of the first turn, as the memo shows it. */
export function endOfFirstTurn({ n, key, status, value, error }: TurnMemo): TurnEnd {
  return status === 'completed'
    ? { n, key, kind: 'completed', value }
    : { n, key, kind: 'failed', ...defined({ error }) };
}

/** The end of a later turn, as its completed update shows it. */
export async function readTurnEnd(event: HistoryEvent, decode: Decode, turn: TurnRef): Promise<TurnEnd> {
  const { outcome } = event.workflowExecutionUpdateCompletedEventAttributes ?? {};
  const { n, key } = turn;
  if (outcome?.failure) return { n, key, kind: 'failed' };
  const [value] = await decode.list(outcome?.success?.payloads);
  return { n, key, kind: 'completed', value };
}

/** The error of a turn that failed, as its entrypoint threw it. */
export async function turnError(
  { client, id }: EventSource,
  run: string,
  end: TurnEnd & { readonly kind: 'failed' },
): Promise<unknown> {
  const { key = '', error } = end;
  if (error) return withCode(ApplicationFailure.create(error));
  return (
    (await rejection(id, () => client.workflow.getHandle(id, run).getUpdateHandle(key).result())) ??
    new HoldpointError('ThreadClosed', `Thread \`${id}\` does not report how its turn with key \`${key}\` failed.`)
  );
}

/** The error of a run that failed, as its entrypoint threw it. */
export async function runError({ client, id }: EventSource, run: string): Promise<unknown> {
  return (
    (await rejection(id, () => client.workflow.getHandle(id, run, { followRuns: false }).result())) ??
    new HoldpointError('ThreadClosed', `Thread \`${id}\` has ended.`)
  );
}

/** What reading a result rejects with; `undefined` if it does not. Throws if the server could not be read. */
async function rejection(thread: string, read: () => Promise<unknown>): Promise<unknown> {
  try {
    await read();
    return undefined;
  } catch (error) {
    const failure = translate(error, thread);
    if (isServerAway(failure)) throw failure;
    return failure;
  }
}
