/**
 * The handler of the AI SDK's UI message stream protocol, which `useChat` speaks.
 */
import { resolveChatOptions, type ChatOptions } from './options.ts';
import { ChatProblem, refusal } from './problem.ts';

/**
 * Makes the handler.
 *
 * @throws `TypeError` if an option is wrong.
 */
export function uiMessageHandler(options: ChatOptions): (request: Request) => Promise<Response> {
  resolveChatOptions(options, '`uiMessageHandler`');
  return async () => refusal(new ChatProblem(404, { error: 'NotFound', message: 'Nothing is served here.' }));
}
