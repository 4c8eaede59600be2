/**
 * Sending an answer, and learning what became of it (A8).
 *
 * The signal is durable as soon as the server has it. Then the history is followed past the workflow task that handled
 * it, and the run is asked for the receipt: a query that is sent at once would have to be buffered, and the server
 * buffers one for each workflow, so that answers sent together would wait seconds for each other.
 */
import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { RECEIPT_QUERY, RESUME_SIGNAL } from '../protocol/names.ts';
import type { Receipt, ResumeAddress } from '../protocol/shapes.ts';
import { HoldpointError, isUnanswered, translate } from './errors.ts';
import type { HistoryEvent } from './history.ts';
import type { RunView } from './follow.ts';

/** What became of an answer; a refusal is thrown. */
export interface ResumeResult {
  /** `queued`: the server has it, and no worker has handled it yet. Repeat the call with the same `key` to learn more. */
  readonly outcome: 'accepted' | 'queued';
  /** The question that it answered, or is addressed to. */
  readonly id: string;
  readonly key: string;
}

export interface Answering {
  readonly client: Client;
  readonly thread: string;
  readonly answer: unknown;
  readonly address: ResumeAddress & { readonly key: string };
}

/** Sends the signal. `false` when there is no run to take it. */
export async function sendAnswer({ client, thread, answer, address }: Answering): Promise<boolean> {
  try {
    await client.workflow.getHandle(thread).signal(RESUME_SIGNAL, answer, address);
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw translate(error, thread);
  }
}

/** Reads on until the workflow task that handled the answer is complete; `false` when `signal` aborts before. */
export async function awaitHandled(view: RunView, key: string, signal: AbortSignal): Promise<boolean> {
  let sent: number | undefined;
  try {
    for (;;) {
      for (const event of await view.history.read(signal)) {
        await view.timeline.apply(event);
        if (sent === undefined && (await isAnswer(view, event, key))) sent = Number(event.eventId);
      }
      if (view.timeline.ending || (sent !== undefined && view.timeline.lastTaskCompleted > sent)) return true;
    }
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}

async function isAnswer(view: RunView, event: HistoryEvent, key: string): Promise<boolean> {
  const signaled = event.workflowExecutionSignaledEventAttributes;
  if (signaled?.signalName !== RESUME_SIGNAL) return false;
  const [, address] = (await view.history.decode.list(signaled.input?.payloads)) as [
    unknown,
    ResumeAddress | undefined,
  ];
  return address?.key === key;
}

/** The receipt of a key, also of a run that has ended; `null` when there is none or nobody can tell in time. */
export async function readReceipt(
  client: Client,
  thread: string,
  key: string,
  deadline: number,
): Promise<Receipt | null> {
  try {
    return await client.withDeadline(deadline, () =>
      client.workflow.getHandle(thread).query<Receipt | null, [string]>(RECEIPT_QUERY, key),
    );
  } catch (error) {
    if (isUnanswered(error)) return null;
    throw translate(error, thread);
  }
}

export function settleReceipt(receipt: Receipt, key: string): ResumeResult {
  if (receipt.outcome === 'accepted') return { outcome: 'accepted', id: receipt.id, key };
  throw new HoldpointError(receipt.code, receipt.message, { problems: receipt.problems });
}
