/**
 * What was decided about a tool call, as the message of the tool has it (R8).
 *
 * It is JSON, and part of what an agent saves: fields are added, never changed.
 */
import type { Decision, Remembering } from './approval.ts';

/** What was decided about a tool call, as its message has it. */
export interface CallDecision {
  /** `deny` if the policy did not let the call run. */
  readonly type: Decision['type'] | 'deny';
  /**
   * How it was decided: by a person, by the default of the question, by the end of its time, by a decision that is
   * remembered, or by the policy.
   */
  readonly how: 'answered' | 'default' | 'expired' | 'remembered' | 'policy';
  /** When it was decided. */
  readonly at: string;
  /** Who decided, as the sender claims (A7). */
  readonly actor?: string;
  /** The id of the question that was answered. A remembered decision has the id of its own question. */
  readonly question?: string;
  /** The reason of a rejection or a denial. */
  readonly reason?: string;
  /** The arguments of an edit. */
  readonly args?: unknown;
  /** Set if later calls are decided by it too. */
  readonly remember?: Remembering;
  /** Until when it is remembered. */
  readonly until?: string;
}
