/**
 * What a turn leaves behind when it ends: timers, children, and activities that are no tasks (T6).
 *
 * Its scope is cancelled then, and the cancellation reaches nobody: a promise that was left behind has no handler, and
 * its rejection would fail the workflow task for ever. Tasks and questions are left alone in the same way where they are
 * made (`task.ts`, `questions.ts`); these are Temporal's, so this is an interceptor, which the plugin puts in the bundle.
 *
 * A body without turns is left as it is: with the interceptor its promises settle a moment later, which would change the
 * order of what happens in one step, and so break the replay of runs that began without it.
 */
import { defaultPayloadConverter } from '@temporalio/common';
import type { LocalActivityInput, WorkflowInterceptors, WorkflowOutboundCallsInterceptor } from '@temporalio/workflow';
import { isCancellation } from '@temporalio/workflow';
import { isTaskCall, LOCAL_TASK_HEADER, unregisteredCall } from '../protocol/names.ts';
import { currentFrame, type Body } from './body.ts';
import { guardFailures, outgoing } from './outgoing.ts';

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

/** The turn that the code at hand belongs to. */
function currentTurn(): Body | undefined {
  const body = currentFrame()?.body;
  return body?.isTurn ? body : undefined;
}

function quietly<Value>(next: () => Promise<Value>): Promise<Value> {
  const turn = currentTurn();
  return turn ? quiet(next(), turn) : next();
}

/** A local task, which the worker cannot tell from a plain local activity (T8). The history does not hold the header. */
function marked(input: LocalActivityInput): LocalActivityInput {
  const [call = ''] = input.options.summary?.split(' ') ?? [];
  if (!isTaskCall(input.activityType, call)) return input;
  return { ...input, headers: { ...input.headers, [LOCAL_TASK_HEADER]: defaultPayloadConverter.toPayload(call) } };
}

const outbound: WorkflowOutboundCallsInterceptor = {
  // The pause of a task's call is the call's own, which stays pending by itself.
  startTimer: (input, next) =>
    unregisteredCall(input.options?.summary) === undefined ? quietly(() => next(input)) : next(input),
  scheduleActivity: (input, next) =>
    isTaskCall(input.activityType, input.options.activityId ?? '') ? next(input) : quietly(() => next(input)),
  scheduleLocalActivity: (input, next) => quietly(() => next(marked(input))),
  async startChildWorkflowExecution(input, next) {
    const turn = currentTurn();
    const [started, result] = await next(input);
    return turn ? [quiet(started, turn), quiet(result, turn)] : [started, result];
  },
};

let isInstalled = false;

export const interceptors = (): WorkflowInterceptors => {
  isInstalled = true;
  guardFailures();
  return { outbound: [outbound], internals: [outgoing] };
};

/** Refuses turns in a bundle without this interceptor: one that leaves a timer behind would be stuck. */
export function assertInstalled(): void {
  if (isInstalled) return;
  throw new Error(
    'The workflow bundle was built without holdpoint, which a thread with memory needs: pass `plugins: [new HoldpointPlugin()]` to `bundleWorkflowCode` too.',
  );
}
