/**
 * The work that a run does before it asks: batches of tasks, one batch after the other, the tasks of a batch at once.
 *
 * It fills the history with finished tasks. This file has no imports, so that the sandbox can load it.
 */
export interface WorkBefore {
  /** How many batches. */
  readonly batches: number;
  /** How many tasks in each batch. */
  readonly size: number;
}

/** The run asks at once. */
export const NOTHING_BEFORE: WorkBefore = { batches: 0, size: 0 };
