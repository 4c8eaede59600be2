/**
 * `interrupt` inside a task: ends the activity with a question, and returns the answer when the task runs again (I2).
 */
import { activityInfo } from '@temporalio/activity';
import type { InterruptOptions } from '../protocol/shapes.ts';
import { currentPass, failure } from './pass.ts';

/**
 * Asks a person. The task ends here, holding no slot, and runs again from its first line once all that it asked is
 * answered; then the same call returns the answer. Do work with effects after it, or in a task of its own.
 *
 * @param value What is asked: any JSON value. It must be the same when the task runs again (I7).
 * @returns The answer as it was sent: any JSON value.
 * @throws `OutsideRun` outside a task, in a local task, and on a worker without `HoldpointPlugin`.
 * @throws `NotSerializable`, `TooLarge` when `value` cannot be sent.
 * @throws An error that leaves the task. Let it pass: a task that catches it and returns fails with `InterruptSwallowed`.
 * @see LangGraph's `interrupt` in a task.
 */
export function interrupt<Answer = unknown>(value: unknown, options: InterruptOptions = {}): Promise<Answer> {
  const answer = ask(value, options);
  // A question that the task does not await is reported as swallowed, not as an unhandled rejection (I5).
  answer.catch(() => undefined);
  // The caller names the type; without a schema nothing can check it.
  return answer as Promise<Answer>;
}

// Async, so that every refusal is a rejection; its body runs at once, so questions open in the order of the calls.
async function ask(value: unknown, { title, description, assignees }: InterruptOptions): Promise<unknown> {
  const pass = currentPass();
  if (!pass) throw outside();
  return pass.ask({
    value: value ?? null,
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    ...(assignees === undefined ? {} : { assignees }),
  });
}

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
  return info.isLocal
    ? failure('OutsideRun', `${where} that is not local: \`${info.activityType}\` has \`local: true\`. Remove that.`)
    : failure(
        'OutsideRun',
        `${where} on a worker with the plugin: add \`plugins: [new HoldpointPlugin()]\` to \`Worker.create\`.`,
      );
}
