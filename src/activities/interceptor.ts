/**
 * What the worker wraps around every activity: the pass in which `interrupt` works, and the heartbeats.
 *
 * An activity that is no task of ours passes through unchanged: it has no envelope among its arguments and asks nothing.
 */
import type { Context } from '@temporalio/activity';
import type {
  ActivityExecuteInput,
  ActivityInboundCallsInterceptor,
  ActivityInterceptors,
  Next,
} from '@temporalio/worker';
import { decodeArguments, encodeResult, encodeUnregistered } from '../protocol/envelopes.ts';
import { checkSendable } from '../protocol/limits.ts';
import { isTaskCall, LOCAL_TASK_HEADER } from '../protocol/names.ts';
import { startHeartbeats } from './heartbeat.ts';
import { currentPass, failure, Pass } from './pass.ts';
import { isUnregistered } from './unregistered.ts';

export interface TaskInterceptorSettings {
  /** Refuse results that JSON or the server cannot carry (T3). Not with a data converter of the user's: that one knows. */
  readonly checksResults: boolean;
  /** Tasks that the worker does not have, of which its log says so already. */
  readonly reported: Set<string>;
}

export function taskInterceptor(context: Context, settings: TaskInterceptorSettings): ActivityInterceptors {
  const { activityType, activityId, isLocal } = context.info;
  if (!isLocal && !isTaskCall(activityType, activityId)) return {};
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
    try {
      return await this.#run(input, next);
    } catch (error) {
      if (!isUnregistered(this.#context)) throw error;
      // Without the header it is a plain local activity.
      if (this.#context.info.isLocal && !(LOCAL_TASK_HEADER in input.headers)) throw error;
      return this.#unregistered();
    }
  }

  /** The workflow tries the call again, on whatever worker there is then: no attempt of it is used up (T7). */
  #unregistered(): unknown {
    const { log, info } = this.#context;
    const { activityType, taskQueue } = info;
    if (!this.#settings.reported.has(activityType)) {
      this.#settings.reported.add(activityType);
      log.warn(
        `Task \`${activityType}\` is not registered on this worker. Its calls wait until a worker on task queue \`${taskQueue}\` that has it takes them.`,
      );
    }
    return encodeUnregistered(activityType);
  }

  async #run(input: ActivityExecuteInput, next: Execute): Promise<unknown> {
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
