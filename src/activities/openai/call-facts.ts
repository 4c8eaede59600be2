/**
 * What policies and the functions in `ask` know about a call (R8).
 *
 * The loop sends the messages only if they are read, because putting them together costs each call a read of the history.
 * Who reads them in their absence is stopped by an error, and this object notes it, because user code may catch the error.
 */
import { asyncLocalStorage } from '@temporalio/activity';
import type { OfCall } from '../../protocol/ask-options.ts';
import type { CallContext, Editor, PolicyContext } from '../../protocol/call-context.ts';
import type { Message, ToolCall } from '../../protocol/messages.ts';
import { outsidePass } from '../pass.ts';

/** A call as the task got it. */
export interface GivenCall {
  readonly call: ToolCall;
  readonly context: CallContext;
  readonly messages: readonly Message[] | undefined;
}

export class CallFacts implements PolicyContext {
  readonly call: ToolCall;
  readonly thread: string;
  readonly actor?: string;
  readonly edited?: Editor;
  readonly #messages: readonly Message[] | undefined;
  #lackMessages = false;

  /** @param edited Set if an approver wrote the arguments. */
  constructor({ call, context: { actor }, messages }: GivenCall, edited?: Editor) {
    this.call = call;
    // A unit test has no activity.
    this.thread = asyncLocalStorage.getStore()?.info.workflowExecution?.workflowId ?? '';
    if (actor !== undefined) this.actor = actor;
    if (edited) this.edited = edited;
    this.#messages = messages;
  }

  get messages(): readonly Message[] {
    if (!this.#messages) this.#lackMessages = true;
    this.assertMessages();
    return this.#messages ?? [];
  }

  /** Whether somebody has read the messages, and they were not sent. */
  get lackMessages(): boolean {
    return this.#lackMessages;
  }

  /** @throws If somebody has read the messages, and they were not sent. */
  assertMessages(): void {
    if (this.#lackMessages) throw new Error('The messages of this call are fetched, and the policy is asked again');
  }

  /** The value of an option, which may be a function of the call. */
  async evaluate<Value>(option: OfCall<unknown, Value> | undefined, args: unknown): Promise<Value | undefined> {
    if (typeof option !== 'function') return option;
    // A function that is a value cannot be told from one that makes a value; no option has such values.
    const make = option as (args: unknown, context: PolicyContext) => Value | Promise<Value>;
    return outsidePass(() => make(args, this));
  }
}
