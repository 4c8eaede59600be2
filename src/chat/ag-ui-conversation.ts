/**
 * Messages of a thread as messages of an AG-UI page.
 */
import { defined } from '../protocol/defined.ts';
import type { AssistantMessage, Content, ContentPart, ToolMessage } from '../protocol/messages.ts';
import type { AgUiMessage, AgUiPart, AgUiSource, AgUiToolMessage } from './ag-ui-events.ts';
import { isObject } from '../protocol/json-object.ts';
import { reasoningOf, saidIn, textOf } from './said.ts';

/** A message of the model as the page is to show it. */
export interface Wanted {
  /** Its id. */
  readonly id: string;
  /** What the model thinks. */
  readonly reasoning: string;
  /** What it says. */
  readonly text: string;
  /** Its tool calls, in their order. */
  readonly calls: readonly WantedCall[];
}

/** A tool call as the page is to show it. While the model writes it, its id and its name may be missing. */
export interface WantedCall {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  /** As JSON text. */
  readonly args: string;
}

/** The result of a tool call, and the arguments that it ran with if a person has changed them. */
export interface WantedResult extends Pick<AgUiToolMessage, 'id' | 'toolCallId' | 'content' | 'metadata'> {
  readonly args?: string | undefined;
}

/** A message of the model, as a page shows it. */
export function wantedOf(id: string, message: AssistantMessage): Wanted {
  const { tool_calls: calls = [] } = message;
  return {
    id,
    reasoning: reasoningOf(message),
    text: textOf(message),
    calls: calls.map((call) => ({ id: call.id, name: call.function.name, args: call.function.arguments })),
  };
}

/** The result of a tool, as a page shows it. */
export function resultOf(id: string, { tool_call_id: toolCallId, content, decision }: ToolMessage): WantedResult {
  const args = decision?.type === 'edit' ? JSON.stringify(decision.args) : undefined;
  return { id, toolCallId, content, ...defined({ args, metadata: decision && { decision } }) };
}

/** What people say in an input, as messages of a page. */
export function userMessages(key: string, input: unknown): readonly AgUiMessage[] {
  return saidIn(input).map((content, n) => ({
    id: n === 0 ? key : `${key}/${n}`,
    role: 'user',
    content: pageContent(content),
  }));
}

/** A thought, if there is one, and the message. Calls without an id or a name are left out. */
export function assistantMessages({ id, reasoning, text, calls }: Wanted): readonly AgUiMessage[] {
  const toolCalls = calls.flatMap(({ id: call, name, args }) =>
    call === undefined || name === undefined
      ? []
      : [{ id: call, type: 'function', function: { name, arguments: args } } as const],
  );
  const content = text === '' ? undefined : text;
  return [
    ...(reasoning === '' ? [] : [{ id: thoughtId(id), role: 'reasoning', content: reasoning } as const]),
    { id, role: 'assistant', ...defined({ content, toolCalls: toolCalls.length > 0 ? toolCalls : undefined }) },
  ];
}

/** The id of what the model thought before a message. */
export function thoughtId(id: string): string {
  return `${id}/reasoning`;
}

function pageContent(content: Content): string | AgUiPart[] {
  return typeof content === 'string' ? content : content.flatMap(pageParts);
}

/** A part, if AG-UI has such parts. */
function pageParts(part: ContentPart): readonly AgUiPart[] {
  const { type, text, image_url: image, input_audio: audio, file } = part;
  if (type === 'text' && typeof text === 'string') return [{ type, text }];
  if (type === 'image_url' && isObject(image)) return mediaPart('image', image['url']);
  if (type === 'file' && isObject(file)) return mediaPart('document', file['file_data']);
  if (type === 'input_audio' && isObject(audio))
    return mediaPart('audio', `data:audio/${String(audio['format'])};base64,${String(audio['data'])}`);
  return [];
}

function mediaPart(type: 'image' | 'audio' | 'document', url: unknown): readonly AgUiPart[] {
  return typeof url === 'string' ? [{ type, source: sourceOf(url) }] : [];
}

function sourceOf(url: string): AgUiSource {
  const [, mimeType, value] = /^data:([^;,]+);base64,(.*)$/s.exec(url) ?? [];
  return mimeType === undefined || value === undefined
    ? { type: 'url', value: url }
    : { type: 'data', value, mimeType };
}
