/**
 * What an adapter of the inbox is: it knows one shape of a question's value, and the value that the code behind it waits for.
 */
import type { Decision } from '../../protocol/approval.ts';
import type { Interrupt } from '../../protocol/shapes.ts';
import type { Verdict } from '../../protocol/verdict.ts';
import type { ApprovalView } from '../api.ts';

/** The actions that a question is about. */
export type FoundActions = Pick<ApprovalView, 'actions'>;

/** Shows the questions of one shape as approvals. */
export interface InboxAdapter {
  /** Tells the adapters of an inbox apart. */
  readonly name: string;
  /** The actions that a question is about; `undefined` if it has another shape. If it throws, the form of the schema is shown. */
  view(question: Interrupt): FoundActions | undefined;
  /** The answer that the decisions make: one for each action, in order. They fit what {@link view} returned. */
  answer(view: ApprovalView, decisions: readonly Decision[], question: Interrupt): unknown;
  /**
   * The place in the decisions of a place in the answer, both JSON pointers: `/0/args/amount`. Problems of an answer are
   * shown there. @default the first decision
   */
  place?(path: string, view: ApprovalView): string;
  /**
   * Whether an answer lets something happen, for the decision times: `approved` or `rejected`. `undefined`: it says neither.
   * @default that of a yes or no, or of a decision of `approval()`
   */
  verdict?(answer: unknown): Verdict | undefined;
}

/** An adapter as the inbox uses it: with the defaults. Only {@link InboxAdapter.answer} throws. */
export type ContainedAdapter = Required<InboxAdapter>;
