/**
 * The options of `tasks`, read once where the tasks are made (T4). A wrong one is refused there (R10).
 */
import type { ActivityOptions } from '@temporalio/common';
import { assertTemporalDuration } from '../../protocol/duration.ts';
import { assertOptions, type OptionNames } from '../../protocol/refused-options.ts';

/** The options of a task: Temporal's `ActivityOptions`, `local` and `share`. */
export interface TaskOptions extends ActivityOptions {
  /**
   * Runs the task as a local activity: on the worker that runs the body, without a queue. Each step is several times
   * faster. For short idempotent work: after a crash, what ran since the last recorded step runs again. A local task
   * cannot ask (T5).
   *
   * @default false
   */
  readonly local?: boolean;
  /**
   * Whether arguments that the history of the run holds already are sent as references, which the plugin of the worker
   * puts back before the task runs (V1). Set it to `false` for tasks that run where the plugin does not, such as on a
   * worker in another language.
   *
   * @default true, and with a `taskQueue` of its own `false`
   */
  readonly share?: boolean;
}

/** The options of `tasks`: for all its tasks, and for single ones under `each`. */
export interface TasksOptions<Activities> extends TaskOptions {
  /** Options for single tasks, by name. They replace the shared ones; `retry` is merged. */
  readonly each?: { readonly [Name in keyof Activities]?: TaskOptions };
}

const NAMES: OptionNames<TaskOptions> = {
  local: true,
  share: true,
  scheduleToCloseTimeout: true,
  startToCloseTimeout: true,
  scheduleToStartTimeout: true,
  heartbeatTimeout: true,
  retry: true,
  taskQueue: true,
  cancellationType: true,
  activityId: true,
  allowEagerDispatch: true,
  priority: true,
  summary: true,
  versioningIntent: true,
};
const DURATIONS = [
  'scheduleToCloseTimeout',
  'startToCloseTimeout',
  'scheduleToStartTimeout',
  'heartbeatTimeout',
] as const;

/** @throws `TypeError` for an option that Temporal would otherwise refuse at each call. */
export function readTasksOptions<Activities>(options: TasksOptions<Activities>): TasksOptions<Activities> {
  assertOptions(options, '`tasks`', { ...NAMES, each: true }, { isOpen: true });
  assertOptions(options.each, '`each`', {}, { isOpen: true });
  assertDurations(options, '');
  for (const [name, own] of Object.entries<TaskOptions | undefined>(options.each ?? {})) {
    if (own === undefined) continue;
    assertOptions(own, `task \`${name}\``, NAMES, { isOpen: true });
    assertDurations(own, ` of task \`${name}\``);
  }
  return options;
}

function assertDurations(options: TaskOptions, of: string): void {
  for (const name of DURATIONS)
    if (options[name] !== undefined) assertTemporalDuration(options[name], `\`${name}\`${of}`);
  const { initialInterval, maximumInterval } = options.retry ?? {};
  for (const [name, interval] of Object.entries({ initialInterval, maximumInterval }))
    if (interval !== undefined) assertTemporalDuration(interval, `\`retry.${name}\`${of}`);
}
