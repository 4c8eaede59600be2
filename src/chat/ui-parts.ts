/**
 * The parts of a message that chunks make: what a page has after it has read them.
 */
import type { UiChunk, ChatMetadata, UiPart, UiToolPart } from './ui-messages.ts';

/** Parts that grow with the chunks. */
export class UiParts {
  readonly parts: UiPart[] = [];
  metadata: ChatMetadata | undefined;
  /** The places of texts that are open. */
  readonly #texts = new Map<string, number>();

  /** Adds what a chunk says. */
  apply(chunk: UiChunk): void {
    switch (chunk.type) {
      case 'start-step':
        this.parts.push({ type: 'step-start' });
        return;
      case 'text-start':
      case 'reasoning-start':
        return this.#beginText(chunk);
      case 'text-delta':
      case 'reasoning-delta':
        return this.#lengthen(chunk.id, chunk.delta);
      case 'tool-input-available': {
        const { toolCallId, toolName, input } = chunk;
        return this.#setTool(toolCallId, { type: `tool-${toolName}`, toolCallId, input, state: 'input-available' });
      }
      case 'tool-approval-request': {
        const { toolCallId, approvalId: id, approvalDescriptor: descriptor } = chunk;
        return this.#changeTool(toolCallId, { state: 'approval-requested', approval: { id, descriptor } });
      }
      case 'tool-approval-response':
        return this.#respond(chunk);
      case 'tool-output-available':
        return this.#changeTool(chunk.toolCallId, { state: 'output-available', output: chunk.output });
      case 'tool-output-error':
        return this.#changeTool(chunk.toolCallId, { state: 'output-error', errorText: chunk.errorText });
      case 'tool-output-denied':
        return this.#changeTool(chunk.toolCallId, { state: 'output-denied' });
      case 'data-question': {
        const { type, id, data } = chunk;
        const place = this.parts.findIndex((part) => part.type === type && part.id === id);
        this.parts.splice(place < 0 ? this.parts.length : place, 1, { type, id, data });
        return;
      }
      case 'message-metadata':
        this.metadata = { holdpoint: { ...this.metadata?.holdpoint, ...chunk.messageMetadata.holdpoint } };
        return;
      // Pieces are only for streams, and so are the rest.
      case 'start':
      case 'finish':
      case 'error':
      case 'finish-step':
      case 'reset-step':
      case 'text-end':
      case 'reasoning-end':
      case 'tool-input-start':
      case 'tool-input-delta':
      case 'data-preview':
        return;
      default:
        chunk satisfies never;
    }
  }

  #beginText({ type, id }: Extract<UiChunk, { type: 'text-start' | 'reasoning-start' }>): void {
    this.#texts.set(id, this.parts.length);
    const empty = { text: '', state: 'done' } as const;
    this.parts.push(type === 'text-start' ? { type: 'text', ...empty } : { type: 'reasoning', id, ...empty });
  }

  #lengthen(id: string, delta: string): void {
    const place = this.#texts.get(id) ?? -1;
    const part = this.parts[place];
    if (part?.type === 'text' || part?.type === 'reasoning') this.parts[place] = { ...part, text: part.text + delta };
  }

  #respond(response: Extract<UiChunk, { type: 'tool-approval-response' }>): void {
    const { approvalId, approved, reason, providerMetadata } = response;
    const part = this.#tools().find((tool) => 'approval' in tool && tool.approval?.id === approvalId);
    if (!part || !('approval' in part)) return;
    const approval = { ...part.approval, approved, ...(reason === undefined ? {} : { reason }) };
    const metadata = providerMetadata && { callProviderMetadata: providerMetadata };
    this.#changeTool(part.toolCallId, { state: 'approval-responded', approval, ...metadata });
  }

  #tools(): readonly UiToolPart[] {
    return this.parts.filter((part): part is UiToolPart => 'toolCallId' in part);
  }

  #setTool(toolCallId: string, part: UiToolPart): void {
    const known = this.parts.findIndex((one) => 'toolCallId' in one && one.toolCallId === toolCallId);
    const before = this.parts[known];
    // After an edit the call has other arguments and the same approval.
    const merged = before ? ({ ...before, ...part } as UiToolPart) : part;
    this.parts.splice(known < 0 ? this.parts.length : known, 1, merged);
  }

  #changeTool(toolCallId: string, change: object): void {
    const place = this.parts.findIndex((one) => 'toolCallId' in one && one.toolCallId === toolCallId);
    if (place >= 0) this.parts[place] = { ...this.parts[place], ...change } as UiToolPart;
  }
}
