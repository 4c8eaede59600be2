/** A pause before something is tried again. */

/** Resolves after a pause, or as soon as one of these events of the window gives hope. */
export function restored(pauseMs: number, ...hopes: readonly ('online' | 'visibilitychange')[]): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      for (const hope of hopes) removeEventListener(hope, done);
      resolve();
    };
    const timer = setTimeout(done, pauseMs);
    for (const hope of hopes) addEventListener(hope, done);
  });
}
