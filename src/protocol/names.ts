/**
 * The names that workflow, worker and every client agree on: signals, queries, memo keys, envelope keys.
 *
 * They are the wire contract of docs/protocol.md, plain JSON and language-neutral. A run outlives its code, so a name
 * here is never changed; a new meaning gets a new name and {@link PROTOCOL_VERSION} goes up.
 */

/** The version that `state` carries. */
export const PROTOCOL_VERSION = 1;

/** `resume(value, { id?, run?, actor?, key? }?)`: answers a question. */
export const RESUME_SIGNAL = 'resume';

/** Of a thread with memory: `invoke(input)` runs a turn, `updateState(saved)` sets what the next one gets as `previous`. */
export const INVOKE_UPDATE = 'invoke';
export const UPDATE_STATE_UPDATE = 'updateState';
/** The first detail of a failure that refuses an `invoke`: its input is no turn. */
export const REFUSED_DETAIL = 'holdpoint/refused';
/** Of a thread with memory: `({ reason?, actor? }?)`. */
export const CANCEL_TURN_SIGNAL = 'cancelTurn';
export const CLOSE_SIGNAL = 'close';

export const INTERRUPTS_QUERY = 'interrupts';
export const ANSWERS_QUERY = 'answers';
export const RECEIPT_QUERY = 'receipt';
export const STATE_QUERY = 'state';

/** One memo key for each open question, `holdpoint/<id>`: set when it opens, removed when it closes. */
export const QUESTION_MEMO_PREFIX = 'holdpoint/';

/**
 * The memo key of the last question that closed: a `Closed`. It changes together with the question's own key, so the
 * history has one for each question (A9). Not under the prefix above: a reader of that takes every key for a question.
 */
export const CLOSED_MEMO = 'holdpoint:closed';

/** The memo key of a thread's last turn: a `TurnMemo`. A plain run has only its idempotency key there. */
export const TURN_MEMO = 'turn';

/** The only update key that no task or entrypoint may have. */
export const INTERRUPT_UPDATE = '__interrupt__';

/** The id of call `n` of a task (I3). It is the activity id too, so that stream, Web UI and command line say the same. */
export function callId(task: string, n: number): string {
  return `${task}:${n}`;
}

/** The id of the k-th question of a call; the first one has the call's own id (I3). */
export function questionId(call: string, k: number): string {
  return k === 1 ? call : `${call}#${k}`;
}

/** Whether an activity was started by one of our tasks: only those have the id `<type>:<n>` (T4). */
export function isTaskCall(activityType: string, activityId: string): boolean {
  return activityId.startsWith(`${activityType}:`) && /^[1-9]\d*$/.test(activityId.slice(activityType.length + 1));
}

const UNREGISTERED_PREFIX = 'no worker has the task: ';

/** The summary of the timer between two tries of a call whose task no worker has (T8). Readers know it by that. */
export function unregisteredSummary(call: string): string {
  return `${UNREGISTERED_PREFIX}${call}`;
}

/** The call that a timer with this summary belongs to; `undefined` for any other timer. */
export function unregisteredCall(summary: unknown): string | undefined {
  return typeof summary === 'string' && summary.startsWith(UNREGISTERED_PREFIX)
    ? summary.slice(UNREGISTERED_PREFIX.length)
    : undefined;
}

/** The task of a call's id. */
export function taskOfCall(call: string): string {
  return call.slice(0, call.lastIndexOf(':'));
}

/** The header of a local task, which has no activity id of ours: the worker tells it from a plain local activity (T8). */
export const LOCAL_TASK_HEADER = 'holdpoint/task';

const NOTIFY_ID_PREFIX = 'holdpoint/notify ';

/** The activity id of a notification: it is no task's call, so it is no update and nothing that a stream waits for (R9). */
export function notifyId(question: string, kind: string): string {
  return `${NOTIFY_ID_PREFIX}${question} ${kind}`;
}

export function isNotification(activityId: string): boolean {
  return activityId.startsWith(NOTIFY_ID_PREFIX);
}
