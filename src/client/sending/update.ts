/**
 * A workflow update to a thread with memory, and whether the thread accepted it (R2).
 *
 * Temporal's handle of an update does not show whether the update has an outcome already; its client interceptors see it.
 */
import {
  WorkflowClient,
  WorkflowUpdateStage,
  type WorkflowClientInterceptor,
  type WorkflowClientOptions,
  type WorkflowUpdateHandle,
} from '@temporalio/client';
import { ApplicationFailure, WorkflowNotFoundError } from '@temporalio/common';
import { defined } from '../../protocol/defined.ts';
import { ERROR_CODES, hasCode } from '../../protocol/errors.ts';
import { REFUSED_DETAIL } from '../../protocol/names.ts';
import { withSignal } from '../server/abort.ts';
import { HoldpointError, isUnanswered, translate } from '../server/errors.ts';
import { watchForWorkers } from '../server/notices.ts';
import { poll } from '../server/poll.ts';
import type { ThreadHandle } from '../server/thread-handle.ts';

/** How long a thread that continues as new is tried again (R5). */
const CONTINUING_MS = 10_000;
const PAUSES = { firstPauseMs: 20, maxPauseMs: 500 };

/** A message to a workflow that gets a reply. */
export interface WorkflowUpdate {
  /** The name of the update's handler. */
  readonly name: string;
  /** The update's id. */
  readonly key: string;
  /** Its only argument. */
  readonly argument: unknown;
  /** The first run id of the chain that is to take it. Without it, any open run does. */
  readonly run?: string | undefined;
  /** Stops waiting when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

/** What a thread replied to an update. */
export type UpdateReply =
  /** The run `runId` has taken it. It may be an earlier run of the chain, which took an update with the same key. */
  | { readonly kind: 'accepted'; readonly runId: string }
  | { readonly kind: 'refused'; readonly error: HoldpointError }
  /** The workflow knows no such update. */
  | { readonly kind: 'no memory' }
  /** The workflow has ended. */
  | { readonly kind: 'gone' };

/**
 * Sends an update. A thread that is about to continue as new refuses it with `ThreadContinuing`; then it is sent again until
 * the new run takes it, for ten seconds at most: turns that wait for a person may come first.
 *
 * @throws `NoWorker`, `NoServer`, `TooLarge`. The signal's reason, when it aborts.
 */
export function sendUpdate(thread: ThreadHandle, update: WorkflowUpdate): Promise<UpdateReply> {
  const { signal } = update;
  const isContinuing = (reply: UpdateReply): boolean =>
    reply.kind === 'refused' && hasCode(reply.error, 'ThreadContinuing');
  return poll(
    () => sendOnce(thread, update),
    (reply) => !isContinuing(reply),
    { ...PAUSES, deadline: Date.now() + CONTINUING_MS, signal },
  );
}

async function sendOnce(
  thread: ThreadHandle,
  { name, key, argument, run, signal }: WorkflowUpdate,
): Promise<UpdateReply> {
  let hasOutcome = false;
  const observer: WorkflowClientInterceptor = {
    async startUpdate(input, next) {
      const output = await next(input);
      hasOutcome = output.outcome !== undefined;
      return output;
    },
  };
  const handle = observed(thread, observer).getHandle(thread.id, undefined, defined({ firstExecutionRunId: run }));
  const send = (): Promise<WorkflowUpdateHandle<unknown>> =>
    handle.startUpdate<unknown, [unknown]>(name, {
      args: [argument],
      updateId: key,
      waitForStage: WorkflowUpdateStage.ACCEPTED,
    });
  // Only a worker can accept an update.
  const stopWatching = watchForWorkers(thread.client, thread.id, thread.settings.notify);
  try {
    const sent = await withSignal(thread.client, signal, send);
    const accepted: UpdateReply = { kind: 'accepted', runId: sent.workflowRunId ?? '' };
    return hasOutcome ? ((await readRefusal(sent)) ?? accepted) : accepted;
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof WorkflowNotFoundError) return { kind: 'gone' };
    throw isUnanswered(error) ? await thread.noWorker(error) : translate(error, thread.id);
  } finally {
    stopWatching();
  }
}

/** Temporal's workflow client with one more interceptor, after the user's. */
function observed({ client }: ThreadHandle, observer: WorkflowClientInterceptor): WorkflowClient {
  const { interceptors, ...options } = client.workflow.options;
  const own: WorkflowClientOptions['interceptors'] = Array.isArray(interceptors)
    ? [...interceptors, observer]
    : { ...interceptors, calls: [...(interceptors.calls ?? []), () => observer] };
  return new WorkflowClient({ ...options, connection: client.connection, interceptors: own });
}

/** Reads why an update that has ended at once was refused. `undefined` if it was accepted: its turn was short. */
async function readRefusal(handle: { result(): Promise<unknown> }): Promise<UpdateReply | undefined> {
  try {
    await handle.result();
    return undefined;
  } catch (error) {
    const failure = error instanceof Error ? error.cause : undefined;
    if (!(failure instanceof ApplicationFailure)) return undefined;
    const { details, type, message } = failure;
    if (message.startsWith('No registered handler for update')) return { kind: 'no memory' };
    // Any other failure is the turn's own.
    if (details?.[0] !== REFUSED_DETAIL) return undefined;
    const known = details[1] as { readonly runId: string } | undefined;
    if (known) return { kind: 'accepted', runId: known.runId };
    const code = ERROR_CODES.find((candidate) => candidate === type) ?? 'ThreadBusy';
    return { kind: 'refused', error: new HoldpointError(code, message, { cause: failure }) };
  }
}
