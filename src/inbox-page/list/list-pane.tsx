/** The list: what waits, in groups, with the toolbar above it. */
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { QuestionAddress } from '../../inbox/api.ts';
import { questionKey } from '../../protocol/question-key.ts';
import { listHref } from '../route.ts';
import { now } from '../state/clock.ts';
import { isLoadingMore, list, loadList, loadMore, view, type Line, type ListState } from '../state/list.ts';
import { grouped } from '../state/groups.ts';
import { me } from '../state/session.ts';
import { isFiltered } from '../state/view.ts';
import { BulkBar } from './bulk-bar.tsx';
import { Row } from './row.tsx';
import { isSelecting } from './selection.ts';
import { useSteady } from './steady.ts';
import { Toolbar } from './toolbar.tsx';

export function ListPane({ open }: { readonly open: QuestionAddress | undefined }): JSX.Element {
  return (
    <section
      class="list-pane"
      // Without an item it is the content of the page.
      {...(!open && { id: 'main', role: 'main' })}
      tabIndex={-1}
      aria-label="What waits for an answer"
      data-selecting={isSelecting.value ? '' : undefined}
    >
      {open === undefined && <h1 class="visually-hidden">{me.value?.title ?? 'Inbox'}</h1>}
      <Toolbar />
      <Content state={list.value} open={open} />
      <BulkBar />
    </section>
  );
}

function Content({
  state,
  open,
}: {
  readonly state: ListState;
  readonly open: QuestionAddress | undefined;
}): JSX.Element {
  switch (state.kind) {
    case 'loading':
      return <Skeleton />;
    case 'failed':
      return (
        <div class="empty" role="alert">
          <p class="empty-title">The list could not be loaded</p>
          <p>{state.message}</p>
          <button type="button" onClick={() => void loadList()}>
            Try again
          </button>
        </div>
      );
    default:
      state.kind satisfies 'ready';
      return state.lines.length === 0 && state.next === undefined ? <Empty /> : <Lines state={state} open={open} />;
  }
}

function Skeleton(): JSX.Element {
  return (
    <div class="skeleton" role="status">
      <span class="visually-hidden">Loading</span>
      {Array.from({ length: 7 }, (_, index) => (
        <div key={index} class="skeleton-row" aria-hidden="true">
          <span />
          <span />
          <span />
        </div>
      ))}
    </div>
  );
}

function Empty(): JSX.Element {
  return isFiltered(view.value) ? (
    <div class="empty">
      <p class="empty-title">Nothing here</p>
      <p>No open question is like this.</p>
      <a class="button" href={listHref({})}>
        Show all
      </a>
    </div>
  ) : (
    <div class="empty">
      <svg class="empty-picture" viewBox="0 0 120 80" width="120" height="80" aria-hidden="true">
        <path d="M14 46h26l7 11h26l7-11h26M14 46l15-30h62l15 30v22H14z" />
      </svg>
      <p class="empty-title">Nothing waits for an answer</p>
      <p>New questions appear here by themselves.</p>
    </div>
  );
}

interface LinesProps {
  readonly state: Extract<ListState, { kind: 'ready' }>;
  readonly open: QuestionAddress | undefined;
}

function Lines({ state, open }: LinesProps): JSX.Element {
  const ref = useRef<HTMLDivElement>(null);
  useSteady(ref);
  const openKey = open && questionKey(open);
  const { lines, next } = state;
  const groups = view.value.sort === 'age' ? [{ name: 'Oldest first', lines }] : grouped(lines, now.value);
  return (
    <div ref={ref} class="lines">
      {groups.map(({ name, lines: some }, index) => (
        <section key={name} class="group" data-group={name} aria-labelledby={`group-${index}`}>
          <h2 id={`group-${index}`} class="group-name">
            {name}
            {/* More of the last group may come with the next page. */}
            {(next === undefined || index < groups.length - 1) && <span class="group-count">{some.length}</span>}
          </h2>
          <ul>{some.map((line) => rowOf(line, line.key === openKey))}</ul>
        </section>
      ))}
      {next !== undefined && <More />}
    </div>
  );
}

const rows = new WeakMap<Line, { readonly isOpen: boolean; readonly row: JSX.Element }>();

/** A line that has not changed gives the same row, which is not looked at again: the list may have a thousand of them. */
function rowOf(line: Line, isOpen: boolean): JSX.Element {
  const known = rows.get(line);
  if (known?.isOpen === isOpen) return known.row;
  const row = <Row key={line.key} line={line} isOpen={isOpen} />;
  rows.set(line, { isOpen, row });
  return row;
}

/** Loads the next page when it comes near. */
function More(): JSX.Element {
  const ref = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) void loadMore();
      },
      { rootMargin: '600px' },
    );
    observer.observe(ref.current!);
    return () => observer.disconnect();
    // A page that ends within sight is no change of the intersection: each page is watched anew.
  }, [list.value]);
  return (
    <button ref={ref} type="button" class="link more" disabled={isLoadingMore.value} onClick={() => void loadMore()}>
      {isLoadingMore.value ? 'Loading …' : 'Load more'}
    </button>
  );
}
