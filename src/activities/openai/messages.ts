/**
 * Messages on the way to a server and back (R13).
 *
 * A message of ours is sent field by field: strict servers refuse unknown fields, and `null` or an empty list where they
 * expect no field. A message of a server is read with care, because servers leave out fields, and add others. What a server
 * added goes back to it unchanged, because some need it: DeepSeek refuses a call without its thinking, and Gemini one
 * without its signature. It goes to no other server, which would refuse it.
 */
import { defined } from '../../protocol/defined.ts';
import { isObject } from '../../protocol/json-object.ts';
import type { OpenAI } from 'openai';
import type { AssistantMessage, Message, ServerFields, ToolCall, Usage } from '../../protocol/messages.ts';
import type { ToolSettings } from '../../protocol/tools.ts';
import type { CallIds } from './call-ids.ts';

/** A JSON object of a server. */
export type ServerObject = Readonly<Record<string, unknown>>;

/** A message for the server at `host`. */
export function encodeMessage(message: Message, host: string): OpenAI.ChatCompletionMessageParam {
  // Our types are readonly and allow any kind of content part; the package's do not.
  return fieldsOf(message, host) as OpenAI.ChatCompletionMessageParam;
}

function fieldsOf(message: Message, host: string): object {
  const { role, content } = message;
  switch (role) {
    case 'system':
    case 'developer':
    case 'user':
      return { role, content, ...defined({ name: message.name || undefined }) };
    case 'assistant':
      return encodeAssistant(message, message.server === undefined || message.server === host);
    case 'tool':
      return { role, content, tool_call_id: message.tool_call_id };
    default:
      return message satisfies never;
  }
}

function encodeAssistant(message: AssistantMessage, isFromHere: boolean): object {
  const { role, content, content_parts = [], tool_calls, refusal } = message;
  const calls = (tool_calls ?? []).map((call) => encodeCall(call, isFromHere));
  const isUnchanged = textOf(content_parts) === (content ?? '');
  return {
    ...(isFromHere ? without(message, OUR_FIELDS) : {}),
    role,
    content:
      isFromHere && content_parts.length > 0 && isUnchanged
        ? content_parts
        : // The API accepts `null` only beside calls or a refusal.
          (content ?? (calls.length > 0 || refusal ? null : '')),
    ...defined({ tool_calls: calls.length > 0 ? calls : undefined, refusal: refusal || undefined }),
  };
}

function encodeCall(call: ToolCall, isFromHere: boolean): object {
  if (isFromHere) return call;
  const { id, type, function: called } = call;
  return { id, type, function: { name: called.name, arguments: called.arguments } };
}

const OUR_FIELDS: Readonly<Record<string, true>> = {
  role: true,
  content: true,
  content_parts: true,
  tool_calls: true,
  refusal: true,
  finish_reason: true,
  parsed: true,
  usage: true,
  server: true,
} satisfies Record<Exclude<keyof AssistantMessage, keyof ServerFields>, true>;

/** A tool for the API. */
export function encodeTool({ name, description, jsonSchema }: ToolSettings): OpenAI.ChatCompletionTool {
  return { type: 'function', function: { name, description, parameters: jsonSchema } };
}

/** A choice of a completion, as far as it is read. */
export interface Choice {
  readonly message: ServerObject;
  readonly finish_reason: string | undefined;
  readonly usage: unknown;
}

/** Where a message comes from. */
export interface Origin {
  readonly host: string;
  readonly ids: CallIds;
}

/** The usual reasons: the model is done, or calls a tool. */
const DONE: readonly unknown[] = ['stop', 'tool_calls', 'function_call', undefined];

