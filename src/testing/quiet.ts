/**
 * The log of a test's worker: warnings and errors, unless the user has said otherwise.
 *
 * Temporal's `Runtime` holds the logger, one for the process. It is installed before anything else uses it; one that is
 * there already is the user's, and stays.
 */
import { DefaultLogger, Runtime } from '@temporalio/worker';

let isDecided = false;

/** Once: a runtime that was shut down meanwhile comes back with the options that it had. */
export function quietRuntime(): void {
  if (isDecided) return;
  isDecided = true;
  try {
    Runtime.install({ logger: new DefaultLogger('WARN') });
  } catch (error) {
    if ((error as Error).name !== 'IllegalStateError') throw error;
  }
}
