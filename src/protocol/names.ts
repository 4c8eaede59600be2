/**
 * The names that the workflow, the worker and every client agree on: signals, queries, memo keys, activity ids.
 *
 * They are the wire contract of docs/protocol.md: plain JSON, for any language. A run outlives its code, so a name here
 * never changes. A new meaning gets a new name, and {@link PROTOCOL_VERSION} goes up.
 */

/** The version in `state`. */
export const PROTOCOL_VERSION = 1;

/** Answers a question: `resume(value, { id?, run?, actor?, groups?, key?, sentAt? }?)`. */
export const RESUME_SIGNAL = 'resume';
/** The same with one argument, for senders that have no second one: `answer({ value, id?, run?, actor?, groups?, key? })`. */
export const ANSWER_SIGNAL = 'answer';

/** Reassigns an open question: `reassign({ id, run?, assignees, actor?, key?, sentAt? })`. */
export const REASSIGN_SIGNAL = 'reassign';

/** Runs a turn of a thread with memory: `invoke(input)`. */
export const INVOKE_UPDATE = 'invoke';
/** Sets what the next turn gets as `previous`: `updateState(saved)`. */
export const UPDATE_STATE_UPDATE = 'updateState';
/** The first detail of a failure that refuses an `invoke`, as opposed to a turn that ran and failed with the same code. */
export const REFUSED_DETAIL = 'holdpoint/refused';
/** Cancels the running turn of a thread with memory: `cancelTurn({ reason?, actor?, turn? }?)`. */
export const CANCEL_TURN_SIGNAL = 'cancelTurn';
/** Ends a thread with memory after the running turn: `close({ reason?, actor? }?)`. */
export const CLOSE_SIGNAL = 'close';
/** Takes a remembered decision back: `forget({ id, actor? })`. */
export const FORGET_SIGNAL = 'forget';
/** Says that a question was shown to a person: `shown({ id, run, actor, at, digest? })`. Only a record in the history (A13). */
export const SHOWN_SIGNAL = 'shown';

export const INTERRUPTS_QUERY = 'interrupts';
export const ANSWERS_QUERY = 'answers';
export const RECEIPT_QUERY = 'receipt';
export const STATE_QUERY = 'state';

/** Each open question has a memo key `holdpoint/<id>`, set when it opens and removed when it closes. */
export const QUESTION_MEMO_PREFIX = 'holdpoint/';

/**
 * The memo key of the last question that closed, a `Closed`. It changes together with the question's own key, so the
 * history has an entry for every question (A9). It lacks the prefix above because readers take every key with it for an
 * open question.
 */
export const CLOSED_MEMO = 'holdpoint:closed';

/** The memo key of the open question that changed last, a `Changed`. It changes together with the question's own key (A12). */
export const CHANGED_MEMO = 'holdpoint:changed';

/** The memo key of a thread's last turn, a `TurnMemo`. A plain run has only the key of its input there. */
export const TURN_MEMO = 'turn';

/** The update with the open questions: the only name that no task or entrypoint may have. */
export const INTERRUPT_UPDATE = '__interrupt__';

/** The id of call `n` of a task (I3). It is the activity id too: streams, the Web UI and the command show the same. */
export function callId(task: string, n: number): string {
  return `${task}:${n}`;
}

/** The id of the k-th question of a call. The first one has the id of the call (I3). */
export function questionId(call: string, k: number): string {
  return k === 1 ? call : `${call}#${k}`;
}

/** Whether an activity is a call of a task: only those have the id `<type>:<n>` (T4). */
export function isTaskCall(activityType: string, activityId: string): boolean {
  return activityId.startsWith(`${activityType}:`) && /^[1-9]\d*$/.test(activityId.slice(activityType.length + 1));
}

const UNREGISTERED_PREFIX = 'no worker has the task: ';

/** The summary of the timer between two tries of a call whose task no worker has (T8). Readers recognise it. */
export function unregisteredSummary(call: string): string {
  return `${UNREGISTERED_PREFIX}${call}`;
}

/** The call that such a timer belongs to; `undefined` for any other timer. */
export function unregisteredCall(summary: unknown): string | undefined {
  return typeof summary === 'string' && summary.startsWith(UNREGISTERED_PREFIX)
    ? summary.slice(UNREGISTERED_PREFIX.length)
    : undefined;
}

/** The name of the task in the id of a call. */
export function taskOfCall(call: string): string {
  return call.slice(0, call.lastIndexOf(':'));
}

/** The header of a local task. It has no activity id of ours, and is not a plain local activity (T8). */
export const LOCAL_TASK_HEADER = 'holdpoint/task';

const NOTIFY_ID_PREFIX = 'holdpoint/notify ';

/** The activity id of a notification. Its form differs from a call's: streams neither show it nor wait for it (R9). */
export function notifyId(question: string, kind: string): string {
  return `${NOTIFY_ID_PREFIX}${question} ${kind}`;
}

/** What the activity id of a notification says; `undefined` for another activity. A kind has no space. */
export function readNotifyId(activityId: string): { readonly question: string; readonly kind: string } | undefined {
  if (!isNotification(activityId)) return undefined;
  const at = activityId.lastIndexOf(' ');
  return { question: activityId.slice(NOTIFY_ID_PREFIX.length, at), kind: activityId.slice(at + 1) };
}

export function isNotification(activityId: string): boolean {
  return activityId.startsWith(NOTIFY_ID_PREFIX);
}
