/** What an edit changes, beside what was proposed: words of long texts, and whole values of the rest. */
import { diffWordsWithSpace } from 'diff';
import type { JSX } from 'preact';
import { ValueView } from '../item/value-view.tsx';
import type { Change } from './changes.ts';
import { placeInWords } from './words.ts';

export function Changes({ changes }: { readonly changes: readonly Change[] }): JSX.Element {
  return (
    <section class="changes" aria-label="What you change">
      <h4>What you change</h4>
      {changes.length === 0 ? (
        <p class="form-help">Nothing yet.</p>
      ) : (
        <ul>
          {changes.map((change) => (
            <li key={change.path}>
              <span class="change-name">
                <bdi>{placeInWords(change.path)}</bdi>
              </span>
              <ChangedValue change={change} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** Longer texts are compared as a whole, which is quick. */
const MAX_CHARACTERS = 20_000;
const LONG_CHARACTERS = 40;

function ChangedValue({ change: { before, after } }: { readonly change: Change }): JSX.Element {
  const isText = typeof before === 'string' && typeof after === 'string';
  const size = isText ? before.length + after.length : 0;
  if (isText && size > LONG_CHARACTERS && size < MAX_CHARACTERS) return <ChangedText before={before} after={after} />;
  return (
    <span class="change-values">
      {before !== undefined && (
        <del>
          <span class="visually-hidden">was </span>
          <ValueView value={before} depth={1} />
        </del>
      )}
      <span aria-hidden="true">→</span>
      {after === undefined ? (
        <span class="value-none">left out</span>
      ) : (
        <ins>
          <span class="visually-hidden">becomes </span>
          <ValueView value={after} depth={1} />
        </ins>
      )}
    </span>
  );
}

function ChangedText({ before, after }: { readonly before: string; readonly after: string }): JSX.Element {
  return (
    <div class="value-block" dir="auto" tabIndex={0} role="group" aria-label="Changed text">
      {diffWordsWithSpace(before, after).map(({ value: text, added, removed }, i) => {
        if (added) return <ins key={i}>{text}</ins>;
        return removed ? <del key={i}>{text}</del> : <span key={i}>{text}</span>;
      })}
    </div>
  );
}
