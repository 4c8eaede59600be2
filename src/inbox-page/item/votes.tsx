/** The answers so far to a question that several people answer, and a way to give the same one (A11). */
import type { JSX } from 'preact';
import type { Item } from '../../inbox/api.ts';
import type { Vote } from '../../protocol/shapes.ts';
import { inertText } from '../../protocol/inert-text.ts';
import { votesOf } from '../../protocol/votes.ts';
import type { ReadyAnswer } from '../form/answer-form.tsx';
import { now } from '../state/clock.ts';
import { me } from '../state/session.ts';
import { briefly, initialOf } from '../words/phrases.ts';
import { ago, exactly } from '../words/times.ts';

export interface VotesProps {
  readonly item: Item;
  readonly isDisabled: boolean;
  readonly onAgree: (answer: ReadyAnswer, summary: string) => void;
}

export function Votes({ item, isDisabled, onAgree }: VotesProps): JSX.Element | null {
  const { votes = [], confirm } = item.question;
  if (votes.length === 0) return null;
  // Answers that differ do not add up.
  const sofar = votesOf(item.question) ?? item.votes;
  const actor = me.value?.actor;
  // Where a text must be typed first, only the form asks for it.
  const mayAgree = item.mayAnswer && !item.hasVoted && confirm === undefined;
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
              <strong>{vote.actor === actor ? 'You' : inertText(vote.actor)}</strong>{' '}
              {vote.value !== undefined && <span>{briefly(vote.value)}</span>}{' '}
              <time dateTime={vote.at} title={exactly(vote.at)}>
                {ago(vote.at, now.value)}
              </time>
            </p>
            {mayAgree && vote.value !== undefined && (
              <button
                type="button"
                disabled={isDisabled}
                onClick={() => onAgree({ value: vote.value }, agreement(vote))}
              >
                Agree
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function agreement(vote: Vote): string {
  return `Agree with ${inertText(vote.actor)}: ${briefly(vote.value)}`;
}
