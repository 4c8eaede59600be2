/**
 * One message of a model in the answer of a turn: its text, what it thinks, and its tool calls, as chunks.
 *
 * A message may come in pieces and then whole. The whole one is the truth. If the pieces are its beginning, only the rest is
 * sent. If not, the step is reset, and the page forgets what it was shown (C2).
 */
import type { AssistantMessage } from '../protocol/messages.ts';
import type { MessagePart } from '../protocol/preview.ts';
import { reasoningOf, textOf } from './said.ts';
import type { UiChunk } from './ui-messages.ts';

type TextKind = 'text' | 'reasoning';

/** A stretch of a message: a text, or a tool call. */
type Stretch =
  | { readonly kind: TextKind; readonly text: string }
  | { readonly kind: 'tool'; readonly toolCallId: string; readonly toolName: string; readonly text: string };

/** The pieces of one message, and the chunks that they make. */
export class UiPieces {
  readonly #makeId: () => string;
  readonly #stretches: Stretch[] = [];
  /** By the number that the pieces have for the call. */
  readonly #calls = new Map<number, number>();
  #openText: { readonly kind: TextKind; readonly id: string } | undefined;

  /** @param makeId Makes ids of parts that are unique in the answer. */
  constructor(makeId: () => string) {
    this.#makeId = makeId;
  }

  /** The chunks for one piece. */
  add(piece: MessagePart): readonly UiChunk[] {
    switch (piece.kind) {
      case 'text':
      case 'refusal':
        return this.#addText('text', piece.text);
      case 'reasoning':
        return this.#addText('reasoning', piece.text);
      case 'call':
        return this.#addCall(piece);
      case 'arguments':
        return this.#addArguments(piece);
      default:
        return piece satisfies never;
    }
  }

  /** The chunks that complete the message. `undefined` if the pieces are not its beginning. */
  complete(message: AssistantMessage): readonly UiChunk[] | undefined {
    const stretches = stretchesOf(message);
    if (!this.#stretches.every((shown, i) => isBeginning(shown, stretches[i], i === this.#stretches.length - 1)))
      return undefined;
    const chunks = stretches.flatMap((stretch, i) => this.#completeOne(stretch, this.#stretches[i]));
    return [...chunks, ...this.#endText()];
  }

  #completeOne(stretch: Stretch, shown: Stretch | undefined): readonly UiChunk[] {
    if (stretch.kind !== 'tool') {
      const rest = stretch.text.slice(shown?.text.length ?? 0);
      return rest === '' ? [] : this.#addText(stretch.kind, rest);
    }
    const { toolCallId, toolName, text } = stretch;
    return [...this.#endText(), { type: 'tool-input-available', toolCallId, toolName, input: parsed(text) }];
  }

  #addText(kind: TextKind, delta: string): readonly UiChunk[] {
    if (delta === '') return [];
    const last = this.#stretches.at(-1);
    if (this.#openText?.kind === kind && last?.kind === kind) {
      this.#stretches[this.#stretches.length - 1] = { kind, text: last.text + delta };
      return [{ type: `${kind}-delta`, id: this.#openText.id, delta }];
    }
    const ended = this.#endText();
    const id = this.#makeId();
    this.#openText = { kind, id };
    this.#stretches.push({ kind, text: delta });
    return [...ended, { type: `${kind}-start`, id }, { type: `${kind}-delta`, id, delta }];
  }

  #endText(): readonly UiChunk[] {
    const open = this.#openText;
    this.#openText = undefined;
    return open ? [{ type: `${open.kind}-end`, id: open.id }] : [];
  }

  /** A call that comes without an id or a name is shown with the whole message. */
  #addCall({ index, toolCallId, name }: Extract<MessagePart, { kind: 'call' }>): readonly UiChunk[] {
    const ended = this.#endText();
    if (!toolCallId || !name || this.#calls.has(index)) return ended;
    this.#calls.set(index, this.#stretches.length);
    this.#stretches.push({ kind: 'tool', toolCallId, toolName: name, text: '' });
    return [...ended, { type: 'tool-input-start', toolCallId, toolName: name }];
  }

  #addArguments({ index, text }: Extract<MessagePart, { kind: 'arguments' }>): readonly UiChunk[] {
    const at = this.#calls.get(index);
    const call = at === undefined ? undefined : this.#stretches[at];
    if (at === undefined || call?.kind !== 'tool' || text === '') return [];
    this.#stretches[at] = { ...call, text: call.text + text };
    return [{ type: 'tool-input-delta', toolCallId: call.toolCallId, inputTextDelta: text }];
  }
}

/** What a message has, in the order in which models write it. */
function stretchesOf(message: AssistantMessage): readonly Stretch[] {
  const { tool_calls: calls = [] } = message;
  const texts: readonly Stretch[] = [
    { kind: 'reasoning', text: reasoningOf(message) },
    { kind: 'text', text: textOf(message) },
  ];
  const tools = calls.map(({ id, function: { name, arguments: text } }): Stretch => {
    return { kind: 'tool', toolCallId: id, toolName: name, text };
  });
  return [...texts.filter(({ text }) => text !== ''), ...tools];
}

/** Only the last text may go on: those before it have ended. */
function isBeginning(shown: Stretch, stretch: Stretch | undefined, isLast: boolean): boolean {
  if (shown.kind === 'tool')
    return stretch?.kind === 'tool' && shown.toolCallId === stretch.toolCallId && shown.toolName === stretch.toolName;
  if (stretch?.kind !== shown.kind) return false;
  return isLast ? stretch.text.startsWith(shown.text) : stretch.text === shown.text;
}

/** The arguments of a call; as text if they are not JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
