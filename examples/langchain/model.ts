/** A scripted chat model, so that the example needs no API key. Any LangChain chat model can take its place. */
import { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { AIMessage, HumanMessage, ToolMessage, type BaseMessage } from '@langchain/core/messages';
import type { ChatResult } from '@langchain/core/outputs';

export class PretendModel extends BaseChatModel {
  override _llmType(): string {
    return 'pretend';
  }

  override async _generate(messages: BaseMessage[]): Promise<ChatResult> {
    const message = answer(messages);
    return { generations: [{ text: message.text, message }] };
  }
}

/** Calls both tools for each message from a person, and then repeats their results. */
function answer(messages: readonly BaseMessage[]): AIMessage {
  const asked = messages.filter((message) => message instanceof HumanMessage);
  const last = messages.at(-1);
  if (last instanceof HumanMessage) {
    const call = (name: string, args: Record<string, unknown>) => ({ name, args, id: `${name}-${asked.length}` });
    const tool_calls = [call('get_weather', { location: last.text }), call('ask_human', { query: last.text })];
    return new AIMessage({ content: '', tool_calls });
  }
  const spoke = messages.findLastIndex((message) => message instanceof AIMessage);
  const said = messages.slice(spoke + 1).filter((message) => message instanceof ToolMessage);
  return new AIMessage(`${asked.length}: ${said.map(({ text }) => text).join(' ')}`);
}
