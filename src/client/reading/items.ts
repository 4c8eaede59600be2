/**
 * The items that a stream yields, in each of its modes. All of them are plain JSON.
 */
import type { INTERRUPT_UPDATE } from '../../protocol/names.ts';
import type { Closed, Interrupt } from '../../protocol/shapes.ts';

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
  /** What happened. `unregistered`: a worker took the call that does not have the task. */
  readonly kind: 'scheduled' | 'finished' | 'failed' | 'timedOut' | 'canceled' | 'asked' | 'unregistered';
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
      readonly kind: 'open';
      /** Oldest first. */
      readonly interrupts: readonly Interrupt[];
    }
  | {
      readonly kind: 'opened';
      /** The question that has opened. */
      readonly interrupt: Interrupt;
    }
  /** The question that has closed, with how and by whom. */
  | ({ readonly kind: 'closed' } & Closed);
