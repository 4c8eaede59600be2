/** The groups of the list: what is overdue, what is due today, and what has time. */
import type { ListedItem } from '../../inbox/api.ts';
import { dayStart } from '../words/times.ts';

export type GroupName = 'Overdue' | 'Today' | 'Later';

export interface Group<Item> {
  readonly name: GroupName;
  readonly items: readonly Item[];
}

export function groupOf(item: Pick<ListedItem, 'dueAt'>, now: number): GroupName {
  if (item.dueAt === undefined) return 'Later';
  const due = Date.parse(item.dueAt);
  if (due <= now) return 'Overdue';
  return due < dayStart(now, 1) ? 'Today' : 'Later';
}

/** The items of each group that has some, in their order. A day ends at midnight where the person is. */
export function grouped<Item extends Pick<ListedItem, 'dueAt'>>(items: readonly Item[], now: number): Group<Item>[] {
  const names: readonly GroupName[] = ['Overdue', 'Today', 'Later'];
  return names
    .map((name) => ({ name, items: items.filter((item) => groupOf(item, now) === name) }))
    .filter((group) => group.items.length > 0);
}
