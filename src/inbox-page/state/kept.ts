/** What the page keeps in the browser besides drafts: the same in all tabs. */
import { signal, type Signal } from '@preact/signals';
import { BASE } from '../route.ts';

/** A signal whose value outlives the page, where the browser keeps anything. */
export function kept<Value>(name: string, first: Value): Signal<Value> {
  const key = `holdpoint-inbox:${JSON.stringify([BASE])}:${name}`;
  const read = (): Value => {
    try {
      // Only this function writes under the key.
      return JSON.parse(localStorage.getItem(key)!) ?? first;
    } catch {
      return first;
    }
  };
  const value = signal(read());
  addEventListener('storage', (event) => {
    if (event.key === key) value.value = read();
  });
  let isRead = true;
  value.subscribe((now) => {
    try {
      if (!isRead) localStorage.setItem(key, JSON.stringify(now));
    } catch {
      // Without room, it lasts as long as the page.
    }
    isRead = false;
  });
  return value;
}
