/** The groups of the list: what is overdue, what is due today, and what has time. */
import type { ListedItem } from '../../inbox/api.ts';
import { dayStart } from '../words/times.ts';

export type GroupName = 'Overdue' | 'Today' | 'Later';

export interface Group<Line> {
  readonly name: GroupName;
  readonly lines: readonly Line[];
}

export function groupOf(item: Pick<ListedItem, 'dueAt'>, now: number): GroupName {
  if (item.dueAt === undefined) return 'Later';
  const due = Date.parse(item.dueAt);
  if (due <= now) return 'Overdue';
  return due < dayStart(now, 1) ? 'Today' : 'Later';
}

/** The lines of each group that has some, in their order. A day ends at midnight where the person is. */
export function grouped<Line extends { readonly item: Pick<ListedItem, 'dueAt'> }>(
  lines: readonly Line[],
  now: number,
): Group<Line>[] {
  const names: readonly GroupName[] = ['Overdue', 'Today', 'Later'];
  return names
    .map((name) => ({ name, lines: lines.filter(({ item }) => groupOf(item, now) === name) }))
    .filter((group) => group.lines.length > 0);
}
