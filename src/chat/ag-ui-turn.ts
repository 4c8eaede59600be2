/**
 * A turn of a thread as AG-UI's events: what a reader of the thread gets, item by item.
 */
import type { MessageUpdate, TalkEvent } from '../client/tools.ts';
import { defined } from '../protocol/defined.ts';
import type { MessagePart } from '../protocol/preview.ts';
import type { Interrupt } from '../protocol/shapes.ts';
import { resultOf, wantedOf, type Wanted, type WantedCall } from './ag-ui-conversation.ts';
import type { AgUiEvent } from './ag-ui-events.ts';
import type { AgUiPage } from './ag-ui-page.ts';
import { messageIn } from './said.ts';

/** Whose turn it is. */
export interface TurnSettings {
  /** The first run of the thread's chain: ids of calls are unique in it. */
  readonly run: string;
}

/** One turn, or several. */
export class AgUiTurn {
  readonly #page: AgUiPage;
  readonly #settings: TurnSettings;
  /** What tasks show of messages that are being written. `undefined`: its beginning is lost. */
  readonly #written = new Map<string, Wanted | undefined>();
  readonly #messages = new Set<string>();
  /** A task has returned a message since the turn began. */
  #hasSaid = false;
  readonly #open = new Map<string, Interrupt>();
  #end: { readonly value: unknown } | undefined;

  constructor(page: AgUiPage, settings: TurnSettings) {
    this.#page = page;
    this.#settings = settings;
  }

  /** The questions that are open, oldest first. */
  get open(): readonly Interrupt[] {
    return [...this.#open.values()];
  }

  /** What the entrypoint has returned; `undefined` if the turn has not completed. */
  get end(): { readonly value: unknown } | undefined {
    return this.#end;
  }

  /** The tool calls of the turn that have no result. */
  get unanswered(): readonly string[] {
    return this.#page.unanswered((message) => this.#messages.has(message));
  }

  /** The events for one event of the thread. */
  take({ items, turn, end }: TalkEvent): readonly AgUiEvent[] {
    const events = items.flatMap((item) => this.#takeItem(item));
    return end && 'value' in end ? [...events, ...this.#takeValue(end.value, turn?.n ?? 1)] : events;
  }

  #takeItem([mode, item]: TalkEvent['items'][number]): readonly AgUiEvent[] {
    switch (mode) {
      case 'messages':
        return this.#takeMessage(item);
      case 'custom':
        return [{ type: 'CUSTOM', name: 'preview', value: item }];
      case 'interrupts':
        if (item.kind === 'open') for (const one of item.interrupts) this.#open.set(one.id, one);
        else if (item.kind === 'closed') this.#open.delete(item.id);
        else this.#open.set(item.interrupt.id, item.interrupt);
        return [];
      default:
        return mode satisfies never;
    }
  }

  /** The value of the entrypoint is the answer if no task has returned a message. */
  #takeValue(value: unknown, n: number): readonly AgUiEvent[] {
    const isSaid = this.#hasSaid;
    this.#end = { value };
    this.#hasSaid = false;
    const message = isSaid ? undefined : messageIn(value);
    return message ? this.#page.finish(wantedOf(`${this.#settings.run}/turn:${n}`, message)) : [];
  }

  #takeMessage(item: MessageUpdate): readonly AgUiEvent[] {
    // The history has it, so every reader gets the same id.
    const id = `${this.#settings.run}/${item.id}`;
    this.#messages.add(id);
    switch (item.kind) {
      case 'reset':
        this.#written.delete(id);
        return this.#page.remove(id);
      case 'message':
        this.#written.delete(id);
        this.#hasSaid = true;
        return item.message.role === 'assistant'
          ? this.#page.finish(wantedOf(id, item.message))
          : this.#page.answer(resultOf(id, item.message));
      default: {
        const written = this.#written.has(id) ? this.#written.get(id) : { id, reasoning: '', text: '', calls: [] };
        const wanted = item.skipped === undefined && written ? withPiece(written, item) : undefined;
        this.#written.set(id, wanted);
        return wanted ? this.#page.show(wanted) : [];
      }
    }
  }
}

function withPiece(wanted: Wanted, piece: MessagePart): Wanted {
  switch (piece.kind) {
    case 'text':
    case 'refusal':
      return { ...wanted, text: wanted.text + piece.text };
    case 'reasoning':
      return { ...wanted, reasoning: wanted.reasoning + piece.text };
    case 'call':
      return withCall(wanted, piece.index, (call) => ({
        ...call,
        ...defined({ id: piece.toolCallId, name: piece.name }),
      }));
    case 'arguments':
      return withCall(wanted, piece.index, (call) => ({ ...call, args: call.args + piece.text }));
    default:
      return piece satisfies never;
  }
}

function withCall(wanted: Wanted, index: number, change: (call: WantedCall) => WantedCall): Wanted {
  const calls = Array.from({ length: Math.max(wanted.calls.length, index + 1) }, (_, n) => {
    const call = wanted.calls[n] ?? { args: '' };
    return n === index ? change(call) : call;
  });
  return { ...wanted, calls };
}
