/**
 * `holdpoint follow`: prints the updates and questions of one thread, or the questions of all threads, as they happen.
 *
 * One thread is followed in its history. All threads are followed by polling the list, so the output lags as the list
 * does. A question that changes is printed again. When a question leaves the list, its thread's history says how it closed
 * (A9). Both wait while the server is unavailable (S6).
 */
import type { ListedInterrupt } from '../../client/tools.ts';
import type { Closed, Priority } from '../../protocol/shapes.ts';
import { formatDue, formatTime, readDuration } from '../ages.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../failure.ts';
import { inertLine } from '../inert.ts';
import type { Output } from '../output.ts';
import { closedText, headline, labels, people } from '../question.ts';
import { printLines, printTasks } from '../updates.ts';

interface FollowOptions {
  readonly from?: string;
  readonly tasks?: boolean;
  readonly tokens?: boolean;
  readonly untilWaiting?: boolean;
  readonly entrypoint?: string;
  readonly assignee?: string;
  readonly tag?: string;
  readonly priority?: Priority;
  readonly due?: string;
  readonly interval: string;
}

export async function run(context: Context<FollowOptions>): Promise<void> {
  const [id] = context.args;
  await (id === undefined ? followAll(context) : followThread(context, id));
}

async function followThread(context: Context<FollowOptions>, id: string): Promise<void> {
  const { from, tasks, tokens, untilWaiting } = context.options;
  const filter = (['entrypoint', 'assignee', 'tag', 'priority', 'due'] as const).find(
    (name) => context.options[name] !== undefined,
  );
  if (filter !== undefined)
    throw new UsageError(`\`--${filter}\` filters the questions of all threads: leave the thread out.`);
  if (tasks && tokens) throw new UsageError('`--tasks` and `--tokens` print different things: leave one of them out.');
  const tools = await context.tools();
  const settings = { from, live: !untilWaiting };
  try {
    if (tasks) await printTasks(context, tools.thread(id).follow({ ...settings, mode: 'tasks' }));
    else {
      const began = await tools.describe(id);
      await printLines(context, id, tools.watch(id, { ...settings, previews: tokens }), began);
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
  const { from, tasks, tokens, untilWaiting, entrypoint, assignee, tag, priority, due, interval } = context.options;
  if (from !== undefined || tasks || tokens || untilWaiting)
    throw new UsageError('`--from`, `--tasks`, `--tokens` and `--until-waiting` work for one thread: name the thread.');
  const pauseMs = readDuration(interval, '--interval');
  const dueWithin = due === undefined ? undefined : readDuration(due, '--due');
  const tools = await context.tools();
  const filter = { entrypoint, assignee, tag, priority, dueWithin };
  for await (const event of tools.followQuestions(filter, { pauseMs })) {
    if (event.kind === 'closed') printClosed(context, event.question, event.closed);
    else printOpen(context, event.kind === 'left' ? 'changed' : event.kind, event.question);
  }
}

/** @param event `open` for a question that was open when the command began. */
function printOpen({ out }: Context, event: 'open' | 'opened' | 'changed', question: ListedInterrupt): void {
  // The list does not say when a question changed.
  const at = (event !== 'changed' && question.askedAt) || new Date().toISOString();
  const who = question.assignees ? `  for ${people(question)}` : '';
  const due = question.dueAt === undefined ? '' : `  due ${formatDue(question.dueAt)}`;
  const marks = labels(question) && `  ${labels(question)}`;
  out.event({ event, at, question }, () => [
    `${place(out, at, { word: out.paint('yellow', event.padEnd(7)), question })}  ${headline(question)}${who}${due}${marks}`,
  ]);
}

function printClosed({ out }: Context, question: ListedInterrupt, closed: Closed): void {
  const { at, how, actor, key } = closed;
  out.event({ event: 'closed', at, how, actor, key, question }, () => [
    `${place(out, at, { word: out.paint('green', 'closed '), question })}  ${closedText(closed)}`,
  ]);
}

function place(out: Output, at: string, { word, question }: { word: string; question: ListedInterrupt }): string {
  const { thread, id } = question;
  return `${out.paint('dim', formatTime(at))}  ${word}  ${inertLine(thread)}  ${inertLine(id)}`;
}
