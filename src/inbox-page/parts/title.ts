/** The title of the page in its tab and in the history: what is open, and how much waits. */
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { me } from '../state/session.ts';

/** The title of the item that is open. */
export const openTitle = signal<string | undefined>(undefined);

export function useTitle(count?: number): void {
  const title = [openTitle.value, me.value?.title ?? 'Inbox'].filter((name) => name !== undefined).join(' – ');
  useEffect(() => {
    document.title = count ? `(${count}) ${title}` : title;
  }, [title, count]);
}
