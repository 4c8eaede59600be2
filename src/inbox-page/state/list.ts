/** The list: what the server says is open, kept up to date by events (W1). */
import { computed, signal } from '@preact/signals';
import type { Ending, InboxEvent, Items, ListedItem } from '../../inbox/api.ts';
import { MAX_LISTED } from '../../protocol/limits.ts';
import { questionKey } from '../../protocol/question-key.ts';
import { news, say, show } from './news.ts';
import { api, get, troubleOf, type Reply } from './requests.ts';
import { me, signedOut } from './session.ts';
import { belongs, compareItems, type View } from './view.ts';

/** A line of the list. With an ending it is closed, and stays only while somebody looks at it. */
export interface Line {
  readonly key: string;
  readonly item: ListedItem;
  readonly ending?: Ending;
  /** It came while the list was looked at. */
  readonly isNew?: true;
}

export type ListState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'ready'; readonly lines: readonly Line[]; readonly total: number; readonly next?: string };

export const view = signal<View>({});
export const list = signal<ListState>({ kind: 'loading' });
export const isLoadingMore = signal(false);
/** What is there of the list. */
export const shownLines = computed(() => (list.value.kind === 'ready' ? list.value.lines : []));
/** How many are open: those of the list once all are loaded, and else what the server said last. */
export const total = computed(() => {
  const state = list.value;
  if (state.kind !== 'ready') return undefined;
  return state.next === undefined ? shownLines.value.filter((line) => !line.ending).length : state.total;
});
/** The lines that must not leave under somebody's eyes: under the pointer, or open beside the list. */
export const held = { pointer: undefined as string | undefined, open: undefined as string | undefined };
/** The last event that the list includes. */
export const position = { at: undefined as string | undefined };

const PAGE_SIZE = 100;
const RELOAD_MS = 400;
const RETRY_MS = 3000;
let loading: AbortController | undefined;
/** Events that came while the list, or more of it, was on its way: they are applied on top of it. */
let early: InboxEvent[] = [];
let reloading: ReturnType<typeof setTimeout> | undefined;
let counting: ReturnType<typeof setTimeout> | undefined;

function itemsUrl(more: Record<string, string> = {}): string {
  return api('items', { ...view.peek(), limit: String(PAGE_SIZE), ...more });
}

// Who sits at this computer next sees and hears nothing of what was there.
signedOut.subscribe((way) => {
  if (way === undefined) return;
  loading?.abort();
  loading = undefined;
  clearTimeout(reloading);
  clearTimeout(counting);
  list.value = { kind: 'loading' };
  news.value = '';
});

/**
 * Loads the list of the view. What is there stays until the new one is.
 *
 * @param least So many items, if there are so many: a list that was scrolled down keeps its length.
 */
export async function loadList(least = PAGE_SIZE): Promise<void> {
  loading?.abort();
  const mine = (loading = new AbortController());
  clearTimeout(reloading);
  early = [];
  const reply = await readItems(least, mine.signal);
  if (mine.signal.aborted) return;
  loading = undefined;
  if (reply.kind !== 'ok') {
    if (list.value.kind !== 'ready') list.value = { kind: 'failed', message: troubleOf(reply) };
    reloading = setTimeout(() => void loadList(least), RETRY_MS);
    return applyEarly();
  }
  position.at ??= reply.value.at;
  fill([...new Map(reply.value.items.map((item) => [questionKey(item), toLine(item)])).values()], reply.value);
  applyEarly();
}

function applyEarly(): void {
  for (const event of early.splice(0)) applyEvent(event);
}

/** The first items of the view, in as many requests as they need. */
async function readItems(count: number, stop: AbortSignal, more = {}): Promise<Reply<Items>> {
  const reply = await get<Items>(itemsUrl({ limit: String(Math.min(count, MAX_LISTED)), ...more }), stop);
  if (reply.kind !== 'ok' || count <= MAX_LISTED || !reply.value.next) return reply;
  const { items, next } = reply.value;
  const rest = await readItems(count - MAX_LISTED, stop, { cursor: next });
  return rest.kind === 'ok' ? { ...rest, value: { ...rest.value, items: [...items, ...rest.value.items] } } : rest;
}

function fill(lines: readonly Line[], { total: count, next }: Items): void {
  list.value = { kind: 'ready', lines, total: count, ...(next !== undefined && { next }) };
}

function toLine(item: ListedItem): Line {
  return { key: questionKey(item), item };
}

