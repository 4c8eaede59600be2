/** The foot of a form: the text to type before it is sent, the same answer as somebody else's, and its buttons. */
import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Item } from '../../inbox/api.ts';
import type { Vote } from '../../protocol/shapes.ts';
import { briefly } from '../words/phrases.ts';
import { isSame } from './chosen-entry.ts';
import { Problems } from './problems.tsx';

/** Spaces around the text do not matter, as on a terminal. Everything else does. */
export function isConfirmed(wanted: string | undefined, typed: string): boolean {
  return wanted === undefined || typed.trim() === wanted.trim();
}

interface ConfirmProps {
  readonly id: string;
  readonly wanted: string;
  readonly typed: string;
  readonly problem: string | undefined;
  readonly isDisabled: boolean;
  readonly onType: (typed: string) => void;
}

export function Confirm({ id, wanted, typed, problem, isDisabled, onType }: ConfirmProps): JSX.Element {
  return (
    <div class="form-field form-confirm">
      <label class="form-label" for={id}>
        Type <strong class="form-wanted">{wanted}</strong> to send it
      </label>
      <input
        id={id}
        type="text"
        value={typed}
        disabled={isDisabled}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        aria-describedby={`${id}-problem`}
        aria-invalid={problem ? 'true' : undefined}
        onInput={(event) => onType(event.currentTarget.value)}
      />
      <Problems id={`${id}-problem`} messages={problem ? [problem] : []} />
    </div>
  );
}

/** The answers of others that a person can give too: each value once, with everybody who gave it. */
export function agreements(votes: readonly Vote[] = []): readonly { readonly who: string; readonly value: unknown }[] {
  const whole = votes.filter((vote) => 'value' in vote);
  const first = whole.filter((vote, i) => whole.findIndex((one) => isSame(one.value, vote.value)) === i);
  return first.map(({ value }) => {
    const names = whole.filter((vote) => isSame(vote.value, value)).map(({ actor }) => actor);
    return { who: names.join(' and '), value };
  });
}

interface AgreeProps {
  readonly item: Item;
  readonly isDisabled: boolean;
  readonly onAgree: (value: unknown, summary: string) => void;
}

/** Gives the same answer as somebody else. Whoever has answered is not asked to agree with themselves. */
export function Agree({ item: { question, hasVoted }, isDisabled, onAgree }: AgreeProps): JSX.Element | null {
  const all = hasVoted ? [] : agreements(question.votes);
  return all.length === 0 ? null : (
    <div class="form-agree">
      {all.map(({ who, value }) => {
        const summary = `Agree with ${who}: ${briefly(value)}`;
        return (
          <button
            type="button"
            key={summary}
            data-action="agree"
            disabled={isDisabled}
            onClick={() => onAgree(value, summary)}
          >
            <bdi>{summary}</bdi>
          </button>
        );
      })}
    </div>
  );
}

interface ForgetProps<Entered> {
  readonly entered: Entered;
  readonly isEmpty: boolean;
  readonly isDisabled: boolean;
  readonly onForget: () => void;
  readonly onBringBack: (entered: Entered) => void;
}

/** Forgets what was entered, which others who use the browser could find. A click by mistake can be taken back. */
export function Forget<Entered>(props: ForgetProps<Entered>): JSX.Element | null {
  const { entered, isEmpty, isDisabled, onForget, onBringBack } = props;
  const [forgotten, setForgotten] = useState<{ readonly entered: Entered }>();
  if (isDisabled || (isEmpty && !forgotten)) return null;
  const forget = (): void => {
    setForgotten({ entered });
    onForget();
  };
  const bringBack = (): void => {
    setForgotten(undefined);
    if (forgotten) onBringBack(forgotten.entered);
  };
  return (
    <button type="button" class="form-quiet" onClick={isEmpty ? bringBack : forget}>
      {isEmpty ? 'Forgotten. Bring it back' : 'Forget what I entered'}
    </button>
  );
}

/** The buttons stay in reach of the thumb. */
export function Buttons({ children }: { readonly children: ComponentChildren }): JSX.Element {
  return <div class="form-buttons">{children}</div>;
}
