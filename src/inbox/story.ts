/**
 * The story of a thread so far, for people.
 */
import type { ThreadReport, Tools } from '../client/tools.ts';
import { defined } from '../protocol/defined.ts';
import type { Story, StoryEvent } from './api.ts';
import { titleOf } from './kind.ts';

/** More would not be read. */
const MAX_EVENTS = 200;

/** @throws `ThreadNotFound`. */
export async function readStory(tools: Tools, thread: string): Promise<Story> {
  const report = await tools.report(thread);
  const { entrypoint, status, startedAt, closedAt, input, value, failure } = report;
  const events = eventsOf(report);
  return {
    thread,
    entrypoint,
    status,
    startedAt,
    ...defined({ closedAt, input, value, failure }),
    events: events.slice(-MAX_EVENTS),
    isCut: events.length > MAX_EVENTS,
  };
}

function eventsOf({ tasks, interrupts, answers = [], sent, refused = [] }: ThreadReport): readonly StoryEvent[] {
  const events: StoryEvent[] = tasks.map(({ id, task, status, scheduledAt, endedAt, lastFailure }) => ({
    at: endedAt ?? scheduledAt,
    kind: 'task',
    id,
    name: task,
    state: status === 'finished' ? 'done' : status === 'failed' || status === 'timedOut' ? 'failed' : 'running',
    ...defined({ message: lastFailure }),
  }));
  for (const question of interrupts) {
    const { id, run, value, askedAt: at } = question;
    events.push({ at, kind: 'asked', id, run, title: titleOf(question), value, isOpen: true });
  }
  for (const { id, at, how, actor, value } of answers)
    events.push({ at, kind: 'answered', id, how, value, ...defined({ actor }) });
  if (answers.length === 0)
    for (const { id = '', at, actor } of sent)
      events.push({ at, kind: 'answered', id, how: 'unknown', ...defined({ actor }) });
  for (const { id, at, actor, message } of refused)
    events.push({ at, kind: 'refused', message, ...defined({ id, actor }) });
  return events.toSorted((one, other) => (one.at < other.at ? -1 : 1));
}
