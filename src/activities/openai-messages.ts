/**
 * Messages on their way to OpenAI's chat completions and back.
 *
 * The API refuses fields that it does not know, and nulls and empty lists where it wants nothing, so what is sent is
 * built field by field; what comes back is read the same way, because other servers leave out what OpenAI promises.
 */
import type { OpenAI } from 'openai';
import type { AssistantMessage, Message, ToolCall, Usage } from '../protocol/messages.ts';
import type { ToolSettings } from '../protocol/tools.ts';

/** A message as the API takes it. */
export function encodeMessage(message: Message): OpenAI.ChatCompletionMessageParam {
  // Our types are readonly and leave the kinds of content parts open; the package's are neither.
  return fieldsOf(message) as OpenAI.ChatCompletionMessageParam;
}

function fieldsOf(message: Message): object {
  const { role, content } = message;
  switch (role) {
    case 'system':
    case 'developer':
    case 'user':
      return { role, content, ...(message.name ? { name: message.name } : {}) };
    case 'assistant': {
      const { tool_calls = [], refusal } = message;
      const calls = tool_calls.map(({ id, type, function: { name, arguments: args } }) => {
        return { id, type, function: { name, arguments: args } };
      });
      return {
        role,
        // `null` only beside calls or a refusal.
        content: content ?? (calls.length > 0 || refusal ? null : ''),
        ...(calls.length > 0 ? { tool_calls: calls } : {}),
        ...(refusal ? { refusal } : {}),
      };
    }
    case 'tool':
      return { role, content, tool_call_id: message.tool_call_id };
    default:
      return message satisfies never;
  }
}

/** A tool as the API takes it. */
export function encodeTool({ name, description, jsonSchema }: ToolSettings): OpenAI.ChatCompletionTool {
  return { type: 'function', function: { name, description, parameters: jsonSchema } };
}

/** A completion, as far as it is read. */
interface Completion {
  readonly choices?: readonly { readonly message?: ReceivedMessage; readonly finish_reason?: string | null }[] | null;
  readonly usage?: ReceivedUsage | null;
}

interface ReceivedMessage {
  readonly content?: string | null;
  readonly refusal?: string | null;
  readonly tool_calls?: readonly { readonly id: string; readonly function?: ToolCall['function'] }[] | null;
}

interface ReceivedUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details?: { readonly cached_tokens?: number | null } | null;
}

/**
 * The message of a completion.
 *
 * @throws When there is none: what a gateway sends in place of an answer.
 */
export function decodeCompletion(completion: unknown): AssistantMessage {
  const { choices, usage } = (completion ?? {}) as Completion;
  const { message, finish_reason } = choices?.[0] ?? {};
  if (!message) throw new SyntaxError('Expected a completion with a message in its first choice');
  const calls = decodeCalls(message, finish_reason === 'length');
  return {
    role: 'assistant',
    content: message.content ?? null,
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
    ...(message.refusal ? { refusal: message.refusal } : {}),
    ...(finish_reason === 'length' || finish_reason === 'content_filter' ? { finish_reason } : {}),
    ...(usage ? { usage: decodeUsage(usage) } : {}),
  };
}

function decodeCalls({ tool_calls }: ReceivedMessage, cut: boolean): ToolCall[] {
  return (tool_calls ?? []).flatMap(({ id, function: called }) => {
    // A custom tool's call: no such tool is ever offered.
    if (!called) return [];
    const { name, arguments: args } = called;
    // Cut off before its arguments, a call would pass for one without arguments. Like this it is broken JSON, as it is
    // when it is cut off within them, and the model is told so.
    return [{ id, type: 'function', function: { name, arguments: cut && args === '' ? '{' : args } }];
  });
}

function decodeUsage({ prompt_tokens, completion_tokens, total_tokens, ...usage }: ReceivedUsage): Usage {
  const cached_tokens = usage.prompt_tokens_details?.cached_tokens;
  return {
    prompt_tokens,
    completion_tokens,
    total_tokens,
    ...(cached_tokens === undefined || cached_tokens === null ? {} : { prompt_tokens_details: { cached_tokens } }),
  };
}
