/**
 * How a question has closed: from the memo, or else from the history, read from its end back to the question's opening or
 * last change (A9).
 */
import { CLOSED_MEMO, QUESTION_MEMO_PREFIX } from '../../protocol/names.ts';
import type { Closed, Interrupt } from '../../protocol/shapes.ts';
import { eventsBackwards, eventTime, lastEvents, type HistoryEvent } from '../server/events.ts';
import { readClosed } from '../server/memo.ts';
import type { ThreadHandle } from '../server/thread-handle.ts';
import { readRunEnd } from './ends.ts';
import { latestRunOf } from './next-run.ts';

const PAGE_EVENTS = 100;

type Question = Pick<Interrupt, 'id' | 'run'>;

/** A question that was open. */
export interface SeenQuestion extends Question {
  /** The run in which it was seen open. It may be a later one of its chain than `run`. */
  readonly runId: string;
}

/** `undefined` while the question is open. */
export async function findClosing(
  thread: ThreadHandle,
  { id, run, runId: seen }: SeenQuestion,
): Promise<Closed | undefined> {
  const { isRunning, run: current, runId, interrupts, closed } = await thread.describe();
  const isCurrent = current === run;
  if (isCurrent && isRunning && interrupts.some((interrupt) => interrupt.id === id)) return undefined;
  if (isCurrent && closed?.id === id && closed.run === run) return closed;
  // A thread that was started again keeps the histories of the chain before.
  return searchBack(thread, isCurrent ? runId : await lastRunOf(thread, seen), { id, run });
}

/** The last run of a chain that has ended, from one of its runs on. */
async function lastRunOf(thread: ThreadHandle, from: string): Promise<string> {
  for (let run = await latestRunOf(thread, from); ;) {
    const [last] = await lastEvents(thread, run, 1);
    const end = last && (await readRunEnd(last, thread.decode));
    if (end?.kind !== 'continued') return run;
    run = await latestRunOf(thread, end.run);
  }
}

async function searchBack(thread: ThreadHandle, from: string, question: Question): Promise<Closed> {
  let newest: HistoryEvent | undefined;
  for (let runId: string | undefined = from; runId !== undefined;) {
    let before: string | undefined;
    for await (const event of eventsBackwards(thread, runId, PAGE_EVENTS)) {
      newest ??= event;
      const found = await readChange(thread, event, question);
      if (found === 'open') return { ...question, how: 'withdrawn', at: eventTime(newest) };
      if (found) return found;
      before = event.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || undefined;
    }
    runId = before;
  }
  return { ...question, at: newest ? eventTime(newest) : new Date().toISOString() };
}

/** What a change of the memo says about the question: nothing, that it is open since, or how it closed. */
async function readChange(
  { decode }: ThreadHandle,
  event: HistoryEvent,
  { id, run }: Question,
): Promise<Closed | 'open' | undefined> {
  const fields = event.workflowPropertiesModifiedEventAttributes?.upsertedMemo?.fields;
  const own = fields?.[QUESTION_MEMO_PREFIX + id];
  if (!own) return undefined;
  const [entry] = await decode.list([own]);
  if (entry !== undefined && entry !== null) return 'open';
  const closed = fields[CLOSED_MEMO] && readClosed(await decode.map({ [CLOSED_MEMO]: fields[CLOSED_MEMO] }));
  return closed ?? { id, run, at: eventTime(event) };
}
