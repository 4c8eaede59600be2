/** Where one goes after an answer: to the next item that can be answered. */
import type { QuestionAddress } from '../../inbox/api.ts';
import { focusIfLost } from '../parts/focus.ts';
import { go, itemHref, listHref } from '../route.ts';
import { list, view, type Line } from '../state/list.ts';
import { outgoingOf } from '../state/outbox.ts';
import { keyOf } from '../state/view.ts';

/** Whether the line waits for an answer of the person who looks. */
function waiting(line: Line): boolean {
  return line.ending === undefined && line.item.mayAnswer && !line.item.hasVoted && outgoingOf(line.item) === undefined;
}

export function goOn(from: QuestionAddress): void {
  const state = list.peek();
  const lines = state.kind === 'ready' ? state.lines : [];
  const index = lines.findIndex((line) => line.key === keyOf(from));
  const next = lines.slice(index + 1).find(waiting) ?? lines.slice(0, Math.max(index, 0)).find(waiting);
  go(next ? itemHref(next.item, view.peek()) : listHref(view.peek()));
  if (!next) focusIfLost();
}
