/**
 * An entrypoint: a workflow that may ask.
 *
 * The function that `entrypoint` returns is what Temporal runs as the workflow; called from another entrypoint it runs
 * inline, as a function (R6).
 *
 * R1. A plain entrypoint is one workflow that ends with its value.
 * R7. An error that leaves the body ends the run as failed, with its type and message.
 * T6. A run ends when the tasks that it started have.
 */
import { CancellationScope, defineWorkflowOptions, inWorkflowContext, isCancellation } from '@temporalio/workflow';
import type { VersioningBehavior } from '@temporalio/common';
import { durationMs, type Duration } from '../protocol/duration.ts';
import type { Misfit, Saved, SavedMisfit } from '../protocol/jsonified.ts';
import { INTERRUPT_UPDATE } from '../protocol/names.ts';
import { assertOptions, refusedOption, type OptionNames } from '../protocol/refused-options.ts';
import { decodeCarried } from './carried.ts';
import { assertSendable, runFailure } from './failure.ts';
import { final, readFinal, type SavedOf, type ValueOf } from './final.ts';
import { inline, startRun, type Run } from './run.ts';
import { Turns, type Beginning, type OnBusy, type TurnsSettings } from './turns.ts';

/** The name of the export, and so of the workflow type. A string, which survives minifiers. */
type EntrypointName<Name extends string> = Name extends typeof INTERRUPT_UPDATE ? never : Name;

export interface EntrypointOptions<Name extends string> {
  readonly name: EntrypointName<Name>;
  /** Without it each input starts a run of its own (R1). */
  readonly memory?: undefined;
  /** The task that is told of each question, with an `InterruptEvent`: opened, due for a reminder, closed (R9). */
  readonly notify?: string;
  /** Temporal's versioning behaviour, for workers with deployment versions. */
  readonly versioningBehavior?: VersioningBehavior;
}

/** What makes a thread remember: its workflow stays open, and takes one input after the other (R2). */
export interface MemoryOptions {
  /** How long it stays open between two turns. @default until it is closed */
  readonly idleTimeout?: Duration | undefined;
  /**
   * What an input gets while a turn runs or waits: `reject` throws `ThreadBusy`, `enqueue` runs it next (at most 8
   * wait), `replace` cancels the turn, whose caller gets `TurnReplaced` (R4).
   *
   * @default 'reject'
   */
  readonly onBusy?: OnBusy | undefined;
}

export interface MemoryEntrypointOptions<Name extends string> extends Omit<EntrypointOptions<Name>, 'memory'> {
  readonly memory: MemoryOptions;
}

/** Either kind of options, with what `memory` is of them. */
interface AnyOptions<Name extends string, Memory> extends Omit<EntrypointOptions<Name>, 'memory'> {
  readonly memory?: Memory & {
    readonly [Option in Exclude<keyof Memory, keyof MemoryOptions>]: 'There is no such option';
  };
}

/** A workflow function that knows its own name, its input and its value. */
export interface Entrypoint<Name extends string, Input, Value> {
  (input: Input): Promise<Value>;
  readonly entrypointName: Name;
}

/** The body of an entrypoint: an async function of at most one input; with memory, also of what the last turn saved. */
export type EntrypointBody = (input: never, previous: never) => Promise<unknown>;
type InputOf<Fn> = Fn extends EntrypointBody ? (Parameters<Fn> extends [] ? void : Parameters<Fn>[0]) : never;
type ReturnedBy<Fn> = Fn extends EntrypointBody ? Awaited<ReturnType<Fn>> : never;
/** What refuses nothing, or the sentence that refuses (T7). */
type Fits<Sentence, Otherwise = unknown> = [Sentence] extends [never] ? Otherwise : Sentence;
/** Nothing would ever be passed as a second parameter; also not as an optional one. */
type OneInput<Fn> = Fn extends EntrypointBody
  ? Parameters<Fn>['length'] extends 0 | 1
    ? Fits<Misfit<Parameters<Fn>[0], 'the input'>>
    : 'An entrypoint takes one input, and with `memory` what its last turn saved'
  : 'An entrypoint is an async function';
