/** The drafts of the person who looks. */
import type { QuestionAddress } from '../../inbox/api.ts';
import { BASE } from '../route.ts';
import { DraftStore, type Change, type Draft, type Entry, type Shelf, type Writing } from './draft-store.ts';
import { me } from './session.ts';
import { TAB } from './tab.ts';

/** What a browser has that refuses its storage: it lasts as long as the page. */
class PageShelf implements Shelf {
  readonly #entries = new Map<string, string>();

  get length(): number {
    return this.#entries.size;
  }

  key(index: number): string | null {
    return [...this.#entries.keys()][index] ?? null;
  }

  getItem(key: string): string | null {
    return this.#entries.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.#entries.set(key, value);
  }

  removeItem(key: string): void {
    this.#entries.delete(key);
  }
}

const shelf = openShelf();
/** Whether drafts outlive the page. */
export const areDraftsKept = !(shelf instanceof PageShelf);

function openShelf(): Shelf {
  try {
    return localStorage;
  } catch {
    return new PageShelf();
  }
}

/** People who share a browser have drafts of their own, and so have inboxes that share a host. */
export function drafts(): DraftStore {
  const actor = me.value?.actor ?? '';
  return new DraftStore(shelf, { prefix: `holdpoint-inbox:${JSON.stringify([BASE, actor])}:draft:`, tab: TAB });
}

export type { Change, Draft, Entry, Writing };

/** Calls back when another tab has written a draft of this question. */
export function onOtherTab(address: QuestionAddress, changed: (entry: Entry | undefined) => void): () => void {
  const listener = (event: StorageEvent): void => {
    if (event.key === drafts().nameOf(address)) changed(drafts().read(address));
  };
  addEventListener('storage', listener);
  return () => removeEventListener('storage', listener);
}
