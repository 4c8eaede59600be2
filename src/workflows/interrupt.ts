/**
 * `interrupt` in the body of an entrypoint: a question to a person, and the durable wait for the answer.
 *
 * It waits in place (I1): nothing runs again when the answer comes, `finally` blocks do not run while it waits, and it
 * obeys Temporal's cancellation scopes.
 */
import { questionId, callId } from '../protocol/names.ts';
import type { InterruptOptions } from '../protocol/shapes.ts';
import { assertSendable } from './failure.ts';
import { currentRun } from './run.ts';

/**
 * Asks a person, and waits for the answer as long as it takes.
 *
 * @param value What is asked: any JSON value. It is shown wherever questions are listed.
 * @returns The answer as it was sent: any JSON value.
 * @throws `OutsideRun` when it is called outside an entrypoint that runs.
 * @throws `NotSerializable`, `TooLarge` when `value` cannot be sent.
 * @see LangGraph's `interrupt`, which runs the function again from its start instead.
 */
export async function interrupt<Answer = unknown>(value: unknown, options: InterruptOptions = {}): Promise<Answer> {
  const { run, entrypoint } = currentRun('`interrupt`');
  const { title, description, assignees } = options;
  const asked = {
    value: value ?? null,
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    ...(assignees === undefined ? {} : { assignees }),
  };
  assertSendable(asked, 'the question');
  const id = questionId(callId(entrypoint, run.next(entrypoint)), 1);
  const [answer] = await run.ask([{ id, asked }]);
  // The caller names the type; without a schema nothing can check it.
  return answer as Answer;
}
