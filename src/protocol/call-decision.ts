/**
 * What passes between an agent's loop and its task `callTool` about the decision on a call (R8).
 *
 * All of it is JSON. The loop gives a {@link CallContext} with the call, and the message that comes back has the
 * {@link CallDecision}. A policy of the worker sees a {@link PolicyContext}.
 */
import type { Decision, Remembering } from './approval.ts';
import type { Message, ToolCall } from './messages.ts';
import type { Remembered } from './remembered.ts';

/** What an agent's loop tells `callTool` about a call. A loop of your own may leave all of it out. */
export interface CallContext {
  /** Who speaks: the `actor` of the newest user message. */
  readonly actor?: string | undefined;
  /** The shared id of the calls of one message. Their approvals are a group. */
  readonly group?: string | undefined;
  /** The remembered decision that counts for this call. It lets the call through where its policy says `ask`. */
  readonly remembered?: Remembered | undefined;
  /** The conversation, up to the message with the call. A policy may read it. */
  readonly messages?: readonly Message[] | undefined;
  /** True if the loop has settled that the call may run: neither the policy nor a person is asked. */
  readonly isApproved?: boolean | undefined;
  /**
   * What the loop does when `callTool` returns: it calls again with the messages, if those are missing, and it remembers
   * decisions.
   */
  readonly handles?: readonly ('messages' | 'remember')[] | undefined;
}

/** What a policy knows about a call, beside the arguments. */
export interface PolicyContext {
  /** The call as the model wrote it. */
  readonly call: ToolCall;
  /** The id of the thread. */
  readonly thread: string;
  /** Who speaks: the `actor` of the newest user message, as its sender claims. */
  readonly actor?: string;
  /** Set if an approver wrote the arguments, with the actor of the answer. */
  readonly edited?: { readonly actor?: string };
  /** The conversation, up to the message with the call. It is fetched when a policy first reads it. */
  readonly messages: readonly Message[];
}

/**
 * What a policy decides: the call runs, a person is asked, or the call does not run. `true` is `ask` and `false` is `allow`.
 * The reason of a denial is for the model.
 */
export type Verdict = 'allow' | 'ask' | 'deny' | { readonly deny: string } | boolean;

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

const NEEDS = 'holdpoint/needs';

/** What `callTool` returns to a loop that `handles` it: the policy reads the messages. */
export function encodeNeedsMessages(): unknown {
  return { [NEEDS]: 'messages' };
}

/** Whether `callTool` has to be called again, with the messages. */
export function needsMessages(returned: unknown): boolean {
  return (returned as Record<string, unknown> | null)?.[NEEDS] === 'messages';
}
