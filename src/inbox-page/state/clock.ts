/** The time that ages and groups are counted from. It moves on while the page is looked at. */
import { signal } from '@preact/signals';

const TICK_MS = 20_000;

export const now = signal(Date.now());

export function startClock(): void {
  const tick = (): void => {
    if (!document.hidden) now.value = Date.now();
  };
  setInterval(tick, TICK_MS);
  document.addEventListener('visibilitychange', tick);
}
