/** The page of a signed link: one question, for one person, without a list (W4). */
import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { ItemPane } from '../item/item-pane.tsx';
import { outbox } from '../state/outbox.ts';
import { me } from '../state/session.ts';
import { resultText } from '../parts/sending-bar.tsx';
import { Icon } from '../parts/icon.tsx';

/** Why the link opens nothing. */
export const linkTrouble = signal<string | undefined>(undefined);

export function LinkPage(): JSX.Element {
  if (linkTrouble.value !== undefined) {
    return (
      <main class="narrow" id="main">
        <div class="empty" role="alert">
          <p class="empty-title">This link does not open anything</p>
          <p>{linkTrouble.value}</p>
        </div>
      </main>
    );
  }
  const only = me.value?.only;
  if (!only) return <main class="narrow" id="main" aria-busy="true" />;
  return (
    <main class="main" id="main" tabIndex={-1}>
      <Thanks />
      <ItemPane address={only} onAnswered={() => document.querySelector<HTMLElement>('[data-undo]')?.focus()} />
    </main>
  );
}

function Thanks(): JSX.Element | null {
  const done = outbox.value.find((one) => one.stage.kind === 'done');
  if (done?.stage.kind !== 'done' || done.stage.results[0]?.kind !== 'taken') return null;
  return (
    <section class="notice" data-notice="thanks" role="status">
      <Icon name="check" />
      <div>
        <p class="notice-title">Thank you. {resultText(done.stage.results[0])}</p>
        <p>You can close this page.</p>
      </div>
    </section>
  );
}
