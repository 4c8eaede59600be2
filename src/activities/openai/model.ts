/**
 * The task `callModel`: it sends a conversation to the model and returns its next message.
 *
 * The package `openai` sends the request. It does not retry; `askPatiently` does. It does not read the response either,
 * because servers answer in more forms than it reads.
 */
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { OpenAI } from 'openai';
import { defined } from '../../protocol/defined.ts';
import { isMessages, type AssistantMessage, type Message, type Usage } from '../../protocol/messages.ts';
import type { MessagePart } from '../../protocol/preview.ts';
import { refusedOption } from '../../protocol/refused-options.ts';
import { shortened } from '../../protocol/text.ts';
import type { ToolSettings } from '../../protocol/tools.ts';
import { currentPreview } from '../preview.ts';
import { askForStream, type StreamRequest } from './ask-for-stream.ts';
import { CallIds } from './call-ids.ts';
import { assertPackage, connect, type ConnectionOptions, type Secrets } from './connection.ts';
import { repairConversation } from './conversation.ts';
import { AnswerProblem, readFailure } from './failure.ts';
import { decodeMessage, encodeMessage, encodeTool, type Choice } from './messages.ts';
import { checkOutput, correctionOf, type OutputSettings } from './output.ts';
import { askPatiently } from './patience.ts';
import { readChoice } from './response.ts';

/** What a request has from elsewhere: from other options, from the conversation, or because one message is read. */
const OWN_PARAMETERS = ['model', 'messages', 'tools', 'stream', 'n'] as const;
type OwnParameter = (typeof OWN_PARAMETERS)[number];

/**
 * The parameters of chat completions that no other option sets: `temperature`, `tool_choice`, `max_completion_tokens`. A
 * server may have more of them: `thinking`.
 */
export type RequestParameters = Omit<Partial<OpenAI.ChatCompletionCreateParamsNonStreaming>, OwnParameter> & {
  readonly [Name in OwnParameter]?: never;
} & { readonly [parameter: string]: unknown };

/**
 * Checks the parameters.
 *
 * @throws `TypeError` if one of them is set elsewhere.
 */
export function assertRequest(request: object): void {
  if (typeof request !== 'object' || request === null || Array.isArray(request))
    throw refusedOption('`request`', 'an object of parameters', request);
  const own = OWN_PARAMETERS.find((name) => Object.hasOwn(request, name));
  if (own === undefined) return;
  const instead = own === 'model' || own === 'tools' ? `: it is an option of \`openai\` itself` : '';
  throw new TypeError(`Expected \`request\` to have no \`${own}\`${instead}`);
}

/** The settings of `openai` that concern the model. */
export interface ModelSettings {
  readonly model: string;
  readonly tools: ReadonlyMap<string, ToolSettings>;
  readonly request: RequestParameters;
  readonly connection: ConnectionOptions;
  readonly timeoutMs: number;
  readonly output: OutputSettings | undefined;
}

/** The message that `callModel` returns. With the option `output` it has `parsed`, except beside tool calls or a refusal. */
export type ModelReply<Output = never> = [Output] extends [never]
  ? AssistantMessage
  : AssistantMessage & {
      /** The value in `content`, as the schema parsed it. */
      readonly parsed?: Output;
    };

/**
 * The task that sends a conversation to the model and returns its next message.
 *
 * @throws `TypeError` if `messages` is not a list of messages. A refused request fails the task at once.
 */
export type CallModel<Output = never> = (messages: readonly Message[]) => Promise<ModelReply<Output>>;

/** Makes the task. */
export function makeCallModel(settings: ModelSettings): CallModel {
  return async (messages) => {
    if (!isMessages(messages)) {
      const got = shortened(JSON.stringify(messages) ?? 'nothing', 200);
      throw ApplicationFailure.nonRetryable(
        `Expected \`callModel\` to get a list of messages, got ${got}`,
        'TypeError',
      );
    }
    await assertPackage(settings.connection);
    const conversation = new Conversation(settings, messages);
    return askPatiently(
      (limits) => conversation.ask(limits),
      (error) => readFailure(error, { model: settings.model, secrets: [...conversation.secrets] }),
    );
  };
}

