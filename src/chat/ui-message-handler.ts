/**
 * The handler of the AI SDK's UI message stream protocol, which `useChat` speaks.
 *
 * It serves three addresses, told apart by method and by the end of the path: `POST …/` says something or answers, `GET
 * …/<id>` is the conversation, and `GET …/<id>/stream` takes up the stream of the turn at work. The thread id is the id of
 * the chat, and nothing is kept between two requests (C1).
 */
import type { TalkEvent, ThreadDescription } from '../client/tools.ts';
import { defined } from '../protocol/defined.ts';
import { refusedOption, type OptionNames } from '../protocol/refused-options.ts';
import { idIn, readBody } from '../web/body.ts';
import { eventStream } from '../web/event-stream.ts';
import { unlessSilent } from '../web/silence.ts';
import {
  CHAT_NAMES,
  describeOwn,
  resolveChatOptions,
  type ChatOptions,
  type ChatSettings,
  type Visitor,
} from './options.ts';
import { badRequest, badValue, NOT_STORED, noticeOf, refusing, wrongMethod, type Notice } from '../web/problem.ts';
import { sendAnswers } from './questions.ts';
import { problemOfAnswer } from './refused-answer.ts';
import { readUiRequest, type Shown, type UiRequest } from './ui-body.ts';
import { readConversation, replyId } from './ui-conversation.ts';
import { UI_SDKS, type UiSdk } from './ui-dialect.ts';
import type { UiMessage } from './ui-messages.ts';
import { findNews, idOf, type NewsPlace } from './ui-news.ts';
import { streamTurn } from './ui-stream.ts';

/** How the protocol names itself. */
const HEADERS = { 'x-vercel-ai-ui-message-stream': 'v1' };

/** Longer, and proxies would end the request. */
const MAX_WAIT_SECONDS = 30;

/** The options of {@link uiMessageHandler}. */
export interface UiMessageOptions extends ChatOptions {
  /** The major version of the package `ai` that the page is built with. @default 7 */
  readonly sdk?: UiSdk | undefined;
}

const NAMES: OptionNames<UiMessageOptions> = { ...CHAT_NAMES, sdk: true };

/**
 * Makes a handler for pages that use the AI SDK: `useChat` with its default transport.
 *
 * @example
 * const chat = uiMessageHandler({ client, entrypoint: 'support', authorize });
 * app.all('/api/chat/*', (c) => chat(c.req.raw));
 *
 * @throws `TypeError` if an option is wrong.
 */
export function uiMessageHandler(options: UiMessageOptions): (request: Request) => Promise<Response> {
  const settings = resolveChatOptions(options, '`uiMessageHandler`', NAMES);
  const { sdk = 7 } = options;
  if (!UI_SDKS.includes(sdk)) throw refusedOption('`sdk`', '5, 6 or 7', sdk);
  const notice = noticeOf('A request of a chat page', settings.notify);
  const chat = new UiChat(settings, sdk, notice);
  return refusing((request) => chat.handle(request), notice);
}

class UiChat {
  readonly #settings: ChatSettings;
  readonly #sdk: UiSdk;
  readonly #notice: Notice;

  constructor(settings: ChatSettings, sdk: UiSdk, notice: Notice) {
    this.#settings = settings;
    this.#sdk = sdk;
    this.#notice = notice;
  }

  async handle(request: Request): Promise<Response> {
    switch (request.method) {
      case 'POST':
        return this.#post(request);
      case 'GET':
        return this.#get(request);
      default:
        throw wrongMethod(request.method, 'GET, POST');
    }
  }

