/**
 * `holdpoint/client`: what a script, a service or an ops tool imports to start, answer and read threads.
 */
export { connect, Holdpoint, type ConnectOptions, type HoldpointOptions } from './client/holdpoint.ts';
export { Command, type CommandOptions } from './client/command.ts';
export { HoldpointError } from './client/server/errors.ts';
export type { InterruptFilter, ListedInterrupt } from './client/listing/interrupts.ts';
export type { ResumeOptions, ResumeResult } from './client/sending/answer.ts';
export type { ReassignOptions, ReassignResult } from './client/sending/reassign.ts';
export type { AddressedAnswer, AnswerOutcome, ResumeAllOptions } from './client/sending/answers.ts';
export type { Thread } from './client/thread.ts';
export type {
  AuditOptions,
  FollowOptions,
  ForgetOptions,
  InvokeOptions,
  ReadOptions,
  Result,
  ResultOptions,
  ShownOptions,
  StreamOptions,
} from './client/thread-options.ts';
export type { Started, StartOptions } from './client/sending/input.ts';
export type {
  CustomUpdate,
  InterruptEntry,
  InterruptUpdate,
  ItemOf,
  MessageUpdate,
  PreviewedCall,
  PreviewReset,
  StreamMode,
  StreamModes,
  TaskUpdate,
  Update,
} from './client/reading/stream-modes.ts';
export type { AuditedWorker, AuditEntry } from './client/reading/audit-entries.ts';
export type { Updates } from './client/reading/stream.ts';
export { hasCode, type ErrorCode } from './protocol/errors.ts';
export type { Remembered } from './protocol/remembered.ts';
export type {
  Answer,
  AnsweredBy,
  Changed,
  Closed,
  How,
  Interrupt,
  Priority,
  Problem,
  Refusal,
  State,
  Vote,
} from './protocol/shapes.ts';
export type { CarriedTypes, Jsonified, NotJson } from './protocol/jsonified.ts';
