/**
 * What continue-as-new hands to the next run of a thread with memory (R5).
 */
import { workflowInfo } from '@temporalio/workflow';
import type { CarriedRun } from './run.ts';

/** Persisted in histories: fields are added, never changed. */
export interface CarriedThread {
  readonly turn: number;
  readonly saved?: unknown;
  readonly known: readonly KnownTurn[];
  readonly run: CarriedRun;
}

/** A turn of an earlier run, by its key. */
export interface KnownTurn {
  readonly n: number;
  readonly key: string;
  readonly runId: string;
}

const CARRIED = 'holdpoint/thread';

/** The second argument of the next run. */
export function encodeCarried(thread: CarriedThread): unknown {
  return { [CARRIED]: thread };
}

/** The second argument of a run that another one continued as; no client sends one. */
export function decodeCarried(argument: unknown): CarriedThread | undefined {
  if (workflowInfo().continuedFromExecutionRunId === undefined) return undefined;
  return (argument as { readonly [CARRIED]?: CarriedThread } | undefined)?.[CARRIED];
}
