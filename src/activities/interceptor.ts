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
import {
  decodeArguments,
  decodePlain,
  encodeCutOff,
  encodeResult,
  encodeUnregistered,
  encodeUnresolved,
} from '../protocol/envelopes.ts';
import { checkSendable, MAX_VALUE_BYTES } from '../protocol/limits.ts';
import { isNotification, isTaskCall, LOCAL_TASK_HEADER } from '../protocol/names.ts';
import { decodePreviewDetails } from '../protocol/preview-details.ts';
import { CUT_OFF, untilCutOff } from './cut-off.ts';
import { failure, sendableThrown } from './failure.ts';
import { startHeartbeats } from './heartbeat.ts';
import { HeldBack, type Throttle } from './held-back.ts';
import { currentPass, Pass } from './pass.ts';
import { keepResult, putTogether } from './sharing/arguments.ts';
import { isUnregistered } from './unregistered.ts';
import { withPreview, type PreviewWay } from './with-preview.ts';

/** The settings of one worker. */
export interface TaskInterceptorSettings {
  /** Whether to refuse results that JSON would change (T7). Off with a payload converter of the user's, which decides. */
  readonly checksJson: boolean;
  /** Whether to refuse results that are too large (T3). Off with a codec or an external storage: either may make them fit. */
  readonly checksSize: boolean;
  /** What this worker has logged, once: missing tasks, and arguments that cannot be put together. */
  readonly reported: Set<string>;
  /** The way of previews, if they are on. */
  readonly previews: PreviewWay | undefined;
  /** Set if previews ride on heartbeats: how long the others are held back (P3). */
  readonly throttle: Throttle | undefined;
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
    const { throttle } = this.#settings;
    using heldBack = throttle && !isLocal ? new HeldBack(this.#context, throttle) : undefined;
    try {
      if (isLocal || isTaskCall(activityType, activityId)) return await this.#task(input, next, heldBack);
      const result = await next(input);
      // A notification cannot ask. Its result is sent like that of a task (R9).
      if (isNotification(activityId)) assertResult(result, activityType, this.#settings);
      return result;
    } catch (error) {
      heldBack?.flush();
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

  async #task(input: ActivityExecuteInput, next: Execute, heldBack: HeldBack | undefined): Promise<unknown> {
    const { activityType, isLocal } = this.#context.info;
    const { args: sent, answers, details } = decodeArguments(input.args);
    if (isLocal) {
      // It cannot ask and needs no heartbeats (T5). It shares no arguments (V1).
      const result = encodeResult(await next({ ...input, args: sent.map(decodePlain) }));
      assertResult(result, activityType, this.#settings);
      return result;
    }
    const { cancellationSignal, info } = this.#context;
    // An attempt whose worker had previews on may have left an envelope.
    const { own } = decodePreviewDetails(info.heartbeatDetails);
    if (own !== info.heartbeatDetails) Object.assign(info, { heartbeatDetails: own });
    // A later attempt of the call has newer details.
    if (details && info.heartbeatDetails === undefined) Object.assign(info, { heartbeatDetails: details[0] });
    using heartbeats = startHeartbeats(this.#context, heldBack);
    const together = await putTogether(this.#context, sent);
    if ('unresolved' in together) return this.#unresolved(together.unresolved);
    const { args } = together;
    // Awaited here: the heartbeats stop when this function returns.
    const pass = new Pass(activityType, answers);
    const run = (): Promise<unknown> => pass.run(() => next({ ...input, args }));
    const result = await withPreview(this.#context, { way: this.#settings.previews, carry: heartbeats.carry }, () =>
      untilCutOff(this.#context, cancellationSignal, run),
    );
    if (result === CUT_OFF) return this.#cutOff(heartbeats.details);
    assertResult(result, activityType, this.#settings);
    // With a payload converter of the user's, nothing is shared.
    if (this.#settings.checksJson) keepResult(this.#context, result);
    return result;
  }

  /** Returns the envelope that makes the workflow run the call again, without using up an attempt (T9). */
  #cutOff(details: unknown): unknown {
    const { log, info } = this.#context;
    log.warn(
      `Task \`${info.activityType}\` (call \`${info.activityId}\`) was cut off by the end of the invocation. It runs again in the next one.`,
    );
    return encodeCutOff(details);
  }

  /** Returns the envelope that makes the workflow send the call again in full (V2). */
  #unresolved(reason: string): unknown {
    const { log, info } = this.#context;
    const { activityType } = info;
    if (!this.#settings.reported.has(UNRESOLVED)) {
      this.#settings.reported.add(UNRESOLVED);
      log.warn(
        `The arguments of task \`${activityType}\` could not be put together, so they are sent again in full: ${reason}. Calls share arguments only if the worker may read the history of their run, with the data converter that wrote it.`,
      );
    }
    return encodeUnresolved(reason);
  }
}

/** In the set of what was reported, beside the names of tasks. */
const UNRESOLVED = 'holdpoint/unresolved';

function assertResult(result: unknown, task: string, { checksJson, checksSize }: TaskInterceptorSettings): void {
  if (!checksJson) return;
  const problem = checkSendable(result, `the result of task \`${task}\``, checksSize ? MAX_VALUE_BYTES : Infinity);
  if (problem) throw failure(problem.code, problem.message);
}
