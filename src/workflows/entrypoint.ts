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
import { CancellationScope, defineWorkflowOptions, isCancellation } from '@temporalio/workflow';
import type { VersioningBehavior } from '@temporalio/common';
import { INTERRUPT_UPDATE } from '../protocol/names.ts';
import { assertSendable, runFailure } from './failure.ts';
import { startRun, withinEntrypoint, type Run } from './run.ts';

export interface EntrypointOptions<Name extends string> {
  /** The name of the export, and so of the workflow type. A string, which survives minifiers. */
  readonly name: Name extends typeof INTERRUPT_UPDATE ? never : Name;
  /** The task that is told of each question, with an `InterruptEvent`: opened, due for a reminder, closed (R9). */
  readonly notify?: string;
  /** Temporal's versioning behaviour, for workers with deployment versions. */
  readonly versioningBehavior?: VersioningBehavior;
}

/** A workflow function that knows its own name, its input and its value. */
export interface Entrypoint<Name extends string, Input, Value> {
  (input: Input): Promise<Value>;
  readonly entrypointName: Name;
}

/** The body of an entrypoint: an async function of at most one input. */
export type Body = (input: never) => Promise<unknown>;
type InputOf<Fn extends Body> = Parameters<Fn> extends [] ? void : Parameters<Fn>[0];
/** Nothing would ever be passed as a second parameter; also not as an optional one. */
type OneInput<Fn extends Body> = Parameters<Fn>['length'] extends 0 | 1 ? unknown : 'An entrypoint takes one input';

/**
 * Makes an entrypoint of an async function of one input, as LangGraph's `entrypoint` does. Export it under its name.
 *
 * @example
 * export const graph = entrypoint('graph', async (input: string) => step3(await humanFeedback(await step1(input))));
 */
export function entrypoint<const Name extends string, Fn extends Body>(
  name: (Name extends typeof INTERRUPT_UPDATE ? never : Name) | EntrypointOptions<Name>,
  fn: Fn & OneInput<Fn>,
): Entrypoint<Name, InputOf<Fn>, Awaited<ReturnType<Fn>>> {
  type Input = InputOf<Fn>;
  type Value = Awaited<ReturnType<Fn>>;
  const options: EntrypointOptions<Name> = typeof name === 'string' ? { name } : name;
  const { notify, versioningBehavior } = options;
  const entrypointName: string = options.name;
  if (entrypointName === '' || entrypointName === INTERRUPT_UPDATE) {
    throw new TypeError(`Expected an entrypoint's name to be the name of its export, got \`${entrypointName}\``);
  }
  // Its own parameter and result types, which `Fn` has been checked to have.
  const call = fn as unknown as (input: Input) => Promise<Value>;
  const body = (input: Input): Promise<Value> => withinEntrypoint(entrypointName, () => call(input));
  const start = async (input: Input): Promise<Value> => {
    const run = startRun(entrypointName, notify);
    if (run) return runToEnd(run, () => body(input));
    return body(input);
  };
  const workflow = (input: Input): Promise<Value> => {
    const value = start(input);
    // Inline, a failure that the caller does not await must not fail the workflow task (R7).
    value.catch(() => undefined);
    return value;
  };
  if (versioningBehavior !== undefined)
    defineWorkflowOptions(workflow, { workflowDefinitionOptions: { versioningBehavior } });
  return Object.assign(workflow, { entrypointName: entrypointName as Name });
}

async function runToEnd<Value>(run: Run, body: () => Promise<Value>): Promise<Value> {
  const root = CancellationScope.current();
  const scope = new CancellationScope();
  try {
    const value = await scope.run(body);
    await run.drain();
    assertSendable(value, `the value of entrypoint \`${run.entrypoint}\``);
    run.complete(value);
    return value;
  } catch (error) {
    // Tasks still running are cancelled, not waited for.
    scope.cancel();
    run.fail(root.consideredCancelled && isCancellation(error) ? 'canceled' : 'failed');
    await run.notified();
    throw runFailure(error);
  }
}
