/**
 * `interrupt` in the body of an entrypoint: a question to a person, and the durable wait for the answer.
 *
 * It waits in place (I1): nothing runs again when the answer comes, no `finally` block runs while it waits, and it obeys
 * Temporal's cancellation scopes. The refinements and transforms of a schema run here, so an answer that they refuse is
 * refused at once (A5).
 */
import { patched } from '@temporalio/workflow';
import { checkEncodable } from '../../protocol/limits.ts';
import { callId } from '../../protocol/names.ts';
import {
  checkQuestion,
  makeInterrupt,
  resolveInterrupt,
  type Interrupter,
  type InterruptOptions,
} from '../../protocol/interrupt-options.ts';
import type { AnswerSchema } from '../../protocol/schema.ts';
import type { JsonSchema, Recorded } from '../../protocol/shapes.ts';
import { currentRun } from '../run/current-run.ts';
import { failure } from '../errors/failure.ts';
import { answerOf } from './question.ts';
import { refuse } from '../errors/sendable.ts';

/** A patch: earlier versions ignored unknown options, and their runs must replay. */
const REFUSES_OPTIONS = 'holdpoint/refuses-options';

async function ask(value: unknown, options?: InterruptOptions<unknown, JsonSchema | AnswerSchema>): Promise<Recorded> {
  const { run, entrypoint, body } = currentRun('`interrupt`');
  const { asked, parse, problem } = resolveInterrupt(value, options);
  if (problem && patched(REFUSES_OPTIONS)) throw problem;
  refuse(checkQuestion(asked), () => checkEncodable(asked, 'the question'));
  const id = callId(entrypoint, run.next(entrypoint));
  const [closing] = await run.ask([{ id, asked, parse }], body);
  const answer = closing && answerOf(closing);
  if (answer) return answer.record;
  throw failure('InterruptExpired', `Question \`${id}\` was not answered in time, and has no default.`);
}

/**
 * Asks a person, and waits for the answer as long as it takes, or until its `timeout`.
 *
 * `interrupt.record` does the same and returns `{ value, actor?, at, how }`.
 *
 * @param value What is asked: any JSON value. It is shown wherever questions are listed.
 * @param options `title`, `description`, `assignees`, `schema`, `timeout`, `default`, `group`, `confirm`, `remind`,
 *   `due`, `tags`, `priority`, `by`.
 * @returns The answer: any JSON value, or what the `schema` makes of it. The `default` when time runs out.
 * @throws `InterruptExpired` when time runs out and there is no `default`.
 * @throws `OutsideRun` when it is called outside the body of an entrypoint.
 * @throws `NotSerializable`, `TooLarge` when `value` cannot be sent. `TypeError` when an option makes no sense.
 * @see LangGraph's `interrupt`, which runs the function again from its start instead.
 */
export const interrupt: Interrupter = makeInterrupt(ask);
