/**
 * The modes of a stream, and the items that it yields in each. All items are plain JSON.
 *
 * S2. Mode `updates`: the results of tasks, the questions that open, and the value of the entrypoint.
 * S4. Mode `tasks`: each step of each task.
 * S5. Mode `interrupts`: each question when it opens and when it closes.
 *
 * `timeline.ts` reads them out of the history.
 */
import { INTERRUPT_UPDATE } from '../../protocol/names.ts';
import type { Closed, Interrupt } from '../../protocol/shapes.ts';

/** `updates`, `interrupts` for questions as they open and close, or `tasks` for each step of each task (not yet stable). */
export type StreamMode = 'updates' | 'interrupts' | 'tasks';

/** The type of a mode's items. */
export type UpdateOf<Mode extends StreamMode> = Mode extends 'tasks'
  ? TaskUpdate
  : Mode extends 'interrupts'
    ? InterruptUpdate
    : Update;

/** An interrupt in an update: `{ id, value }`, and the other fields that were given (S2). */
export type InterruptEntry = Omit<Interrupt, 'run' | 'task' | 'askedAt'>;

/**
 * An item of mode `updates` (S2): `{ [task]: result }`, `{ __interrupt__: […] }`, or `{ [entrypoint]: value }` at the end
 * of the run or turn.
 */
export type Update = {
  /** The result of the task with this name, or the value of the entrypoint. */
  readonly [name: string]: unknown;
  /** The questions that have opened, oldest first. */
  readonly [INTERRUPT_UPDATE]?: readonly InterruptEntry[];
};

/** An item of mode `tasks` (S4): one step of a task's call. Its shape is not stable yet. */
export interface TaskUpdate {
  /** The name of the task. */
  readonly task: string;
  /** The id of the call: `approve:1`. */
  readonly id: string;
  /**
   * What happened. `unregistered`: a worker took the call that does not have the task. `cutOff`: the invocation of a
   * function ended before the task did.
   */
  readonly kind: 'scheduled' | 'finished' | 'failed' | 'timedOut' | 'canceled' | 'asked' | 'unregistered' | 'cutOff';
  /** When it happened: ISO 8601 in UTC. */
  readonly at: string;
  /** Which attempt of the task it was, from 1. */
  readonly attempt?: number;
  /** How long the attempt took, in milliseconds. */
  readonly durationMs?: number;
}

/** An item of mode `interrupts` (S5): a question that opens or closes, and at first all open ones. */
export type InterruptUpdate =
  /** All questions that are open where the reader begins. The first item of a reader that began without `from`. */
  | {
      /** The questions of this item replace all that the reader has shown. */
      readonly kind: 'open';
      /** The open questions, oldest first. */
      readonly interrupts: readonly Interrupt[];
    }
  | {
      /** A question opens. */
      readonly kind: 'opened';
      /** The question, whole, with the `run` that an answer is addressed to. */
      readonly interrupt: Interrupt;
    }
  | ({
      /** A question closes. */
      readonly kind: 'closed';
    } & Closed);

/** What one event of the history brings to a reader. */
export interface News {
  /** A task's result, or the value of the run or the turn. */
  readonly update?: Update;
  /** A step of a task's call. */
  readonly task?: TaskUpdate;
  /** Questions that open with it, oldest first. */
  readonly opened?: readonly Interrupt[];
  /** Questions that close with it. */
  readonly closed?: readonly Closed[];
  /** All questions that are open there: where the reader begins, and at the point of a reset. */
  readonly open?: readonly Interrupt[];
}

/** The items for one event, in their order. Most events have none. */
export function itemsOf<Mode extends StreamMode>(mode: Mode, event: News): readonly UpdateOf<Mode>[];
export function itemsOf(mode: StreamMode, event: News): readonly (Update | InterruptUpdate | TaskUpdate)[] {
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

function interruptUpdates({ open, closed = [], opened = [] }: News): readonly InterruptUpdate[] {
  return [
    ...(open ? [{ kind: 'open', interrupts: open } as const] : []),
    ...closed.map((one) => ({ kind: 'closed', ...one }) as const),
    ...opened.map((interrupt) => ({ kind: 'opened', interrupt }) as const),
  ];
}
