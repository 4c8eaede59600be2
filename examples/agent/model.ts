/** A scripted model for a run without an API key. It understands a few sentences, and answers them as a model would. */
import type { ModelRequest, SentMessage, ScriptedTurn } from 'holdpoint/testing';

const FIRST_QUESTION = 'What did I ask you first?';

export function pretend({ messages }: ModelRequest): ScriptedTurn {
  const last = messages.at(-1);
  if (last?.role === 'tool') return { content: results(messages).join('\n\n') };
  const said = String(last?.content);
  if (said === FIRST_QUESTION) return { content: `You asked: ${String(messages[0]?.content)}` };
  const refund = /refund (\d+) for (\S+)/i.exec(said);
  if (refund) return { calls: [{ name: 'refund', arguments: { order: refund[2], amount: Number(refund[1]) } }] };
  if (!/human assistance/i.test(said)) return { content: 'Ask me for human assistance, the weather or a refund.' };
  return {
    calls: [
      { name: 'human_assistance', arguments: { query: 'What should I feed my cat?' } },
      { name: 'get_weather', arguments: { location: 'San Francisco' } },
    ],
  };
}

/** The results of the tools since the model's last message. */
function results(messages: readonly SentMessage[]): string[] {
  const spoke = messages.findLastIndex(({ role }) => role === 'assistant');
  return messages.slice(spoke + 1).map(({ content }) => String(content));
}