/** Reads the message of a choice. */
export function decodeMessage({ message, finish_reason, usage }: Choice, { host, ids }: Origin): AssistantMessage {
  const { content, refusal } = message;
  const calls = receivedCalls(message).map((call) => decodeCall(call, finish_reason === 'length', ids));
  const added = present(without(message, { ...OUR_FIELDS, function_call: true }));
  const content_parts = Array.isArray(content) && content.length > 0 ? (content as readonly unknown[]) : undefined;
  const hasAdded =
    content_parts !== undefined || Object.keys(added).length > 0 || calls.some(({ hasAdded: has }) => has);
  return {
    ...added,
    role: 'assistant',
    content: decodeContent(content),
    ...defined({
      content_parts,
      tool_calls: calls.length > 0 ? calls.map(({ call }) => call) : undefined,
      refusal: typeof refusal === 'string' && refusal !== '' ? refusal : undefined,
      finish_reason: DONE.includes(finish_reason) ? undefined : finish_reason,
      usage: decodeUsage(usage),
      server: hasAdded ? host : undefined,
    }),
  };
}

function decodeContent(content: unknown): string | null {
  if (content === null || content === undefined) return null;
  if (typeof content === 'string') return content;
  if (Array.isArray(content)) return textOf(content) || null;
  return JSON.stringify(content);
}

/** The text of content parts. Other parts, such as thinking, are not for a page. */
export function textOf(parts: readonly unknown[]): string {
  return parts.map((part) => (typeof part === 'string' ? part : textOfPart(part as ServerObject | null))).join('');
}

function textOfPart(part: ServerObject | null): string {
  const isText = part?.['type'] === 'text' || part?.['type'] === 'output_text' || part?.['type'] === undefined;
  return isText && typeof part?.['text'] === 'string' ? part['text'] : '';
}

function receivedCalls({ tool_calls, function_call }: ServerObject): readonly ServerObject[] {
  const calls = Array.isArray(tool_calls) ? tool_calls.filter(isObject) : [];
  // Old servers have one call at most, in a field of its own and without an id.
  if (calls.length === 0 && isObject(function_call)) return [{ function: function_call }];
  return calls;
}

function decodeCall(
  sent: ServerObject,
  isCut: boolean,
  ids: CallIds,
): { readonly call: ToolCall; readonly hasAdded: boolean } {
  // The number of a call is only for streams. Some servers send it in a plain message too, and none needs it back.
  const { id, type: _type, index: _index, function: called, ...rest } = sent;
  const { name, arguments: args, ...inside } = isObject(called) ? called : {};
  const [added, addedInside] = [present(rest), present(inside)];
  const call: ToolCall = {
    ...added,
    id: ids.take(id),
    type: 'function',
    function: { ...addedInside, name: typeof name === 'string' ? name : '', arguments: decodeArguments(args, isCut) },
  };
  return { call, hasAdded: Object.keys(added).length + Object.keys(addedInside).length > 0 };
}

function decodeArguments(args: unknown, isCut: boolean): string {
  if (typeof args === 'string' && args.trim() !== '') return args;
  if (args !== undefined && args !== null && typeof args !== 'string') return JSON.stringify(args);
  // A message that was cut off before the arguments would look like a call without arguments. `{` makes them malformed
  // JSON, as they are after a cut inside them, and the model learns that.
  return isCut ? '{' : '{}';
}

function decodeUsage(usage: unknown): Usage | undefined {
  if (!isObject(usage)) return undefined;
  const { prompt_tokens, completion_tokens, total_tokens, prompt_tokens_details: details } = usage;
  const [asked = 0, answered = 0] = [prompt_tokens, completion_tokens].map(count);
  const cached_tokens = isObject(details) ? count(details['cached_tokens']) : undefined;
  return {
    prompt_tokens: asked,
    completion_tokens: answered,
    total_tokens: count(total_tokens) ?? asked + answered,
    ...(cached_tokens === undefined ? {} : { prompt_tokens_details: { cached_tokens } }),
  };
}

function count(tokens: unknown): number | undefined {
  return typeof tokens === 'number' ? tokens : undefined;
}

function without(fields: object, names: Readonly<Record<string, true>>): ServerObject {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !Object.hasOwn(names, name)));
}

/** Leaves out what says nothing: servers send `null` and empty lists for what they do not have. */
function present(fields: ServerObject): ServerObject {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && !(Array.isArray(value) && value.length === 0)),
  );
}
