/** The top of an item: its kind, its title, and whom it asks. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Item } from '../../inbox/api.ts';
import { isWriting } from '../parts/focus.ts';
import { Icon, KIND_WORDS } from '../parts/icon.tsx';
import { now } from '../state/clock.ts';
import { listed, nameOf } from '../words/phrases.ts';
import { ago, exactly } from '../words/times.ts';
import { ReassignDialog } from './reassign.tsx';

export interface HeadProps {
  readonly item: Item;
  readonly isClosed: boolean;
  readonly reload: () => void;
}

export function Head({ item, isClosed, reload }: HeadProps): JSX.Element {
  const [isPassing, setPassing] = useState(false);
  const { priority, tags = [] } = item;
  return (
    <header class="item-head">
      <p class="eyebrow">
        <span class="eyebrow-kind">
          <Icon name={item.kind} /> {KIND_WORDS[item.kind]}
        </span>
        <span>{item.entrypoint}</span>
        <time dateTime={item.askedAt} title={exactly(item.askedAt)}>
          asked {ago(item.askedAt, now.value)}
        </time>
      </p>
      <Heading title={item.title} />
      <div class="item-facts">
        {(priority === 'urgent' || priority === 'high') && (
          <span class="tag" data-priority={priority}>
            {priority === 'urgent' ? 'Urgent' : 'High'}
          </span>
        )}
        <span class="fact">
          <Icon name="people" />
          <span class="visually-hidden">Asked: </span>
          {item.assignees?.length ? listed(item.assignees.map(nameOf)) : 'Anybody can answer'}
        </span>
        {tags.map((tag) => (
          <span key={tag} class="tag">
            {tag}
          </span>
        ))}
        {item.mayReassign && !isClosed && (
          <button type="button" class="link" onClick={() => setPassing(true)}>
            Pass on …
          </button>
        )}
      </div>
      {isPassing && <ReassignDialog item={item} onClose={() => setPassing(false)} onDone={reload} />}
    </header>
  );
}

export function Heading({ title }: { readonly title: string }): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // A person who came here by a key or a link goes on reading here. Whoever writes elsewhere is not disturbed.
    if (!document.querySelector('dialog[open]') && !isWriting()) heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {title}
    </h1>
  );
}
