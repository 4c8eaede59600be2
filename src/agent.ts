/**
 * `holdpoint/agent`: what a workflow file imports for an agent: its body, approvals, messages and tools. It runs in Temporal's
 * sandbox.
 */
export {
  reactAgent,
  type ApprovalOptions,
  type ReactAgent,
  type ReactAgentOptions,
} from './workflows/agent/react-agent.ts';
export { approval, type ApprovalSchema, type Decision } from './protocol/approval.ts';
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
