/** What happened while somebody looks elsewhere, said to screen readers, and what a key could not do, shown to everybody. */
import { signal } from '@preact/signals';

/** How long a text is shown. */
const SHOWN_MS = 5000;

export const news = signal('');
export const isNewsShown = signal(false);
let hiding: ReturnType<typeof setTimeout> | undefined;

export function say(text: string): void {
  // The same text twice is no change, and would not be read again.
  news.value = news.value === text ? `${text}\u00a0` : text;
  isNewsShown.value = false;
}

/** Says it, and shows it for a moment: where nothing else on the page tells. */
export function show(text: string): void {
  say(text);
  isNewsShown.value = true;
  clearTimeout(hiding);
  hiding = setTimeout(() => (isNewsShown.value = false), SHOWN_MS);
}
