/**
 * Tasks: the async functions of a module of activities, as a body calls them.
 *
 * A call is scheduled with Temporal's options; what becomes of it is in `task-call.ts`.
 *
 * T4. Every option of Temporal's `ActivityOptions` can be set, for all tasks or for one.
 * T5. A `local` task is a local activity: on the worker that runs the body, without a queue.
 * T7. The types say what arrives: a result is what JSON makes of it.
 */
import type { ActivityOptions } from '@temporalio/common';
import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import { defined } from '../../protocol/defined.ts';
import type { Arrived, Misfit } from '../../protocol/jsonified.ts';
import { INTERRUPT_UPDATE } from '../../protocol/names.ts';
import { currentRun } from '../run/current-run.ts';
import { TaskCall, type Schedule } from './task-call.ts';
import { readTasksOptions, type TaskOptions, type TasksOptions } from './task-options.ts';

/** The type of an export that cannot be a task. Calling it is a type error, which shows the reason. */
export interface NotATask<Reason extends string> {
  /** Why the export is not a task. Only a type: there is no such field. */
  readonly __notATask__: Reason;
}

/** The async functions of a module of activities, as tasks: with the same signatures, except for what JSON changes (T7). */
export type Tasks<Activities> = {
  readonly [Name in keyof Activities as Name extends typeof INTERRUPT_UPDATE ? never : Name]: Task<Activities[Name]>;
};

type Task<Fn> = Fn extends (...args: infer Args) => Promise<infer Result>
  ? [MisfitOf<Args>] extends [never]
    ? Returns<Fn, Args, Result, Arrived<Result>>
    : NotATask<MisfitOf<Args>>
  : NotATask<'A task is an exported async function'>;

/** The function's own type where its result arrives as it is: only that keeps type parameters. */
type Returns<Fn, Args extends unknown[], Result, Arriving> = [Result] extends [Arriving]
  ? [Arriving] extends [Result]
    ? Fn
    : (...args: Args) => Promise<Arriving>
  : (...args: Args) => Promise<Arriving>;

type MisfitOf<Args extends unknown[]> = {
  [Index in keyof Args]-?: Misfit<
    Args[Index],
    Index extends keyof Ordinals ? `argument ${Ordinals[Index]}` : 'an argument'
  >;
}[number];

interface Ordinals {
  readonly '0': 1;
  readonly '1': 2;
  readonly '2': 3;
  readonly '3': 4;
  readonly '4': 5;
  readonly '5': 6;
}

/** Our defaults, where Temporal has none or other ones (T4). */
const DEFAULTS = {
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '30 seconds',
  retry: { maximumAttempts: 3 },
} as const satisfies ActivityOptions;

/**
 * Makes tasks of a module's exported async functions, as Temporal's `proxyActivities` does.
 *
 * @example
 * import type * as activities from '../activities.js';
 * const { step1, slow } = tasks<typeof activities>({ each: { slow: { startToCloseTimeout: '1 hour' } } });
 *
 * @param options Temporal's `ActivityOptions` for all tasks, `local`, `share`, and options for single tasks under `each`. Defaults:
 *   `startToCloseTimeout` 5 minutes, `heartbeatTimeout` 30 seconds, `retry.maximumAttempts` 3. `retry` is merged with its
 *   default; every other option replaces its default.
 * @throws `TypeError` when an option makes no sense.
 */
export function tasks<Activities extends object>(options: TasksOptions<Activities> = {}): Tasks<Activities> {
  const { each, ...shared } = readTasksOptions(options);
  const made = new Map<string, (...args: unknown[]) => Promise<unknown>>();
  return new Proxy({} as Tasks<Activities>, {
    get(_, name) {
      if (typeof name !== 'string') return undefined;
      let task = made.get(name);
      if (!task) made.set(name, (task = makeTask(name, { ...shared, ...each?.[name as keyof Activities] }, shared)));
      return task;
    },
  });
}

function makeTask(name: string, options: TaskOptions, shared: TaskOptions): (...args: unknown[]) => Promise<unknown> {
  if (name === INTERRUPT_UPDATE)
    throw new TypeError(`Expected a task's name not to be \`${INTERRUPT_UPDATE}\`, which is the update of a question`);
  const { local = false, share = options.taskQueue === undefined, ...rest } = options;
  const settings = { ...DEFAULTS, ...rest, retry: { ...DEFAULTS.retry, ...shared.retry, ...rest.retry } };
  const schedule = local ? scheduleLocally(name, settings) : scheduleOnQueue(name, settings);
  return (...args) => {
    const { run, body } = currentRun(`Task \`${name}\``);
    return new TaskCall({ run, body, name, args, schedule, local, shares: share && !local }).result();
  };
}

function scheduleOnQueue(name: string, settings: ActivityOptions): Schedule {
  const activity = proxyActivities(settings)[name]!;
  return (call, args, elsewhere) =>
    activity.executeWithOptions(
      {
        activityId: call,
        summary: settings.summary ?? call,
        // A server may hand an activity to the worker that schedules it, which is the one that lacks the task (T8).
        ...(elsewhere ? { allowEagerDispatch: false } : {}),
      },
      args,
    );
}

function scheduleLocally(name: string, settings: ActivityOptions): Schedule {
  const { startToCloseTimeout, scheduleToStartTimeout, scheduleToCloseTimeout, retry, cancellationType } = settings;
  const { summary } = settings;
  const timeouts = { startToCloseTimeout, scheduleToStartTimeout, scheduleToCloseTimeout };
  const activity = proxyLocalActivities(defined({ ...timeouts, retry, cancellationType }))[name]!;
  // A local activity has no id of ours. Readers know the task by the first word of its marker's summary.
  return (call, args) =>
    activity.executeWithOptions({ summary: summary === undefined ? call : `${call} ${summary}` }, args);
}
