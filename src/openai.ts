/**
 * `holdpoint/openai`: the two tasks of an agent. They run on the worker, in Node, and need the package `openai`.
 */
export { openai, type ModelOptions, type OpenAIOptions, type OpenAITasks } from './activities/openai/openai.ts';
export type { ChatClient, ConnectionOptions } from './activities/openai/connection.ts';
export type { CallModel, ModelReply, RequestParameters } from './activities/openai/model.ts';
export type { OutputOf } from './protocol/schema.ts';
export type { CallTool } from './activities/openai/tools.ts';
export type { AskOptions, OfCall } from './protocol/ask-options.ts';
export type { CallContext, Denial, Editor, PolicyContext, Verdict } from './protocol/call-context.ts';
export type { CallDecision } from './protocol/call-decision.ts';
export type {
  AssistantMessage,
  Content,
  ContentPart,
  Message,
  ServerFields,
  SystemMessage,
  ToolCall,
  ToolMessage,
  Usage,
  UserMessage,
} from './protocol/messages.ts';
export type { OfArguments, PoliciesFit, SentArguments, Tool, Tools } from './protocol/tools.ts';
