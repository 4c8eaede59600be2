/** The drafts of the person who looks. */
import type { QuestionAddress } from '../../inbox/api.ts';
import type { Draft } from '../form/answer-form.tsx';
import { BASE } from '../route.ts';
import { DraftStore, type Change, type Entry, type Writing } from './draft-store.ts';
import { me } from './session.ts';
import { TAB } from './tab.ts';

/** People who share a browser have drafts of their own, and so have inboxes that share a host. */
export function drafts(): DraftStore {
  const actor = me.value?.actor ?? '';
  return new DraftStore(localStorage, { prefix: `holdpoint-inbox:${JSON.stringify([BASE, actor])}:draft:`, tab: TAB });
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
