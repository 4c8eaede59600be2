/**
 * What people, models and the entrypoint say, as both handlers show it.
 */
import { isMessages, type AssistantMessage, type Content } from '../protocol/messages.ts';

/** What people say in an input. One that no page has sent may be a text, or several messages. */
export function saidIn(input: unknown): readonly Content[] {
  if (typeof input === 'string') return [input];
  if (!isMessages(input)) return [];
  return input.flatMap(({ role, content }) => (role === 'user' && content !== null ? [content] : []));
}

/** The message that the value of an entrypoint is: a text, or a message of the model. */
export function messageIn(value: unknown): AssistantMessage | undefined {
  if (typeof value === 'string') return { role: 'assistant', content: value };
  const [message] = isMessages([value]) ? [value as { readonly role: string }] : [];
  return message?.role === 'assistant' ? (message as AssistantMessage) : undefined;
}

/** The text of a message. A refusal is a text, too, and comes last in a stream of pieces. */
export function textOf({ content, refusal }: AssistantMessage): string {
  return (content ?? '') + (refusal ?? '');
}

/** What the model thought before it. Servers of models have two names for that. */
export function reasoningOf({ reasoning_content: content, reasoning }: AssistantMessage): string {
  const text = content ?? reasoning;
  return typeof text === 'string' ? text : '';
}
