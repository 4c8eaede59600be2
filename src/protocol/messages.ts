/**
 * Messages between a person, a model and its tools: the shapes of OpenAI's chat completions, as plain JSON (R8).
 *
 * They are our own types, because a workflow and a client should not need the `openai` package. They hold all that is kept
 * of a conversation. Some fields are only for us and for pages (`usage`, `finish_reason`, `parsed`, `actor`, and the
 * `name`, the `decision` and `returnDirect` of a tool message): they are left out when a message is sent to a server.
 *
 * Servers add fields to their messages and calls, and some need them back. Those fields stay where the server put them,
 * beside ours. The types name the usual ones, as `unknown`. A field with another name is kept in the same way, and
 * `'citations' in message` lets code read it. An index signature would say the same, but then a misspelt field of ours
 * would be accepted too.
 */
import type { CallDecision } from './call-decision.ts';

/** A message of a conversation with a model. */
export type Message = SystemMessage | UserMessage | AssistantMessage | ToolMessage;

/** The content of a message: a text, or OpenAI's content parts. */
export type Content = string | readonly ContentPart[];
/** One part of a content, as OpenAI's API defines it: a text, an image, a file. */
export type ContentPart = {
  /** The kind of the part: `text`, `image_url`. */
  readonly type: string;
  /** The fields of that kind. */
  readonly [field: string]: unknown;
};

/** Instructions for the model. */
export interface SystemMessage {
  /** Newer models call the role `developer`. */
  readonly role: 'system' | 'developer';
  /** The instructions. */
  readonly content: Content;
  /** Distinguishes authors of the same role. */
  readonly name?: string;
}

/** What a person tells the model. */
export interface UserMessage {
  /** The role of a person. */
  readonly role: 'user';
  /** What the person says. */
  readonly content: Content;
  /** Distinguishes people. */
  readonly name?: string;
  /** Who says it, as the sender claims. Policies get it; the model does not. */
  readonly actor?: string;
}

/** The usual fields that a server adds to a message. They go back to that server unchanged. */
export interface ServerFields {
  /** What the model thought: DeepSeek, llama.cpp, LiteLLM. */
  readonly reasoning_content?: unknown;
  /** What the model thought: OpenRouter, vLLM, Ollama. */
  readonly reasoning?: unknown;
  /** What the model thought, with signatures: OpenRouter. */
  readonly reasoning_details?: unknown;
  /** What the model thought, with signatures: LiteLLM. */
  readonly thinking_blocks?: unknown;
  /** Citations: OpenAI, OpenRouter. */
  readonly annotations?: unknown;
  /** Data of the provider behind a gateway: LiteLLM. */
  readonly provider_specific_fields?: unknown;
  /** Data of the provider: Gemini's thought signatures. */
  readonly extra_content?: unknown;
}

/** What the model answers, with the tools that it calls. */
export interface AssistantMessage extends ServerFields {
  /** The role of the model. */
  readonly role: 'assistant';
  /** The text of the answer; `null` if the model only calls tools. */
  readonly content: string | null;
  /** The content as the server sent it, if that was a list. It goes back in place of `content` unless that was changed. */
  readonly content_parts?: readonly unknown[];
  /** The tools that the model calls. Each call is answered by one {@link ToolMessage}. */
  readonly tool_calls?: readonly ToolCall[];
  /** Why the model refuses to answer. */
  readonly refusal?: string;
  /** Why the model stopped, as the server says it, unless it simply was done: `length`, `content_filter`. */
  readonly finish_reason?: string;
  /** The value in `content`, checked against the option `output` of `openai`. */
  readonly parsed?: unknown;
  /** The tokens that the call used, if the server reports them. */
  readonly usage?: Usage;
  /** The host of the server, if the message has fields of the server. They go back to no other host. */
  readonly server?: string;
}

/** The result of a tool call, or a sentence that tells the model what went wrong. */
export interface ToolMessage {
  /** The role of a tool. */
  readonly role: 'tool';
  /** The name of the tool. */
  readonly name: string;
  /** The id of the {@link ToolCall} that this answers. */
  readonly tool_call_id: string;
  /** The result as text. */
  readonly content: string;
  /** What was decided about the call. Missing if the tool needed no approval. The model does not get it. */
  readonly decision?: CallDecision;
  /** Set if the result of the tool is the answer: it ends the turn of `reactAgent`. The model does not get it. */
  readonly returnDirect?: true;
}

/** A call of a tool by the model. */
export interface ToolCall {
  /** Identifies the call in its conversation. */
  readonly id: string;
  /** Only functions can be called. */
  readonly type: 'function';
  /** The tool and its arguments. */
  readonly function: {
    /** The name of the tool. */
    readonly name: string;
    /** The arguments as JSON text, as the model wrote it: it may be malformed. */
    readonly arguments: string;
  };
  /** Data of the provider, which goes back unchanged: Gemini's thought signatures. */
  readonly extra_content?: unknown;
  /** Data of the provider behind a gateway, which goes back unchanged: LiteLLM. */
  readonly provider_specific_fields?: unknown;
}

/** The tokens of one call of the model. */
export interface Usage {
  /** The tokens of the request. */
  readonly prompt_tokens: number;
  /** The tokens of the answer. */
  readonly completion_tokens: number;
  /** Both together. */
  readonly total_tokens: number;
  /** More about the tokens of the request. */
  readonly prompt_tokens_details?: {
    /** The tokens of the request that the server had cached. */
    readonly cached_tokens: number;
  };
}

/** The message that answers a tool call. */
export function toolMessage(call: ToolCall, content: string): ToolMessage {
  return { role: 'tool', name: call.function.name, tool_call_id: call.id, content };
}

const ROLES: readonly unknown[] = ['system', 'developer', 'user', 'assistant', 'tool'] satisfies Message['role'][];

/** Whether a value is a list of messages, judged by their roles. */
export function isMessages(value: unknown): value is readonly Message[] {
  return Array.isArray(value) && value.every(isMessage);
}

function isMessage(value: unknown): boolean {
  return typeof value === 'object' && value !== null && ROLES.includes((value as { role?: unknown }).role);
}
