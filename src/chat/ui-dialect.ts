/**
 * What a page with an older version of `ai` is told: the same turn, in chunks that its version knows. Its client ends a stream
 * at the first chunk that it does not know.
 *
 * C2. Versions before 7 cannot take words back. So they get the tool calls with the whole message, and a text that turns out to
 *     be void while it is written is marked. Version 5 has no approvals: they are questions there.
 */
import type { TalkEvent } from '../client/tools.ts';
import { defined } from '../protocol/defined.ts';
import type { UiChunk } from './ui-messages.ts';

/** The major versions of `ai` whose pages are served. */
export const UI_SDKS = [5, 6, 7] as const;

/** One of them. */
export type UiSdk = (typeof UI_SDKS)[number];

type Chunk<Type extends UiChunk['type']> = Extract<UiChunk, { readonly type: Type }>;
type Approval = Chunk<'tool-approval-request'>;

/** The words of one version, for one answer. */
export class UiDialect {
  readonly #sdk: UiSdk;
  readonly #said = new WeakSet<UiChunk>();
  /** The ends of the texts that are being written, by their ids. */
  readonly #texts = new Map<string, 'text-end' | 'reasoning-end'>();
  /** The tool calls of the current step, by their ids. */
  readonly #calls = new Map<string, Chunk<'tool-input-available'>>();
  /** By their ids. */
  readonly #approvals = new Map<string, Approval>();
  /** Why calls were rejected, by their ids. */
  readonly #reasons = new Map<string, string | undefined>();

  constructor(sdk: UiSdk) {
    this.#sdk = sdk;
  }

  /** The event without what the page could not take back: a tool call in pieces may be void, and stands in the way for good. */
  hear(event: TalkEvent): TalkEvent {
    if (this.#sdk === 7) return event;
    const isOfCall = ([mode, item]: TalkEvent['items'][number]): boolean =>
      mode === 'messages' && (item.kind === 'call' || item.kind === 'arguments');
    return { ...event, items: event.items.filter((item) => !isOfCall(item)) };
  }

  /** The chunks as the page takes them. All chunks of the answer have to be said, in their order. */
  say(chunks: readonly UiChunk[]): readonly UiChunk[] {
    if (this.#sdk === 7) return chunks;
    return chunks.flatMap((chunk) => {
      // A reset is followed by what stays of the step, which the page still has.
      if (this.#said.has(chunk)) return [];
      this.#said.add(chunk);
      return this.#sayOne(chunk);
    });
  }

  #sayOne(chunk: UiChunk): readonly UiChunk[] {
    switch (chunk.type) {
      case 'start-step':
        this.#calls.clear();
        return [chunk];
      case 'text-start':
      case 'reasoning-start':
        this.#texts.set(chunk.id, chunk.type === 'text-start' ? 'text-end' : 'reasoning-end');
        return [chunk];
      case 'text-end':
      case 'reasoning-end':
        this.#texts.delete(chunk.id);
        return [chunk];
      case 'reset-step':
        return this.#endVoid();
      case 'tool-input-available':
        this.#calls.set(chunk.toolCallId, chunk);
        return [chunk];
      case 'tool-approval-request':
        return [this.#ask(chunk)];
      case 'tool-approval-response':
        return this.#respond(chunk);
      case 'tool-output-denied':
        return [this.#sdk === 5 ? this.#deny(chunk) : chunk];
      case 'start':
      case 'message-metadata':
      case 'finish-step':
      case 'text-delta':
      case 'reasoning-delta':
      case 'tool-input-start':
      case 'tool-input-delta':
      case 'tool-output-available':
      case 'tool-output-error':
      case 'data-question':
      case 'data-preview':
      case 'error':
      case 'finish':
        return [chunk];
      default:
        return chunk satisfies never;
    }
  }

  /** Only a text that has not ended can be marked. */
  #endVoid(): readonly UiChunk[] {
    const open = [...this.#texts];
    this.#texts.clear();
    return open.map(([id, type]): UiChunk => ({ type, id, providerMetadata: { holdpoint: { void: true } } }));
  }

  #ask(request: Approval): UiChunk {
    const { approvalId: id, approvalDescriptor: data } = request;
    this.#approvals.set(id, request);
    return this.#sdk === 5 ? { type: 'data-question', id, data } : request;
  }

  /** Somebody has decided. Version 6 has no chunk for it, and a call that waits for nobody has the state `input-available`. */
  #respond({ approvalId: id, reason, providerMetadata }: Chunk<'tool-approval-response'>): readonly UiChunk[] {
    const request = this.#approvals.get(id);
    if (!request) return [];
    const { toolCallId, approvalDescriptor: data } = request;
    this.#reasons.set(toolCallId, reason);
    if (this.#sdk === 5) {
      const { at = '', by } = providerMetadata?.holdpoint ?? {};
      return [{ type: 'data-question', id, data: { ...data, closed: { at, ...defined({ by }) } } }];
    }
    // The client would take the call of an earlier step for a new one.
    const call = this.#calls.get(toolCallId);
    return call ? [{ ...call, ...defined({ providerMetadata }) }] : [];
  }

  #deny({ toolCallId }: Chunk<'tool-output-denied'>): UiChunk {
    const reason = this.#reasons.get(toolCallId);
    const errorText = reason === undefined ? 'The call was rejected.' : `The call was rejected: ${reason}`;
    return { type: 'tool-output-error', toolCallId, errorText };
  }
}
