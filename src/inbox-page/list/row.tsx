/** One line of the list. */
import type { JSX } from 'preact';
import { itemHref } from '../route.ts';
import { now } from '../state/clock.ts';
import { held, sweep, view, type Line } from '../state/list.ts';
import { outgoingOf } from '../state/outbox.ts';
import { me } from '../state/session.ts';
import { Icon, KIND_WORDS } from '../parts/icon.tsx';
import { endingText, whoText } from '../words/phrases.ts';
import { dueText, exactly, shortSpan } from '../words/times.ts';
import { canSelect, isSelected, isSelecting, selected, toggle } from './selection.ts';

export interface RowProps {
  readonly line: Line;
  readonly isOpen: boolean;
}

export function Row({ line, isOpen }: RowProps): JSX.Element {
  const { key, item, ending } = line;
  const isSending = outgoingOf(item) !== undefined;
  const enter = (): void => {
    held.pointer = key;
  };
  const leave = (): void => {
    held.pointer = undefined;
    sweep();
  };
  return (
    <li
      class="row"
      data-key={key}
      data-open={isOpen ? '' : undefined}
      data-state={ending ? 'closed' : isSending ? 'sending' : undefined}
      data-new={line.isNew ? '' : undefined}
      data-selected={isSelected(key) ? '' : undefined}
      onPointerEnter={enter}
      onPointerLeave={leave}
    >
      <Mark line={line} />
      <a class="row-link" href={itemHref(item, view.value)} aria-current={isOpen ? 'true' : undefined}>
        <span class="row-title">{item.title}</span>
        {ending ? (
          <span class="row-meta">{endingText(ending, now.value, me.value?.actor)}</span>
        ) : (
          <Meta line={line} isSending={isSending} />
        )}
      </a>
    </li>
  );
}

/** The picture of the kind, or the box to select it. */
function Mark({ line: { key, item } }: { readonly line: Line }): JSX.Element {
  const hasBox = item.bulk !== undefined && item.mayAnswer;
  if (!hasBox) {
    return (
      <span class="mark">
        <Icon name={item.kind} />
      </span>
    );
  }
  return (
    <label class="mark" data-box={isSelecting.value || selected.value.length > 0 ? '' : undefined}>
      <input
        type="checkbox"
        checked={isSelected(key)}
        disabled={!canSelect(item) && !isSelected(key)}
        aria-label={`Select: ${item.title}`}
        onChange={() => toggle(key, item)}
      />
      <Icon name={item.kind} />
    </label>
  );
}

function Meta({ line: { item }, isSending }: { readonly line: Line; readonly isSending: boolean }): JSX.Element {
  const { votes, tags = [], priority, dueAt } = item;
  const isLate = dueAt !== undefined && Date.parse(dueAt) <= now.value;
  return (
    <>
      <span class="row-meta">
        <span class="visually-hidden">{KIND_WORDS[item.kind]}, asked of </span>
        <span class="row-who">{whoText(item)}</span>
        <span class="row-from">{item.entrypoint}</span>
        <time class="row-age" dateTime={item.askedAt} title={exactly(item.askedAt)}>
          <span class="visually-hidden">waits </span>
          {shortSpan(now.value - Date.parse(item.askedAt))}
        </time>
      </span>
      {(dueAt !== undefined || priority !== undefined || votes || tags.length > 0 || isSending || !item.mayAnswer) && (
        <span class="row-tags">
          {isSending && <span class="tag">Sending …</span>}
          {(priority === 'urgent' || priority === 'high') && (
            <span class="tag" data-priority={priority}>
              {priority === 'urgent' ? 'Urgent' : 'High'}
            </span>
          )}
          {dueAt !== undefined && (
            <time class="row-due" dateTime={dueAt} title={exactly(dueAt)} data-late={isLate ? '' : undefined}>
              {dueText(dueAt, now.value)}
            </time>
          )}
          {votes && (
            <span class="row-votes">
              {votes.count} of {votes.quorum} answers
            </span>
          )}
          {!item.mayAnswer && <span class="row-votes">Not yours to answer</span>}
          {tags.map((tag) => (
            <span key={tag} class="tag">
              {tag}
            </span>
          ))}
          {priority === 'low' && <span class="tag">Low</span>}
        </span>
      )}
    </>
  );
}
