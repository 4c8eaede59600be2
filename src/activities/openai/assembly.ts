/**
 * A completion that is put together from the chunks of a stream, and shown while it grows (P4).
 *
 * Its body has the form of a plain completion, and is read like one.
 */
import { defined } from '../../protocol/defined.ts';
import type { MessagePart } from '../../protocol/preview.ts';
import { CallDrafts } from './call-drafts.ts';
import { addFields } from './fragments.ts';
import { isObject } from '../../protocol/json-object.ts';
import { textOf, type ServerObject } from './messages.ts';

export class Assembly {
  readonly #show: (part: MessagePart) => void;
  #message: ServerObject = {};
  #choice: ServerObject | undefined;
  #usage: unknown;
  readonly #calls: CallDrafts;
  /** What old servers send in place of calls. */
  readonly #functionCall: CallDrafts;

  constructor(show: (part: MessagePart) => void) {
    this.#show = (part) => {
      if (!('text' in part) || part.text !== '') show(part);
    };
    this.#calls = new CallDrafts(this.#show);
    this.#functionCall = new CallDrafts(this.#show);
  }

  /** Whether the server has said that the message is done, or that it has failed. */
  get isFinished(): boolean {
    const { finish_reason, error } = this.#choice ?? {};
    return Boolean(finish_reason) || Boolean(error);
  }

  /** Adds what one chunk has. */
  add({ choices, usage }: ServerObject): void {
    // Some servers count in each chunk: the last one counts.
    this.#usage = usage ?? this.#usage;
    const choice = Array.isArray(choices) ? choices.filter(isObject).find((one) => this.#isOwn(one)) : undefined;
    if (!choice) return;
    const { delta, message, usage: inside, ...rest } = choice;
    this.#usage ??= inside;
    const set = Object.entries(rest).filter(([, value]) => value !== null && value !== '');
    this.#choice = { ...this.#choice, ...Object.fromEntries(set) };
    // A server that streams for the form's sake sends the whole message.
    const sent = delta ?? message;
    if (isObject(sent)) this.#addDelta(sent);
  }

  /** Only one choice was asked for. */
  #isOwn({ index }: ServerObject): boolean {
    return !this.#choice || index === undefined || index === this.#choice['index'];
  }

  #addDelta({ tool_calls, function_call, ...fields }: ServerObject): void {
    this.#message = addFields(this.#message, fields);
    const { reasoning_content, reasoning, content, refusal } = fields;
    // Some servers send the same under both names.
    this.#showText('reasoning', reasoning_content || reasoning);
    if (Array.isArray(content)) this.#showParts(content);
    else this.#showText('text', content);
    this.#showText('refusal', refusal);
    if (Array.isArray(tool_calls)) this.#calls.add(tool_calls);
    if (isObject(function_call)) this.#functionCall.add([{ index: 0, function: function_call }]);
  }

  #showText(kind: 'text' | 'reasoning' | 'refusal', text: unknown): void {
    if (typeof text === 'string') this.#show({ kind, text });
  }

  #showParts(parts: readonly unknown[]): void {
    for (const part of parts) {
      const thinking = isObject(part) ? part['thinking'] : undefined;
      this.#showText('reasoning', Array.isArray(thinking) ? textOf(thinking) : thinking);
      this.#showText('text', textOf([part]));
    }
  }

  /** The completion, when nothing follows. */
  end(): ServerObject {
    this.#calls.end();
    this.#functionCall.end();
    const [calls, [old]] = [this.#calls.calls, this.#functionCall.calls];
    const message = {
      ...this.#message,
      ...defined({ tool_calls: calls.length > 0 ? calls : undefined, function_call: old?.['function'] }),
    };
    const said = Object.keys(message).length > 0 ? { message } : {};
    return { choices: this.#choice ? [{ ...this.#choice, ...said }] : [], usage: this.#usage };
  }
}
