/** Views with a name, kept in the browser. */
import { kept } from './kept.ts';

export interface SavedView {
  readonly name: string;
  readonly query: string;
}

export const savedViews = kept<readonly SavedView[]>('views', []);

export function saveView(view: SavedView): void {
  savedViews.value = [...savedViews.value.filter((one) => one.name !== view.name), view];
}

export function forgetView(name: string): void {
  savedViews.value = savedViews.value.filter((one) => one.name !== name);
}
