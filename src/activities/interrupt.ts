/**
 * `interrupt` inside a task: it ends the activity with a question, and returns the answer when the task runs again (I2, I5, I6).
 */
import { activityInfo } from '@temporalio/activity';
import { isTaskCall } from '../protocol/names.ts';
import {
  makeInterrupt,
  resolveInterrupt,
  type Interrupter,
  type InterruptOptions,
} from '../protocol/interrupt-options.ts';
import type { AnswerSchema } from '../protocol/schema.ts';
import type { JsonSchema, Recorded } from '../protocol/shapes.ts';
import { failure, nonRetryable } from './failure.ts';
import { currentPass } from './pass.ts';

// Async, so that every refusal is a rejection. Its body runs at once: questions open in the order of the calls.
async function ask(value: unknown, options?: InterruptOptions<unknown, JsonSchema | AnswerSchema>): Promise<Recorded> {
  const pass = currentPass();
  if (!pass) throw outside();
  return pass.ask(nonRetryable(() => resolveInterrupt(value, options)));
}

/**
 * Asks a person, in a task. The task ends here and holds no slot. Once all its questions are answered, it runs again from
 * its first line, and the same call returns the answer. Do work with effects after it, or in a task of its own.
 *
 * `interrupt.record` does the same and returns `{ value, actor?, at, how }`.
 *
 * @param value What is asked: any JSON value. It must be the same when the task runs again (I7).
 * @returns The answer: any JSON value, or what the `schema` makes of it. The `default` if the time runs out.
 * @throws `InterruptExpired` if the time runs out and there is no `default`.
 * @throws `OutsideRun` outside a task, in a local task, and on a worker without `HoldpointPlugin`.
 * @throws `NotSerializable` or `TooLarge` if `value` cannot be sent, `TypeError` if an option is wrong.
 * @throws An error that leaves the task. Let it pass: a task that catches it and returns fails with `InterruptSwallowed`.
 * @see LangGraph's `interrupt` in a task, which starts the whole graph node again in the same way.
 */
export const interrupt: Interrupter = makeInterrupt(ask);

function outside(): Error {
  const where = '`interrupt` of `holdpoint/activity` may only be called in a task';
  let info: ReturnType<typeof activityInfo>;
  try {
    info = activityInfo();
  } catch {
    return failure(
      'OutsideRun',
      `${where}, while it runs. In the body of an entrypoint, import \`interrupt\` from \`holdpoint/workflow\`.`,
    );
  }
  if (!info.isLocal && !isTaskCall(info.activityType, info.activityId)) {
    return failure(
      'OutsideRun',
      `${where} that was called through \`tasks\`: \`${info.activityType}\` was called as a plain activity.`,
    );
  }
  return info.isLocal
    ? failure('OutsideRun', `${where} that is not local: \`${info.activityType}\` has \`local: true\`. Remove it.`)
    : failure(
        'OutsideRun',
        `${where} on a worker with the plugin: add \`plugins: [new HoldpointPlugin()]\` to \`Worker.create\`.`,
      );
}
