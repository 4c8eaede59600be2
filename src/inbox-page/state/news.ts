/** What happened while somebody looks elsewhere, said to screen readers. */
import { signal } from '@preact/signals';

export const news = signal('');

export function say(text: string): void {
  // The same text twice is no change, and would not be read again.
  news.value = news.value === text ? `${text}\u00a0` : text;
}
