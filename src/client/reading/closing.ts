/**
 * How a question has closed that a list does not show any more: from the memo, else from the end of the history back to
 * the question's opening (A9).
 */
import { CLOSED_MEMO, QUESTION_MEMO_PREFIX } from '../../protocol/names.ts';
import type { Closed, Interrupt } from '../../protocol/shapes.ts';
import { eventTime, type HistoryEvent } from '../server/history.ts';
import { readClosed } from '../server/memo.ts';
import type { Target } from '../server/thread-handle.ts';

const PAGE_EVENTS = 100;

/** `undefined` while the question is open. */
export async function findClosing(target: Target, { id, run }: Interrupt): Promise<Closed | undefined> {
  const { status, run: current, runId, interrupts, closed } = await target.describe();
  const isCurrent = current === run;
  if (isCurrent && status === 'RUNNING' && interrupts.some((interrupt) => interrupt.id === id)) return undefined;
  if (isCurrent && closed?.id === id && closed.run === run) return closed;
  // A thread that was started again keeps the history of the run before.
  return searchBack(target, isCurrent ? runId : run, { id, run });
}

type Question = Pick<Interrupt, 'id' | 'run'>;

async function searchBack(target: Target, from: string, question: Question): Promise<Closed> {
  let newest: HistoryEvent | undefined;
  for (let runId: string | undefined = from; runId !== undefined;) {
    let before: string | undefined;
    for await (const event of target.eventsBackwards(runId, PAGE_EVENTS)) {
      newest ??= event;
      const found = await readChange(target, event, question);
      if (found === 'opened') return { ...question, how: 'withdrawn', at: eventTime(newest) };
      if (found) return found;
      before = event.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || undefined;
    }
    runId = before;
  }
  return { ...question, at: newest ? eventTime(newest) : new Date().toISOString() };
}

/** What a change of the memo says of the question: nothing, that it opened, or how it closed. */
async function readChange(
  { decode }: Target,
  event: HistoryEvent,
  { id, run }: Question,
): Promise<Closed | 'opened' | undefined> {
  const fields = event.workflowPropertiesModifiedEventAttributes?.upsertedMemo?.fields;
  const own = fields?.[QUESTION_MEMO_PREFIX + id];
  if (!own) return undefined;
  const [entry] = await decode.list([own]);
  if (entry !== undefined && entry !== null) return 'opened';
  const closed = fields[CLOSED_MEMO] && readClosed(await decode.map({ [CLOSED_MEMO]: fields[CLOSED_MEMO] }));
  return closed ?? { id, run, at: eventTime(event) };
}
