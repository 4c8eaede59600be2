/** What is shown of a question that is closed: how it ended, beside what one had entered oneself (W6). */
import type { JSX } from 'preact';
import type { Ending, Item, QuestionAddress } from '../../inbox/api.ts';
import { answerInWords, enteredDraft } from '../form/entered.ts';
import { Icon } from '../parts/icon.tsx';
import { now } from '../state/clock.ts';
import { drafts, type Entry } from '../state/drafts.ts';
import { me } from '../state/session.ts';
import { endingText } from '../words/phrases.ts';
import { ValueView } from './value-view.tsx';

export interface ClosedProps {
  readonly address: QuestionAddress;
  readonly ending: Ending;
  /** Missing if the question is gone. */
  readonly item: Item | undefined;
  /** What this person has entered, or sent. */
  readonly own: Entry | undefined;
  readonly onForget: () => void;
}

export function Closed({ address, ending, item, own, onForget }: ClosedProps): JSX.Element {
  const entered = own?.sent ? answerInWords(own.sent.answer) : own?.form && enteredDraft(own.form, item);
  return (
    <section class="notice" data-notice="closed" role="status">
      <Icon name={ending.how === 'answered' ? 'check' : 'clock'} />
      <div>
        <p class="notice-title">{endingText(ending, now.value, me.value?.actor)}</p>
        {entered !== undefined && (
          <>
            <div class="beside">
              {ending.answer !== undefined && (
                <figure>
                  <figcaption>{ending.actor ?? 'The answer'}</figcaption>
                  <ValueView value={answerInWords({ value: ending.answer })} />
                </figure>
              )}
              <figure data-own>
                <figcaption>What you entered</figcaption>
                <ValueView value={entered} />
              </figure>
            </div>
            {!own?.sent && (
              <p>
                It was not sent, and is kept in this browser.{' '}
                <button
                  type="button"
                  class="link"
                  onClick={() => {
                    drafts().remove(address);
                    onForget();
                  }}
                >
                  Forget it
                </button>
              </p>
            )}
          </>
        )}
      </div>
    </section>
  );
}
