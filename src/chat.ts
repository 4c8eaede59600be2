/**
 * `holdpoint/chat`: handlers that let a web page talk with a thread. A handler takes a web-standard request and returns a
 * response, keeps nothing between two of them, and knows a conversation by its thread id.
 */
export { agUiHandler } from './chat/ag-ui.ts';
export { uiMessageHandler, type UiMessageOptions } from './chat/ui-message-handler.ts';
export type { ChatOptions, Visitor } from './chat/options.ts';
export type { ProblemCode, ProblemBody } from './web/problem.ts';
export type { ChatMetadata } from './chat/ui-messages.ts';
export type { ChatData, PreviewData, QuestionData } from './chat/ui-views.ts';
