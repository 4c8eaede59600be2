/**
 * Who answered a question first, for the refusal of a second answer.
 */
import type { Tools } from '../client/tools.ts';
import { defined } from '../protocol/defined.ts';
import type { FirstAnswer } from './problem.ts';

/** It is told if it is found out so fast. */
const FIRST_ANSWER_MS = 3_000;

/** The server knows it of the question that closed last, and a worker of all. */
export async function firstAnswer(tools: Tools, thread: string, id: string): Promise<FirstAnswer> {
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
