/**
 * Temporal's own promises that a turn leaves behind: of timers, children, and activities that are not tasks (T6).
 *
 * The end of a turn cancels its scope (`turns.ts`). An interceptor makes these promises stay pending then; the plugin puts
 * it in the bundle. Calls of tasks and questions ask their body themselves (`body.ts`).
 *
 * A body without turns keeps Temporal's promises: the interceptor's settle a moment later, which would change the order
 * of what happens in a step, and so break the replay of runs that began without it.
 */
import { defaultPayloadConverter } from '@temporalio/common';
import type { LocalActivityInput, WorkflowInterceptors, WorkflowOutboundCallsInterceptor } from '@temporalio/workflow';
import { isTaskCall, LOCAL_TASK_HEADER, unregisteredCall } from '../../protocol/names.ts';
import { currentFrame, type Body } from './body.ts';
import { guardFailures, outgoing } from '../errors/outgoing.ts';

/** The turn that the code at hand belongs to. */
function currentTurn(): Body | undefined {
  const body = currentFrame()?.body;
  return body?.isTurn ? body : undefined;
}

function quietly<Value>(next: () => Promise<Value>): Promise<Value> {
  const turn = currentTurn();
  return turn ? turn.keepQuiet(next()) : next();
}

/** Marks a local task for the worker, which cannot tell it from a plain local activity (T8). The header is not in the history. */
function marked(input: LocalActivityInput): LocalActivityInput {
  const [call = ''] = input.options.summary?.split(' ') ?? [];
  if (!isTaskCall(input.activityType, call)) return input;
  return { ...input, headers: { ...input.headers, [LOCAL_TASK_HEADER]: defaultPayloadConverter.toPayload(call) } };
}

const outbound: WorkflowOutboundCallsInterceptor = {
  // A call that pauses between two tries asks its body itself.
  startTimer: (input, next) =>
    unregisteredCall(input.options?.summary) === undefined ? quietly(() => next(input)) : next(input),
  scheduleActivity: (input, next) =>
    isTaskCall(input.activityType, input.options.activityId ?? '') ? next(input) : quietly(() => next(input)),
  scheduleLocalActivity: (input, next) => quietly(() => next(marked(input))),
  async startChildWorkflowExecution(input, next) {
    const turn = currentTurn();
    const [started, result] = await next(input);
    return turn ? [turn.keepQuiet(started), turn.keepQuiet(result)] : [started, result];
  },
};

let isInstalled = false;

export const interceptors = (): WorkflowInterceptors => {
  isInstalled = true;
  guardFailures();
  return { outbound: [outbound], internals: [outgoing] };
};

/** Whether the worker's bundle was built with the plugin. */
export function isPluginInstalled(): boolean {
  return isInstalled;
}

/** Refuses turns in a bundle without this interceptor: a timer that a turn leaves behind would block the thread. */
export function assertInstalled(): void {
  if (isInstalled) return;
  throw new Error(
    'The workflow bundle was built without holdpoint, which a thread with memory needs: pass `plugins: [new HoldpointPlugin()]` to `bundleWorkflowCode` too.',
  );
}
