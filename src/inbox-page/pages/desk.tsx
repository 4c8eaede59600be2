/** The list, and beside it the item that is open. On a narrow page one of both. */
import type { JSX } from 'preact';
import { useLocation } from 'preact-iso';
import { useEffect, useLayoutEffect } from 'preact/hooks';
import { goOn } from '../item/after.ts';
import { ItemPane } from '../item/item-pane.tsx';
import { clearSelection } from '../list/selection.ts';
import { ListPane } from '../list/list-pane.tsx';
import { areKeysOn } from '../parts/keyboard.ts';
import { useTitle } from '../parts/title.ts';
import { addressIn, BASE } from '../route.ts';
import { list, loadList, total, view } from '../state/list.ts';
import { readView, viewQuery } from '../state/view.ts';

export function Desk(): JSX.Element {
  const { path, query } = useLocation();
  const open = path === `${BASE}/item` ? addressIn(query) : undefined;
  const wanted = viewQuery(readView(query));
  useLayoutEffect(() => {
    // What is selected must be seen before it is answered.
    if (wanted !== viewQuery(view.peek())) clearSelection();
    view.value = readView(query);
  }, [wanted]);
  useEffect(() => {
    if (list.peek().kind !== 'ready' || wanted !== loaded) void loadList();
    loaded = wanted;
  }, [wanted]);
  useTitle(total.value);
  return (
    <div class="desk" data-open={open ? '' : undefined}>
      <ListPane open={open} />
      {open ? (
        <main class="main" id="main" tabIndex={-1}>
          <ItemPane address={open} onAnswered={goOn} />
        </main>
      ) : (
        <aside class="main">
          <Nothing />
        </aside>
      )}
    </div>
  );
}

/** The view of the list that is loaded. */
let loaded: string | undefined;

function Nothing(): JSX.Element | null {
  const state = list.value;
  if (state.kind !== 'ready' || state.lines.length === 0) return null;
  return (
    <div class="nothing">
      <p>Choose an item to answer it.</p>
      {areKeysOn.value && (
        <p class="muted">
          <kbd>j</kbd> <kbd>k</kbd> to move, <kbd>Enter</kbd> to open, <kbd>?</kbd> for all keys
        </p>
      )}
    </div>
  );
}