/** The next page of the list. */
export async function loadMore(): Promise<void> {
  const state = list.peek();
  if (state.kind !== 'ready' || state.next === undefined || loading) return;
  const mine = (loading = new AbortController());
  isLoadingMore.value = true;
  const reply = await get<Items>(itemsUrl({ cursor: state.next }), mine.signal);
  isLoadingMore.value = false;
  if (mine.signal.aborted) return;
  loading = undefined;
  const before = list.peek();
  if (reply.kind !== 'ok') show(troubleOf(reply));
  else if (before.kind === 'ready') {
    const present = new Set(before.lines.map((line) => line.key));
    const more = reply.value.items.map(toLine).filter((line) => !present.has(line.key));
    fill([...before.lines, ...more], reply.value);
  }
  applyEarly();
}

/** Only the server can count what is not loaded. */
function recountSoon(): void {
  clearTimeout(counting);
  counting = setTimeout(async () => {
    const url = itemsUrl({ limit: '1' });
    const reply = await get<Items>(url);
    const state = list.peek();
    if (reply.kind !== 'ok' || state.kind !== 'ready' || url !== itemsUrl({ limit: '1' })) return;
    if (state.total !== reply.value.total) list.value = { ...state, total: reply.value.total };
  }, RELOAD_MS);
}

function reloadSoon(): void {
  clearTimeout(reloading);
  reloading = setTimeout(loadAgain, RELOAD_MS);
}

function loadAgain(): void {
  const state = list.peek();
  void loadList(state.kind === 'ready' ? Math.max(PAGE_SIZE, state.lines.length) : PAGE_SIZE);
}

/** Takes one event of the stream into the list. */
export function applyEvent(event: InboxEvent): void {
  if (loading) {
    early.push(event);
    return;
  }
  switch (event.kind) {
    case 'opened':
    case 'changed':
      return arrived(event.item, event.kind);
    case 'closed':
      return closed(questionKey(event), endingOf(event));
    case 'reload':
      return loadAgain();
    case 'server':
      return;
  }
}

/** How a question ended, without its address. */
export function endingOf({ how, at, actor, answer }: Ending): Ending {
  return { how, at, ...(actor !== undefined && { actor }), ...(answer !== undefined && { answer }) };
}

function arrived(item: ListedItem, kind: 'opened' | 'changed'): void {
  const state = list.peek();
  const who = me.peek();
  if (state.kind !== 'ready' || !who) return;
  const fits = belongs(item, view.peek(), who);
  if (fits === 'unknown') return reloadSoon();
  const key = questionKey(item);
  const others = state.lines.filter((line) => line.key !== key);
  const isNew = others.length === state.lines.length;
  if (!fits) {
    if (!isNew) list.value = { ...state, lines: others };
    return;
  }
  const compare = compareItems(view.peek().sort);
  const index = others.findIndex((line) => compare(item, line.item) < 0);
  // What comes behind the last page that was loaded comes with the next one.
  const isBehind = index === -1 && state.next !== undefined;
  const at = index === -1 ? others.length : index;
  const lines = isBehind
    ? others
    : [...others.slice(0, at), { key, item, ...(isNew && { isNew }) }, ...others.slice(at)];
  list.value = { ...state, lines };
  if (state.next !== undefined && isNew) recountSoon();
  if (kind === 'opened' && isNew) say(`New: ${item.title}`);
}

function closed(key: string, ending: Ending): void {
  const state = list.peek();
  if (state.kind !== 'ready') return;
  const line = state.lines.find((one) => one.key === key);
  if (state.next !== undefined) recountSoon();
  if (!line || line.ending) return;
  const stays = held.pointer === key || held.open === key;
  const lines = stays
    ? state.lines.map((one) => (one === line ? { ...one, ending } : one))
    : state.lines.filter((one) => one !== line);
  list.value = { ...state, lines };
}

/** Lets closed lines go that nobody looks at. */
export function sweep(): void {
  const state = list.peek();
  if (state.kind !== 'ready') return;
  const lines = state.lines.filter(({ key, ending }) => !ending || held.pointer === key || held.open === key);
  if (lines.length < state.lines.length) list.value = { ...state, lines };
}

/** The values that filters can have, from what is loaded. */
export function known(of: (item: ListedItem) => readonly string[] | string | undefined): string[] {
  return [...new Set(shownLines.value.flatMap(({ item }) => of(item) ?? []))].toSorted();
}
