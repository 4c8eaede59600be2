/**
 * `holdpoint/workflow`: what a workflow file imports. It runs in Temporal's sandbox.
 */
export {
  entrypoint,
  type Entrypoint,
  type EntrypointOptions,
  type MemoryEntrypointOptions,
  type MemoryOptions,
} from './workflows/entrypoint/entrypoint.ts';
export type { Final } from './workflows/entrypoint/final.ts';
export type { OnBusy } from './workflows/turns/admission.ts';
export { interrupt } from './workflows/questions/interrupt.ts';
export { tasks, type NotATask, type Tasks } from './workflows/tasks/task.ts';
export type { TaskOptions, TasksOptions } from './workflows/tasks/task-options.ts';
export { hasCode, type ErrorCode } from './protocol/errors.ts';
export type { Duration } from './protocol/duration.ts';
export type { CarriedTypes, Jsonified, NotJson } from './protocol/jsonified.ts';
export type {
  AnsweredByOptions,
  Interrupter,
  InterruptFunction,
  InterruptOptions,
  RecordFunction,
} from './protocol/interrupt-options.ts';
export type { AnswerSchema } from './protocol/schema.ts';
export type { InterruptEvent, JsonSchema, Priority, Recorded, Vote } from './protocol/shapes.ts';
