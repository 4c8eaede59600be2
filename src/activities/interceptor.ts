/**
 * The interceptor around every activity: the pass in which `interrupt` works, the heartbeats, and the checks of results and
 * errors.
 *
 * An activity that is not a task has no envelope among its arguments and cannot ask. Only its errors are checked, because an
 * error that cannot be sent shuts the worker down (R7).
 */
import type { Context } from '@temporalio/activity';
import type {
  ActivityExecuteInput,
  ActivityInboundCallsInterceptor,
  ActivityInterceptors,
  Next,
} from '@temporalio/worker';
import { decodeArguments, encodeResult, encodeUnregistered } from '../protocol/envelopes.ts';
import { checkSendable, MAX_VALUE_BYTES } from '../protocol/limits.ts';
import { isNotification, isTaskCall, LOCAL_TASK_HEADER } from '../protocol/names.ts';
import { failure, sendableThrown } from './failure.ts';
import { startHeartbeats } from './heartbeat.ts';
import { currentPass, Pass } from './pass.ts';
import { isUnregistered } from './unregistered.ts';

/** The settings of one worker. */
export interface TaskInterceptorSettings {
  /** Whether to refuse results that JSON would change (T7). Off with a payload converter of the user's, which decides. */
  readonly checksJson: boolean;
  /** Whether to refuse results that are too large (T3). Off with a codec or an external storage: either may make them fit. */
  readonly checksSize: boolean;
  /** The missing tasks that this worker has logged. */
  readonly reported: Set<string>;
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
    // The worker has the plugin twice, and the outer interceptor is at work.
    if (currentPass()) return next(input);
    const { activityType, activityId, isLocal } = this.#context.info;
    try {
      if (isLocal || isTaskCall(activityType, activityId)) return await this.#task(input, next);
      const result = await next(input);
      // A notification cannot ask. Its result is sent like that of a task (R9).
      if (isNotification(activityId)) assertResult(result, activityType, this.#settings);
      return result;
    } catch (error) {
      if (this.#isUnregisteredTask(input)) return this.#unregistered();
      const { checksJson, checksSize } = this.#settings;
      throw sendableThrown(error, { checksDetails: checksJson && checksSize });
    }
  }

  /** Whether this is a call of a task that the worker lacks. A local activity without our header is a plain one. */
  #isUnregisteredTask({ headers }: ActivityExecuteInput): boolean {
    const { activityType, activityId, isLocal } = this.#context.info;
    if (!isUnregistered(this.#context)) return false;
    return isLocal ? LOCAL_TASK_HEADER in headers : isTaskCall(activityType, activityId);
  }

  /** Returns the envelope that makes the workflow try the call again, without using up an attempt (T8). */
  #unregistered(): unknown {
    const { log, info } = this.#context;
    const { activityType, taskQueue } = info;
    if (!this.#settings.reported.has(activityType)) {
      this.#settings.reported.add(activityType);
      log.warn(
        `Task \`${activityType}\` is not registered on this worker. Its calls wait until a worker with the task takes them from task queue \`${taskQueue}\`.`,
      );
    }
    return encodeUnregistered(activityType);
  }

  async #task(input: ActivityExecuteInput, next: Execute): Promise<unknown> {
    const { activityType, isLocal } = this.#context.info;
    const { args, answers } = decodeArguments(input.args);
    const task = (): Promise<unknown> => next({ ...input, args });
    // A local activity cannot ask and needs no heartbeats (T5).
    const result = isLocal ? encodeResult(await task()) : await this.#pass(new Pass(activityType, answers), task);
    assertResult(result, activityType, this.#settings);
    return result;
  }

  async #pass(pass: Pass, task: () => Promise<unknown>): Promise<unknown> {
    using _heartbeats = startHeartbeats(this.#context);
    // Awaited here: the heartbeats stop when this function returns.
    return await pass.run(task);
  }
}

function assertResult(result: unknown, task: string, { checksJson, checksSize }: TaskInterceptorSettings): void {
  if (!checksJson) return;
  const problem = checkSendable(result, `the result of task \`${task}\``, checksSize ? MAX_VALUE_BYTES : Infinity);
  if (problem) throw failure(problem.code, problem.message);
}
