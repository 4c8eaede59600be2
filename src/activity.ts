/**
 * `holdpoint/activity`: for files of tasks, which run on the worker, in Node.
 */
export { timeLeft } from './activities/cut-off.ts';
export { interrupt } from './activities/interrupt.ts';
export { preview, type PreviewFunction } from './activities/preview.ts';
export {
  approval,
  type ApprovalSchema,
  type Decision,
  type DecisionOptions,
  type Remembering,
} from './protocol/approval.ts';
export type { AskOptions, OfCall } from './protocol/ask-options.ts';
export type { CallContext, Denial, Editor, PolicyContext, Verdict } from './protocol/call-context.ts';
export type { CallDecision } from './protocol/call-decision.ts';
export { hasCode, type ErrorCode } from './protocol/errors.ts';
export type { MessagePart } from './protocol/preview.ts';
export type { Duration } from './protocol/duration.ts';
export type { CarriedTypes, Jsonified, NotJson } from './protocol/jsonified.ts';
export type {
  AssistantMessage,
  Content,
  ContentPart,
  Message,
  SystemMessage,
  ToolCall,
  ToolMessage,
  Usage,
  UserMessage,
} from './protocol/messages.ts';
export type {
  AnsweredByOptions,
  Interrupter,
  InterruptFunction,
  InterruptOptions,
  RecordFunction,
} from './protocol/interrupt-options.ts';
export type { AnswerSchema } from './protocol/schema.ts';
export type { InterruptEvent, JsonSchema, Priority, Recorded, Vote } from './protocol/shapes.ts';
export type { Tool, Tools } from './protocol/tools.ts';
