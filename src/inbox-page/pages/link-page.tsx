/** The page of a signed link: one question, for one person, without a list (W4). */
import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { QuestionAddress } from '../../inbox/api.ts';
import { ItemPane } from '../item/item-pane.tsx';
import { outbox, type Outgoing, type Result } from '../state/outbox.ts';
import { me } from '../state/session.ts';
import { useTitle } from '../parts/title.ts';
import { resultText } from '../parts/sending-bar.tsx';
import { Icon } from '../parts/icon.tsx';

/** Why the link opens nothing, for now or for good. */
export const linkTrouble = signal<{ readonly message: string; readonly isFinal: boolean } | undefined>(undefined);

export function LinkPage(): JSX.Element {
  useTitle();
  const trouble = linkTrouble.value;
  if (trouble) {
    return (
      <main class="narrow" id="main">
        <div class="empty" role="alert">
          <h1 class="empty-title">{trouble.isFinal ? 'This link does not open anything' : 'Not there yet'}</h1>
          <p>{trouble.message}</p>
        </div>
      </main>
    );
  }
  const only = me.value?.only;
  if (!only) return <main class="narrow" id="main" aria-busy="true" />;
  return (
    <main class="main" id="main" tabIndex={-1}>
      <Only address={only} />
    </main>
  );
}

/** The question until its answer is taken. The link is used up then, so the form must not come back. */
function Only({ address }: { readonly address: QuestionAddress }): JSX.Element {
  // The outbox forgets an answer some time after it was taken.
  const kept = useRef<Taken | undefined>(undefined);
  kept.current ??= outbox.value.map(takenOf).find((taken) => taken !== undefined);
  return kept.current ? (
    <Thanks taken={kept.current} />
  ) : (
    <ItemPane address={address} onAnswered={() => document.querySelector<HTMLElement>('[data-undo]')?.focus()} />
  );
}

interface Taken {
  readonly title: string;
  readonly result: Result;
}

function takenOf({ parts, stage }: Outgoing): Taken | undefined {
  const [result] = stage.kind === 'done' ? stage.results : [];
  return result?.kind === 'taken' ? { title: parts[0]!.title, result } : undefined;
}

function Thanks({ taken: { title, result } }: { readonly taken: Taken }): JSX.Element {
  return (
    <section class="notice" data-notice="thanks" role="status">
      <Icon name="check" />
      <div>
        <p class="notice-title">Thank you. {resultText(result)}</p>
        <p>{title}</p>
        <p>You can close this page.</p>
      </div>
    </section>
  );
}
