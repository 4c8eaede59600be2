/**
 * What the calls of a thread take, and what `invoke` returns.
 */
import { assertOptions, assertText, refusedOption, type OptionNames } from '../protocol/refused-options.ts';
import type { Interrupt } from '../protocol/shapes.ts';
import type { StreamMode, StreamModes } from './reading/stream-modes.ts';

/** What `invoke` waited for: the value of the run or the turn, or open questions when only answers are left to wait for. */
export type Result<Value> =
  | {
      /** What the entrypoint returned. */
      readonly value: Value;
      /** Not set: the run or the turn has ended. */
      readonly interrupts?: undefined;
    }
  | {
      /** Not set: the run or the turn has not ended. */
      readonly value?: undefined;
      /** The open questions, oldest first. Empty where a thread with memory waits for its next input. */
      readonly interrupts: readonly Interrupt[];
    };

/** The options of `thread.result`. */
export interface ResultOptions {
  /** The key of the current or last run, or of one of the last 20 turns. @default the current, else the last, turn or run */
  readonly key?: string | undefined;
  /** Stops waiting when it aborts. The thread goes on. */
  readonly signal?: AbortSignal | undefined;
}

/** The options of `thread.invoke`. */
export interface InvokeOptions {
  /** Makes the input or the answer idempotent: with the same key it counts once. @default a random key */
  readonly key?: string | undefined;
  /** Stops waiting when it aborts. The thread goes on. */
  readonly signal?: AbortSignal | undefined;
}

/** The options of `thread.interrupts`, `thread.state` and `thread.answers`. */
export interface ReadOptions {
  /** Stops waiting when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

/** The options of `thread.forget`. */
export interface ForgetOptions {
  /** Who takes the decision back, as the sender claims. Recorded in the history and in the worker's log. */
  readonly actor?: string | undefined;
}

/** The options of `thread.audit`. */
export interface AuditOptions {
  /** A run of an earlier chain, if the thread was started again. @default the current, else the last, one */
  readonly run?: string | undefined;
  /** With inputs, results and values. Without it, inputs have only their digest. @default false */
  readonly payloads?: boolean | undefined;
  /** Stops reading when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

/** The options of `thread.shown`. */
export interface ShownOptions {
  /** The run of the question, as its `Interrupt` has it. */
  readonly run: string;
  /** To whom it was shown, as the sender claims. */
  readonly actor: string;
  /** The digest of what was shown: that of the question in `audit`, if the person was shown the same. */
  readonly digest?: string | undefined;
}

/** The options of `thread.stream`. */
export interface StreamOptions<Modes extends StreamModes = StreamModes> extends InvokeOptions {
  /** What the items are. With a list of modes, each item is a pair of its mode and the item. @default 'updates' */
  readonly mode?: Modes | undefined;
}

/** The options of `thread.follow`. */
export interface FollowOptions<Modes extends StreamModes = StreamModes> {
  /** A reader's `cursor`, or 'start' for the first run of the chain. @default the current, else the last, turn or run */
  readonly from?: string | undefined;
  /** What the items are. With a list of modes, each item is a pair of its mode and the item. @default 'updates' */
  readonly mode?: Modes | undefined;
  /** Stays when only answers or inputs are left to wait for. @default false */
  readonly live?: boolean | undefined;
  /** Stops reading when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

/** The names that each call knows. */
export const INVOKE_NAMES: OptionNames<InvokeOptions> = { key: true, signal: true };
export const RESULT_NAMES: OptionNames<ResultOptions> = { key: true, signal: true };
export const READ_NAMES: OptionNames<ReadOptions> = { signal: true };
export const FORGET_NAMES: OptionNames<ForgetOptions> = { actor: true };
const AUDIT_NAMES: OptionNames<AuditOptions> = { run: true, payloads: true, signal: true };
const SHOWN_NAMES: OptionNames<ShownOptions> = { run: true, actor: true, digest: true };
export const STREAM_NAMES: OptionNames<StreamOptions> = { ...INVOKE_NAMES, mode: true };
export const FOLLOW_NAMES: OptionNames<FollowOptions> = { from: true, mode: true, live: true, signal: true };
const MODES: OptionNames<Record<StreamMode, unknown>> = {
  updates: true,
  messages: true,
  custom: true,
  interrupts: true,
  tasks: true,
};

/** @throws `TypeError` when there is no such mode, or a list has none or the same one twice. */
export function assertMode(mode: unknown): void {
  const modes: readonly unknown[] = Array.isArray(mode) ? mode : [mode];
  const isWrong = (one: unknown): boolean => typeof one !== 'string' || !Object.hasOwn(MODES, one);
  if (modes.length > 0 && new Set(modes).size === modes.length && !modes.some(isWrong)) return;
  const names = Object.keys(MODES).map((name) => `'${name}'`);
  throw refusedOption('`mode`', `${names.slice(0, -1).join(', ')} or ${names.at(-1)}, or a list of them`, mode);
}

/** @throws `TypeError` when an option has an unknown name or is of the wrong type. */
export function assertAudit(options: AuditOptions): void {
  assertOptions(options, '`audit`', AUDIT_NAMES);
  const { run, payloads } = options;
  assertText('`run`', run);
  if (payloads !== undefined && typeof payloads !== 'boolean') throw refusedOption('`payloads`', 'a boolean', payloads);
}

/** @throws `TypeError` when a text is missing, is not one, or an option has an unknown name. */
export function assertShowing(id: unknown, options: ShownOptions): void {
  assertOptions(options, '`shown`', SHOWN_NAMES, { isRequired: true });
  const { run, actor, digest } = options;
  for (const [name, text] of Object.entries({ 'the id of the question': id, '`run`': run, '`actor`': actor })) {
    if (text === undefined) throw refusedOption(name, 'a non-empty string', text);
    assertText(name, text);
  }
  assertText('`digest`', digest);
}

/**
 * A lone surrogate in a reason does not refuse a cancellation: it is replaced where the reason is sent.
 *
 * @throws `TypeError` when the reason is not a text.
 */
export function assertReason(reason: unknown): void {
  if (reason !== undefined && typeof reason !== 'string') throw refusedOption('the reason', 'a string', reason);
}
