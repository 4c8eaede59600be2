/**
 * Updates of a thread, one line each: as JSON with the cursor behind it, from which another reader continues.
 */
import type { TaskUpdate, Update } from '../client/timeline.ts';
import type { Updates } from '../client/updates.ts';
import { INTERRUPT_UPDATE } from '../protocol/names.ts';
import { formatDuration, formatTime } from './ages.ts';
import type { Context } from './context.ts';
import { inertLine } from './inert.ts';
import type { Output } from './output.ts';
import { asText, questionLines } from './question.ts';
import { cut } from './table.ts';

export async function printUpdates({ out }: Context, thread: string, updates: Updates<Update>): Promise<void> {
  for await (const update of updates) {
    out.event({ cursor: updates.cursor, update }, () => updateLines(thread, update, out));
  }
}

export async function printTasks({ out }: Context, updates: Updates<TaskUpdate>): Promise<void> {
  for await (const task of updates) {
    out.event({ cursor: updates.cursor, task }, () => [taskLine(task, out)]);
  }
}

function updateLines(thread: string, update: Update, out: Output): string[] {
  return Object.entries(update).flatMap(([name, value]) => {
    if (name !== INTERRUPT_UPDATE) return [`${out.paint('cyan', inertLine(name))}: ${inertLine(asText(value) ?? '-')}`];
    const interrupts = update[INTERRUPT_UPDATE] ?? [];
    // An entry says neither when it was asked nor in which run.
    return interrupts.flatMap((entry) => [
      out.paint('yellow', 'waits for an answer:'),
      ...questionLines(thread, { ...entry, run: '', askedAt: '' }, out),
    ]);
  });
}

function taskLine({ id, kind, at, attempt, durationMs }: TaskUpdate, out: Output): string {
  const took = durationMs === undefined ? '' : ` in ${formatDuration(durationMs)}`;
  const which = attempt === undefined || attempt === 1 ? '' : `, attempt ${attempt}`;
  return `${out.paint('dim', formatTime(at))}  ${cut(kind, 9, true)}  ${inertLine(id)}${took}${which}`;
}
