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

/** Why the server does not say who looks. It is final of a link that opens nothing. */
export const trouble = signal<{ readonly message: string; readonly isFinal: boolean } | undefined>(undefined);

export function LinkPage(): JSX.Element {
  const only = me.value?.only;
  if (!only) return <Arriving />;
  return (
    <main class="main" id="main" tabIndex={-1}>
      <Only address={only} />
    </main>
  );
}

/** What is shown until the server says who looks. */
export function Arriving(): JSX.Element {
  useTitle();
  const why = trouble.value;
  return (
    <main class="narrow" id="main" aria-busy={!why}>
      {why && (
        <div class="empty" role="alert">
          <h1 class="empty-title">{why.isFinal ? 'This link does not open anything' : 'Not there yet'}</h1>
          <p>{why.message}</p>
        </div>
      )}
    </main>
  );
}

/** The question until its answer is taken. The link is used up then, so the form must not come back. */
function Only({ address }: { readonly address: QuestionAddress }): JSX.Element {
  useTitle();
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
        <h1 class="notice-title">Thank you. {resultText(result)}</h1>
        <p>{title}</p>
        <p>You can close this page.</p>
      </div>
    </section>
  );
}
