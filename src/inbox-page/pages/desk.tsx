/** The list, and beside it the item that is open. On a narrow page one of both. */
import type { JSX } from 'preact';
import { useLocation } from 'preact-iso';
import { useEffect, useLayoutEffect } from 'preact/hooks';
import { goOn } from '../item/after.ts';
import { ItemPane } from '../item/item-pane.tsx';
import { ListPane } from '../list/list-pane.tsx';
import { addressIn, BASE } from '../route.ts';
import { list, loadList, total, view } from '../state/list.ts';
import { me } from '../state/session.ts';
import { readView, viewQuery } from '../state/view.ts';

export function Desk(): JSX.Element {
  const { path, query } = useLocation();
  const open = path === `${BASE}/item` ? addressIn(query) : undefined;
  const wanted = viewQuery(readView(query));
  useLayoutEffect(() => {
    view.value = readView(query);
  }, [wanted]);
  useEffect(() => {
    if (list.peek().kind !== 'ready' || wanted !== loaded) void loadList();
    loaded = wanted;
  }, [wanted]);
  useTitle();
  return (
    <div class="desk" data-open={open ? '' : undefined}>
      <ListPane open={open} />
      <main class="main" id="main" tabIndex={-1}>
        {open ? <ItemPane address={open} onAnswered={goOn} /> : <Nothing />}
      </main>
    </div>
  );
}

/** The view of the list that is loaded. */
let loaded: string | undefined;

function useTitle(): void {
  const name = me.value?.title ?? 'Inbox';
  const count = total.value;
  useEffect(() => {
    document.title = count ? `(${count}) ${name}` : name;
  }, [name, count]);
}

function Nothing(): JSX.Element | null {
  const state = list.value;
  if (state.kind !== 'ready' || state.lines.length === 0) return null;
  return (
    <div class="nothing">
      <p>Choose an item to answer it.</p>
      <p class="muted">
        <kbd>j</kbd> <kbd>k</kbd> to move, <kbd>Enter</kbd> to open, <kbd>?</kbd> for all keys
      </p>
    </div>
  );
}
