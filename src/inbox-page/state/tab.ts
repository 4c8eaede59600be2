/** This tab of the browser: its name, and which others are open. */

const LOCK = 'holdpoint-inbox-tab:';

/** A reload is a new one: what the tab before it had under way is over. */
export const TAB: string = crypto.getRandomValues(new Uint32Array(2)).join('-');

/** Holds a lock under the tab's name, which the browser lets go of when the page is gone, however it goes. */
export function holdTab(): void {
  void globalThis.navigator.locks?.request(LOCK + TAB, () => new Promise<never>(() => {}));
}

/** The tabs that are open. `undefined` where the browser has no locks: on a page without https. */
export async function openTabs(): Promise<ReadonlySet<string> | undefined> {
  const locks = globalThis.navigator.locks;
  if (!locks) return undefined;
  const { held = [] } = await locks.query();
  return new Set(held.flatMap(({ name }) => (name?.startsWith(LOCK) ? [name.slice(LOCK.length)] : [])));
}
