/**
 * The modes of a stream: which items it yields for an event of the history.
 */
import { INTERRUPT_UPDATE } from '../../protocol/names.ts';
import type { Interrupt } from '../../protocol/shapes.ts';
import type { FollowedEvent } from './follow.ts';
import type { InterruptUpdate, TaskUpdate, Update } from './items.ts';

/** `updates`, `interrupts` for questions as they open and close, or `tasks` for each step of each task (not yet stable). */
export type StreamMode = 'updates' | 'interrupts' | 'tasks';

/** The type of a mode's items. */
export type UpdateOf<Mode extends StreamMode> = Mode extends 'tasks'
  ? TaskUpdate
  : Mode extends 'interrupts'
    ? InterruptUpdate
    : Update;

/** The items for one event, in their order. Most events have none. */
export function itemsOf<Mode extends StreamMode>(mode: Mode, event: FollowedEvent): readonly UpdateOf<Mode>[];
export function itemsOf(mode: StreamMode, event: FollowedEvent): readonly (Update | InterruptUpdate | TaskUpdate)[] {
  switch (mode) {
    case 'updates':
      return [...(event.update ? [event.update] : []), ...(event.opened ? [interruptUpdate(event.opened)] : [])];
    case 'interrupts':
      return interruptUpdates(event);
    case 'tasks':
      return event.task ? [event.task] : [];
    default:
      return mode satisfies never;
  }
}

function interruptUpdate(opened: readonly Interrupt[]): Update {
  return { [INTERRUPT_UPDATE]: opened.map(({ run: _run, task: _task, askedAt: _askedAt, ...entry }) => entry) };
}

function interruptUpdates({ open, closed = [], opened = [] }: FollowedEvent): readonly InterruptUpdate[] {
  return [
    ...(open ? [{ kind: 'open', interrupts: open } as const] : []),
    ...closed.map((one) => ({ kind: 'closed', ...one }) as const),
    ...opened.map((interrupt) => ({ kind: 'opened', interrupt }) as const),
  ];
}
