/**
 * The connection of a page with one thread. It shows a turn that is at work, whoever began it, and takes it up again after a
 * reload or a lost connection.
 *
 * `Chat` of the AI SDK sends messages and reads streams. What it does not do is to look for turns and answers of other tabs.
 */
import { Chat } from '@ai-sdk/react';
import { APICallError, DefaultChatTransport, type UIMessage } from 'ai';
import type { ChatData, ChatMetadata, PreviewData, ProblemBody } from 'holdpoint/chat';

const API = '/api/chat';
/** How long the server waits for something new before it answers that there is nothing. */
const WAIT_SECONDS = 25;
const LONGEST_PAUSE_MS = 5_000;

export type ChatMessage = UIMessage<ChatMetadata, ChatData>;

export interface Answer {
  /** The id of the approval, or of the part with the question. */
  readonly id: string;
  readonly value: unknown;
}

/** `loading`: what the page shows may be old, so nothing can be sent. */
export type Connection = 'loading' | 'open' | 'lost';

export class Session {
  readonly chat: Chat<ChatMessage>;
  readonly #id: string;
  readonly #onConnection: (connection: Connection) => void;
  /** Ends the wait for another tab, because this one has something to send. */
  #waiting: AbortController | undefined;
  #sending: Promise<void> | undefined;
  /** The message that the server may not have. */
  #unsent: ChatMessage | undefined;
  #isUpToDate = false;

  constructor(id: string, onConnection: (connection: Connection) => void, onPreview: (preview: PreviewData) => void) {
    this.#id = id;
    this.#onConnection = onConnection;
    this.chat = new Chat<ChatMessage>({
      id,
      transport: new DefaultChatTransport<ChatMessage>({
        api: API,
        // The rest is in the thread.
        prepareSendMessagesRequest: ({ messages, body, trigger, messageId }) => ({
          body: { ...body, id, trigger, messageId, messages: messages.slice(-1) },
        }),
        fetch: async (...request) => {
          const response = await fetch(...request);
          onConnection('open');
          return response;
        },
      }),
      onData: (part) => {
        if (part.type === 'data-preview') onPreview(part.data);
      },
    });
  }

  /** Keeps the page up to date until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted;) {
      try {
        await this.#sending;
        // While it is taken up, this page may have something to send.
        if (this.#isUpToDate) await this.#waitForOthers(signal);
        else await this.#takeUp(signal);
        failures = 0;
      } catch {
        this.#isUpToDate = false;
        if (signal.aborted) break;
        this.#onConnection('lost');
        await pause(Math.min(LONGEST_PAUSE_MS, 250 * 2 ** failures++));
      }
    }
  }

  send(text: string): void {
    const message: ChatMessage = { id: this.chat.generateId(), role: 'user', parts: [{ type: 'text', text }] };
    this.#unsent = message;
    void this.#begin(() => this.chat.sendMessage(message));
  }

  /** Says the last message again. One that the server refused is sent as it is, and one whose turn failed as a new one. */
  repeat(): void {
    const last = this.chat.messages.findLast(({ role }) => role === 'user');
    if (refusalOf(this.chat.error)) void this.#begin(() => this.chat.sendMessage());
    else if (last) this.send(textOf(last));
  }

  /** Answers a question. Resolves with the refusal, if the server has refused the answer. */
  async answer(answer: Answer): Promise<ProblemBody | undefined> {
    const { messages } = this.chat;
    await this.#begin(() => this.chat.sendMessage(undefined, { body: { answers: [answer] } }));
    const refusal = refusalOf(this.chat.error);
    if (!refusal) return undefined;
    // The conversation is as it was: a refused answer changes nothing.
    this.chat.messages = messages;
    this.chat.clearError();
    if (refusal.error !== 'InvalidAnswer') this.#fallBehind('loading');
    return refusal;
  }

  async isWorkerUp(): Promise<boolean> {
    const response = await fetch(`/api/worker/${encodeURIComponent(this.#id)}`);
    return ((await response.json()) as { isUp: boolean }).isUp;
  }

  #begin(request: () => Promise<void>): Promise<void> {
    // Whoever answers while the rest of the turn goes on reads on with the response to the answer.
    const sending = this.chat
      .stop()
      .then(request)
      .then(() => {
        if (!isDisconnect(this.chat.error)) this.#unsent = undefined;
        else this.#fallBehind('lost');
      });
    this.#sending = sending;
    this.#waiting?.abort();
    return sending;
  }

  /** From here on the page shows less than there is. */
  #fallBehind(connection: Connection): void {
    this.#isUpToDate = false;
    this.#onConnection(connection);
  }

  /** Loads the conversation, and goes on with the turn at work from its beginning. */
  async #takeUp(signal: AbortSignal): Promise<void> {
    const response = await fetch(`${API}/${encodeURIComponent(this.#id)}`, { signal });
    if (!response.ok && response.status !== 404) throw new Error(`The server answered ${response.status}`);
    const { messages } = response.ok ? ((await response.json()) as { messages: ChatMessage[] }) : { messages: [] };
    signal.throwIfAborted();
    const unsent = this.#unsent;
    this.#unsent = undefined;
    this.chat.messages = messages;
    this.chat.clearError();
    this.#isUpToDate = true;
    // The same id is the same message, however often it is sent.
    if (unsent && !messages.some(({ id }) => id === unsent.id)) await this.chat.sendMessage(unsent);
    else await this.chat.resumeStream();
    if (isDisconnect(this.chat.error)) throw this.chat.error;
  }

  /** Waits until there is something that this page does not show. */
  async #waitForOthers(signal: AbortSignal): Promise<void> {
    const waiting = (this.#waiting = new AbortController());
    const { id = '', metadata } = this.chat.lastMessage ?? {};
    const seen = metadata?.holdpoint.seen;
    const query = new URLSearchParams({
      wait: String(WAIT_SECONDS),
      after: id,
      ...(seen === undefined ? {} : { seen }),
    });
    try {
      const response = await fetch(`${API}/${encodeURIComponent(this.#id)}/stream?${query.toString()}`, {
        signal: AbortSignal.any([signal, waiting.signal]),
      });
      if (!response.ok) throw new Error(`The server answered ${response.status}`);
      if (response.status !== 204) this.#fallBehind('loading');
      await response.body?.cancel();
    } catch (error) {
      if (!waiting.signal.aborted) throw error;
    }
  }
}

/** What the server has said, if it has refused a request. */
export function refusalOf(error: Error | undefined): ProblemBody | undefined {
  if (!APICallError.isInstance(error)) return undefined;
  try {
    return JSON.parse(error.responseBody ?? '') as ProblemBody;
  } catch {
    return { error: 'Internal', message: 'The server did not understand the request.' };
  }
}

/** Whether the connection is to blame, and not the request or the turn. */
export function isDisconnect(error: Error | undefined): boolean {
  return error instanceof TypeError;
}

export function textOf({ parts }: ChatMessage): string {
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
