/**
 * Types along: prints what running tasks show, piece by piece, between the lines of the updates (P2).
 *
 * A line that is being written belongs to one call. Anything else that is printed ends it. Each message is printed once: when
 * its task has returned it, only what is missing of it follows.
 */
import type { MessageUpdate, PreviewUpdate, Update } from '../client/tools.ts';
import { inert, inertLine } from './inert.ts';
import type { Output, Style } from './output.ts';
import { asText } from './question.ts';

export class Typing {
  readonly #out: Output;
  /** The line that is being written: its call, and the kind of its pieces. */
  #line: { readonly call: string; readonly kind: string } | undefined;
  /** The text of each message so far, by the id of the call. */
  readonly #typed = new Map<string, string>();
  /** Messages that were typed to their end. Their updates are not printed as well. */
  readonly #whole = new Set<unknown>();

  constructor(out: Output) {
    this.#out = out;
  }

  /** Prints a piece. */
  show({ mode, item }: PreviewUpdate): void {
    const { task, id } = item;
    switch (item.kind) {
      case 'reset':
        if (this.#typed.delete(id) || this.#line?.call === id) this.#write(item, 'reset', '(begins again)', 'dim');
        this.end();
        return;
      case 'chunk':
        this.#write(item, mode, inert(asText(item.chunk)), 'dim');
        if (typeof item.chunk !== 'string') this.end();
        return;
      case 'message':
        this.#finish(item);
        return;
      case 'call':
        this.end();
        this.#write({ id, task: `${task} calls ${item.name ?? ''}` }, `call ${item.index}`, '', 'cyan');
        return;
      case 'arguments':
        this.#write(item, `call ${item.index}`, inertLine(item.text), 'dim');
        return;
      case 'reasoning':
        this.#write(item, item.kind, inert(item.text), 'dim');
        return;
      case 'text':
      case 'refusal':
        this.#typed.set(id, (this.#typed.get(id) ?? '') + item.text);
        this.#write(item, item.kind, inert(item.text));
        return;
      default:
        item satisfies never;
    }
  }

  /** What is left to print of an update: without messages that were typed. */
  without(update: Update): Update {
    return Object.fromEntries(Object.entries(update).filter(([, value]) => !this.#whole.delete(key(value))));
  }

  /** Ends the line that is being written. */
  end(): void {
    if (this.#line) this.#out.piece('\n');
    this.#line = undefined;
  }

  #finish({ id, task, message }: MessageUpdate & { readonly kind: 'message' }): void {
    const typed = this.#typed.get(id);
    this.#typed.delete(id);
    const { content } = message;
    if (typed === undefined || content === null || !content.startsWith(typed)) return;
    const rest = content.slice(typed.length);
    if (rest !== '') this.#write({ id, task }, 'text', inert(rest));
    this.end();
    // An update with more than its text is printed, too.
    if (message.role === 'assistant' && !message.tool_calls) this.#whole.add(key(message));
  }

  #write(
    { id, task }: { readonly id: string; readonly task: string },
    kind: string,
    text: string,
    style?: Style,
  ): void {
    if (this.#line?.call !== id || this.#line.kind !== kind) {
      this.end();
      this.#out.piece(`${this.#out.paint('cyan', inertLine(task))}: `);
      this.#line = { call: id, kind };
    }
    if (text !== '') this.#out.piece(style ? this.#out.paint(style, text) : text);
  }
}

/** The same message arrives in two items of one event. */
function key(value: unknown): string {
  return JSON.stringify(value);
}
