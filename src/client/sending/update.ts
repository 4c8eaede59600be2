/**
 * Sending an update to a thread with memory, and learning whether it was accepted.
 *
 * Temporal's handle of an update keeps to itself whether it has an outcome already; its client interceptors are told.
 */
import {
  WorkflowClient,
  WorkflowUpdateStage,
  type WorkflowClientInterceptor,
  type WorkflowClientOptions,
  type WorkflowUpdateHandle,
} from '@temporalio/client';
import { ApplicationFailure, WorkflowNotFoundError } from '@temporalio/common';
import { ERROR_CODES } from '../../protocol/errors.ts';
import { REFUSED_DETAIL } from '../../protocol/names.ts';
import { HoldpointError, isUnanswered, translate } from '../server/errors.ts';
import { watchForWorkers } from '../server/notices.ts';
import { poll } from '../server/poll.ts';
import type { Target } from '../server/thread-handle.ts';

const CONTINUING_MS = 10_000;

interface Update {
  readonly name: string;
  /** Its id. */
  readonly key: string;
  readonly argument: unknown;
  /** The first run id of the chain that is to take it. */
  readonly run?: string;
  readonly signal?: AbortSignal | undefined;
}

export type UpdateSent =
  | { readonly kind: 'accepted'; readonly runId: string }
  /** It was accepted before, in that earlier run of the chain. */
  | { readonly kind: 'repeated'; readonly runId: string }
  | { readonly kind: 'refused'; readonly error: HoldpointError }
  /** The workflow knows no such update: it has no memory. */
  | { readonly kind: 'unknown' }
  /** The workflow has ended. */
  | { readonly kind: 'gone' };

export async function sendUpdate(target: Target, { name, key, argument, run, signal }: Update): Promise<UpdateSent> {
  let hasOutcome = false;
  const observer: WorkflowClientInterceptor = {
    async startUpdate(input, next) {
      const output = await next(input);
      hasOutcome = output.outcome !== undefined;
      return output;
    },
  };
  const handle = observed(target, observer).getHandle(
    target.id,
    undefined,
    run === undefined ? {} : { firstExecutionRunId: run },
  );
  const send = (): Promise<WorkflowUpdateHandle<unknown>> =>
    handle.startUpdate<unknown, [unknown]>(name, {
      args: [argument],
      updateId: key,
      waitForStage: WorkflowUpdateStage.ACCEPTED,
    });
  // A worker accepts an update.
  const stopWatching = watchForWorkers(target.client, target.id, target.settings.notify);
  try {
    const sent = await (signal ? target.client.connection.withAbortSignal(signal, send) : send());
    const accepted: UpdateSent = { kind: 'accepted', runId: sent.workflowRunId ?? '' };
    return hasOutcome ? ((await readRefusal(sent)) ?? accepted) : accepted;
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof WorkflowNotFoundError) return { kind: 'gone' };
    throw isUnanswered(error) ? await target.noWorker(error) : translate(error, target.id);
  } finally {
    stopWatching();
  }
}

/**
 * Tries again what a thread refuses with `ThreadContinuing`, for as long as that takes at most: it goes on in a new run
 * within moments, unless turns that wait for a person stand before it.
 */
export async function retryContinuing<Done>(
  attempt: () => Promise<Done | HoldpointError>,
  signal?: AbortSignal,
): Promise<Done> {
  const done = await poll(attempt, (one) => !(one instanceof HoldpointError), {
    deadline: Date.now() + CONTINUING_MS,
    firstPauseMs: 20,
    maxPauseMs: 500,
    signal,
  });
  if (done instanceof HoldpointError) throw done;
  return done;
}

/** Temporal's workflow client with one more interceptor, behind the user's. */
function observed({ client }: Target, observer: WorkflowClientInterceptor): WorkflowClient {
  const { interceptors, ...options } = client.workflow.options;
  const own: WorkflowClientOptions['interceptors'] = Array.isArray(interceptors)
    ? [...interceptors, observer]
    : { ...interceptors, calls: [...(interceptors.calls ?? []), () => observer] };
  return new WorkflowClient({ ...options, connection: client.connection, interceptors: own });
}

/** An update that has ended at once was refused, or its turn was short. */
async function readRefusal(handle: { result(): Promise<unknown> }): Promise<UpdateSent | undefined> {
  try {
    await handle.result();
    return undefined;
  } catch (error) {
    const failure = error instanceof Error ? error.cause : undefined;
    if (!(failure instanceof ApplicationFailure)) return undefined;
    const { details, type, message } = failure;
    if (message.startsWith('No registered handler for update')) return { kind: 'unknown' };
    // Any other failure is that of the turn.
    if (details?.[0] !== REFUSED_DETAIL) return undefined;
    const known = details[1] as { readonly runId: string } | undefined;
    if (known) return { kind: 'repeated', runId: known.runId };
    const code = ERROR_CODES.find((candidate) => candidate === type) ?? 'ThreadBusy';
    return { kind: 'refused', error: new HoldpointError(code, message, { cause: failure }) };
  }
}
