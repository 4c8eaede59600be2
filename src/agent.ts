/**
 * `holdpoint/agent`: what a workflow file imports for an agent: its body, approvals, messages and tools. It runs in Temporal's
 * sandbox.
 */
export { reactAgent, type ReactAgent, type ReactAgentOptions } from './workflows/agent/react-agent.ts';
export type { ApprovalOptions } from './workflows/agent/early-decisions.ts';
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
