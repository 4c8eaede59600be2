/**
 * Why a workflow task failed, and whether a person must do something about it (S7).
 *
 * The server also fails workflow tasks of its own accord: because a message came while one ran, or because the run is
 * reset, paused or moved elsewhere. It then makes another task, and the thread goes on. Every other cause lies in the
 * worker's code, its deployment or the namespace's settings: the task is retried until a person fixes it, and the thread
 * is stuck (S7).
 */
import type { HistoryEvent } from './events.ts';

/** `WorkflowTaskFailedCause` of the server, by number. */
const CAUSES = [
  'UNSPECIFIED',
  'UNHANDLED_COMMAND',
  'BAD_SCHEDULE_ACTIVITY_ATTRIBUTES',
  'BAD_REQUEST_CANCEL_ACTIVITY_ATTRIBUTES',
  'BAD_START_TIMER_ATTRIBUTES',
  'BAD_CANCEL_TIMER_ATTRIBUTES',
  'BAD_RECORD_MARKER_ATTRIBUTES',
  'BAD_COMPLETE_WORKFLOW_EXECUTION_ATTRIBUTES',
  'BAD_FAIL_WORKFLOW_EXECUTION_ATTRIBUTES',
  'BAD_CANCEL_WORKFLOW_EXECUTION_ATTRIBUTES',
  'BAD_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_ATTRIBUTES',
  'BAD_CONTINUE_AS_NEW_ATTRIBUTES',
  'START_TIMER_DUPLICATE_ID',
  'RESET_STICKY_TASK_QUEUE',
  'WORKFLOW_WORKER_UNHANDLED_FAILURE',
  'BAD_SIGNAL_WORKFLOW_EXECUTION_ATTRIBUTES',
  'BAD_START_CHILD_EXECUTION_ATTRIBUTES',
  'FORCE_CLOSE_COMMAND',
  'FAILOVER_CLOSE_COMMAND',
  'BAD_SIGNAL_INPUT_SIZE',
  'RESET_WORKFLOW',
  'BAD_BINARY',
  'SCHEDULE_ACTIVITY_DUPLICATE_ID',
  'BAD_SEARCH_ATTRIBUTES',
  'NON_DETERMINISTIC_ERROR',
  'BAD_MODIFY_WORKFLOW_PROPERTIES_ATTRIBUTES',
  'PENDING_CHILD_WORKFLOWS_LIMIT_EXCEEDED',
  'PENDING_ACTIVITIES_LIMIT_EXCEEDED',
  'PENDING_SIGNALS_LIMIT_EXCEEDED',
  'PENDING_REQUEST_CANCEL_LIMIT_EXCEEDED',
  'BAD_UPDATE_WORKFLOW_EXECUTION_MESSAGE',
  'UNHANDLED_UPDATE',
  'BAD_SCHEDULE_NEXUS_OPERATION_ATTRIBUTES',
  'PENDING_NEXUS_OPERATIONS_LIMIT_EXCEEDED',
  'BAD_REQUEST_CANCEL_NEXUS_OPERATION_ATTRIBUTES',
  'FEATURE_DISABLED',
  'GRPC_MESSAGE_TOO_LARGE',
  'PAYLOADS_TOO_LARGE',
  'EXTERNAL_STORAGE_FAILURE',
  'WORKFLOW_PAUSE_REQUESTED_BEFORE_TASK_STARTED',
  'REQUEST_TOO_LARGE',
] as const;

type Cause = (typeof CAUSES)[number];

/** The server's own causes: the thread goes on by itself after them. */
const SERVERS: readonly string[] = [
  'UNHANDLED_COMMAND',
  'RESET_STICKY_TASK_QUEUE',
  'FORCE_CLOSE_COMMAND',
  'FAILOVER_CLOSE_COMMAND',
  'RESET_WORKFLOW',
  'UNHANDLED_UPDATE',
  'WORKFLOW_PAUSE_REQUESTED_BEFORE_TASK_STARTED',
] satisfies Cause[];

/** Why the workflow task of this event failed, if a person must fix that; `undefined` if the thread goes on by itself. */
export function readWorkflowTaskFailure({
  workflowTaskFailedEventAttributes: failed,
}: HistoryEvent): string | undefined {
  if (!failed) return undefined;
  const cause = causeName(failed.cause);
  // An unknown cause, from a newer server, is reported too: it may be one that a person must fix.
  return SERVERS.includes(cause) ? undefined : failed.failure?.message || cause;
}

/** The run that a reset made, if the workflow task of this event failed because of the reset. */
export function resetTo({ workflowTaskFailedEventAttributes: failed }: HistoryEvent): string | undefined {
  return failed && causeName(failed.cause) === 'RESET_WORKFLOW' ? (failed.newRunId ?? undefined) : undefined;
}

function causeName(cause: number | null | undefined): string {
  return CAUSES[cause ?? 0] ?? `CAUSE_${cause}`;
}
