/** Why a question is asked again: what was answered before, and what was wrong with it (A5). */
import type { JSX } from 'preact';
import type { Item } from '../../inbox/api.ts';
import type { Problem } from '../../protocol/shapes.ts';
import { placeInWords } from '../form/words.ts';
import { Icon } from '../parts/icon.tsx';
import { ValueView } from './value-view.tsx';

export function AskedAgain({
  before,
  problems,
}: {
  readonly before: Item['before'];
  readonly problems: readonly Problem[];
}): JSX.Element {
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
        {before && (
          <figure>
            <figcaption>{before.actor === undefined ? 'The answer before' : `${before.actor} answered`}</figcaption>
            <ValueView value={before.value} />
          </figure>
        )}
      </div>
    </section>
  );
}
