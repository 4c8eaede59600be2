/**
 * Values that leave the sandbox: each one arrives as it is, or is refused where it leaves (T3, T7).
 *
 * Earlier versions sent what JSON flattens. A run that did so replays as it was: where the two versions decide
 * differently, and only there, a patch marker in the history says which one decided.
 */
import { patched } from '@temporalio/workflow';
import { checkEncodable, checkJson, checkSendable, MAX_SAVED_BYTES, type Unsendable } from '../../protocol/limits.ts';
import { failure } from './failure.ts';
import { isJsonEncoded } from '../sandbox/runtime.ts';

/**
 * Whether this run refuses what JSON flattens. Only to be asked where the versions decide differently: the marker is an
 * event of the run.
 */
export function isLossless(): boolean {
  return patched('holdpoint/lossless');
}

/** @throws `NotSerializable` or `TooLarge`, where the value cannot be sent or would not arrive as it is (T3, T7). */
export function assertSendable(value: unknown, what: string, check: typeof checkSendable = checkSendable): void {
  const before = (): Unsendable | undefined => checkEncodable(value, what);
  refuse(isJsonEncoded() ? check(value, what) : before(), before);
}

/** The memory of a thread is JSON, with any payload converter. @throws `NotSerializable` or `TooLarge` */
export function assertSaved(saved: unknown, what: string): void {
  refuse(checkJson(saved, what, MAX_SAVED_BYTES), () => checkEncodable(saved, what, MAX_SAVED_BYTES));
}

/**
 * Throws if there is a problem.
 *
 * @param before What earlier versions made of the value, for the runs that they began.
 */
export function refuse(problem: Unsendable | undefined, before: () => Unsendable | undefined): void {
  const counted = problem?.isLoss && !isLossless() ? before() : problem;
  if (counted) throw failure(counted.code, counted.message);
}
