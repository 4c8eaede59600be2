/**
 * The chunks and messages of the AI SDK's UI message stream protocol, version 1, as far as the handler uses them.
 *
 * The types are written by hand, because `ai` is the page's package. A test compares them with the types of `ai`.
 */
import type { QuestionData, PreviewData } from './ui-views.ts';

/** A field of ours beside those of the protocol. */
export type Ours = { readonly holdpoint: { readonly [name: string]: string } };

/** The mark of a text that is void, for pages that cannot take it back. */
export type Void = { readonly holdpoint: { readonly void: true } };

/** One chunk of a stream. */
export type UiChunk =
  | { readonly type: 'start'; readonly messageId: string }
  | { readonly type: 'message-metadata'; readonly messageMetadata: ChatMetadata }
  | { readonly type: 'start-step' | 'finish-step' | 'reset-step' }
  | { readonly type: 'text-start' | 'reasoning-start'; readonly id: string }
  | { readonly type: 'text-end' | 'reasoning-end'; readonly id: string; readonly providerMetadata?: Void }
  | { readonly type: 'text-delta' | 'reasoning-delta'; readonly id: string; readonly delta: string }
  | { readonly type: 'tool-input-start'; readonly toolCallId: string; readonly toolName: string }
  | { readonly type: 'tool-input-delta'; readonly toolCallId: string; readonly inputTextDelta: string }
  | {
      readonly type: 'tool-input-available';
      readonly toolCallId: string;
      readonly toolName: string;
      readonly input: unknown;
      readonly providerMetadata?: Ours;
    }
  | {
      readonly type: 'tool-approval-request';
      readonly approvalId: string;
      readonly toolCallId: string;
      readonly approvalDescriptor: QuestionData;
    }
  | {
      readonly type: 'tool-approval-response';
      readonly approvalId: string;
      readonly approved: boolean;
      readonly reason?: string;
      readonly providerMetadata?: Ours;
    }
  | { readonly type: 'tool-output-available'; readonly toolCallId: string; readonly output: string }
  | { readonly type: 'tool-output-error'; readonly toolCallId: string; readonly errorText: string }
  | { readonly type: 'tool-output-denied'; readonly toolCallId: string }
  | { readonly type: 'data-question'; readonly id: string; readonly data: QuestionData }
  | { readonly type: 'data-preview'; readonly data: PreviewData; readonly transient: true }
  | { readonly type: 'error'; readonly errorText: string }
  | { readonly type: 'finish'; readonly finishReason: 'stop' | 'tool-calls' };

/** The metadata of our messages. Other fields are the page's. */
export interface ChatMetadata {
  /** What the handler keeps there. */
  readonly holdpoint: {
    /** Up to where the message shows the thread. A page sends it back with the message. */
    readonly seen?: string;
    /** The message of the error with which the turn failed. */
    readonly failed?: string;
  };
}

/** A part of a message. */
export type UiPart =
  | { readonly type: 'step-start' }
  | { readonly type: 'text'; readonly text: string; readonly state?: 'done' }
  | { readonly type: 'reasoning'; readonly id: string; readonly text: string; readonly state?: 'done' }
  | { readonly type: 'file'; readonly url: string; readonly mediaType: string; readonly filename?: string }
  | { readonly type: 'data-question'; readonly id: string; readonly data: QuestionData }
  | UiToolPart;

/** A tool call in a message. Its state says which of the fields it has. */
export type UiToolPart = {
  readonly type: `tool-${string}`;
  readonly toolCallId: string;
  readonly input: unknown;
  /** Who decided, and when. */
  readonly callProviderMetadata?: Ours;
} & (
  | { readonly state: 'input-available' }
  | { readonly state: 'approval-requested'; readonly approval: Omit<UiApproval, 'reason'> }
  | { readonly state: 'approval-responded'; readonly approval: UiApproval & { readonly approved: boolean } }
  | { readonly state: 'output-available'; readonly output: string; readonly approval?: UiApproval & { approved: true } }
  | {
      readonly state: 'output-error';
      readonly errorText: string;
      readonly approval?: UiApproval & { readonly approved: true };
    }
  | { readonly state: 'output-denied'; readonly approval: UiApproval & { readonly approved: false } }
);

/** The approval of a tool call. */
export interface UiApproval {
  readonly id: string;
  readonly descriptor?: QuestionData;
  readonly reason?: string;
}

/** A message of the conversation. */
export interface UiMessage {
  /** The key of the turn for a message of a person; with `.reply` for the answer. */
  readonly id: string;
  /** Who speaks. */
  readonly role: 'user' | 'assistant';
  /** What the handler keeps with an answer. */
  readonly metadata?: ChatMetadata;
  /** The parts of the message. */
  readonly parts: UiPart[];
}
