/**
 * `holdpoint/openai`: the two tasks of an agent. They run on the worker, in Node, and need the package `openai`.
 */
export { openai, type OpenAIOptions, type OpenAITasks } from './activities/openai/openai.ts';
export type { CallModel, RequestParameters } from './activities/openai/model.ts';
export type { CallTool } from './activities/openai/tools.ts';
export type { AskOptions, OfCall } from './protocol/ask-options.ts';
export type { CallContext, CallDecision, PolicyContext, Verdict } from './protocol/call-decision.ts';
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
export type { OfArguments, PoliciesFit, SentArguments, Tool, Tools } from './protocol/tools.ts';
