/** Where the focus is, and where it goes when what had it is gone. */

/** What one writes into. A box or a radio is pressed: the keys of the page act there. */
const FIELD = 'input:not([type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable]';

/** The field that had the focus last, until the person leaves it. */
let field: Element | undefined;

export function watchFocus(): void {
  addEventListener('focusin', ({ target }) => {
    field = target instanceof Element && target.matches(FIELD) ? target : undefined;
  });
  const leave = (): void => {
    field = undefined;
  };
  for (const name of ['pointerdown', 'popstate', 'submit']) addEventListener(name, leave, { capture: true });
}

/**
 * Whether somebody writes. The browser takes the focus from a field that is disabled or removed, and tells nobody: the person
 * goes on typing, and the letters are not for the page.
 */
export function isWriting(): boolean {
  if (document.activeElement?.matches(FIELD)) return true;
  return field !== undefined && (!field.isConnected || field.matches(':disabled'));
}

export function leaveField(): void {
  field = undefined;
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}

/** Puts the focus on the first of these places that there is, if nothing has the focus once the page is drawn. */
export function focusIfLost(places: readonly string[] = ['.item-head h1', '.list-pane']): void {
  requestAnimationFrame(() => {
    if (document.activeElement !== document.body || isWriting()) return;
    const found = places.map((place) => document.querySelector<HTMLElement>(place)).find((one) => one !== null);
    found?.focus({ preventScroll: true });
  });
}
