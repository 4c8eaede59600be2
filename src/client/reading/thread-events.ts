/**
 * The events of a thread's history, for somebody who watches it.
 */
import type { FollowedEvent } from './follow.ts';
import { itemsOf, type InterruptUpdate, type PreviewUpdate, type Update } from './stream-modes.ts';

/** What one event of a thread's history means to somebody who watches the thread. */
export interface ThreadEvent {
  /** The run that it belongs to. */
  readonly run: string;
  /** Its number in the history of the run. */
  readonly event: number;
  /** A task's result, or the value of the run or the turn. */
  readonly update: Update | undefined;
  /** Questions that open or close with it. */
  readonly interrupts: readonly InterruptUpdate[];
  /** What running tasks show, and messages that are done. Empty without previews. */
  readonly previews: readonly PreviewUpdate[];
}

/** Picks what an event means to somebody who watches the thread. */
export function threadEventsOf(hasPreviews: boolean): (event: FollowedEvent) => readonly ThreadEvent[] {
  return (event) => {
    const { run, event: number } = event.position;
    const [update] = itemsOf('updates', event);
    const previews = hasPreviews ? previewsIn(event) : [];
    return [{ run, event: number, update, interrupts: itemsOf('interrupts', event), previews }];
  };
}

function previewsIn(event: FollowedEvent): readonly PreviewUpdate[] {
  return [
    ...itemsOf('messages', event).map((item) => ({ mode: 'messages', item }) as const),
    ...itemsOf('custom', event).map((item) => ({ mode: 'custom', item }) as const),
  ];
}
