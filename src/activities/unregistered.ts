/**
 * Calls of tasks that the worker lacks (T8).
 *
 * Temporal runs an activity named `default` for every type that is not registered; without one it fails the attempt. The
 * plugin adds the `default` below unless the user has one. In it, a plain activity fails as it would without it. For a call
 * of a task, the interceptor turns that failure into an envelope.
 */
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { defined } from '../protocol/defined.ts';
import { isNotification } from '../protocol/names.ts';

/** Marks the context of an activity that is not registered. All copies of this package share the key. */
const MARK = Symbol.for('holdpoint/unregistered');

/** Spreads the five attempts of a notification (R9) over seven minutes, as long as a deploy may take. */
const NOTIFICATION_PAUSE_MS = 5_000;
const NOTIFICATION_PAUSE_GROWTH = 4;

async function unregistered(): Promise<never> {
  const context = Context.current();
  Object.assign(context, { [MARK]: true });
  const { activityType, activityId, attempt } = context.info;
  throw ApplicationFailure.create({
    type: 'NotFoundError',
    message: `Activity function ${activityType} is not registered on this Worker`,
    ...defined({
      nextRetryDelay: isNotification(activityId)
        ? NOTIFICATION_PAUSE_MS * NOTIFICATION_PAUSE_GROWTH ** (attempt - 1)
        : undefined,
    }),
  });
}

/** Whether the activity of this context is not registered. */
export function isUnregistered(context: Context): boolean {
  return MARK in context;
}

/**
 * Adds the `default` to the activities of a worker, unless the user has one. A worker without activities gets none: it does
 * not poll for them.
 */
export function withUnregistered(activities: object | undefined): object | undefined {
  const { default: own } = (activities ?? {}) as { default?: unknown };
  const isEmpty = !Object.values(activities ?? {}).some((activity) => typeof activity === 'function');
  return isEmpty || typeof own === 'function' ? activities : { ...activities, default: unregistered };
}
