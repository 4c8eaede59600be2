/** Views with a name, kept in the browser. */
import { signal } from '@preact/signals';
import { BASE } from '../route.ts';

export interface SavedView {
  readonly name: string;
  readonly query: string;
}

const KEY = `holdpoint-inbox:${JSON.stringify([BASE])}:views`;

export const savedViews = signal<readonly SavedView[]>(read());

function read(): readonly SavedView[] {
  try {
    // Only this file writes under the key.
    return JSON.parse(localStorage.getItem(KEY) ?? '[]') as SavedView[];
  } catch {
    return [];
  }
}

function keep(views: readonly SavedView[]): void {
  savedViews.value = views;
  try {
    localStorage.setItem(KEY, JSON.stringify(views));
  } catch {
    // Without room, the name lasts as long as the page.
  }
}

export function saveView(view: SavedView): void {
  keep([...savedViews.value.filter((one) => one.name !== view.name), view]);
}

export function forgetView(name: string): void {
  keep(savedViews.value.filter((one) => one.name !== name));
}

addEventListener('storage', (event) => {
  if (event.key === KEY) savedViews.value = read();
});
