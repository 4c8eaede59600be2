/** The items that are selected, to be answered at once. All of them have the same `bulk` key, and none has an answer on its way. */
import { computed, signal } from '@preact/signals';
import type { ListedItem, QuestionAddress } from '../../inbox/api.ts';
import { MAX_SENT_ANSWERS } from '../../protocol/limits.ts';
import { questionKey } from '../../protocol/question-key.ts';
import { shownLines } from '../state/list.ts';
import { say, show } from '../state/news.ts';
import { outgoingOf } from '../state/outbox.ts';
import { counted } from '../words/times.ts';

const keys = signal<ReadonlySet<string>>(new Set());
/** Whether boxes are shown on a device that cannot hover. */
export const isSelecting = signal(false);

/** The items that are open, by their keys. */
const open = computed(
  () => new Map(shownLines.value.flatMap(({ key, item, ending }) => (ending ? [] : [[key, item] as const]))),
);
/** The selected items that can still be answered. */
export const selected = computed<readonly ListedItem[]>(() => {
  const items = [...open.value].flatMap(([key, item]) => (keys.value.has(key) ? [item] : []));
  const free = items.filter((item) => item.bulk !== undefined && item.mayAnswer && !outgoingOf(item));
  return free.filter(({ bulk }) => bulk === free[0]!.bulk);
});
const selectedKeys = computed(() => new Set(selected.value.map(questionKey)));

export function isSelected(key: string): boolean {
  return selectedKeys.value.has(key);
}

/** Whether an item can be selected, next to those that are. */
export function canSelect(item: ListedItem): boolean {
  if (item.bulk === undefined || !item.mayAnswer || outgoingOf(item) || !open.value.has(questionKey(item)))
    return false;
  return item.bulk === (selected.value[0] ?? item).bulk;
}

export function toggle(key: string, item: ListedItem): void {
  const after = new Set(selectedKeys.peek());
  if (!after.delete(key)) {
    const why = whyNot(item, after.size);
    if (why !== undefined) return show(why);
    after.add(key);
  }
  choose(after);
}

function whyNot(item: ListedItem, count: number): string | undefined {
  if (!open.peek().has(questionKey(item))) return 'This question is closed.';
  if (outgoingOf(item)) return 'Its answer is on its way.';
  if (item.bulk === undefined || !item.mayAnswer) return 'This one is answered by itself.';
  if (!canSelect(item)) return 'This one is of another kind than the selected ones.';
  return count < MAX_SENT_ANSWERS ? undefined : `No more than ${MAX_SENT_ANSWERS} can be answered at once.`;
}

/** Selects all loaded items that go with the selected ones. */
export function selectAlike(): void {
  const alike = [...open.peek().values()].filter(canSelect);
  choose(new Set(alike.slice(0, MAX_SENT_ANSWERS).map(questionKey)));
}

/** Selects those whose answers were taken back. */
export function selectAgain(addresses: readonly QuestionAddress[]): void {
  if (addresses.length > 0) choose(new Set(addresses.map(questionKey)));
}

function choose(after: ReadonlySet<string>): void {
  keys.value = after;
  say(`${counted(selected.value.length, 'item')} selected`);
}

export function clearSelection(): void {
  keys.value = new Set();
  isSelecting.value = false;
}
