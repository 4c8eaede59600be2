/** Why a question is asked again: what was answered before, and what was wrong with it (A5, I7). */
import type { JSX } from 'preact';
import type { Item } from '../../inbox/api.ts';
import type { Problem } from '../../protocol/shapes.ts';
import { placeInWords } from '../form/words.ts';
import { Icon } from '../parts/icon.tsx';
import { me } from '../state/session.ts';
import { answerBefore } from './answer-before.ts';
import { useStory } from './story.tsx';
import { ValueView } from './value-view.tsx';

export function AskedAgain({
  item,
  problems,
}: {
  readonly item: Item;
  readonly problems: readonly Problem[];
}): JSX.Element {
  const state = useStory(item.thread, me.value?.only === undefined);
  const before = state.kind === 'ready' ? answerBefore(state.story.events, item) : undefined;
  return (
    <section class="notice" data-notice="again">
      <Icon name="warning" />
      <div>
        <p class="notice-title">This is asked again: the answer before could not be used.</p>
        <ul>
          {problems.map(({ path, message }) => (
            <li key={path + message}>
              {path !== '' && <strong>{placeInWords(path)}: </strong>}
              {message}
            </li>
          ))}
        </ul>
        {before?.value !== undefined && (
          <figure>
            <figcaption>{before.actor === undefined ? 'The answer before' : `${before.actor} answered`}</figcaption>
            <ValueView value={before.value} />
          </figure>
        )}
      </div>
    </section>
  );
}
