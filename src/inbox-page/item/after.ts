/** Where one goes after an answer: to the next item that can be answered. */
import type { QuestionAddress } from '../../inbox/api.ts';
import { questionKey } from '../../protocol/question-key.ts';
import { focusIfLost } from '../parts/focus.ts';
import { go, itemHref, listHref } from '../route.ts';
import { shownLines, view, type Line } from '../state/list.ts';
import { outgoingOf } from '../state/outbox.ts';

/** Whether the line waits for an answer of the person who looks. */
function waiting(line: Line): boolean {
  return line.ending === undefined && line.item.mayAnswer && !line.item.hasVoted && outgoingOf(line.item) === undefined;
}

export function goOn(from: QuestionAddress): void {
  const all = shownLines.peek();
  const index = all.findIndex((line) => line.key === questionKey(from));
  const next = all.slice(index + 1).find(waiting) ?? all.slice(0, Math.max(index, 0)).find(waiting);
  go(next ? itemHref(next.item, view.peek()) : listHref(view.peek()));
  if (!next) focusIfLost();
}
