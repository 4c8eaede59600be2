/**
 * How a question ended, for people: by whom, when, and what was decided.
 */
import type { Tools } from '../client/tools.ts';
import { defined } from '../protocol/defined.ts';
import { hasCode } from '../protocol/errors.ts';
import type { Closed, Interrupt } from '../protocol/shapes.ts';
import type { Ending, QuestionAddress } from './api.ts';

/** The answer that counted is told if a worker says it so fast. */
const ANSWER_MS = 1_500;

/** @returns `undefined` while the question is open. @throws `ThreadNotFound`. */
export async function endingOf(
  tools: Tools,
  { thread, run, id }: QuestionAddress,
): Promise<(Ending & { readonly key?: string }) | undefined> {
  const closed = await tools.closing(thread, { id, run });
  return closed && { ...endingFrom(closed), ...defined({ key: closed.key }) };
}

/** The ending that the client has found. */
export function endingFrom({ how, at, actor }: Closed): Ending {
  return { how: how ?? 'unknown', at, ...defined({ actor }) };
}

/** Whether the thread refused something because its question is not open. */
export function saysIsOver(error: unknown): boolean {
  return hasCode(
    error,
    'AlreadyAnswered',
    'InterruptExpired',
    'InterruptWithdrawn',
    'NotPending',
    'ThreadClosed',
    'ThreadNotFound',
  );
}

/** The ending with the answer that counted, where it can be found out. */
export async function withAnswer(
  tools: Tools,
  { thread, id }: QuestionAddress,
  ending: Ending,
  question?: Pick<Interrupt, 'default'>,
): Promise<Ending> {
  if (ending.answer !== undefined) return ending;
  if (ending.how === 'default' && question?.default) return { ...ending, answer: question.default.value };
  if (ending.how !== 'answered' && ending.how !== 'default') return ending;
  try {
    const answers = await tools.thread(thread).answers({ signal: AbortSignal.timeout(ANSWER_MS) });
    // After another start of the thread, its answers are those of another run.
    const answer = answers.find((one) => one.id === id && one.at === ending.at);
    return { ...ending, ...defined({ answer: answer?.value }) };
  } catch {
    return ending;
  }
}
