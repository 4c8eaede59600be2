/** The answers so far to a question that several people answer (A11). */
import type { JSX } from 'preact';
import type { Item } from '../../inbox/api.ts';
import { isObject } from '../../protocol/json-object.ts';
import { votesOf } from '../../protocol/votes.ts';
import { answerInWords } from '../form/entered.ts';
import { now } from '../state/clock.ts';
import { me } from '../state/session.ts';
import { briefly, initialOf } from '../words/phrases.ts';
import { ago, exactly } from '../words/times.ts';
import { ValueView } from './value-view.tsx';

export function Votes({ item }: { readonly item: Item }): JSX.Element | null {
  const { votes = [] } = item.question;
  if (votes.length === 0) return null;
  // Answers that differ do not add up.
  const sofar = votesOf(item.question) ?? item.votes;
  const actor = me.value?.actor;
  return (
    <section class="votes" aria-labelledby="votes-name">
      <h2 id="votes-name">
        Answers so far
        {sofar && (
          <span class="votes-count">
            <meter
              min={0}
              max={sofar.quorum}
              value={sofar.count}
              aria-label={`${sofar.count} of ${sofar.quorum} answers`}
            />
            {sofar.count} of {sofar.quorum}
          </span>
        )}
      </h2>
      <ul>
        {votes.map((vote) => (
          <li key={vote.actor}>
            <span class="avatar" aria-hidden="true">
              {initialOf(vote.actor)}
            </span>
            <p>
              <strong>{vote.actor === actor ? 'You' : vote.actor}</strong>{' '}
              {vote.value !== undefined && <span>{briefly(vote.value)}</span>}{' '}
              <time dateTime={vote.at} title={exactly(vote.at)}>
                {ago(vote.at, now.value)}
              </time>
            </p>
            {isObject(vote.value) && Object.keys(vote.value).length > 1 && (
              <details class="proposal-facts">
                <summary>The whole answer</summary>
                <ValueView value={answerInWords({ value: vote.value })} />
              </details>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
