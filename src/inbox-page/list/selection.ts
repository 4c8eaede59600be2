/** The items that are selected, to be answered at once. All of them have the same `bulk` key. */
import { computed, signal } from '@preact/signals';
import type { ListedItem } from '../../inbox/api.ts';
import { say } from '../state/news.ts';
import { list } from '../state/list.ts';
import { counted } from '../words/times.ts';

/** The most that the server takes at once. */
const MOST = 100;

const keys = signal<ReadonlySet<string>>(new Set());
/** Whether boxes are shown on a device that cannot hover. */
export const isSelecting = signal(false);

/** The selected items that are still open. */
export const selected = computed<readonly ListedItem[]>(() =>
  list.value.kind === 'ready'
    ? list.value.lines.flatMap(({ key, item, ending }) => (!ending && keys.value.has(key) ? [item] : []))
    : [],
);
export const bulkKey = computed(() => selected.value[0]?.bulk);

export function isSelected(key: string): boolean {
  return keys.value.has(key);
}

/** Whether an item can be selected, next to those that are. */
export function canSelect(item: ListedItem): boolean {
  if (item.bulk === undefined || !item.mayAnswer) return false;
  return bulkKey.value === undefined || bulkKey.value === item.bulk;
}

export function toggle(key: string, item: ListedItem): void {
  if (!keys.peek().has(key) && !canSelect(item)) {
    say(
      item.bulk === undefined
        ? 'This one is answered by itself.'
        : 'This one is of another kind than the selected ones.',
    );
    return;
  }
  const after = new Set(keys.peek());
  if (!after.delete(key) && after.size < MOST) after.add(key);
  keys.value = after;
  say(`${counted(selected.value.length, 'item')} selected`);
}

/** Selects all loaded items that go with the selected ones. */
export function selectAlike(): void {
  const state = list.peek();
  if (state.kind !== 'ready') return;
  const alike = state.lines.filter(({ item, ending }) => !ending && canSelect(item));
  keys.value = new Set(alike.slice(0, MOST).map(({ key }) => key));
  say(`${counted(selected.value.length, 'item')} selected`);
}

export function clearSelection(): void {
  keys.value = new Set();
  isSelecting.value = false;
}
