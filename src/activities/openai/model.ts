/**
 * The task `callModel`: one request to OpenAI's chat completions, through the `openai` package.
 *
 * The package is imported in the first call. It does not retry; `askPatiently` does. The key is read where the request is
 * made, and nothing that leaves the task contains it.
 */
import { defined } from '../../protocol/defined.ts';
import { ApplicationFailure } from '@temporalio/common';
import type { OpenAI } from 'openai';
import { isMessages, type AssistantMessage, type Message } from '../../protocol/messages.ts';
import { isMissing } from '../../protocol/missing-package.ts';
import { shortened } from '../../protocol/text.ts';
import type { ToolSettings } from '../../protocol/tools.ts';
import { readFailure } from './failure.ts';
import { decodeCompletion, encodeMessage, encodeTool } from './messages.ts';
import { askPatiently } from './patience.ts';

/** The parameters of chat completions that no other option sets: `temperature`, `tool_choice`, `max_completion_tokens`. */
export type RequestParameters = Omit<
  Partial<OpenAI.ChatCompletionCreateParamsNonStreaming>,
  'model' | 'messages' | 'tools' | 'stream' | 'n'
>;

/** The options of `openai` that concern the model. */
export interface ModelSettings {
  readonly model: string;
  readonly tools: ReadonlyMap<string, ToolSettings>;
  readonly request: RequestParameters;
  readonly apiKey: string | undefined;
  readonly baseURL: string | undefined;
  readonly timeoutMs: number;
}

/**
 * The task that sends a conversation to the model and returns its next message.
 *
 * @throws `TypeError` if `messages` is not a list of messages. A refused request fails the task at once.
 */
export type CallModel = (messages: readonly Message[]) => Promise<AssistantMessage>;

/** Makes the task. */
export function makeCallModel(settings: ModelSettings): CallModel {
  const { model, request } = settings;
  const tools = [...settings.tools.values()].map(encodeTool);
  return async (messages) => {
    if (!isMessages(messages)) {
      const got = shortened(JSON.stringify(messages) ?? 'nothing', 200);
      throw ApplicationFailure.nonRetryable(
        `Expected \`callModel\` to get a list of messages, got ${got}`,
        'TypeError',
      );
    }
    const key = findKey(settings);
    const client = await makeClient(settings, key);
    const body = {
      ...request,
      model,
      messages: messages.map(encodeMessage),
      // The API refuses an empty list.
      ...defined({ tools: tools.length > 0 ? tools : undefined }),
    };
    return askPatiently(
      async ({ timeoutMs, signal }) => {
        const timeout = Math.min(timeoutMs, settings.timeoutMs);
        return decodeCompletion(await client.chat.completions.create(body, { timeout, signal }));
      },
      (error) => readFailure(error, { model, key }),
    );
  };
}

function findKey({ apiKey = process.env['OPENAI_API_KEY']?.trim() }: ModelSettings): string {
  if (apiKey) return apiKey;
  throw ApplicationFailure.nonRetryable(
    'Expected a key for the model, got none: set OPENAI_API_KEY in the environment of the worker, or `apiKey` in the options of `openai`. For a server that needs no key, any text will do.',
    'OpenAIError',
  );
}

async function makeClient({ baseURL }: ModelSettings, apiKey: string): Promise<OpenAI> {
  const openai = await import('openai').catch((error: unknown) => {
    if (!isMissing(error, 'openai')) throw error;
    const message = 'Expected the package `openai` to be installed beside holdpoint: `npm install openai`';
    throw ApplicationFailure.nonRetryable(message, 'ERR_MODULE_NOT_FOUND');
  });
  return new openai.OpenAI({ apiKey, maxRetries: 0, ...defined({ baseURL }) });
}
