/**
 * The arguments of one call, as they are sent: checked, shared with the history, and with the answers so far.
 *
 * T3, T7. What cannot be sent, or would arrive changed, fails where the call is made.
 * V3. What is sent counts to the server's limit of 2 MB, and not what it refers to.
 */
import { patched, workflowInfo } from '@temporalio/workflow';
import { encodeArguments, type PassAnswer } from '../../protocol/envelopes.ts';
import {
  checkEncodable,
  checkTogether,
  isBytes,
  MAX_ARGUMENTS_CHARACTERS,
  MAX_VALUE_BYTES,
  surveyArguments,
  type Unsendable,
} from '../../protocol/limits.ts';
import { failure } from '../errors/failure.ts';
import { isLossless } from '../errors/sendable.ts';
import { isJsonEncoded } from '../sandbox/runtime.ts';
import { inFull, type SharedArguments, type Sharing } from '../sharing/sharing.ts';

/** A patch: in earlier versions, a call over the limit of the server failed, and such a run must replay. */
const SHARED = 'holdpoint/shared';
/** A patch for each call that failed because of its size, with the id of the call. */
const TOO_LARGE = 'holdpoint/too-large';

export interface TaskArgumentsSettings {
  /** The id of the call. */
  readonly call: string;
  /** The name of the task. */
  readonly task: string;
  readonly args: readonly unknown[];
  /** `undefined` for a call that shares nothing. */
  readonly sharing: Sharing | undefined;
}

export class TaskArguments {
  readonly #call: string;
  readonly #task: string;
  readonly #args: readonly unknown[];
  #sharing: Sharing | undefined;
  #isInFull = false;
  /** The arguments of the last pass. */
  #sent: SharedArguments | undefined;

  constructor({ call, task, args, sharing }: TaskArgumentsSettings) {
    this.#call = call;
    this.#task = task;
    this.#args = args;
    this.#sharing = sharing;
  }

  /** The task's own arguments, as the last pass sent them. */
  get sent(): readonly unknown[] {
    return this.#sent?.args ?? this.#args;
  }

  /** The activity's arguments for the next pass: the task's own, the details of one that was cut off, and the answers. */
  encode(answers: readonly PassAnswer[], details: readonly unknown[] = []): unknown[] {
    const full = inFull(this.#args);
    const args = encodeArguments(full.args, answers, details);
    const { lost, maxBytes = Infinity } = surveyArguments(args, this.#task);
    // A payload converter of the user's own knows what it can encode.
    if (lost && isJsonEncoded() && isLossless()) throw failure(lost.code, lost.message);
    const sent = (this.#sent = this.#share(maxBytes) ?? full);
    const shared = sent === full ? args : encodeArguments(sent.args, answers, details);
    if (maxBytes <= MAX_VALUE_BYTES) return shared;
    const problem = this.#sizeProblem(args);
    if (problem && !this.#isSharedAnyway(sent, shared)) throw failure(problem.code, problem.message);
    // Many references, each with a long task name, may be longer than what they mean.
    if (problem || sent === full || !this.#sizeProblem(shared)) return shared;
    this.#sent = full;
    return args;
  }

  /** The pass was scheduled: from now on its arguments are in the history. */
  scheduled(): void {
    if (this.#sent) this.#sharing?.scheduled(this.#call, this.#sent);
  }

  /**
   * Sends the next pass in full, because the worker could not put the arguments together.
   *
   * @returns False if it was sent in full for this reason before. Whether the call shares does not count: `share` may have
   *   been turned off since the history was made, which must replay.
   */
  sendInFull(): boolean {
    if (this.#isInFull) return false;
    this.#isInFull = true;
    if (this.#sent) this.#sharing?.sentInFull(this.#call, this.#sent);
    this.#sharing = undefined;
    return true;
  }

  #share(maxBytes: number): SharedArguments | undefined {
    const sharing = this.#sharing;
    if (!sharing) return undefined;
    const before = this.#sent;
    if (!before) return sharing.share(this.#args, maxBytes);
    // Another encoding would refer to the last pass of this very call, which the next pass replaces.
    return before.pieces && sharing.isUnchanged(this.#args, before.pieces) ? before : undefined;
  }

  /** The server's limit is on all arguments together, and it ends the run that is over it. */
  #sizeProblem(args: readonly unknown[]): Unsendable | undefined {
    const what = `the arguments of task \`${this.#task}\`, with its answers so far,`;
    // Earlier versions counted bytes as JSON text, which is many times as long.
    const problem = args.some(isBytes) && isLossless() ? checkTogether(args, what) : checkEncodable(args, what);
    return problem?.code === 'TooLarge' ? problem : undefined;
  }

  /**
   * Whether arguments that are too large in full are sent as references (V3).
   *
   * In a replay, what the run has done counts. How much is shared depends on the arguments of earlier calls and on `share`,
   * and Temporal lets newer code change both.
   */
  #isSharedAnyway({ pieces, characters }: SharedArguments, shared: readonly unknown[]): boolean {
    const tooLarge = `${TOO_LARGE} ${this.#call}`;
    if (workflowInfo().unsafe.isReplaying) return !patched(tooLarge) && patched(SHARED);
    const fits = pieces !== undefined && characters <= MAX_ARGUMENTS_CHARACTERS && !this.#sizeProblem(shared);
    return patched(fits ? SHARED : tooLarge) && fits;
  }
}
