/** The addresses of the page, and how it goes from one to the other. */
import { signal } from '@preact/signals';
import type { QuestionAddress } from '../inbox/api.ts';
import { viewQuery, type View } from './state/view.ts';

/** Where the inbox is mounted, without a slash at its end: the server says it in the `base` element. */
export const BASE: string = new URL(document.baseURI).pathname.replace(/\/[^/]*$/, '');

export function listHref(view: View): string {
  return withQuery(`${BASE}/`, viewQuery(view));
}

export function itemHref({ thread, run, id }: QuestionAddress, view: View = {}): string {
  const query = new URLSearchParams({ thread, run, id }).toString();
  return withQuery(`${BASE}/item`, [query, viewQuery(view)].filter(Boolean).join('&'));
}

/** What is open now, beside another view of the list. */
export function viewHref(view: View): string {
  const open = addressIn(Object.fromEntries(new URLSearchParams(location.search)));
  return open && location.pathname === `${BASE}/item` ? itemHref(open, view) : listHref(view);
}

export function threadHref(thread: string): string {
  return withQuery(`${BASE}/thread`, new URLSearchParams({ thread }).toString());
}

export function decisionsHref(): string {
  return `${BASE}/decisions`;
}

function withQuery(path: string, query: string): string {
  return query === '' ? path : `${path}?${query}`;
}

/** The question that an address opens. */
export function addressIn(query: Readonly<Record<string, string>>): QuestionAddress | undefined {
  const { thread, run, id } = query;
  return thread && run && id ? { thread, run, id } : undefined;
}

type Go = (href: string, replace?: boolean) => void;
const router = signal<Go>(() => {});

/** The router of the page hands over its function here, for keys and for what happens after an answer. */
export function setRouter(go: Go): void {
  router.value = go;
}

/** The page of a signed link is the only one for whoever came by it. */
export const isLink = location.pathname === `${BASE}/link`;

export const go: Go = (href, replace) => {
  if (!isLink) router.peek()(href, replace);
};
