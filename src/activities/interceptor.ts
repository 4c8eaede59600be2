/**
 * What the worker wraps around every activity: the pass in which `interrupt` works, the heartbeats, and a check of the
 * errors that leave it.
 *
 * An activity that is no task of ours has no envelope among its arguments and asks nothing. Only its errors are checked:
 * one that cannot be sent shuts the worker down (R7).
 */
import type { Context } from '@temporalio/activity';
import type {
  ActivityExecuteInput,
  ActivityInboundCallsInterceptor,
  ActivityInterceptors,
  Next,
} from '@temporalio/worker';
import { decodeArguments, encodeResult } from '../protocol/envelopes.ts';
import { checkSendable } from '../protocol/limits.ts';
import { isTaskCall } from '../protocol/names.ts';
import { failure, sendableThrown } from './failure.ts';
import { startHeartbeats } from './heartbeat.ts';
import { currentPass, Pass } from './pass.ts';

export interface TaskInterceptorSettings {
  /** Refuse results that JSON or the server cannot carry (T3). Not with a data converter of the user's: that one knows. */
  readonly checksResults: boolean;
}

export function taskInterceptor(context: Context, settings: TaskInterceptorSettings): ActivityInterceptors {
  return { inbound: new TaskInterceptor(context, settings) };
}

type Execute = Next<ActivityInboundCallsInterceptor, 'execute'>;

class TaskInterceptor implements ActivityInboundCallsInterceptor {
  readonly #context: Context;
  readonly #settings: TaskInterceptorSettings;

  constructor(context: Context, settings: TaskInterceptorSettings) {
    this.#context = context;
    this.#settings = settings;
  }

  async execute(input: ActivityExecuteInput, next: Execute): Promise<unknown> {
    // A second plugin on the same worker: the first one has done it all.
    if (currentPass()) return next(input);
    const { activityType, activityId, isLocal } = this.#context.info;
    try {
      return await (isLocal || isTaskCall(activityType, activityId) ? this.#task(input, next) : next(input));
    } catch (error) {
      throw sendableThrown(error, { checksDetails: this.#settings.checksResults });
    }
  }

  async #task(input: ActivityExecuteInput, next: Execute): Promise<unknown> {
    const { activityType, isLocal } = this.#context.info;
    const { args, answers } = decodeArguments(input.args);
    const task = (): Promise<unknown> => next({ ...input, args });
    // A local activity cannot ask and needs no heartbeat (T5); only the escapes and the checks are needed.
    const result = isLocal ? encodeResult(await task()) : await this.#pass(new Pass(activityType, answers), task);
    const problem = this.#settings.checksResults
      ? checkSendable(result, `the result of task \`${activityType}\``)
      : undefined;
    if (problem) throw failure(problem.code, problem.message);
    return result;
  }

  async #pass(pass: Pass, task: () => Promise<unknown>): Promise<unknown> {
    using _heartbeats = startHeartbeats(this.#context);
    // Awaited here: the heartbeats stop when this function returns.
    return await pass.run(task);
  }
}
