/**
 * A decision about a tool that a person made for more than one call, as the thread remembers it.
 *
 * It is JSON, and part of the state that continue-as-new carries: fields are added, never changed.
 */

/** A remembered decision: later calls of the tool are decided by it, and nobody is asked. */
export interface Remembered {
  /** The id of the question that was answered. It names the decision, and is unique in the thread. */
  readonly id: string;
  /** The tool that the decision is about. */
  readonly tool: string;
  /** Only calls with these arguments. Missing: every call of the tool. */
  readonly args?: unknown;
  /** Whether these calls happen. */
  readonly type: 'approve' | 'reject';
  /** Why they do not happen. */
  readonly reason?: string;
  /** Who decided, as the sender claims (A7). */
  readonly actor?: string;
  /** When it was decided. */
  readonly at: string;
  /** Until when it counts. Missing: as long as the thread lives. */
  readonly until?: string;
}

/**
 * Whether the time of a decision is over. A time that cannot be read counts as over, such as one with a leap second.
 *
 * @param now In milliseconds since the epoch.
 */
export function isOver({ until }: Pick<Remembered, 'until'>, now: number): boolean {
  return until !== undefined && !(Date.parse(until) > now);
}

/** The argument of the signal `forget`: which decision is taken back, and by whom. */
export interface ForgetAddress {
  readonly id: string;
  readonly actor?: string | undefined;
}
