/** The form that answers an item: its fields, or the decision about an action. */
import type { JSX } from 'preact';
import type { Answering, Item } from '../../inbox/api.ts';
import type { Problem } from '../../protocol/shapes.ts';
import type { Draft } from '../state/draft-store.ts';
import { ApprovalForm } from './approval-form.tsx';
import './form.css';
import { ValueForm } from './value-form.tsx';

/** An answer that a person wants to send. */
export type ReadyAnswer = Pick<Answering, 'value' | 'decisions' | 'askedAt'>;

export interface AnswerFormProps {
  readonly item: Item;
  /** What was entered before: before a reload, or before the question expired. It is read when the form of an item begins. */
  readonly draft: Draft | undefined;
  /** Keeps what is entered. `undefined`: there is nothing to keep. */
  readonly onDraft: (draft: Draft | undefined) => void;
  /** What the server found wrong, per field. */
  readonly problems: readonly Problem[];
  /** Set while it cannot be sent: it is being sent, the question has closed, or it is not the person's to answer. */
  readonly isDisabled: boolean;
  /** Sends the answer. `summary` says in a few words what is about to be sent: `Approve send_email`. */
  readonly onSubmit: (answer: ReadyAnswer, summary: string) => void;
}

export function AnswerForm(props: AnswerFormProps): JSX.Element {
  const { approval } = props.item;
  return approval ? <ApprovalForm {...props} approval={approval} /> : <ValueForm {...props} />;
}