interface Limits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** The conversation of one call of the task. It grows when the model must be told that its answer does not fit. */
class Conversation {
  readonly secrets: Secrets = new Set();
  readonly #settings: ModelSettings;
  #messages: readonly Message[];
  /** The tokens of the answers that did not fit. */
  #usage: Usage | undefined;
  #hasShown = false;

  constructor(settings: ModelSettings, messages: readonly Message[]) {
    this.#settings = settings;
    this.#messages = messages;
  }

  async ask({ timeoutMs, signal }: Limits): Promise<AssistantMessage> {
    const { connection, output } = this.#settings;
    const { client, host } = await connect(connection, this.secrets);
    const messages = repairConversation(this.#messages);
    const timeout = Math.min(timeoutMs, this.#settings.timeoutMs);
    const choice = await this.#send({ client, body: this.#body(messages, host), timeout, signal });
    const message = decodeMessage(choice, { host, ids: this.#ids(messages) });
    const usage = sum(this.#usage, message.usage);
    const reply = { ...message, ...defined({ usage }) };
    if (!output || message.tool_calls || message.refusal !== undefined) return reply;
    const checked = checkOutput(output, message);
    if ('value' in checked) return { ...reply, parsed: checked.value };
    const { words, messages: told } = correctionOf(output, message, checked.problems);
    this.#messages = [...this.#messages, ...told];
    this.#usage = usage;
    throw new AnswerProblem('unusable', words, 200);
  }

  /** Asks for a stream where somebody can read it (P4). */
  async #send(request: Omit<StreamRequest, 'show'>): Promise<Choice> {
    const writer = currentPreview();
    if (!writer) {
      const { client, body, timeout, signal } = request;
      return readChoice(await client.chat.completions.create(body, { timeout, signal, maxRetries: 0 }).asResponse());
    }
    // What was shown of an earlier answer is void.
    if (this.#hasShown) writer.reset();
    this.#hasShown = false;
    const show = (part: MessagePart): void => {
      this.#hasShown = true;
      writer.write(part);
    };
    return askForStream({ ...request, show });
  }

  #body(messages: readonly Message[], host: string): OpenAI.ChatCompletionCreateParamsNonStreaming {
    const { model, tools, request, output } = this.#settings;
    const offered = [...tools.values()].map(encodeTool);
    return {
      ...defined({ response_format: output?.format }),
      ...request,
      model,
      messages: messages.map((message) => encodeMessage(message, host)),
      // The API refuses an empty list.
      ...defined({ tools: offered.length > 0 ? offered : undefined }),
    };
  }

  /** No call gets the id of another one: neither of one in the memory, nor of one as it was sent. */
  #ids(sent: readonly Message[]): CallIds {
    const { workflowExecution, activityId } = Context.current().info;
    const taken = [...this.#messages, ...sent].flatMap((message) =>
      message.role === 'assistant' ? (message.tool_calls ?? []).map(({ id }) => id) : [],
    );
    return new CallIds(`${workflowExecution?.runId}/${activityId}`, taken);
  }
}

function sum(one: Usage | undefined, other: Usage | undefined): Usage | undefined {
  if (!one || !other) return other ?? one;
  const cached_tokens = [one, other].map(({ prompt_tokens_details: details }) => details?.cached_tokens);
  const hasCached = cached_tokens.some((tokens) => tokens !== undefined);
  return {
    prompt_tokens: one.prompt_tokens + other.prompt_tokens,
    completion_tokens: one.completion_tokens + other.completion_tokens,
    total_tokens: one.total_tokens + other.total_tokens,
    ...defined({
      prompt_tokens_details: hasCached
        ? { cached_tokens: cached_tokens.reduce<number>((total, tokens = 0) => total + tokens, 0) }
        : undefined,
    }),
  };
}
