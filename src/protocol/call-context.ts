/**
 * What is known about a tool call when it is decided (R8): what an agent's loop tells the task `callTool`, and what a policy
 * sees of it.
 */
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
  /** True if the loop has settled that the call may run: neither the policy nor a person is asked. */
  readonly isApproved?: boolean | undefined;
  /**
   * What the loop does when `callTool` returns: it calls again with the messages, if those are missing, and it remembers
   * decisions.
   */
  readonly handles?: readonly ('messages' | 'remember')[] | undefined;
}

/** Who wrote the arguments of a call in place of the model. */
export interface Editor {
  /** The actor of the answer, as the sender claims (A7). */
  readonly actor?: string;
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
  readonly edited?: Editor;
  /** The conversation, up to the message with the call. It is fetched when a policy first reads it. */
  readonly messages: readonly Message[];
}

/**
 * What a policy decides: the call runs, a person is asked, or the call does not run. `true` is `ask` and `false` is `allow`.
 * The reason of a denial is for the model.
 */
export type Verdict = 'allow' | 'ask' | 'deny' | Denial | boolean;

/** The call does not run. */
export interface Denial {
  /** Why not. The model is told. */
  readonly deny: string;
}