/** What a turn saves is what the next one gets, and the first one gets nothing. */
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
 * With `memory` it is a conversation (R2): the thread stays open, and each further input is a turn, whose function also
 * gets what the last good turn returned or, with `entrypoint.final`, saved.
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
  // One signature: of several, the compiler explains the last one, and not why the body is refused.
  name: EntrypointName<Name> | AnyOptions<Name, Memory>,
  fn: Fn & ([Memory] extends [MemoryOptions] ? Remembers<Fn> : OneInput<Fn>),
): Entrypoint<Name, InputOf<Fn>, ValueOf<ReturnedBy<Fn>>>;
export function entrypoint<Name extends string>(
  name: EntrypointName<Name> | EntrypointOptions<Name> | MemoryEntrypointOptions<Name>,
  fn: object,
): Entrypoint<Name, unknown, unknown> {
  const options = typeof name === 'string' ? { name } : name;
  assertOptions(options, '`entrypoint`', NAMES, { isRequired: true });
  const { notify, versioningBehavior } = options;
  const entrypointName: string = options.name;
  if (typeof entrypointName !== 'string' || entrypointName === '' || entrypointName === INTERRUPT_UPDATE)
    throw refusedOption("an entrypoint's name", 'the name of its export', entrypointName);
  if (notify !== undefined && typeof notify !== 'string') throw refusedOption('`notify`', 'the name of a task', notify);
  // Its own parameter types, which the signature has checked.
  const body = fn as (input: unknown, previous?: unknown) => Promise<unknown>;
  const memory = options.memory === undefined ? undefined : resolveMemory(options.memory);
  const start = async (input: unknown, argument: unknown): Promise<unknown> => {
    const carried = memory && inWorkflowContext() ? decodeCarried(argument) : undefined;
    const run = startRun(entrypointName, { notify, carried: carried?.run });
    if (!run) return readFinal(await inline(entrypointName, () => body(input))).value;
    if (memory) return runTurns(run, { ...memory, body }, { input, carried });
    return runToEnd(run, () => body(input));
  };
  const workflow = (...[input, argument]: readonly unknown[]): Promise<unknown> => {
    const value = start(input, argument);
    // Inline, a failure that the caller does not await must not fail the workflow task (R7).
    value.catch(() => undefined);
    return value;
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

function resolveMemory(options: MemoryOptions): Omit<TurnsSettings, 'body'> {
  assertOptions(options, '`memory`', MEMORY_NAMES);
  const { idleTimeout, onBusy = 'reject' } = options;
  if (!ON_BUSY.includes(onBusy)) throw refusedOption('`onBusy`', "'reject', 'enqueue' or 'replace'", onBusy);
  return { onBusy, idleTimeoutMs: idleTimeout === undefined ? undefined : durationMs(idleTimeout, 'idleTimeout') };
}

async function runToEnd(run: Run, body: () => Promise<unknown>): Promise<unknown> {
  const root = CancellationScope.current();
  const scope = new CancellationScope();
  try {
    const { value } = readFinal(await run.work(scope, body));
    await run.notified();
    assertSendable(value, `the value of entrypoint \`${run.entrypoint}\``);
    run.complete(value);
    return value;
  } catch (error) {
    run.fail(root.consideredCancelled && isCancellation(error) ? 'canceled' : 'failed');
    await run.notified();
    throw runFailure(error);
  }
}

async function runTurns(run: Run, settings: TurnsSettings, beginning: Beginning): Promise<void> {
  const turns = new Turns(run, settings, beginning);
  try {
    await turns.toEnd();
    run.complete();
  } catch (error) {
    run.fail(isCancellation(error) ? 'canceled' : 'failed');
    throw error;
  }
}
