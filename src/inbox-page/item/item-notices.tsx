/** What is to be known before one answers: that an answer is on its way, or why none is taken. */
import type { ComponentChildren, JSX } from 'preact';
import type { Item } from '../../inbox/api.ts';
import { Icon } from '../parts/icon.tsx';
import type { Outgoing } from '../state/outbox.ts';
import { listed, nameOf } from '../words/phrases.ts';

export function Notice({
  name,
  children,
}: {
  readonly name: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <div class="notice" data-notice={name} role="status">
      <Icon name={name === 'sending' ? 'clock' : 'warning'} />
      <p>{children}</p>
    </div>
  );
}

export const VOTED = 'You have answered. More people are asked. Until then, you can still change your answer.';

export function sendingText({ summary, stage }: Outgoing): string {
  return stage.kind === 'stuck'
    ? `Your answer was not taken yet: ${summary}. ${stage.message}`
    : `Your answer is on its way: ${summary}.`;
}

export function NotYours({ item }: { readonly item: Item }): JSX.Element {
  const names = (item.assignees ?? []).map(nameOf);
  return (
    <Notice name="not-yours">
      {names.length > 0 ? `This is for ${listed(names, 'or')} to answer.` : 'This is not yours to answer.'}
    </Notice>
  );
}

export function OtherTab({
  onTake,
  onKeep,
}: {
  readonly onTake: () => void;
  readonly onKeep: () => void;
}): JSX.Element {
  return (
    <div class="notice" data-notice="other-tab" role="alert">
      <Icon name="warning" />
      <div>
        <p class="notice-title">Something else was entered here in another tab.</p>
        <div class="buttons">
          <button type="button" onClick={onTake}>
            Show that
          </button>
          <button type="button" onClick={onKeep}>
            Keep what is here
          </button>
        </div>
      </div>
    </div>
  );
}
