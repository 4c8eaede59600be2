/**
 * The log of a test's worker: warnings and errors only, unless the user has chosen another log.
 *
 * Temporal's `Runtime` holds the logger, and there is one for the process. A runtime that exists already is the user's, and
 * is kept.
 */
import { DefaultLogger, Runtime } from '@temporalio/worker';

let isDecided = false;

/** Decides once: a runtime that was shut down is created again with its old options. */
export function quietRuntime(): void {
  if (isDecided) return;
  isDecided = true;
  try {
    Runtime.install({ logger: new DefaultLogger('WARN') });
  } catch (error) {
    if ((error as Error).name !== 'IllegalStateError') throw error;
  }
}
