/**
 * The task `callModel`: one request to OpenAI's chat completions, through the `openai` package.
 *
 * The package is imported at the first call, and it does not retry: `askPatiently` does. The key is read where the
 * request is made; it is in nothing that leaves the task.
 */
import { ApplicationFailure } from '@temporalio/common';
import type { OpenAI } from 'openai';
import { isMessages, type AssistantMessage, type Message } from '../protocol/messages.ts';
import { isMissing } from '../protocol/missing-package.ts';
import type { ToolSettings } from '../protocol/tools.ts';
import { readFailure } from './openai-failure.ts';
import { decodeCompletion, encodeMessage, encodeTool } from './openai-messages.ts';
import { askPatiently } from './openai-patience.ts';

/** Parameters of the API that are not said elsewhere: `temperature`, `tool_choice`, `max_completion_tokens`. */
export type RequestParameters = Omit<
  Partial<OpenAI.ChatCompletionCreateParamsNonStreaming>,
  'model' | 'messages' | 'tools' | 'stream' | 'n'
>;

export interface ModelSettings {
  readonly model: string;
  readonly tools: ReadonlyMap<string, ToolSettings>;
  readonly request: RequestParameters;
  readonly apiKey: string | undefined;
  readonly baseURL: string | undefined;
  readonly timeoutMs: number;
}

export type CallModel = (messages: readonly Message[]) => Promise<AssistantMessage>;

export function makeCallModel(settings: ModelSettings): CallModel {
  const { model, request } = settings;
  const tools = [...settings.tools.values()].map(encodeTool);
  return async (messages) => {
    if (!isMessages(messages)) {
      const got = JSON.stringify(messages)?.slice(0, 200);
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
      // An empty list is refused.
      ...(tools.length > 0 ? { tools } : {}),
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
    'Expected a key for the model, got none: set OPENAI_API_KEY in the environment of the worker, or `apiKey` in the options of `openai`. For a server that wants no key any text will do.',
    'OpenAIError',
  );
}

async function makeClient({ baseURL }: ModelSettings, apiKey: string): Promise<OpenAI> {
  const openai = await import('openai').catch((error: unknown) => {
    if (!isMissing(error, 'openai')) throw error;
    const message = 'Expected the package `openai` to be installed beside holdpoint: `npm install openai`';
    throw ApplicationFailure.nonRetryable(message, 'ERR_MODULE_NOT_FOUND');
  });
  return new openai.OpenAI({ apiKey, maxRetries: 0, ...(baseURL === undefined ? {} : { baseURL }) });
}
