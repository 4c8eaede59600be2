/**
 * What a body leaves behind when it ends: timers and children that it neither awaits nor cancels (T6).
 *
 * Their scope is cancelled then, and the cancellation reaches nobody: a promise that was left behind has no handler, and
 * its rejection would fail the workflow task for ever. Tasks and questions are left alone in the same way where they are
 * made (`task.ts`, `questions.ts`); timers are Temporal's, so this is an interceptor, which the plugin puts in the
 * bundle.
 */
import type { WorkflowInterceptors, WorkflowOutboundCallsInterceptor } from '@temporalio/workflow';
import { isCancellation } from '@temporalio/workflow';
import { currentFrame, type Body } from './body.ts';

/** A promise that stays pending once its body is over, instead of being cancelled. */
function quiet<Value>(promise: Promise<Value>, body: Body): Promise<Value> {
  const own = new Promise<Value>((resolve, reject) => {
    promise.then(resolve, (error: unknown) => {
      if (!(body.isOver && isCancellation(error))) reject(error);
    });
  });
  // Nobody has to await it: Temporal itself says so of a child's result (R7).
  own.catch(() => undefined);
  return own;
}

const outbound: WorkflowOutboundCallsInterceptor = {
  startTimer(input, next) {
    const body = currentFrame()?.body;
    return body ? quiet(next(input), body) : next(input);
  },
  async startChildWorkflowExecution(input, next) {
    const body = currentFrame()?.body;
    const [started, result] = await next(input);
    return body ? [quiet(started, body), quiet(result, body)] : [started, result];
  },
};

export const interceptors = (): WorkflowInterceptors => ({ outbound: [outbound] });
