/**
 * `preview`: what a task shows while it runs, on its way to the transport of the worker (P1).
 *
 * Pieces are collected for as long as the transport wants a pause. Nothing that goes wrong on this way fails the task.
 */
import { Context } from '@temporalio/activity';
import {
  joined,
  endOf,
  lastOf,
  type MessagePart,
  type Preview,
  type PreviewPart,
  type Take,
} from '../protocol/preview.ts';
import type { PreviewSink } from '../previews/transport.ts';
import { checkJson } from '../protocol/limits.ts';
import { messageOf } from '../protocol/thrown.ts';
import { failure } from './failure.ts';

/** The way of one take of a task. */
export interface PreviewWriterSettings extends Take {
  /** The id of the call. */
  readonly call: string;
  /** The transport's end. */
  readonly sink: PreviewSink;
  /** The shortest pause between two pieces, in milliseconds. */
  readonly everyMs: number;
  /** Whether what has not been sent when the task ends is not worth sending. */
  readonly endsAtOnce: boolean;
  /** Takes the reason, when something goes wrong. */
  readonly warn: (message: string) => void;
}

/** So many parts are put together at once: a task may show thousands before a piece is sent. */
const BATCH = 100;

/** Writes the preview of one take of a task. */
export class PreviewWriter {
  readonly #settings: PreviewWriterSettings;
  /** All of it, or its end. */
  #whole: Preview;
  /** What has not been sent. */
  #piece: Preview;
  /** Parts that belong to both. */
  #added: PreviewPart[] = [];
  #sentAt = 0;
  /** Where the last piece that was sent says that the preview begins. */
  #sentBegin = 0;
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;
  #ended = false;

  constructor(settings: PreviewWriterSettings) {
    this.#settings = settings;
    const { call, scheduledMs, attempt } = settings;
    this.#whole = { call, scheduledMs, attempt, begin: 0, from: 0, parts: [] };
    this.#piece = this.#whole;
  }

  /** Shows one more part. After the end of the task it is dropped. */
  write(part: PreviewPart): void {
    if (this.#ended) return;
    this.#added.push(part);
    if (this.#added.length >= BATCH) this.#putTogether();
    this.#schedule();
  }

  #putTogether(): void {
    const parts = this.#added;
    this.#added = [];
    this.#whole = lastOf({ ...this.#whole, parts: joined(this.#whole.parts, parts) });
    this.#piece = lastOf({ ...this.#piece, parts: joined(this.#piece.parts, parts) });
  }

  /** What was shown is void: the preview begins anew. */
  reset(): void {
    this.#putTogether();
    const end = endOf(this.#whole);
    if (this.#ended || end === this.#whole.begin) return;
    const begin = end + 1;
    this.#whole = { ...this.#whole, begin, from: begin, parts: [] };
    this.#piece = this.#whole;
    this.#schedule();
  }

  /** The task has ended. */
  async end(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#timer);
    await this.#sending;
    if (!this.#settings.endsAtOnce) await this.#send();
    await this.#try(() => this.#settings.sink.end());
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#sending) return;
    const waitMs = Math.max(0, this.#sentAt + this.#settings.everyMs - Date.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#sending = this.#send().finally(() => {
        this.#sending = undefined;
        if (this.#isBehind() && !this.#ended) this.#schedule();
      });
    }, waitMs);
  }

  #isBehind(): boolean {
    const { parts, begin } = this.#piece;
    return parts.length > 0 || this.#added.length > 0 || begin > this.#sentBegin;
  }

  async #send(): Promise<void> {
    if (!this.#isBehind()) return;
    this.#putTogether();
    const [piece, whole] = [this.#piece, this.#whole];
    this.#sentBegin = piece.begin;
    this.#piece = { ...piece, from: endOf(piece), parts: [] };
    this.#sentAt = Date.now();
    await this.#try(() => this.#settings.sink.append(piece, whole));
  }

  async #try(send: () => void | Promise<void>): Promise<void> {
    try {
      await send();
    } catch (error) {
      this.#settings.warn(messageOf(error));
    }
  }
}

/** On the context of a task: the writer of its preview. All copies of this package share the key. */
const PREVIEW = Symbol.for('holdpoint/preview');

interface Marked {
  readonly [PREVIEW]?: PreviewWriter;
}

/** Lets the task of this context show a preview. */
export function markPreview(context: Context, writer: PreviewWriter): void {
  Object.assign(context, { [PREVIEW]: writer } satisfies Marked);
}

/** The writer of the task that calls this. `undefined` outside of a task, and where previews are off. */
export function currentPreview(): PreviewWriter | undefined {
  try {
    return (Context.current() as Marked)[PREVIEW];
  } catch {
    // Not in an activity: a unit test calls the function of the task.
    return undefined;
  }
}

/** What {@link preview} is: a function, with more functions for tasks that ask a model. */
export interface PreviewFunction {
  /**
   * In a task: shows something to those who read the thread with the stream mode `custom`, while the task runs. Nothing
   * waits for it, and it is not kept: the history has only the result of the task.
   *
   * Does nothing where previews are off: without the option `previews` of the plugin, in a local task, and outside of a
   * task.
   *
   * @param chunk A text or another JSON value. Texts that follow one another may arrive joined.
   * @throws `NotSerializable` if JSON would change the chunk, `TooLarge` if it is over 64 KB.
   * @see LangGraph's `writer` of the stream mode `custom`.
   */
  (chunk: unknown): void;
  /**
   * In a task that asks a model and returns its message: shows a piece of the message to those who read the thread with the
   * stream mode `messages`. The task `callModel` of `openai` does so by itself.
   *
   * @throws `NotSerializable` if JSON would change the part.
   */
  message(part: MessagePart): void;
  /** What the task has shown so far is void: the model is asked again, for instance. A new attempt says so by itself. */
  reset(): void;
}

const MAX_CHUNK_BYTES = 64 * 1024;

function show(chunk: unknown): void {
  const writer = currentPreview();
  if (!writer || chunk === '') return;
  assertJson(chunk, 'the chunk of `preview`', MAX_CHUNK_BYTES);
  // It is sent later, and the task may change it meanwhile.
  const shown: unknown = typeof chunk === 'object' ? JSON.parse(JSON.stringify(chunk)) : chunk;
  writer.write({ kind: 'chunk', chunk: shown });
}

function showMessage(part: MessagePart): void {
  const writer = currentPreview();
  if (!writer || ('text' in part && part.text === '')) return;
  assertJson(part, 'the part of `preview.message`', Infinity);
  writer.write({ ...part });
}

function assertJson(value: unknown, what: string, limit: number): void {
  const problem = checkJson(value, what, limit);
  if (problem) throw failure(problem.code, problem.message);
}

/**
 * In a task: shows something to those who read the thread, while the task runs.
 *
 * @example
 * for (const [i, page] of pages.entries()) {
 *   preview({ page: i + 1, of: pages.length });
 *   await read(page);
 * }
 */
export const preview: PreviewFunction = Object.assign(show, {
  message: showMessage,
  reset: (): void => currentPreview()?.reset(),
});
