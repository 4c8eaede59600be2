/**
 * The problem of an answer that was refused. A second answer is told who was first, and when.
 */
import type { AnswerOutcome, Tools } from '../client/tools.ts';
import { defined } from '../protocol/defined.ts';
import { hasCode } from '../protocol/errors.ts';
import { problemOf, type HttpProblem, type FirstAnswer } from '../web/problem.ts';

/** Who answered before is told if it is found out so fast. */
const FIRST_ANSWER_MS = 3_000;

/** The problem of an answer to a question of the thread. */
export async function problemOfAnswer(
  tools: Tools,
  thread: string,
  { id, error }: Extract<AnswerOutcome, { outcome: 'failed' }>,
): Promise<HttpProblem> {
  return problemOf(error, hasCode(error, 'AlreadyAnswered') ? await firstAnswer(tools, thread, id) : {});
}

/** The server knows it of the question that closed last, and a worker of all. */
async function firstAnswer(tools: Tools, thread: string, id: string): Promise<FirstAnswer> {
  try {
    const { closed } = await tools.describe(thread);
    const signal = AbortSignal.timeout(FIRST_ANSWER_MS);
    const first =
      closed?.id === id ? closed : (await tools.thread(thread).answers({ signal })).find((one) => one.id === id);
    return defined({ by: first?.actor, at: first?.at });
  } catch {
    return {};
  }
}
