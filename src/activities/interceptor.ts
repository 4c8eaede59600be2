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
import { decodeArguments, encodeResult } from '../protocol/envelopes.ts';
import { checkSendable } from '../protocol/limits.ts';
import { isTaskCall } from '../protocol/names.ts';
import { startHeartbeats } from './heartbeat.ts';
import { failure, Pass } from './pass.ts';

export interface TaskInterceptorSettings {
  /** Refuse results that JSON or the server cannot carry (T3). Not with a data converter of the user's: that one knows. */
  readonly checksResults: boolean;
}

export function taskInterceptor(context: Context, settings: TaskInterceptorSettings): ActivityInterceptors {
  const { activityType, activityId, isLocal } = context.info;
  if (isLocal) return { inbound: { execute: executeLocally } };
  return isTaskCall(activityType, activityId) ? { inbound: new TaskInterceptor(context, settings) } : {};
}

type Execute = Next<ActivityInboundCallsInterceptor, 'execute'>;

/** A local activity has no id of ours to know it by, needs no heartbeat and cannot ask (T5); only the escapes are needed. */
async function executeLocally(input: ActivityExecuteInput, next: Execute): Promise<unknown> {
  return encodeResult(await next({ ...input, args: decodeArguments(input.args).args }));
}

class TaskInterceptor implements ActivityInboundCallsInterceptor {
  readonly #context: Context;
  readonly #settings: TaskInterceptorSettings;

  constructor(context: Context, settings: TaskInterceptorSettings) {
    this.#context = context;
    this.#settings = settings;
  }

  async execute(input: ActivityExecuteInput, next: Execute): Promise<unknown> {
    const { activityType } = this.#context.info;
    const { args, answers } = decodeArguments(input.args);
    using _heartbeats = startHeartbeats(this.#context);
    const pass = new Pass(activityType, answers);
    const result = await pass.run(() => next({ ...input, args }));
    const problem = this.#settings.checksResults
      ? checkSendable(result, `the result of task \`${activityType}\``)
      : undefined;
    if (problem) throw failure(problem.code, problem.message);
    return result;
  }
}
