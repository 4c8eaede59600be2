/**
 * The events of AG-UI 1.0, as far as the handler sends them, and the messages and interrupts in them.
 *
 * The types are written by hand: `@ag-ui/core` is no dependency. Tests compare them with its own.
 */

/** The version of the protocol that the handler speaks. */
export const AG_UI_VERSION = '1.0';

/** A call of a tool, in a message of the model. */
export interface AgUiToolCall {
  /** The id that the model gave it. */
  readonly id: string;
  /** Only functions can be called. */
  readonly type: 'function';
  /** The tool and its arguments, as JSON text. */
  readonly function: { readonly name: string; readonly arguments: string };
}

/** What the model says, and the tools that it calls. */
export interface AgUiAssistantMessage {
  /** The id of the message, which stays the same. */
  readonly id: string;
  /** The role of the model. */
  readonly role: 'assistant';
  /** The text. Missing if the model only calls tools. */
  readonly content?: string;
  /** The calls. Missing if there are none. */
  readonly toolCalls?: AgUiToolCall[];
}

/** What the model thinks. */
export interface AgUiReasoningMessage {
  /** The id of the message of the model, followed by `/reasoning`. */
  readonly id: string;
  /** The role of a thought. */
  readonly role: 'reasoning';
  /** The text. */
  readonly content: string;
}

/** The result of a tool call. */
export interface AgUiToolMessage {
  /** The id of the message, which stays the same. */
  readonly id: string;
  /** The role of a tool. */
  readonly role: 'tool';
  /** The call that it answers. */
  readonly toolCallId: string;
  /** The result as text. */
  readonly content: string;
  /** `decision`: what was decided about the call, by whom and when. */
  readonly metadata?: Record<string, unknown>;
}

/** What a person says. */
export interface AgUiUserMessage {
  /** The page's own id. */
  readonly id: string;
  /** The role of a person. */
  readonly role: 'user';
  /** The text, or parts. */
  readonly content: string | AgUiPart[];
}

/** A part of a person's message. */
export type AgUiPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image' | 'audio' | 'video' | 'document'; readonly source: AgUiSource };

/** Where the content of a part is: in `value` as base64, or at a URL. */
export type AgUiSource =
  | { readonly type: 'data'; readonly value: string; readonly mimeType: string }
  | { readonly type: 'url'; readonly value: string; readonly mimeType?: string };

/** A message that the handler makes. */
export type AgUiMessage = AgUiAssistantMessage | AgUiReasoningMessage | AgUiToolMessage | AgUiUserMessage;

/** A question, as `RUN_FINISHED` has it. */
export interface AgUiInterrupt {
  /** The run and the id of the question. The next run answers it by this id. */
  readonly id: string;
  /** `tool_call` for the approval of a tool call, else `input_required`. */
  readonly reason: 'tool_call' | 'input_required';
  /** The question in one line. */
  readonly message?: string;
  /** The tool call to approve. */
  readonly toolCallId?: string;
  /** The JSON Schema of the answer. */
  readonly responseSchema?: Record<string, unknown>;
  /** When the question closes by itself. */
  readonly expiresAt?: string;
  /** `question`: the whole question, as `thread.interrupts()` returns it. */
  readonly metadata: Record<string, unknown>;
}

/** How a run ended that did not fail. */
export type AgUiOutcome =
  | { readonly type: 'success' }
  | { readonly type: 'interrupt'; readonly interrupts: AgUiInterrupt[] }
  | { readonly type: 'cancelled' };

interface InRun {
  /** The thread. */
  readonly threadId: string;
  /** The page's id of the run. */
  readonly runId: string;
}

interface OfMessage {
  /** The message. */
  readonly messageId: string;
}

interface OfCall {
  /** The tool call. */
  readonly toolCallId: string;
}

interface Piece {
  /** The piece to append. */
  readonly delta: string;
}

/** An event that the handler sends. */
export type AgUiEvent =
  | ({ readonly type: 'RUN_STARTED'; readonly protocolVersion: string } & InRun)
  | ({ readonly type: 'RUN_FINISHED'; readonly outcome: AgUiOutcome; readonly result?: unknown } & InRun)
  | { readonly type: 'RUN_ERROR'; readonly message: string; readonly code?: string }
  | { readonly type: 'MESSAGES_SNAPSHOT'; readonly messages: AgUiMessage[] }
  | ({ readonly type: 'TEXT_MESSAGE_START'; readonly role: 'assistant' } & OfMessage)
  | ({ readonly type: 'TEXT_MESSAGE_CONTENT' } & OfMessage & Piece)
  | ({ readonly type: 'TEXT_MESSAGE_END' } & OfMessage)
  | ({ readonly type: 'REASONING_START' } & OfMessage)
  | ({ readonly type: 'REASONING_MESSAGE_START'; readonly role: 'reasoning' } & OfMessage)
  | ({ readonly type: 'REASONING_MESSAGE_CONTENT' } & OfMessage & Piece)
  | ({ readonly type: 'REASONING_MESSAGE_END' } & OfMessage)
  | ({ readonly type: 'REASONING_END' } & OfMessage)
  | ({ readonly type: 'TOOL_CALL_START'; readonly toolCallName: string; readonly parentMessageId: string } & OfCall)
  | ({ readonly type: 'TOOL_CALL_ARGS' } & OfCall & Piece)
  | ({ readonly type: 'TOOL_CALL_END' } & OfCall)
  | ({
      readonly type: 'TOOL_CALL_RESULT';
      readonly role: 'tool';
      readonly content: string;
      readonly metadata?: Record<string, unknown>;
    } & OfMessage &
      OfCall)
  | { readonly type: 'CUSTOM'; readonly name: 'preview' | 'refused'; readonly value: unknown };
