/**
 * Questions of all threads, as they open, change and close.
 *
 * The list of open questions is read again and again, also through outages (S6), so the feed lags as the list does. A
 * question that has left the list is looked up in its thread, which says how it closed (A9), or how it has changed: it may match
 * the filter no longer (A12).
 */
import type { Client } from '@temporalio/client';
import { defined } from '../../protocol/defined.ts';
import { hasCode } from '../../protocol/errors.ts';
import type { Closed, Interrupt } from '../../protocol/shapes.ts';
import { findClosing } from '../reading/closing.ts';
import { pause } from '../server/abort.ts';
import type { NoticeSink } from '../server/notices.ts';
import { Patience } from '../server/outage.ts';
import type { ThreadHandle } from '../server/thread-handle.ts';
import {
  findInterrupts,
  isWanted,
  ReadableOnly,
  type FoundInterrupt,
  type InterruptFilter,
  type ListedInterrupt,
} from './interrupts.ts';

/** A question that is open, opens, changes or closes. */
export type QuestionEvent =
  /** A question that was open when the feed began. */
  | { readonly kind: 'open'; readonly question: ListedInterrupt }
  | { readonly kind: 'opened'; readonly question: ListedInterrupt }
  /** A question as it is now. If it no longer matches the filter, the feed has no more of it. */
  | { readonly kind: 'changed'; readonly question: ListedInterrupt }
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
  const readable = new ReadableOnly(notify);
  const patience = new Patience({ client, notify, signal });
  let open: ReadonlyMap<string, FoundInterrupt> | undefined;
  for (;;) {
    const now = await patience.outlast(() => openNow(client, filter, readable));
    for (const [key, found] of open ?? []) {
      if (now.has(key)) continue;
      const left = await patience.outlast(() => lookUp(makeThread(found.question.thread), found));
      const question = { ...found.question, ...left.interrupt };
      if (left.closed) yield { kind: 'closed', question, closed: left.closed };
      else if (!isWanted(question, filter)) yield { kind: 'changed', question };
      // The question is still open: only the list has lost it for a moment.
      else now.set(key, found);
    }
    for (const [key, { question }] of [...now].toReversed()) {
      const before = open?.get(key);
      if (!before) yield { kind: open ? 'opened' : 'open', question };
      else if (!isSame(before.question, question)) yield { kind: 'changed', question };
    }
    open = now;
    await pause(pauseMs, signal);
  }
}

async function openNow(
  client: Client,
  filter: InterruptFilter,
  readable: ReadableOnly,
): Promise<Map<string, FoundInterrupt>> {
  const open = new Map<string, FoundInterrupt>();
  for await (const found of findInterrupts(client, filter))
    if (readable.takes(found.question)) open.set(keyOf(found.question), found);
  return open;
}

function keyOf({ thread, run, id }: ListedInterrupt): string {
  return JSON.stringify([thread, run, id]);
}

/** Two readings of one question. */
function isSame(one: ListedInterrupt, other: ListedInterrupt): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** How the question has closed; else the question as it is, unless it closes just now. */
async function lookUp(
  thread: ThreadHandle,
  { question, runId }: FoundInterrupt,
): Promise<{ readonly closed?: Closed; readonly interrupt?: Interrupt }> {
  const { id, run } = question;
  try {
    const closed = await findClosing(thread, { id, run, runId });
    if (closed) return { closed };
    const { interrupts } = await thread.describe();
    return defined({ interrupt: interrupts.find((one) => one.id === id) });
  } catch (error) {
    if (!hasCode(error, 'ThreadNotFound')) throw error;
    // The thread was deleted, or its retention has ended.
    return { closed: { id, run, at: new Date().toISOString() } };
  }
}
