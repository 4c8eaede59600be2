/**
 * Messages as OpenAI's chat completions take them and return them.
 *
 * The API refuses unknown fields, and `null` or an empty list where it expects no field, so a request is built field by
 * field. A response is read in the same way, because other servers leave out fields that OpenAI always sends.
 */
import { defined } from '../../protocol/defined.ts';
import type { OpenAI } from 'openai';
import type { AssistantMessage, Message, ToolCall, Usage } from '../../protocol/messages.ts';
import type { ToolSettings } from '../../protocol/tools.ts';

/** A message for the API. */
export function encodeMessage(message: Message): OpenAI.ChatCompletionMessageParam {
  // Our types are readonly and allow any kind of content part; the package's do not.
  return fieldsOf(message) as OpenAI.ChatCompletionMessageParam;
}

function fieldsOf(message: Message): object {
  const { role, content } = message;
  switch (role) {
    case 'system':
    case 'developer':
    case 'user':
      return { role, content, ...defined({ name: message.name || undefined }) };
    case 'assistant': {
      const { tool_calls = [], refusal } = message;
      const calls = tool_calls.map(({ id, type, function: { name, arguments: args } }) => {
        return { id, type, function: { name, arguments: args } };
      });
      return {
        role,
        // The API accepts `null` only beside calls or a refusal.
        content: content ?? (calls.length > 0 || refusal ? null : ''),
        ...defined({ tool_calls: calls.length > 0 ? calls : undefined, refusal: refusal || undefined }),
      };
    }
    case 'tool':
      return { role, content, tool_call_id: message.tool_call_id };
    default:
      return message satisfies never;
  }
}

/** A tool for the API. */
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
 * Reads the message of a completion.
 *
 * @throws `SyntaxError` if there is none: a gateway may send something else with status 200.
 */
export function decodeCompletion(completion: unknown): AssistantMessage {
  const { choices, usage } = (completion ?? {}) as Completion;
  const { message, finish_reason } = choices?.[0] ?? {};
  if (!message) throw new SyntaxError('Expected a completion with a message in its first choice');
  const calls = decodeCalls(message, finish_reason === 'length');
  return {
    role: 'assistant',
    content: message.content ?? null,
    ...defined({
      tool_calls: calls.length > 0 ? calls : undefined,
      refusal: message.refusal || undefined,
      finish_reason: finish_reason === 'length' || finish_reason === 'content_filter' ? finish_reason : undefined,
      usage: usage ? decodeUsage(usage) : undefined,
    }),
  };
}

function decodeCalls({ tool_calls }: ReceivedMessage, cut: boolean): ToolCall[] {
  return (tool_calls ?? []).flatMap(({ id, function: called }) => {
    // A call of a custom tool, which we never offer.
    if (!called) return [];
    const { name, arguments: args } = called;
    // A message that was cut off before the arguments would look like a call without arguments. `{` makes them malformed
    // JSON, as they are after a cut inside them, and the model learns that.
    return [{ id, type: 'function', function: { name, arguments: cut && args === '' ? '{' : args } }];
  });
}

function decodeUsage({ prompt_tokens, completion_tokens, total_tokens, ...usage }: ReceivedUsage): Usage {
  const cached_tokens = usage.prompt_tokens_details?.cached_tokens ?? undefined;
  return {
    prompt_tokens,
    completion_tokens,
    total_tokens,
    ...(cached_tokens === undefined ? {} : { prompt_tokens_details: { cached_tokens } }),
  };
}
