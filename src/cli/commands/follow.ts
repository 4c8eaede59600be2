/**
 * `holdpoint follow`: prints the updates and questions of one thread, or the questions of all threads, as they happen.
 *
 * One thread is followed in its history. All threads are followed by polling the list, so the output lags as the list
 * does. When a question leaves the list, its thread's history says how it closed (A9). Both wait while the server is
 * unavailable (S6).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { findClosing } from '../../client/reading/closing.ts';
import type { Holdpoint } from '../../client/holdpoint.ts';
import type { InterruptFilter, ListedInterrupt } from '../../client/listing/interrupts.ts';
import { Reader } from '../../client/reading/reader.ts';
import { hasCode } from '../../protocol/errors.ts';
import type { Closed } from '../../protocol/shapes.ts';
import { formatTime, readDuration } from '../ages.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../failure.ts';
import { inertLine } from '../inert.ts';
import type { Output } from '../output.ts';
import { closedText, headline, people } from '../question.ts';
import { printLines, printTasks, toLine } from '../updates.ts';

interface FollowOptions {
  readonly from?: string;
  readonly tasks?: boolean;
  readonly untilWaiting?: boolean;
  readonly entrypoint?: string;
  readonly assignee?: string;
  readonly interval: string;
}

export async function run(context: Context<FollowOptions>): Promise<void> {
  const [id] = context.args;
  await (id === undefined ? followAll(context) : followThread(context, id));
}

async function followThread(context: Context<FollowOptions>, id: string): Promise<void> {
  const { from, tasks, untilWaiting, entrypoint, assignee } = context.options;
  if (entrypoint !== undefined || assignee !== undefined)
    throw new UsageError('`--entrypoint` and `--assignee` filter the questions of all threads: leave the thread out.');
  const target = await context.target(id);
  const reader = new Reader(target);
  const settings = { from, live: !untilWaiting };
  try {
    if (tasks) await printTasks(context, reader.follow({ ...settings, mode: 'tasks' }));
    else {
      const began = await target.describe();
      await printLines(context, id, reader.followSteps({ ...settings, mode: 'updates' }, toLine), began);
    }
  } catch (error) {
    if (error instanceof TypeError && error.message.startsWith('Expected `from`'))
      throw new UsageError(
        `Expected \`--from\` to be a cursor of an earlier line or 'start', got ${inertLine(from ?? '')}.`,
      );
    throw error;
  }
}

async function followAll(context: Context<FollowOptions>): Promise<void> {
  const { from, tasks, untilWaiting, entrypoint, assignee, interval } = context.options;
  if (from !== undefined || tasks || untilWaiting)
    throw new UsageError('`--from`, `--tasks` and `--until-waiting` work for one thread: name the thread.');
  const pauseMs = readDuration(interval, '--interval');
  const [client, { Patience }] = await Promise.all([context.client(), import('../../client/server/outage.ts')]);
  const patience = new Patience({ notify: (message) => context.out.note(message) });
  let open: ReadonlyMap<string, ListedInterrupt> | undefined;
  for (;;) {
    const now = await patience.outlast(() => openNow(client, { entrypoint, assignee }));
    for (const [key, question] of open ?? []) {
      if (now.has(key)) continue;
      const closed = await patience.outlast(() => confirmClosed(context, question));
      if (closed) printClosed(context, question, closed);
      // Still open: visibility has lost the thread for a moment.
      else now.set(key, question);
    }
    const event = open ? 'opened' : 'open';
    for (const [key, question] of [...now].toReversed()) if (!open?.has(key)) printOpen(context, event, question);
    open = now;
    await sleep(pauseMs);
  }
}

async function openNow(client: Holdpoint, filter: InterruptFilter): Promise<Map<string, ListedInterrupt>> {
  const open = new Map<string, ListedInterrupt>();
  for await (const question of client.interrupts(filter)) open.set(keyOf(question), question);
  return open;
}

function keyOf(question: ListedInterrupt): string {
  return JSON.stringify([question.thread, question.run, question.id]);
}

/** How the question has closed, from its thread's history; `undefined` while the question is open. */
async function confirmClosed(context: Context, question: ListedInterrupt): Promise<Closed | undefined> {
  try {
    return await findClosing(await context.target(question.thread), question);
  } catch (error) {
    if (!hasCode(error, 'ThreadNotFound')) throw error;
    // The thread was deleted, or its retention is over.
    return { id: question.id, run: question.run, at: new Date().toISOString() };
  }
}

/** @param event `open` for a question that was open when the command began. */
function printOpen({ out }: Context, event: 'open' | 'opened', question: ListedInterrupt): void {
  const at = question.askedAt || new Date().toISOString();
  const who = question.assignees ? `  for ${people(question)}` : '';
  out.event({ event, at, question }, () => [
    `${place(out, at, { word: out.paint('yellow', event.padEnd(6)), question })}  ${headline(question)}${who}`,
  ]);
}

function printClosed({ out }: Context, question: ListedInterrupt, closed: Closed): void {
  const { at, how, actor, key } = closed;
  out.event({ event: 'closed', at, how, actor, key, question }, () => [
    `${place(out, at, { word: out.paint('green', 'closed'), question })}  ${closedText(closed)}`,
  ]);
}

function place(out: Output, at: string, { word, question }: { word: string; question: ListedInterrupt }): string {
  const { thread, id } = question;
  return `${out.paint('dim', formatTime(at))}  ${word}  ${inertLine(thread)}  ${inertLine(id)}`;
}
