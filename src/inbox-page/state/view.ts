/** What the list shows: filters and an order. The view is in the address, so it can be kept and sent. */
import type { ItemKind, ItemsQuery, ListedItem, Me } from '../../inbox/api.ts';
import { questionKey } from '../../protocol/question-key.ts';
import type { Priority } from '../../protocol/shapes.ts';

export type View = Omit<ItemsQuery, 'cursor' | 'limit'>;

export type ViewName = keyof View;

export const VIEW_NAMES: readonly ViewName[] = [
  'q',
  'assignee',
  'entrypoint',
  'kind',
  'tag',
  'priority',
  'task',
  'group',
  'sort',
];

export const KINDS: readonly ItemKind[] = ['approval', 'yes or no', 'choice', 'text', 'number', 'form', 'any'];
export const PRIORITIES: readonly Priority[] = ['urgent', 'high', 'normal', 'low'];

/** The view of an address. Other parameters are ignored. */
export function readView(query: Readonly<Record<string, string>>): View {
  const entries = VIEW_NAMES.flatMap((name) => (query[name] ? [[name, query[name]] as const] : []));
  const { kind, priority, sort, ...rest } = Object.fromEntries(entries) as Record<string, string>;
  return {
    ...rest,
    ...(KINDS.includes(kind as ItemKind) && { kind: kind as ItemKind }),
    ...(PRIORITIES.includes(priority as Priority) && { priority: priority as Priority }),
    ...(sort === 'age' && { sort }),
  };
}

export function viewQuery(view: View): string {
  const query = new URLSearchParams();
  for (const name of VIEW_NAMES) {
    const value = view[name];
    if (value) query.set(name, value);
  }
  return query.toString();
}

/** The view with one of its parts changed. An empty value takes the part out. */
export function withPart(view: View, name: ViewName, value: string): View {
  const { [name]: _before, ...rest } = view;
  return value === '' ? rest : { ...rest, [name]: value };
}

/** Whether anything is filtered out. */
export function isFiltered(view: View): boolean {
  return VIEW_NAMES.some((name) => name !== 'sort' && view[name] !== undefined);
}

const EXACT = ['entrypoint', 'task', 'group', 'kind'] as const;

/**
 * Whether an item that just came belongs to the view. `unknown`: only the server can say, since it also looks into values.
 */
export function belongs(item: ListedItem, view: View, me: Pick<Me, 'actor' | 'groups'>): boolean | 'unknown' {
  if (EXACT.some((name) => view[name] !== undefined && item[name] !== view[name])) return false;
  if (view.priority !== undefined && (item.priority ?? 'normal') !== view.priority) return false;
  if (view.tag !== undefined && !item.tags?.includes(view.tag)) return false;
  if (view.assignee !== undefined && !isAsked(item, view.assignee, me)) return false;
  return view.q === undefined || 'unknown';
}

function isAsked(item: ListedItem, assignee: string, me: Pick<Me, 'actor' | 'groups'>): boolean {
  const names = assignee === 'me' ? [me.actor, ...me.groups.map((group) => `group:${group}`)] : [assignee];
  return names.some((name) => item.assignees?.includes(name));
}

/** The order of the list: as the server's, so that an item that just came stands where it will stand after a reload. */
export function compareItems(sort: View['sort']): (a: ListedItem, b: ListedItem) => number {
  return (a, b) => (sort === 'age' ? 0 : time(a.dueAt) - time(b.dueAt)) || byAge(a, b);
}

function byAge(a: ListedItem, b: ListedItem): number {
  return time(a.askedAt) - time(b.askedAt) || (questionKey(a) < questionKey(b) ? -1 : 1);
}

/** Without a time it comes last. */
function time(at: string | undefined): number {
  return at === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(at);
}