  async #post(request: Request): Promise<Response> {
    const { admit, maxBytes } = this.#settings;
    const body = await readBody(request, maxBytes);
    const thread = idIn('id', body['id']);
    const visitor = await admit(request, thread);
    const wanted = readUiRequest(body, visitor);
    return wanted.kind === 'say'
      ? this.#say(request, thread, { ...wanted, visitor })
      : this.#answer(request, thread, wanted);
  }

  async #say(
    request: Request,
    thread: string,
    { id, content, visitor: { actor } }: Extract<UiRequest, { kind: 'say' }> & { readonly visitor: Visitor },
  ): Promise<Response> {
    const { tools, entrypoint, input } = this.#settings;
    await describeOwn(this.#settings, thread);
    const made: unknown = await input({ role: 'user', content, ...defined({ actor }) }, request);
    const { talk } = await tools.start(thread, entrypoint, made, { key: id });
    return this.#stream(request, { id: replyId(id), talk });
  }

  async #answer(
    request: Request,
    thread: string,
    { answers, shown }: Extract<UiRequest, { kind: 'answer' }>,
  ): Promise<Response> {
    const { tools, entrypoint } = this.#settings;
    const description = await tools.describe(thread, entrypoint);
    const outcomes = await sendAnswers(tools, { thread, description }, answers);
    const failed = outcomes.find((one) => one.outcome === 'failed');
    if (failed) throw await problemOfAnswer(tools, thread, failed);
    return this.#streamTurnOf(request, { thread, description, shown });
  }

  async #get(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const isStream = pathname.endsWith('/stream');
    const thread = threadIn(isStream ? pathname.slice(0, -'/stream'.length) : pathname);
    await this.#settings.admit(request, thread);
    if (!isStream) {
      const messages = await this.#conversation(thread, request.signal);
      return Response.json({ messages }, { headers: NOT_STORED });
    }
    const place = readPlace(searchParams);
    const description = await findNews(this.#settings, { thread, ...place, signal: request.signal });
    if (!description) return new Response(null, { status: 204, headers: NOT_STORED });
    return this.#streamTurnOf(request, { thread, description });
  }

  /** A thread that does not exist yet is a new chat. */
  async #conversation(thread: string, signal: AbortSignal): Promise<readonly UiMessage[]> {
    const { tools } = this.#settings;
    const description = await describeOwn(this.#settings, thread);
    if (!description) return [];
    const events = unlessSilent((own) => tools.conversation(thread, { description, signal: own }), signal);
    return readConversation(events, this.#sdk);
  }

  /** The turn of a thread that has been looked at. */
  #streamTurnOf(request: Request, { thread, description, shown }: Described): Response {
    const { tools } = this.#settings;
    const talk = (signal: AbortSignal) => tools.talk(thread, { description, signal });
    return this.#stream(request, { id: idOf(description), talk, shown });
  }

  #stream(request: Request, { id, talk, shown }: Streamed): Response {
    const { keepAliveMs } = this.#settings;
    const sdk = this.#sdk;
    const onError = this.#notice;
    async function* events(signal: AbortSignal): AsyncGenerator<string> {
      const chunks = streamTurn({ id, sdk, events: talk(signal), shown, signal, onError });
      for await (const chunk of chunks) yield JSON.stringify(chunk);
      yield '[DONE]';
    }
    return eventStream({ events, request, keepAliveMs, headers: HEADERS });
  }
}

interface Described {
  readonly thread: string;
  readonly description: ThreadDescription;
  readonly shown?: Shown | undefined;
}

/** What is streamed. */
interface Streamed {
  /** The id of the answer. */
  readonly id: string;
  readonly talk: (signal: AbortSignal) => AsyncIterable<TalkEvent>;
  readonly shown?: Shown | undefined;
}

/** @throws `HttpProblem` 400 if the path does not end with an id. */
function threadIn(path: string): string {
  const last = path.slice(path.lastIndexOf('/') + 1);
  try {
    return idIn('id', decodeURIComponent(last));
  } catch {
    throw badRequest('Expected the path to end with the id of a thread.');
  }
}

/** @throws `HttpProblem` 400 if the time to wait is not a number, or too long. */
function readPlace(query: URLSearchParams): Pick<NewsPlace, 'after' | 'seen' | 'waitMs'> {
  const wait = query.get('wait') ?? '0';
  const seconds = Number(wait);
  if (wait === '' || !(seconds >= 0 && seconds <= MAX_WAIT_SECONDS))
    throw badValue('`wait`', `a number of seconds up to ${MAX_WAIT_SECONDS}`, wait);
  return {
    after: query.get('after') ?? undefined,
    seen: query.get('seen') ?? undefined,
    waitMs: Math.round(seconds * 1_000),
  };
}
