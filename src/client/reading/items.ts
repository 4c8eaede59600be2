/**
 * What a stream yields, in each of its modes. All of them are plain JSON.
 */
import { INTERRUPT_UPDATE } from '../../protocol/names.ts';
import type { Closed, Interrupt } from '../../protocol/shapes.ts';
import type { Followed } from './follow.ts';

/** An interrupt in an update: `{ id, value }`, and those other fields that were given (S2). */
export type InterruptEntry = Omit<Interrupt, 'run' | 'task' | 'askedAt'>;

/** `{ [task]: result }`, `{ __interrupt__: […] }`, or at the end `{ [entrypoint]: value }`. */
export type Update = { readonly [name: string]: unknown; readonly [INTERRUPT_UPDATE]?: readonly InterruptEntry[] };

/** One step of a task, in mode `tasks` (S4, not yet stable). */
export interface TaskUpdate {
  readonly task: string;
  readonly id: string;
  readonly kind: 'scheduled' | 'finished' | 'failed' | 'timedOut' | 'canceled' | 'asked' | 'unregistered';
  /** When it happened: ISO 8601 in UTC. */
  readonly at: string;
  /** Which attempt of the task it was, from 1. */
  readonly attempt?: number;
  /** How long that attempt took, in milliseconds. */
  readonly durationMs?: number;
}

/** In mode `interrupts`: what is open, and then each question that opens or closes (S5). */
export type InterruptUpdate =
  /** All that are open where the reader begins. The first item of a reader that began without `from`. */
  | { readonly kind: 'open'; readonly interrupts: readonly Interrupt[] }
  | { readonly kind: 'opened'; readonly interrupt: Interrupt }
  | ({ readonly kind: 'closed' } & Closed);

/** `updates`, `interrupts` for questions as they open and close, or `tasks` for each step of each task (not yet stable). */
export type StreamMode = 'updates' | 'interrupts' | 'tasks';
export type UpdateOf<Mode extends StreamMode> = Mode extends 'tasks'
  ? TaskUpdate
  : Mode extends 'interrupts'
    ? InterruptUpdate
    : Update;

/** What a step of the history is in a mode: an item, several, or none. */
export function itemsOf<Mode extends StreamMode>(mode: Mode, step: Followed): readonly UpdateOf<Mode>[];
export function itemsOf(mode: StreamMode, step: Followed): readonly (Update | InterruptUpdate | TaskUpdate)[] {
  switch (mode) {
    case 'updates':
      return [...(step.update ? [step.update] : []), ...(step.opened ? [interruptUpdate(step.opened)] : [])];
    case 'interrupts':
      return interruptUpdates(step);
    case 'tasks':
      return step.task ? [step.task] : [];
    default:
      return mode satisfies never;
  }
}

function interruptUpdate(opened: readonly Interrupt[]): Update {
  return { [INTERRUPT_UPDATE]: opened.map(({ run: _run, task: _task, askedAt: _askedAt, ...entry }) => entry) };
}

function interruptUpdates({ open, closed = [], opened = [] }: Followed): readonly InterruptUpdate[] {
  return [
    ...(open ? [{ kind: 'open', interrupts: open } as const] : []),
    ...closed.map((one) => ({ kind: 'closed', ...one }) as const),
    ...opened.map((interrupt) => ({ kind: 'opened', interrupt }) as const),
  ];
}
