/** Whether the task at work is cancelled. */
import { asyncLocalStorage } from '@temporalio/activity';

/**
 * Whether the task is cancelled, or its worker stops. `Context.current()` would throw outside a worker, in a unit test.
 */
export function isTaskCancelled(): boolean {
  return asyncLocalStorage.getStore()?.cancellationSignal.aborted ?? false;
}
