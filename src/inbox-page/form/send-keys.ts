/** Ctrl or Cmd with Enter sends a form from any of its fields. */
import type { TargetedKeyboardEvent } from 'preact';

export function sendOnKeys(event: TargetedKeyboardEvent<HTMLFormElement>): void {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  event.currentTarget.requestSubmit();
}
