/**
 * `holdpoint follow`: one thread's updates, live; or questions as they open and close across threads.
 *
 * A thread is followed by its history. Across threads it looks at the list again and again, so it lags as that does.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Holdpoint } from '../../client/holdpoint.ts';
import type { InterruptFilter, ListedInterrupt } from '../../client/interrupts.ts';
import { formatTime, readDuration } from '../ages.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../failure.ts';
import { inertLine } from '../inert.ts';
import { headline, people } from '../question.ts';
import { printTasks, printUpdates } from '../updates.ts';

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
    throw new UsageError('`--entrypoint` and `--assignee` are for questions of all threads: leave the thread out.');
  const thread = (await context.client()).thread(id);
  const options = { from, live: !untilWaiting };
  try {
    if (tasks) await printTasks(context, thread.follow({ ...options, mode: 'tasks' }));
    else await printUpdates(context, id, thread.follow(options));
  } catch (error) {
    if (error instanceof TypeError && error.message.startsWith('Expected `from`')) throw new UsageError(error.message);
    throw error;
  }
}

async function followAll(context: Context<FollowOptions>): Promise<void> {
  const { from, tasks, untilWaiting, entrypoint, assignee, interval } = context.options;
  if (from !== undefined || tasks || untilWaiting)
    throw new UsageError('`--from`, `--tasks` and `--until-waiting` are for one thread: name it.');
  const pauseMs = readDuration(interval, '--interval');
  const [client, { Patience }] = await Promise.all([context.client(), import('../../client/outage.ts')]);
  const patience = new Patience({ notify: (message) => context.out.note(message) });
  let open = new Map<string, ListedInterrupt>();
  for (;;) {
    const now = await patience.outlast(() => openNow(client, { entrypoint, assignee }));
    for (const [key, question] of open) if (!now.has(key)) print(context, 'closed', question);
    for (const [key, question] of [...now].toReversed()) if (!open.has(key)) print(context, 'opened', question);
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

function print({ out }: Context<FollowOptions>, event: 'opened' | 'closed', question: ListedInterrupt): void {
  const { thread, id } = question;
  const at = new Date().toISOString();
  const word = event === 'opened' ? out.paint('yellow', 'opened') : out.paint('green', 'closed');
  const asks = event === 'opened' ? `  ${headline(question)}` : '';
  const who = question.assignees ? `  for ${people(question)}` : '';
  out.event({ event, at, question }, () => [
    `${out.paint('dim', formatTime(at))}  ${word}  ${inertLine(thread)}  ${inertLine(id)}${asks}${who}`,
  ]);
}
