/**
 * Continue-as-new: what a thread with memory carries into its next run, and how it goes on there (R5).
 *
 * `turns.ts` chooses the moment: between turns, when the run is long or Temporal suggests it.
 *
 * The shapes are persisted in histories: fields are added, never changed.
 */
import { makeContinueAsNewFunc, patched, workflowInfo } from '@temporalio/workflow';
import { LONG_RUN_EVENTS, MAX_CARRIED_BYTES, MIN_RUN_MS, utf8Bytes } from '../../protocol/limits.ts';
import type { Remembered } from '../../protocol/remembered.ts';
import type { Answer, Receipt, Refusal } from '../../protocol/shapes.ts';
import type { ClosedKind } from '../questions/question.ts';

export interface CarriedThread {
  /** The number of the last turn. */
  readonly turn: number;
  readonly saved?: unknown;
  readonly known: readonly KnownTurn[];
  readonly run: CarriedRun;
}

/** A turn of the chain, known by the key of its input. */
export interface KnownTurn {
  readonly n: number;
  readonly key: string;
  /** The run of the chain that has the turn in its history. */
  readonly runId: string;
}

export interface CarriedRun {
  /** How often each task and entrypoint was called or asked (I3). */
  readonly counts: Readonly<Record<string, number>>;
  readonly answers: CarriedAnswers;
  /** Runs of earlier versions did not carry it. */
  readonly closed?: readonly CarriedQuestion[];
  /** Runs of earlier versions did not carry it. */
  readonly remembered?: readonly Remembered[];
}

/** The newest of each list. */
export interface CarriedAnswers {
  readonly accepted: readonly Answer[];
  readonly refused: readonly Refusal[];
  readonly receipts: readonly (readonly [key: string, receipt: Receipt])[];
}

export type CarriedQuestion = readonly [id: string, how: ClosedKind];

const CARRIED = 'holdpoint/thread';
const SHORT_RUNS = 'holdpoint/short-runs';

export function isContinueSuggested(): boolean {
  return workflowInfo().continueAsNewSuggested;
}

/**
 * Whether a cold worker would have much to replay. Only to be asked where the answer decides: runs of earlier versions went
 * on here, and the marker in the history says that this one does not.
 */
export function isLong(): boolean {
  const { historyLength, runStartTime } = workflowInfo();
  return historyLength >= LONG_RUN_EVENTS && Date.now() - runStartTime.getTime() >= MIN_RUN_MS && patched(SHORT_RUNS);
}

/**
 * Ends this run, and begins the next one: with no input of its own, and what is carried as its second argument.
 *
 * On a worker with a deployment version, the next run begins on the current version, also if this one is pinned: it has
 * no history that other code could not replay.
 */
export function continueAsNew(thread: CarriedThread): Promise<never> {
  const { memo = {}, currentDeploymentVersion } = workflowInfo();
  const again = makeContinueAsNewFunc<(input: null, carried: unknown) => Promise<unknown>>({
    memo,
    // A worker without a deployment version has a build id all the same.
    ...(currentDeploymentVersion?.deploymentName ? { initialVersioningBehavior: 'AUTO_UPGRADE' } : {}),
  });
  return again(null, { [CARRIED]: thread });
}

/** Reads the second argument of a run. Only a run that another one continued as has one: clients send one argument. */
export function decodeCarried(argument: unknown): CarriedThread | undefined {
  if (workflowInfo().continuedFromExecutionRunId === undefined) return undefined;
  return (argument as { readonly [CARRIED]?: CarriedThread } | undefined)?.[CARRIED];
}

/** The end of a list, as long as continue-as-new has room for. */
export function newestFitting<Item>(items: readonly Item[], bytes: number = MAX_CARRIED_BYTES): readonly Item[] {
  let left = bytes;
  const tooOld = items.findLastIndex((item) => (left -= utf8Bytes(JSON.stringify(item)) + 1) < 0);
  return items.slice(tooOld + 1);
}
