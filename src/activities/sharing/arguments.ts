/**
 * Puts shared arguments together again, before a task and the user's interceptors see them.
 *
 * V1. The values come from what this process knows of the run, else from the history of the run.
 * V2. What is put together has the fingerprint that was sent, or it is not used: the workflow then sends the call once
 *     more, in full.
 */
import type { Context } from '@temporalio/activity';
import { decodePlain, decodeQuestions, decodeResult, decodeShared, referencesIn } from '../../protocol/envelopes.ts';
import { joined, lengthOf, takeApart, type Pieces } from '../../protocol/json-piece.ts';
import { MIN_SHARED_ARGUMENTS, MIN_SHARED_VALUE } from '../../protocol/limits.ts';
import { messageOf } from '../../protocol/thrown.ts';
import { readCalls } from './call-history.ts';
import { KnownRuns, type KnownRun } from './known-calls.ts';

/** All workers of this process know the same runs. */
export const knownRuns = new KnownRuns();

/** The arguments of a call in full, or why they cannot be put together. */
export type PutTogether = { readonly args: unknown[] } | { readonly unresolved: string };

/** The arguments of a call in pieces. `undefined` in the place of one that is not JSON. */
type ArgumentPieces = readonly (Pieces | undefined)[];

export async function putTogether(context: Context, args: readonly unknown[]): Promise<PutTogether> {
  const { workflowExecution, activityId } = context.info;
  if (!workflowExecution) return { args: [...args] };
  const run = knownRuns.of(workflowExecution.runId);
  let found: ArgumentPieces | undefined;
  try {
    found = inPieces(run, args) ?? (await run.inTurn(() => readPieces(context, run, args)));
  } catch (error) {
    return { unresolved: `the history cannot be read: ${messageOf(error)}` };
  }
  if (!found) return { unresolved: 'the history has other values than the ones that were meant' };
  const pieces = found;
  const length = pieces.reduce((sum, one) => sum + (one ? lengthOf(one) : 0), 0);
  if (length >= MIN_SHARED_ARGUMENTS) run.add(activityId, { args: pieces });
  return {
    // Parsed anew for each attempt: a task may change what it is given.
    args: args.map((argument, i) => (isShared(argument) ? JSON.parse(joined(pieces[i]!)) : decodePlain(argument))),
  };
}

/** Keeps what a task has returned, for calls that refer to it. */
export function keepResult(context: Context, result: unknown): void {
  const { workflowExecution, activityId } = context.info;
  if (!workflowExecution || decodeQuestions(result)) return;
  const pieces = takeApart(decodeResult(result));
  if (pieces && lengthOf(pieces) >= MIN_SHARED_VALUE)
    knownRuns.of(workflowExecution.runId).add(activityId, { result: pieces });
}

/** Reads what is missing, and if that is not enough, everything anew: what this process knows may be wrong. */
async function readPieces(
  context: Context,
  run: KnownRun,
  args: readonly unknown[],
): Promise<ArgumentPieces | undefined> {
  // Another call may have read it meanwhile.
  const known = inPieces(run, args);
  if (known) return known;
  const references = referencesIn(args);
  const missing = references.filter((reference) => !run.find(reference));
  if (missing.length > 0) {
    await readCalls(context, run, callsOf(missing));
    const pieces = inPieces(run, args);
    if (pieces) return pieces;
  }
  run.clear();
  await readCalls(context, run, callsOf(references));
  return inPieces(run, args);
}

/** `undefined` if a shared argument cannot be put together with what is known. */
function inPieces(run: KnownRun, args: readonly unknown[]): ArgumentPieces | undefined {
  const pieces = args.map((argument) => run.inPieces(argument));
  return args.every((argument, i) => pieces[i] || !isShared(argument)) ? pieces : undefined;
}

function isShared(argument: unknown): boolean {
  const shared = decodeShared(argument);
  return shared !== undefined && !('plain' in shared);
}

function callsOf(references: ReturnType<typeof referencesIn>): Set<string> {
  return new Set(references.map(({ call }) => call));
}
