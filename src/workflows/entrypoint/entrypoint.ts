/**
 * An entrypoint: a workflow that may ask.
 *
 * Temporal runs the function that `entrypoint` returns as the workflow. Called from another entrypoint, the function runs
 * inline (R6).
 *
 * R1. A plain entrypoint is one workflow that ends with its value.
 * R2. With `memory`, each input is a turn (`turns.ts`).
 * R7. An error that leaves the body fails the run, with its type and message.
 */
import { CancellationScope, defineWorkflowOptions, inWorkflowContext, isCancellation } from '@temporalio/workflow';
import type { VersioningBehavior } from '@temporalio/common';
import { defined } from '../../protocol/defined.ts';
import { durationMs, type Duration } from '../../protocol/duration.ts';
import type { Misfit, Saved, SavedMisfit } from '../../protocol/jsonified.ts';
import { INTERRUPT_UPDATE } from '../../protocol/names.ts';
import { assertOptions, refusedOption, type OptionNames } from '../../protocol/refused-options.ts';
import type { OnBusy } from '../turns/admission.ts';
import { decodeCarried } from '../turns/continue-as-new.ts';
import type { UserFunction } from '../run/body.ts';
import { inline, makeRun } from '../run/current-run.ts';
import { runFailure } from '../errors/failure.ts';
import { final, readFinal, type SavedOf, type ValueOf } from './final.ts';
import { handled } from '../sandbox/promises.ts';
import type { Run } from '../run/run.ts';
import { assertSendable } from '../errors/sendable.ts';
import { Turns, type Beginning, type TurnsSettings } from '../turns/turns.ts';

/** The name of the export, and so of the workflow type. A string, because minifiers change the names of functions. */
type EntrypointName<Name extends string> = Name extends typeof INTERRUPT_UPDATE ? never : Name;

/** The options of a plain entrypoint: each input starts a run of its own (R1). */
export interface EntrypointOptions<Name extends string> {
  /** The name of the export. It is the workflow type. */
  readonly name: EntrypointName<Name>;
  /** A plain entrypoint has none. See {@link MemoryEntrypointOptions}. */
  readonly memory?: undefined;
  /**
   * The name of a task that runs with an `InterruptEvent` when a question opens, when its reminder is due, and when it
   * closes (R9).
   */
  readonly notify?: string;
  /** Temporal's versioning behaviour, for workers with deployment versions. By default the worker's own. */
  readonly versioningBehavior?: VersioningBehavior;
}

/** The options of a thread with memory: its workflow stays open, and takes one input after the other (R2). */
export interface MemoryOptions {
  /** How long the thread stays open between two turns. @default until it is closed */
  readonly idleTimeout?: Duration | undefined;
  /**
   * What happens to an input while a turn is at work or waits for an answer (R4). `reject`: the caller gets `ThreadBusy`.
   * `enqueue`: the input waits for its turn; at most 8 inputs wait. `replace`: the running turn is cancelled, and its
   * caller gets `TurnReplaced`.
   *
   * @default 'reject'
   */
  readonly onBusy?: OnBusy | undefined;
}

/** The options of an entrypoint with memory. */
export interface MemoryEntrypointOptions<Name extends string> extends Omit<EntrypointOptions<Name>, 'memory'> {
  /** `{}` for the defaults. */
  readonly memory: MemoryOptions;
}

/** Either kind of options. An unknown name in `memory` is a type error. */
interface AnyOptions<Name extends string, Memory> extends Omit<EntrypointOptions<Name>, 'memory'> {
  readonly memory?: Memory & {
    readonly [Option in Exclude<keyof Memory, keyof MemoryOptions>]: 'There is no such option';
  };
}

/** A workflow function whose type has its name, its input and its value. */
export interface Entrypoint<Name extends string, Input, Value> {
  /** In another entrypoint: runs the body inline, and returns its value (R6). */
  (input: Input): Promise<Value>;
  /** The name of the export, which is the workflow type. */
  readonly entrypointName: Name;
}

/** The body of an entrypoint: an async function of at most one input. With memory, also of what the last turn saved. */
export type EntrypointBody = (input: never, previous: never) => Promise<unknown>;
type InputOf<Fn> = Fn extends EntrypointBody ? (Parameters<Fn> extends [] ? void : Parameters<Fn>[0]) : never;
type ReturnedBy<Fn> = Fn extends EntrypointBody ? Awaited<ReturnType<Fn>> : never;
/** The sentence that refuses a body, as a type, or a type that refuses nothing (T7). */
type Fits<Sentence, Otherwise = unknown> = [Sentence] extends [never] ? Otherwise : Sentence;
/** A second parameter would never be passed, so an optional one is refused too. */
type OneInput<Fn> = Fn extends EntrypointBody
  ? Parameters<Fn>['length'] extends 0 | 1
    ? Fits<Misfit<Parameters<Fn>[0], 'the input'>>
    : 'An entrypoint takes one input, and with `memory` what its last turn saved'
  : 'An entrypoint is an async function';
/** What a turn saves must fit `previous` of the next turn. The first turn gets `undefined`. */
type Remembers<Fn> = Fn extends EntrypointBody
  ? Parameters<Fn>['length'] extends 0 | 1
    ? Fits<Misfit<Parameters<Fn>[0], 'the input'>>
    : Parameters<Fn>['length'] extends 1 | 2
      ? undefined extends Parameters<Fn>[1]
        ? [Saved<SavedOf<ReturnedBy<Fn>>>] extends [Parameters<Fn>[1]]
          ? Fits<Misfit<Parameters<Fn>[0], 'the input'> | SavedMisfit<Parameters<Fn>[1], '`previous`'>>
          : Fits<SavedMisfit<Parameters<Fn>[1], '`previous`'>, 'What a turn saves must fit `previous` of the next one'>
        : '`previous` is undefined on the first turn'
      : 'An entrypoint with `memory` takes its input and what its last turn saved'
  : 'An entrypoint is an async function';

