/**
 * Messages between a person, a model and its tools: the shapes of OpenAI's chat completions, as plain JSON.
 *
 * They are our own, so that neither a workflow nor a client needs the `openai` package. What is kept of a conversation is
 * in here; what the API does not take back (`usage`, `finish_reason`, the `name` of a tool's message) is left out when a
 * message is sent to it.
 */

export type Message = SystemMessage | UserMessage | AssistantMessage | ToolMessage;

/** A text, or OpenAI's content parts. */
export type Content = string | readonly ContentPart[];
export type ContentPart = { readonly type: string; readonly [field: string]: unknown };

export interface SystemMessage {
  /** `developer` is what newer models call it. */
  readonly role: 'system' | 'developer';
  readonly content: Content;
  readonly name?: string;
}

export interface UserMessage {
  readonly role: 'user';
  readonly content: Content;
  readonly name?: string;
}

export interface AssistantMessage {
  readonly role: 'assistant';
  /** `null` when it only calls tools. */
  readonly content: string | null;
  readonly tool_calls?: readonly ToolCall[];
  /** What the model says in place of an answer that it will not give. */
  readonly refusal?: string;
  /** Why the message is not whole. */
  readonly finish_reason?: 'length' | 'content_filter';
  readonly usage?: Usage;
}

/** A tool's result, or what to tell the model instead. */
export interface ToolMessage {
  readonly role: 'tool';
  readonly name: string;
  readonly tool_call_id: string;
  readonly content: string;
}

export interface ToolCall {
  readonly id: string;
  readonly type: 'function';
  readonly function: {
    readonly name: string;
    /** JSON, as the model wrote it: it may be broken. */
    readonly arguments: string;
  };
}

/** The tokens of one call of the model. */
export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details?: { readonly cached_tokens: number };
}

/** The answer to a tool call. */
export function toolMessage(call: ToolCall, content: string): ToolMessage {
  return { role: 'tool', name: call.function.name, tool_call_id: call.id, content };
}

const ROLES: readonly unknown[] = ['system', 'developer', 'user', 'assistant', 'tool'] satisfies Message['role'][];

/** Whether a value is a list of messages, as far as their roles say. */
export function isMessages(value: unknown): value is readonly Message[] {
  return Array.isArray(value) && value.every(isMessage);
}

function isMessage(value: unknown): boolean {
  return typeof value === 'object' && value !== null && ROLES.includes((value as { role?: unknown }).role);
}
