/**
 * Queries to Temporal's visibility, the index over workflows.
 */

/** Selects threads in visibility. */
export interface Selection {
  /** Threads of this entrypoint. */
  readonly entrypoint?: string | undefined;
  /** A query of the user's, which the threads must match too. */
  readonly query?: string | undefined;
  /** Visibility's name of a status: `Running`. */
  readonly executionStatus?: string | undefined;
}

/** The query for threads that match all of it. */
export function visibilityQuery({ entrypoint, query, executionStatus }: Selection, ...more: readonly string[]): string {
  const parts = executionStatus === undefined ? [] : [`ExecutionStatus = '${executionStatus}'`];
  if (entrypoint !== undefined) parts.push(`WorkflowType = ${quote(entrypoint)}`);
  if (query !== undefined) parts.push(`(${query})`);
  return [...parts, ...more].join(' AND ');
}

/** A text in a query. */
export function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