/**
 * Makes an entrypoint of an async function of one input, as LangGraph's `entrypoint` does. Export it under its name.
 *
 * With `memory` its threads are conversations (R2): a thread stays open, and each further input is a turn. The function
 * then also gets what the last good turn returned or, with `entrypoint.final`, saved.
 *
 * @param name The name of the export, or options with it.
 * @throws `TypeError` when an option makes no sense.
 *
 * @example
 * export const graph = entrypoint('graph', async (input: string) => step3(await humanFeedback(await step1(input))));
 *
 * @example
 * export const total = entrypoint({ name: 'total', memory: {} }, async (n: number, previous?: number) => (previous ?? 0) + n);
 */
export function entrypoint<
  const Name extends string,
  Fn extends object,
  Memory extends MemoryOptions | undefined = undefined,
>(
  // One signature. With several, the compiler would explain the last one, and not why the body is refused.
  name: EntrypointName<Name> | AnyOptions<Name, Memory>,
  fn: Fn & ([Memory] extends [MemoryOptions] ? Remembers<Fn> : OneInput<Fn>),
): Entrypoint<Name, InputOf<Fn>, ValueOf<ReturnedBy<Fn>>>;
export function entrypoint<Name extends string>(
  name: EntrypointName<Name> | EntrypointOptions<Name> | MemoryEntrypointOptions<Name>,
  // The signature has checked the types of the parameters.
  fn: UserFunction,
): Entrypoint<Name, unknown, unknown> {
  const options = typeof name === 'string' ? { name } : name;
  assertOptions(options, '`entrypoint`', NAMES, { isRequired: true });
  const { notify, versioningBehavior } = options;
  const entrypointName: string = options.name;
  if (typeof entrypointName !== 'string' || entrypointName === '' || entrypointName === INTERRUPT_UPDATE)
    throw refusedOption("an entrypoint's name", 'the name of its export', entrypointName);
  if (notify !== undefined && typeof notify !== 'string') throw refusedOption('`notify`', 'the name of a task', notify);
  const memory = options.memory === undefined ? undefined : resolveMemory(options.memory);
  const start = async (input: unknown, argument: unknown): Promise<unknown> => {
    const carried = memory && inWorkflowContext() ? decodeCarried(argument) : undefined;
    const run = makeRun(entrypointName, { notify, carried: carried?.run });
    if (!run) return readFinal(await inline(entrypointName, fn, input)).value;
    if (memory) return runTurns(run, { ...memory, fn }, { input, carried });
    return runToEnd(run, fn, input);
  };
  const workflow = (...[input, argument]: readonly unknown[]): Promise<unknown> => {
    // Inline, a failure that the caller does not await must not fail the workflow task.
    return handled(start(input, argument));
  };
  if (versioningBehavior !== undefined)
    defineWorkflowOptions(workflow, { workflowDefinitionOptions: { versioningBehavior } });
  // Temporal reads the workflow type from the function's own name: `executeChild(graph)`.
  Object.defineProperty(workflow, 'name', { value: entrypointName });
  return Object.assign(workflow, { entrypointName: entrypointName as Name });
}

entrypoint.final = final;

const NAMES: OptionNames<EntrypointOptions<string>> = {
  name: true,
  memory: true,
  notify: true,
  versioningBehavior: true,
};
const MEMORY_NAMES: OptionNames<MemoryOptions> = { idleTimeout: true, onBusy: true };
const ON_BUSY: readonly unknown[] = ['reject', 'enqueue', 'replace'] satisfies OnBusy[];

function resolveMemory(options: MemoryOptions): Omit<TurnsSettings, 'fn'> {
  assertOptions(options, '`memory`', MEMORY_NAMES);
  const { idleTimeout, onBusy = 'reject' } = options;
  if (!ON_BUSY.includes(onBusy)) throw refusedOption('`onBusy`', "'reject', 'enqueue' or 'replace'", onBusy);
  return { onBusy, idleTimeoutMs: idleTimeout === undefined ? undefined : durationMs(idleTimeout, 'idleTimeout') };
}

async function runToEnd(run: Run, fn: UserFunction, input: unknown): Promise<unknown> {
  const root = CancellationScope.current();
  const scope = new CancellationScope();
  try {
    const { value } = readFinal(await run.work(scope, fn, input));
    await run.notified();
    assertSendable(value, `the value of entrypoint \`${run.entrypoint}\``);
    run.end({ kind: 'completed', ...defined({ value }) });
    return value;
  } catch (error) {
    run.end({ kind: root.consideredCancelled && isCancellation(error) ? 'canceled' : 'failed' });
    await run.notified();
    throw runFailure(error);
  }
}

async function runTurns(run: Run, settings: TurnsSettings, beginning: Beginning): Promise<void> {
  const turns = new Turns(run, settings, beginning);
  try {
    await turns.toEnd();
    run.end({ kind: 'completed' });
  } catch (error) {
    run.end({ kind: isCancellation(error) ? 'canceled' : 'failed' });
    throw error;
  }
}
