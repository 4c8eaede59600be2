/**
 * What a worker does with a task that it does not have (T8).
 *
 * Temporal runs an activity named `default` for every type that is not registered, and without one it fails the attempt.
 * The plugin adds the one below where the user has none. A plain activity fails in it as it does without it; a call of a
 * task does not: the interceptor makes an envelope of that failure.
 */
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { isNotification } from '../protocol/names.ts';

/** On a context whose activity is not registered. A key that every copy of this package has. */
const MARK = Symbol.for('holdpoint/unregistered');

/** A notification has five attempts (R9): they are spread over seven minutes, which a deploy takes, and not over one. */
const NOTIFICATION_PAUSE_MS = 5_000;
const NOTIFICATION_PAUSE_GROWTH = 4;

async function unregistered(): Promise<never> {
  const context = Context.current();
  Object.assign(context, { [MARK]: true });
  const { activityType, activityId, attempt } = context.info;
  throw ApplicationFailure.create({
    type: 'NotFoundError',
    message: `Activity function ${activityType} is not registered on this Worker`,
    ...(isNotification(activityId)
      ? { nextRetryDelay: NOTIFICATION_PAUSE_MS * NOTIFICATION_PAUSE_GROWTH ** (attempt - 1) }
      : {}),
  });
}

export function isUnregistered(context: Context): boolean {
  return MARK in context;
}

/**
 * The activities of a worker, with a `default` that knows what is missing. One of the user's own stays; and a worker
 * without activities stays without: it does not poll for them.
 */
export function withUnregistered(activities: object | undefined): object | undefined {
  const { default: own } = (activities ?? {}) as { default?: unknown };
  const isEmpty = !Object.values(activities ?? {}).some((activity) => typeof activity === 'function');
  return isEmpty || typeof own === 'function' ? activities : { ...activities, default: unregistered };
}
