/**
 * Questions of all threads, as they open and close.
 *
 * The list of open questions is read again and again, also through outages (S6), so the feed lags as the list does. A
 * question that has left the list is looked up in its thread, which says how it closed (A9).
 */
import type { Client } from '@temporalio/client';
import { hasCode } from '../../protocol/errors.ts';
import type { Closed } from '../../protocol/shapes.ts';
import { findClosing } from '../reading/closing.ts';
import { pause } from '../server/abort.ts';
import type { NoticeSink } from '../server/notices.ts';
import { Patience } from '../server/outage.ts';
import type { ThreadHandle } from '../server/thread-handle.ts';
import { findInterrupts, type FoundInterrupt, type InterruptFilter, type ListedInterrupt } from './interrupts.ts';

/** A question that is open, opens or closes. */
export type QuestionEvent =
  /** A question that was open when the feed began. */
  | { readonly kind: 'open'; readonly question: ListedInterrupt }
  | { readonly kind: 'opened'; readonly question: ListedInterrupt }
  | { readonly kind: 'closed'; readonly question: ListedInterrupt; readonly closed: Closed };

/** Settings of {@link followQuestions}. */
export interface QuestionFeedSettings {
  /** The questions to follow. */
  readonly filter: InterruptFilter;
  /** The pause between two readings of the list, in milliseconds. */
  readonly pauseMs: number;
  /** Stops the feed when it aborts: the waiting `next` rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Takes the notice of an outage. */
  readonly notify: NoticeSink;
  /** Makes the handle of a thread, to look up how its question closed. */
  readonly makeThread: (id: string) => ThreadHandle;
}

/** Never ends by itself. Questions that open at the same time come oldest thread first. */
export async function* followQuestions(
  client: Client,
  { filter, pauseMs, signal, notify, makeThread }: QuestionFeedSettings,
): AsyncGenerator<QuestionEvent, never> {
  const patience = new Patience({ client, notify, signal });
  let open: ReadonlyMap<string, FoundInterrupt> | undefined;
  for (;;) {
    const now = await patience.outlast(() => openNow(client, filter));
    for (const [key, found] of open ?? []) {
      if (now.has(key)) continue;
      const { question } = found;
      const closed = await patience.outlast(() => confirmClosed(makeThread(question.thread), found));
      if (closed) yield { kind: 'closed', question, closed };
      // The question is still open: only the list has lost it for a moment.
      else now.set(key, found);
    }
    const kind = open ? 'opened' : 'open';
    for (const [key, { question }] of [...now].toReversed()) if (!open?.has(key)) yield { kind, question };
    open = now;
    await pause(pauseMs, signal);
  }
}

async function openNow(client: Client, filter: InterruptFilter): Promise<Map<string, FoundInterrupt>> {
  const open = new Map<string, FoundInterrupt>();
  for await (const found of findInterrupts(client, filter)) open.set(keyOf(found.question), found);
  return open;
}

function keyOf({ thread, run, id }: ListedInterrupt): string {
  return JSON.stringify([thread, run, id]);
}

/** How the question has closed; `undefined` while it is open. */
async function confirmClosed(thread: ThreadHandle, { question, runId }: FoundInterrupt): Promise<Closed | undefined> {
  const { id, run } = question;
  try {
    return await findClosing(thread, { id, run, runId });
  } catch (error) {
    if (!hasCode(error, 'ThreadNotFound')) throw error;
    // The thread was deleted, or its retention has ended.
    return { id, run, at: new Date().toISOString() };
  }
}
