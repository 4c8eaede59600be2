/** Why a question is asked again: what was answered before, and what was wrong with it (A5, I7). */
import type { JSX } from 'preact';
import type { Item, StoryEvent } from '../../inbox/api.ts';
import type { Problem } from '../../protocol/shapes.ts';
import { Icon } from '../parts/icon.tsx';
import { me } from '../state/session.ts';
import { useStory } from './story.tsx';
import { ValueView } from './value-view.tsx';

type Answered = Extract<StoryEvent, { kind: 'answered' }>;

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
              {path !== '' && <strong>{path.slice(1).replaceAll('/', ' › ')}: </strong>}
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

/** The last answer in the thread from before the question was asked again. */
function answerBefore(events: readonly StoryEvent[], item: Item): Answered | undefined {
  const isBefore = (event: StoryEvent): event is Answered => event.kind === 'answered' && event.at <= item.askedAt;
  return events.findLast(isBefore);
}
